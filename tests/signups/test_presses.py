"""Presses at the door: each counts once however often it is sent, and the latest about a person wins."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from convene.events.models import Event
from convene.signups import attendance, checking_in, helping, presses, queries
from convene.signups.models import Press
from convene.signups.presses import Pressed
from tests.factories import a_person, a_signup, an_event, an_organisation

NOW = datetime(2026, 5, 12, 17, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def event(session: scoped_session[Session]) -> Event:
    return an_event(now=NOW, starts_in=timedelta(0), capacity=10)


def here(event: Event) -> set[str]:
    return {one.person.name for one in queries.present(event.id)}


def test_a_press_sent_twice_is_one_and_is_taken_both_times(
    event: Event, session: scoped_session[Session]
) -> None:
    ann = a_signup(event, person=a_person(event.organisation, name="Ann"))
    press = Pressed("a" * 32, "here", NOW, ann.id)
    assert presses.take(event, [press], "helper:1", NOW) == [press.key]
    attendance.mark(ann, "unknown", "person:1", NOW)
    assert presses.take(event, [press, press], "helper:1", NOW) == [press.key, press.key]
    assert here(event) == set(), "it has had its say"
    assert session.scalar(select(func.count(Press.id))) == 1


def test_a_press_that_comes_late_does_not_undo_a_later_one(event: Event) -> None:
    ann = a_signup(event, person=a_person(event.organisation, name="Ann"))
    presses.take(event, [Pressed("b" * 32, "here", NOW, ann.id)], "helper:2", NOW)
    presses.take(event, [Pressed("a" * 32, "not_here", NOW - MINUTE, ann.id)], "helper:1", NOW + MINUTE)
    assert here(event) == {"Ann"}
    presses.take(event, [Pressed("c" * 32, "not_here", NOW + MINUTE, ann.id)], "helper:1", NOW + MINUTE)
    assert here(event) == set()


def test_a_walk_in_has_a_place_and_one_on_the_list_by_that_name_is_meant(event: Event) -> None:
    a_signup(event, person=a_person(event.organisation, name="Ann Ash"))
    walk_ins = [
        Pressed(key * 32, "walk_in", NOW, None, name)
        for key, name in (("a", "Wes"), ("b", "ann ash"), ("c", "  "), ("d", "\N{RIGHT-TO-LEFT OVERRIDE}x"))
    ]
    assert len(presses.take(event, walk_ins, "helper:1", NOW)) == 4
    assert here(event) == {"Wes", "Ann Ash"}
    assert {one.state for one in queries.present(event.id)} == {"confirmed"}


def test_somebody_of_another_event_is_not_touched(event: Event) -> None:
    other = an_event(event.organisation, now=NOW, starts_in=timedelta(0))
    ann = a_signup(other)
    assert presses.take(event, [Pressed("a" * 32, "here", NOW, ann.id)], "helper:1", NOW) == ["a" * 32]
    assert here(other) == set()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_however_they_arrive_the_latest_press_counts(event: Event, order: tuple[int, ...]) -> None:
    ann = a_signup(event, person=a_person(event.organisation, name="Ann"))
    made = [
        Pressed(f"key-{at}-of-ann", verb, NOW + at * MINUTE, ann.id)
        for at, verb in enumerate(("here", "not_here", "here"))
    ]
    for index in order:
        presses.take(event, [made[index]], "helper:1", NOW + 5 * MINUTE)
    assert here(event) == {"Ann"}


def test_a_helpers_link_ends_six_hours_after_the_event_or_when_it_is_revoked(event: Event) -> None:
    link = helping.give(event, "Mia", "person:1", NOW)
    assert helping.is_open(link, event, event.ends_at + timedelta(hours=6) - MINUTE)
    assert not helping.is_open(link, event, event.ends_at + timedelta(hours=6))
    assert helping.revoke(event.id, link.id, NOW) and not helping.revoke(event.id, link.id, NOW)
    assert helping.links_of(event.id) == []


def test_a_phone_that_fell_silent_or_holds_presses_is_known(
    event: Event, session: scoped_session[Session]
) -> None:
    silent, holding, fine, never = (
        helping.give(event, name, "person:1", NOW) for name in ("A", "B", "C", "D")
    )
    helping.heard(silent.id, 0, NOW - 2 * MINUTE)
    helping.heard(holding.id, 3, NOW)
    helping.heard(fine.id, 0, NOW)
    session.expire_all()
    assert [one.label for one in helping.unheard(event, NOW)] == ["A", "B"]
    assert never.seen_at is None


@pytest.mark.parametrize(
    ("minutes", "open_"), [(-61, False), (-60, True), (0, True), (89, True), (90, False)]
)
def test_people_say_that_they_are_here_from_an_hour_before_to_the_end(
    session: scoped_session[Session], minutes: int, open_: bool
) -> None:
    event = an_event(an_organisation(), now=NOW, starts_in=timedelta(0), self_check_in=True)
    ann = a_signup(event)
    when = NOW + minutes * MINUTE
    if open_:
        assert checking_in.come(ann, when) is True
        assert checking_in.come(ann, when) is False, "and it is said once"
    else:
        with pytest.raises(checking_in.NotExpected):
            checking_in.come(ann, when)


def test_nobody_checks_in_where_the_organiser_did_not_say_so_or_without_a_place(
    session: scoped_session[Session],
) -> None:
    closed = an_event(an_organisation(), now=NOW, starts_in=timedelta(0))
    open_ = an_event(an_organisation(), now=NOW, starts_in=timedelta(0), self_check_in=True)
    for signup in (a_signup(closed), a_signup(open_, state="waitlisted", queue_number=1)):
        with pytest.raises(checking_in.NotExpected):
            checking_in.come(signup, NOW)
