"""What people told us goes when its time is over, by a job, and nothing goes before."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene import worker
from convene.access.models import Code
from convene.extensions import begin_write, db
from convene.messages.audience import PURPOSE
from convene.nudges.models import Answer
from convene.people.actions import consent, give_role, keep_apart
from convene.people.models import Person
from convene.privacy import retention
from convene.signups import actions
from convene.signups.models import Question, Response, Signup
from tests.factories import a_person, a_signup, an_event, an_organisation

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_signup_that_nobody_confirmed_goes_after_a_week_with_whom_it_made_known(
    session: scoped_session[Session],
) -> None:
    event = an_event(starts_in=60 * DAY, now=NOW)
    actions.sign_up(event.id, "pat@example.org", "Pat", None, NOW, "a browser")
    kept = a_signup(event, now=NOW)
    back = a_signup(event, state="started", now=NOW, cancelled_at=NOW - DAY)
    retention.forget_unconfirmed(NOW + 7 * DAY)
    assert len(db.session.scalars(select(Signup.id)).all()) == 3
    retention.forget_unconfirmed(NOW + 7 * DAY + timedelta(seconds=1))
    db.session.expire_all()
    states = {one.id: one.state for one in db.session.scalars(select(Signup))}
    assert states == {kept.id: "confirmed", back.id: "cancelled"}
    assert "Pat" not in db.session.scalars(select(Person.name)).all()
    assert db.session.scalar(select(Code.id)) is None


def test_a_person_is_anonymous_a_year_after_their_last_event(session: scoped_session[Session]) -> None:
    host = an_organisation(now=NOW)
    signup = a_signup(an_event(host, starts_in=DAY, now=NOW), now=NOW - DAY)
    over = signup.event.ends_at + retention.PLACES
    assert retention.long_gone(over - timedelta(minutes=1)) == []
    assert retention.long_gone(over) == [signup.person_id]
    retention.make_anonymous(signup.person_id, over)
    db.session.expire_all()
    assert (signup.person.name, signup.state) == ("Erased person", "confirmed"), "and it is still counted"
    assert retention.long_gone(over) == []


def test_who_organises_asked_for_news_comes_again_or_is_kept_apart_stays(
    session: scoped_session[Session],
) -> None:
    host = an_organisation(now=NOW - 800 * DAY)
    old = an_event(host, starts_in=-700 * DAY, now=NOW)
    people = [a_person(host, now=NOW - 800 * DAY) for _ in range(6)]
    for person in people:
        a_signup(old, person, now=NOW - 701 * DAY)
    owner, reader, coming, feared, fearing, gone = people
    give_role(owner, "organiser", NOW)
    consent(reader, PURPOSE, True, "News", "test", NOW - 700 * DAY)
    consent(gone, PURPOSE, True, "News", "test", NOW - 700 * DAY)
    consent(gone, PURPOSE, False, "No news", "test", NOW - 699 * DAY)
    a_signup(an_event(host, now=NOW), coming, now=NOW)
    keep_apart(feared, fearing, "", "test", NOW)
    assert retention.long_gone(NOW) == [gone.id]


def test_what_an_old_place_says_goes_also_of_who_still_comes(session: scoped_session[Session]) -> None:
    host = an_organisation(now=NOW)
    event = an_event(host, starts_in=-DAY, now=NOW)
    signup = a_signup(event, now=NOW - 2 * DAY, access_needs="A ramp", reply_words="See you")
    question = Question(
        organisation_id=host.id, kind="text", words="What?", purpose="to know", kept_days=90, created_at=NOW
    )
    db.session.add(question)
    db.session.flush()
    said = Answer(
        key="helped:1", event_id=event.id, person_id=signup.person_id, question="helped", value="good",
        words="Warm", contact="020", answered_at=NOW,
    )  # fmt: skip
    way = Answer(
        key="plan:1",
        event_id=event.id,
        person_id=signup.person_id,
        question="plan",
        value="car",
        answered_at=NOW,
    )
    answered = Response(question_id=question.id, signup_id=signup.id, words="A", answered_at=NOW)
    db.session.add_all([answered, said, way])
    db.session.flush()
    retention.forget_details(NOW - DAY)
    assert db.session.scalar(select(Answer.value).where(Answer.question == "plan")) == "car"
    retention.forget_details(NOW + 88 * DAY)
    assert db.session.scalar(select(Response.id))
    assert not db.session.scalar(select(Answer.value).where(Answer.question == "plan")), "it is over"
    retention.forget_details(NOW + 91 * DAY)
    assert db.session.scalar(select(Response.id)) is None
    db.session.expire_all()
    assert (signup.access_needs, said.words) == ("A ramp", "Warm")
    retention.forget_details(NOW + 366 * DAY)
    db.session.expire_all()
    assert (signup.access_needs, signup.reply_words, said.words, said.contact, said.value) == (
        "",
        "",
        "",
        "",
        "good",
    )


@pytest.mark.parametrize("times", [1, 2])
def test_the_workers_job_does_it_all_and_may_run_again(app: Flask, times: int) -> None:
    with app.app_context():
        begin_write()
        event = an_event(starts_in=DAY, now=NOW)
        a_signup(event, now=NOW)
        a_signup(event, state="started", now=NOW)
        db.session.commit()
    for _ in range(times):
        assert worker.run_job(app, "retention", worker.keep_no_longer, lambda: NOW + 800 * DAY)
    with app.app_context():
        assert db.session.scalars(select(Signup.state)).all() == ["confirmed"]
        names = db.session.scalars(select(Person.name).join(Signup, Signup.person_id == Person.id)).all()
        assert names == ["Erased person"]


def test_the_timetable_knows_it() -> None:
    assert ("retention", timedelta(hours=1), worker.keep_no_longer) in worker.TIMETABLE
