"""An event is drafted, edited and published; what people must be told raises its revision, and nothing else."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from convene.events import actions, queries
from convene.extensions import begin_write, db
from convene.people.actions import slug_of
from tests.crowd import at_once, faults
from tests.factories import an_event, an_organisation

pytestmark = pytest.mark.quick

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@given(some.text(max_size=300))
def test_any_title_gives_an_address_that_needs_no_escaping(title: str) -> None:
    slug = slug_of(title)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= 80
    assert slug_of(slug) == slug


def test_a_title_can_be_read_in_its_address() -> None:
    assert slug_of("Who owns the High Street?") == "who-owns-the-high-street"
    assert slug_of("  Crème brûlée & co. ") == "creme-brulee-co"
    assert slug_of("日本語") == "untitled"


def test_events_of_one_title_get_addresses_of_their_own(session: scoped_session[Session]) -> None:
    slugs = [an_event(title="Power", starts_at=NOW + DAY, now=NOW).slug for _ in range(4)]
    assert slugs == ["power", "power-2026-05-05", "power-2", "power-3"]


def test_two_who_press_create_at_once_make_two_events(app: Flask) -> None:
    with app.app_context():
        begin_write()
        host_id = an_organisation("Open Table", now=NOW).id
        db.session.commit()

    def press(_: int) -> str:
        begin_write()
        host = an_organisation("Open Table", now=NOW)
        assert host.id == host_id
        slug = an_event(host, title="Power", now=NOW).slug
        db.session.commit()
        return slug

    results = at_once(app, 6, press)
    assert faults(results) == []
    assert len(set(results)) == 6


def test_a_draft_is_seen_by_nobody_until_it_is_published(session: scoped_session[Session]) -> None:
    event = an_event(state="draft", now=NOW)
    assert queries.public(event.slug) is None
    assert queries.upcoming(NOW) == []
    actions.publish(event, NOW)
    session.flush()
    assert queries.public(event.slug) is event
    assert queries.upcoming(NOW) == [event]


def test_what_has_begun_or_is_public_already_is_not_published(session: scoped_session[Session]) -> None:
    past = an_event(state="draft", starts_in=timedelta(), now=NOW)
    for event in (past, an_event(now=NOW), an_event(state="called_off", now=NOW)):
        with pytest.raises(actions.CannotPublish):
            actions.publish(event, NOW)


@pytest.mark.parametrize(
    "facts",
    [
        {"starts_at": NOW + 2 * DAY},
        {"ends_at": NOW + 9 * DAY},
        {"venue": "Elsewhere"},
        {"zone": "Europe/Paris"},
        {"format": "online"},
    ],
)
def test_what_people_must_be_told_raises_the_sequence(
    session: scoped_session[Session], facts: dict[str, object]
) -> None:
    event = an_event(now=NOW)
    later = NOW + timedelta(hours=1)
    assert actions.edit(event, facts, later) == set(facts)
    assert (event.sequence, event.revised_at) == (1, later)


def test_other_words_are_a_revision_without_a_new_sequence(session: scoped_session[Session]) -> None:
    event = an_event(now=NOW)
    later = NOW + timedelta(hours=1)
    assert actions.edit(event, {"title": "Other", "summary": event.summary}, later) == {"title"}
    assert (event.sequence, event.revised_at) == (0, later)


def test_saving_what_was_there_changes_nothing(session: scoped_session[Session]) -> None:
    event = an_event(now=NOW)
    paris = event.starts_at.astimezone()
    assert actions.edit(event, {"starts_at": paris, "venue": event.venue}, NOW + DAY) == set()
    assert (event.sequence, event.revised_at) == (0, NOW)


def test_a_draft_may_change_without_a_revision(session: scoped_session[Session]) -> None:
    event = an_event(state="draft", now=NOW)
    actions.edit(event, {"starts_at": NOW + 2 * DAY}, NOW + DAY)
    assert event.sequence == 0


@pytest.mark.parametrize(
    "facts", [{"ends_at": NOW + DAY}, {"capacity": 0}, {"state": "odd"}, {"format": "odd"}]
)
def test_an_impossible_event_does_not_reach_the_database(
    session: scoped_session[Session], facts: dict[str, object]
) -> None:
    event = an_event(starts_at=NOW + DAY, now=NOW)
    for name, value in facts.items():
        setattr(event, name, value)
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_line_up_shows_what_has_not_ended_the_soonest_first(session: scoped_session[Session]) -> None:
    later = an_event(starts_in=3 * DAY, now=NOW)
    sooner = an_event(starts_in=2 * DAY, now=NOW)
    running = an_event(starts_in=timedelta(minutes=-30), now=NOW)
    over = an_event(starts_in=-DAY, now=NOW)
    an_event(state="called_off", now=NOW)
    an_event(state="draft", now=NOW)
    assert queries.upcoming(NOW) == [running, sooner, later]
    assert queries.past(NOW) == [over]


def test_an_event_is_found_by_its_own_organisation_alone(session: scoped_session[Session]) -> None:
    ours, theirs = an_event(now=NOW), an_event(now=NOW)
    assert queries.one_for_org(ours.organisation_id, ours.id) is ours
    assert queries.one_for_org(ours.organisation_id, theirs.id) is None
    assert queries.for_org(ours.organisation_id) == [ours]
