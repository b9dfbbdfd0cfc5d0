"""A place is asked for, proven, kept, given back and passed on, and each step tells whom it touches."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from convene import links
from convene.events.models import Event
from convene.extensions import begin_write, db
from convene.mail.models import OutgoingMail
from convene.people.actions import never_mail
from convene.people.addresses import BadAddress
from convene.people.models import Person
from convene.signups import actions, queries
from tests.crowd import at_once, faults
from tests.factories import a_person, a_signup, an_event, an_organisation
from tests.signups.reading import kinds_of, last_of, letters_of, line_of
from tests.signups.signing_up import HOUR, NOW, keep, sign_up

pytestmark = pytest.mark.quick


def test_signing_up_holds_no_place_and_posts_a_link(event: Event) -> None:
    signup = sign_up(event)
    assert signup.state == "started"
    assert queries.places(event).taken == 0
    assert kinds_of(signup) == ["confirm"]


def test_the_first_letter_has_no_invite_and_dies_with_the_event(event: Event) -> None:
    (letter,) = letters_of(sign_up(event))
    assert letter.invite is None
    assert letter.expires_at == event.ends_at


def test_letters_about_signing_up_leave_for_as_long_as_the_event_takes_signups(
    session: scoped_session[Session],
) -> None:
    event = an_event(capacity=1, starts_in=-HOUR, lasts=2 * HOUR, now=NOW)
    a_signup(event, now=NOW)
    letters = letters_of(keep(event, "pat@example.org"))
    assert [one.letter for one in letters] == ["confirm", "waitlisted"]
    assert {one.expires_at for one in letters} == {event.ends_at}, "it has begun, and still takes signups"


def test_an_address_in_another_case_is_the_same_person(
    event: Event, session: scoped_session[Session]
) -> None:
    first = sign_up(event, "Pat@Example.org")
    assert sign_up(event, " pat@example.ORG ").id == first.id
    assert session.scalar(select(func.count(Person.id))) == 1


def test_somebody_with_a_place_who_signs_up_again_gets_a_link_to_it_and_keeps_it(event: Event) -> None:
    signup = keep(event, "pat@example.org")
    again = sign_up(event)
    assert (again.id, again.state) == (signup.id, "confirmed")
    assert kinds_of(signup)[-1] == "place_link"


@pytest.mark.parametrize("address", ["", "pat", "pat@", "@example.org", "a b@example.org", "pat@example"])
def test_what_is_no_address_is_refused(event: Event, address: str) -> None:
    with pytest.raises(BadAddress):
        sign_up(event, address)


@pytest.mark.parametrize("state", ["draft", "called_off"])
def test_only_a_published_event_takes_signups(session: scoped_session[Session], state: str) -> None:
    event = an_event(state=state, now=NOW)
    with pytest.raises(actions.NotOpen):
        sign_up(event)


def test_an_event_takes_signups_until_it_ends(event: Event) -> None:
    sign_up(event, now=event.ends_at - timedelta(seconds=1))
    with pytest.raises(actions.NotOpen):
        sign_up(event, now=event.ends_at)


def test_one_address_gets_five_letters_an_hour_that_it_did_not_ask_for_and_ten_a_day(
    session: scoped_session[Session],
) -> None:
    host = an_organisation(now=NOW)
    events = [an_event(host, now=NOW) for _ in range(8)]

    def letters(hours: int) -> int:
        for event in events:
            sign_up(event, now=NOW + hours * HOUR)
        return session.scalar(select(func.count(OutgoingMail.id))) or 0

    assert [letters(hours) for hours in (0, 1, 2, 3)] == [5, 10, 10, 10]


def test_an_address_on_the_never_list_is_not_written_to(event: Event) -> None:
    never_mail(a_person(address="pat@example.org", now=NOW), NOW)
    signup = sign_up(event, "PAT@example.org")
    assert [(one.letter, one.state) for one in letters_of(signup, state=None)] == [("confirm", "dropped")]


def test_one_address_at_two_events_at_the_same_moment_is_one_person(app: Flask) -> None:
    with app.app_context():
        begin_write()
        host = an_organisation(now=NOW)
        ids = [an_event(host, now=NOW).id for _ in range(6)]
        db.session.commit()

    def one(which: int) -> int:
        begin_write()
        signup = actions.sign_up(ids[which], "pat@example.org", "Pat", None, NOW)
        person_id = signup.person_id
        db.session.commit()
        return person_id

    results = at_once(app, len(ids), one)
    assert faults(results) == []
    assert len(set(results)) == 1


def test_a_new_link_kills_the_old_one_and_numbers_its_letter(event: Event) -> None:
    signup = keep(event, "pat@example.org")
    before = signup.generation
    actions.new_link(signup, NOW)
    assert signup.generation == before + 1
    assert kinds_of(signup)[-1] == "place_link"
    assert last_of(signup, "place_link").invite is None, "its calendar entry holds no link of their own"
    event.format, event.online_url = "online", "https://video.example.org/hall"
    actions.new_link(signup, NOW)
    letter = last_of(signup, "place_link")
    entry = (letter.invite or b"").replace(b"\r\n ", b"").decode()
    assert (line_of(letter, "METHOD"), line_of(letter, "SEQUENCE")) == ("REQUEST", "1")
    assert links.join(signup.id, signup.generation) in entry, "the one in the calendar was ended"


def test_the_button_takes_a_place_and_sends_it_to_the_calendar(event: Event) -> None:
    signup = keep(event, "pat@example.org")
    assert signup.state == "confirmed"
    assert signup.confirmed_at == NOW
    assert signup.person.state == "active"
    letter = last_of(signup, "place_confirmed")
    assert letter.invite_method == line_of(letter, "METHOD") == "REQUEST"
    assert (line_of(letter, "UID"), line_of(letter, "SEQUENCE")) == (event.uid, "0")


def test_pressing_again_changes_nothing(event: Event) -> None:
    signup = keep(event, "pat@example.org")
    for _ in range(3):
        actions.confirm(signup.id, NOW + HOUR)
    assert signup.confirmed_at == NOW
    assert kinds_of(signup) == ["confirm", "place_confirmed"]


def test_a_full_event_gives_a_place_in_line_and_each_number_once(event: Event) -> None:
    people = [keep(event, f"p{number}@example.org") for number in range(5)]
    assert [one.state for one in people] == [
        "confirmed",
        "confirmed",
        "waitlisted",
        "waitlisted",
        "waitlisted",
    ]
    assert [one.queue_number for one in people[2:]] == [1, 2, 3]
    assert [queries.ahead(one) for one in people[2:]] == [0, 1, 2]
    assert last_of(people[2], "waitlisted").invite is None, "nothing for the calendar before there is a place"


def test_nobody_new_passes_those_in_line(session: scoped_session[Session]) -> None:
    event = an_event(capacity=2, now=NOW)
    a_signup(event, now=NOW)
    a_signup(event, state="waitlisted", now=NOW)
    assert keep(event, "pat@example.org").state == "waitlisted"


def test_nobody_confirms_when_the_event_is_over(event: Event) -> None:
    signup = sign_up(event)
    with pytest.raises(actions.NotOpen):
        actions.confirm(signup.id, event.ends_at)


def test_a_signup_that_is_not_there_is_refused_by_name(event: Event) -> None:
    for act in (actions.confirm, actions.cancel):
        with pytest.raises(actions.PlaceGone):
            act(123_456, NOW)


def test_an_organiser_adds_a_person_who_gets_a_place_at_once(event: Event) -> None:
    signup = actions.add(event.id, "Pat", "pat@example.org", NOW)
    assert signup.state == "confirmed"
    assert kinds_of(signup) == ["place_confirmed"]
    assert actions.add(event.id, "Pat", "PAT@example.org", NOW).id == signup.id
    assert kinds_of(signup) == ["place_confirmed"]


def test_two_of_one_name_without_an_address_are_two_people_and_get_no_letters(event: Event) -> None:
    one, two = (actions.add(event.id, "Pat", None, NOW) for _ in range(2))
    assert one.person_id != two.person_id
    assert [one.state, two.state] == ["confirmed", "confirmed"]
    actions.cancel(one.id, NOW)
    assert kinds_of(one, state=None) == kinds_of(two, state=None) == []


def test_somebody_in_line_without_an_address_takes_a_freed_place_at_once(event: Event) -> None:
    people = [keep(event, f"p{number}@example.org") for number in range(2)]
    waits = actions.add(event.id, "Pat", None, NOW)
    assert waits.state == "waitlisted"
    actions.cancel(people[0].id, NOW)
    assert waits.state == "confirmed"
    assert waits.offered_until is None
