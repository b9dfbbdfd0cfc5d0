"""Edits of ten minutes are one letter with what is then true, and nobody hears of what was put back."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from convene import worker
from convene.events import actions as events
from convene.events.models import Event
from convene.extensions import begin_write, db, start_write
from convene.signups import actions, letters, line, upheaval
from convene.signups.models import Signup
from convene.signups.posting import post
from tests.factories import a_person, a_signup, an_event
from tests.signups.reading import kinds_of, last_of, line_of

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
EVERYTHING = (*events.TOLD, *events.MAY_TELL)


@pytest.fixture
def event(session: scoped_session[Session]) -> Event:
    return an_event(capacity=9, now=NOW)


def moved(event: Event, hours: float) -> dict[str, Any]:
    return {"starts_at": event.starts_at + hours * HOUR, "ends_at": event.ends_at + hours * HOUR}


def edit(event: Event, at: timedelta, told: tuple[str, ...] = events.TOLD, **facts: Any) -> None:
    upheaval.change(event.id, facts, NOW + at, told)


def tell_what_is_due(event: Event, at: timedelta) -> int:
    return upheaval.tell_change(event.id, NOW + at) if event.id in upheaval.changes_due(NOW + at) else 0


def test_several_edits_are_one_letter_with_the_final_state_and_one_step_of_the_sequence(event: Event) -> None:
    signup = a_signup(event, now=NOW)
    edit(event, 0 * MINUTE, **moved(event, 1))
    edit(event, 4 * MINUTE, venue="The Old Library")
    edit(event, 9 * MINUTE, **moved(event, 1))
    assert event.revised_at == NOW + 9 * MINUTE, "each edit is a new revision"
    assert tell_what_is_due(event, 9 * MINUTE) == 0
    assert kinds_of(signup) == []
    assert tell_what_is_due(event, 10 * MINUTE) == 1, (
        "ten minutes from the first edit, however often one more came"
    )
    letter = last_of(signup, "changed")
    assert "Where: The Old Library" in letter.text and "When:" in letter.text
    assert line_of(letter, "DTSTART") == f"{event.starts_at:%Y%m%dT%H%M%SZ}"
    assert (line_of(letter, "SEQUENCE"), event.sequence) == ("1", 1)
    assert tell_what_is_due(event, 30 * MINUTE) == 0
    assert kinds_of(signup) == ["changed"]


def test_what_was_put_back_within_ten_minutes_is_told_to_nobody(event: Event) -> None:
    signup = a_signup(event, now=NOW)
    edit(event, 0 * MINUTE, venue="The Old Library")
    edit(event, 3 * MINUTE, venue="The Hall, 1 Long Row")
    assert upheaval.will_hear(event) == 0
    assert tell_what_is_due(event, 10 * MINUTE) == 0
    assert kinds_of(signup) == []
    assert (event.told_before, event.tell_at) == ("", None)


def test_who_confirmed_after_the_last_edit_has_the_final_facts_and_hears_nothing_more(event: Event) -> None:
    before = a_signup(event, now=NOW - HOUR)
    edit(event, 0 * MINUTE, venue="The Old Library")
    late = actions.confirm(a_signup(event, state="started", now=NOW - HOUR).id, NOW + 2 * MINUTE)
    assert "The Old Library" in last_of(late, "place_confirmed").text
    assert tell_what_is_due(event, 10 * MINUTE) == 1
    assert (kinds_of(before), kinds_of(late)) == (["changed"], ["place_confirmed"])


def test_who_came_between_two_edits_hears_even_of_what_was_put_back(event: Event) -> None:
    before = a_signup(event, now=NOW - HOUR)
    edit(event, 0 * MINUTE, venue="The Old Library")
    between = actions.confirm(a_signup(event, state="started", now=NOW - HOUR).id, NOW + 2 * MINUTE)
    last_of(between, "place_confirmed").tries = 1
    edit(event, 3 * MINUTE, venue="The Hall, 1 Long Row")
    assert upheaval.will_hear(event) == 1
    assert tell_what_is_due(event, 10 * MINUTE) == 1
    assert kinds_of(before) == []
    assert "Where: The Hall, 1 Long Row" in last_of(between, "changed").text
    assert int(line_of(last_of(between, "changed"), "SEQUENCE")) > int(
        line_of(last_of(between, "place_confirmed"), "SEQUENCE")
    )


@pytest.mark.parametrize("starts_in", [3 * HOUR, 3 * HOUR + MINUTE])
def test_shortly_before_the_start_nobody_waits(
    session: scoped_session[Session], starts_in: timedelta
) -> None:
    event = an_event(starts_in=starts_in, now=NOW)
    signup = a_signup(event, now=NOW)
    edit(event, 0 * MINUTE, venue="The Old Library")
    assert kinds_of(signup) == (["changed"] if starts_in == 3 * HOUR else [])


def test_an_event_brought_forward_into_the_next_hours_ends_a_wait_that_had_begun(event: Event) -> None:
    signup = a_signup(event, now=NOW)
    edit(event, 0 * MINUTE, venue="The Old Library")
    edit(event, 1 * MINUTE, starts_at=NOW + 2 * HOUR)
    assert kinds_of(signup) == ["changed"]
    assert "Where: The Old Library" in last_of(signup, "changed").text


def test_the_organiser_may_tell_them_at_once(event: Event) -> None:
    signup = a_signup(event, now=NOW)
    edit(event, 0 * MINUTE, venue="The Old Library")
    assert upheaval.will_hear(event) == 1
    assert upheaval.tell_change(event.id, NOW + MINUTE) == 1
    edit(event, 2 * MINUTE, **moved(event, 1))
    assert event.sequence == 2, "what comes after they were told is another step"
    assert kinds_of(signup) == ["changed"]


def test_calling_off_ends_the_wait(event: Event) -> None:
    signup = a_signup(event, now=NOW)
    edit(event, 0 * MINUTE, venue="The Old Library")
    upheaval.call_off(event.id, "", NOW + MINUTE)
    assert tell_what_is_due(event, 10 * MINUTE) == 0
    assert kinds_of(signup) == ["called_off"]


@pytest.mark.parametrize("tries", [0, 1])
def test_a_reminder_of_the_old_time_is_dropped_at_once_and_an_offer_beyond_the_new_start_cut_when_it_is_told(
    event: Event, tries: int
) -> None:
    signup = a_signup(event, now=NOW)
    offered = a_signup(event, state="offered", offered_until=event.starts_at, now=NOW)
    post(letters.place_link(signup), signup, NOW)
    mail = last_of(signup, "place_link")
    mail.letter, mail.tries = "reminder", tries
    was = event.starts_at
    edit(event, 0 * MINUTE, starts_at=event.starts_at - HOUR)
    assert kinds_of(signup, state="dropped") == ["reminder"]
    assert offered.offered_until == was
    tell_what_is_due(event, 10 * MINUTE)
    db.session.refresh(offered)
    assert offered.offered_until == event.starts_at


def test_a_move_put_back_within_ten_minutes_costs_nobody_an_offered_place(event: Event) -> None:
    until = event.starts_at - HOUR
    offered = a_signup(event, state="offered", offered_until=until, now=NOW)
    edit(event, 0 * MINUTE, starts_at=NOW + 4 * HOUR, ends_at=NOW + 6 * HOUR)
    edit(event, 3 * MINUTE, starts_at=until + HOUR, ends_at=until + 3 * HOUR)
    tell_what_is_due(event, 10 * MINUTE)
    line.lapse_offers(event.id, NOW + 5 * HOUR)
    db.session.refresh(offered)
    assert (offered.state, offered.offered_until) == ("offered", until)


def test_who_has_not_heard_of_their_place_hears_of_it_as_it_is_now_and_of_no_change(event: Event) -> None:
    signup = actions.confirm(a_signup(event, state="started", now=NOW).id, NOW)
    edit(event, 1 * MINUTE, **moved(event, 1))
    tell_what_is_due(event, 11 * MINUTE)
    assert kinds_of(signup) == ["place_confirmed"]
    assert kinds_of(signup, state="dropped") == ["place_confirmed"]
    letter = last_of(signup, "place_confirmed")
    assert line_of(letter, "DTSTART") == f"{event.starts_at:%Y%m%dT%H%M%SZ}"
    assert line_of(letter, "SEQUENCE") == "1"


def test_who_gives_back_a_place_they_have_not_heard_of_hears_of_that_alone(event: Event) -> None:
    signup = actions.confirm(a_signup(event, state="started", now=NOW).id, NOW)
    actions.cancel(signup.id, NOW + MINUTE)
    assert kinds_of(signup) == ["cancelled"]
    assert kinds_of(signup, state="dropped") == ["place_confirmed"]


def test_a_change_of_words_is_told_to_those_with_a_place_only_where_the_host_wants_it(event: Event) -> None:
    people: dict[str, Signup] = {
        state: a_signup(event, state=state, now=NOW) for state in ("confirmed", "waitlisted")
    }
    edit(event, 0 * MINUTE, title="A mended titel")
    assert (event.told_before, event.sequence) == ("", 0)
    edit(event, 1 * MINUTE, EVERYTHING, title="Soup and ideas", access_info="A ramp on the left.")
    assert tell_what_is_due(event, 11 * MINUTE) == 1
    letter = last_of(people["confirmed"], "changed")
    assert "Title: Soup and ideas" in letter.text and "Getting in: A ramp on the left." in letter.text
    assert "When:" not in letter.text
    assert kinds_of(people["waitlisted"]) == []


def test_a_silent_change_beside_a_told_one_stays_silent(event: Event) -> None:
    signup = a_signup(event, now=NOW)
    edit(event, 0 * MINUTE, venue="The Old Library", title="A mended title")
    edit(event, 1 * MINUTE, description="More")
    assert tell_what_is_due(event, 10 * MINUTE) == 1
    assert "Title:" not in last_of(signup, "changed").text


def test_only_people_with_an_address_are_counted_among_those_who_will_hear(event: Event) -> None:
    a_signup(event, a_person(event.organisation, address=None, now=NOW), now=NOW)
    a_signup(event, now=NOW)
    edit(event, 0 * MINUTE, venue="The Old Library")
    assert upheaval.will_hear(event) == 1


def test_the_worker_tells_what_is_due_and_nothing_before(app: Flask) -> None:
    with app.app_context():
        begin_write()
        event = an_event(now=NOW)
        ids = event.id, a_signup(event, now=NOW).id
        db.session.commit()
        start_write()
        upheaval.change(ids[0], {"venue": "The Old Library"}, NOW)
        db.session.commit()
    for wait, kinds in (
        (timedelta(minutes=9, seconds=59), []),
        (10 * MINUTE, ["changed"]),
        (HOUR, ["changed"]),
    ):
        moment = NOW + wait
        assert worker.run_job(app, "tell_the_untold", worker.tell_the_untold, partial(max, moment, moment))
        with app.app_context():
            assert kinds_of(db.session.get_one(Signup, ids[1])) == kinds


def test_a_change_that_falls_due_after_the_end_is_told_to_nobody(event: Event) -> None:
    signup = a_signup(event, now=NOW)
    edit(event, 0 * MINUTE, venue="The Old Library")
    assert tell_what_is_due(event, timedelta(days=8)) == 0
    assert kinds_of(signup) == []
