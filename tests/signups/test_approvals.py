"""Where the host answers each: who asks holds no place, keeps nobody from one, and hears a yes or a no."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.signups import actions, approvals, line, queries
from convene.signups.models import Signup
from tests.factories import a_signup, an_event, an_organisation, an_organiser
from tests.signups.reading import kinds_of

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def standing(signup: Signup) -> tuple[str, bool]:
    return signup.state, signup.needs_answer


def test_a_host_says_yes_and_no_and_is_reminded_of_silence(session: scoped_session[Session]) -> None:
    host = an_organisation(now=NOW)
    organiser = an_organiser(host, now=NOW)
    event = an_event(host, capacity=1, by_approval=True, now=NOW)
    first, second, third = [a_signup(event, state="started", now=NOW) for _ in range(3)]
    for one in (first, second, third):
        actions.confirm(one.id, NOW)
    for one in (first, second, third):
        assert (one.state, one.needs_answer, kinds_of(one)) == ("waitlisted", True, ["asked"])
    places = queries.places(event)
    assert (places.taken, places.waiting) == (0, 0), "who asks holds no place and is not in line"
    line.offer_free_places(event, NOW)
    assert line.events_with_stranded_places(NOW) == [] and first.state == "waitlisted", (
        "nobody is let past the host"
    )

    assert approvals.answer_yes(first.id, NOW + HOUR).state == "confirmed"
    assert kinds_of(first) == ["place_confirmed"] and first.invite_open, "the question is needless now"
    assert approvals.answer_yes(second.id, NOW + HOUR).state == "waitlisted" and not second.needs_answer
    assert kinds_of(second)[-1] == "waitlisted" and queries.ahead(second) == 0
    with pytest.raises(approvals.Answered):
        approvals.answer_no(first.id, NOW + HOUR)

    assert approvals.unanswered(NOW + HOUR) == [], "an hour is no silence"
    late = NOW + timedelta(hours=25)
    assert approvals.unanswered(late) == [(event.id, 1)]
    for again in (late, late + HOUR):
        approvals.remind(event.id, again)
    mails = db.session.scalars(select(OutgoingMail).where(OutgoingMail.letter == "answers_wanted")).all()
    assert [mail.person_id for mail in mails] == [organiser.id], "once for each day of silence"
    assert third.person.name not in mails[0].text + mails[0].subject + mails[0].html
    approvals.remind(event.id, late + 24 * HOUR)
    assert (
        len(db.session.scalars(select(OutgoingMail).where(OutgoingMail.letter == "answers_wanted")).all())
        == 2
    )

    assert approvals.answer_no(third.id, late).state == "cancelled"
    assert kinds_of(third)[-1] == "not_this_time"
    with pytest.raises(actions.NotOpen):
        actions.confirm(third.id, late)
    actions.sign_up(event.id, third.person.address or "", third.person.name, None, late)
    assert standing(third) == ("cancelled", True), "a no is not asked for again"
    actions.cancel(first.id, late)
    assert standing(second) == ("offered", False), "the line goes on as ever"
    actions.confirm(first.id, late)
    assert standing(first) == ("waitlisted", True), "who gave a place back asks again"
    actions.cancel(first.id, late)
    assert standing(first) == ("cancelled", False), "a question is taken back as a place is"
    actions.bring_in_person(event, third.person, late)
    assert standing(third) == ("waitlisted", False), "the host's own hand undoes the no"
