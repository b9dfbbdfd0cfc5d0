"""Two people who read one mailbox are two people: each has a place, links and letters; the address counts once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import db
from convene.mail.letter import Letter
from convene.mail.outbox import post
from convene.mail.suppression import reason_for
from convene.nudges.actions import nudges_of
from convene.people.actions import never_mail
from convene.people.models import Person
from convene.people.queries import reads_mail_at, sharing
from convene.signups import actions, mailbox, own_calendar, queries, replies
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event
from tests.signups.reading import kinds_of, last_of, line_of

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def two(capacity: int = 5) -> tuple[Signup, Signup]:
    event = an_event(capacity=capacity, now=NOW)
    first = a_signup(
        event, a_person(event.organisation, name="Ann", address="Home@example.org", now=NOW), now=NOW
    )
    return first, mailbox.sign_up_another(first.id, "Ben", NOW)


def test_the_second_has_a_place_a_name_and_letters_of_their_own(session: scoped_session[Session]) -> None:
    first, second = two()
    assert (second.state, second.person.name, second.person.address) == ("confirmed", "Ben", None)
    assert second.person.mailbox_id == first.person_id
    assert second.person.reachable == first.person.reachable == "home@example.org"
    assert kinds_of(second) == ["place_confirmed"]
    letter = last_of(second, "place_confirmed")
    assert (letter.to_name, letter.to_address) == ("Ben", "Home@example.org")
    assert kinds_of(first) == []


def test_the_same_name_again_is_the_same_person_here_and_at_the_next_event(
    session: scoped_session[Session],
) -> None:
    first, second = two()
    assert mailbox.sign_up_another(first.id, " ben ", NOW).id == second.id
    assert mailbox.sign_up_another(second.id, "Ann", NOW).id == first.id, "and the other way about"
    later = a_signup(an_event(first.event.organisation, now=NOW), first.person, now=NOW)
    assert mailbox.sign_up_another(later.id, "Ben", NOW).person_id == second.person_id


def test_what_cannot_be_is_refused_by_name(session: scoped_session[Session]) -> None:
    first, _ = two(capacity=10)
    with pytest.raises(mailbox.SameName):
        mailbox.sign_up_another(first.id, "ANN", NOW)
    for name in ("Cy", "Di", "Ed"):
        mailbox.sign_up_another(first.id, name, NOW)
    with pytest.raises(mailbox.TooManyHere):
        mailbox.sign_up_another(first.id, "Flo", NOW)
    nobody = a_signup(first.event, a_person(first.event.organisation, address=None, now=NOW), now=NOW)
    with pytest.raises(actions.PlaceGone):
        mailbox.sign_up_another(nobody.id, "Gus", NOW)
    with pytest.raises(actions.NotOpen):
        mailbox.sign_up_another(first.id, "Gus", first.event.ends_at)


def test_a_full_event_gives_the_second_a_place_in_line(session: scoped_session[Session]) -> None:
    _, second = two(capacity=1)
    assert second.state == "waitlisted" and kinds_of(second) == ["waitlisted"]


def test_each_has_a_calendar_entry_of_their_own_and_one_cancels_without_the_other(
    session: scoped_session[Session],
) -> None:
    first, second = two()
    uids = {line_of(last_of(second, "place_confirmed"), "UID"), first.event.uid}
    assert len(uids) == 2
    own = line_of(last_of(second, "place_confirmed"), "UID")
    assert replies.invited(own, "home@example.org") == second.id
    assert replies.invited(first.event.uid, "home@example.org") == first.id
    assert replies.invited(own, "somebody.else@example.org") is None
    event = replies.event_of(own)
    assert event and event.id == first.event_id
    assert [one.entry().uid for one in own_calendar.showings(second.person_id, NOW)] == [own]
    actions.cancel(second.id, NOW)
    assert line_of(last_of(second, "cancelled"), "UID") == own
    assert db.session.get_one(Signup, first.id).state == "confirmed"


def test_caps_and_stops_count_by_the_address_over_both(session: scoped_session[Session]) -> None:
    first, second = two()
    letter = Letter(
        "thank_you", "Sam", "home@example.org", "The Table", "Thanks", "Thanks.", "<p>Thanks.</p>"
    )
    post(letter, "nudge:thank_you:x", NOW, person_id=second.person_id)
    assert nudges_of(["home@example.org"], NOW) == {"home@example.org": [NOW]}
    assert set(queries.open_places("home@example.org", NOW)) == {first.id, second.id}
    never_mail(second.person, NOW)
    assert reason_for("home@example.org") == "never"


def test_who_shares_a_mailbox_is_found_by_its_address(session: scoped_session[Session]) -> None:
    first, second = two()
    found = db.session.scalars(
        select(Person.id).where(reads_mail_at(["home@example.org"])).order_by(Person.id)
    )
    assert found.all() == [first.person_id, second.person_id]
    assert [one.id for one in sharing(first.person_id)] == [second.person_id]
    assert db.session.scalars(select(Person.id).where(Person.reachable == "home@example.org")).all() == [
        first.person_id,
        second.person_id,
    ]


def test_signing_up_once_more_writes_to_the_first_and_offers_a_place_for_another(
    session: scoped_session[Session],
) -> None:
    first, _ = two()
    later = NOW + timedelta(hours=2)
    assert actions.sign_up(first.event_id, "home@example.org", "Ben", None, later).id == first.id
    letter = last_of(first, "place_link")
    assert "somebody else who reads this mailbox" in letter.text.lower() and "/another" in letter.text
