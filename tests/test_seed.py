"""The demonstration programme holds all that the first look at Convene is meant to show, and mails nobody a flood."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations
from pathlib import Path
from time import process_time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from convene import seed
from convene.circles.models import Circle
from convene.events.models import Event
from convene.events.queries import past, upcoming
from convene.extensions import begin_write, db
from convene.groups import season, settings
from convene.groups.deal.engine import deal
from convene.groups.deal.reading import from_csv
from convene.groups.facts import problem
from convene.groups.queries import rounds
from convene.mail.models import OutgoingMail
from convene.nudges.actions import due
from convene.nudges.models import Answer, Nudge
from convene.people.models import Lock, Organisation, Person, Role, Separation
from convene.people.queries import organisers, pairs
from convene.signups.models import Signup
from convene.signups.queries import attendance_of, in_state, places, present
from tests.nightly import NIGHTLY
from tests.parts.application import made
from tests.parts.databases import Databases

NOW = datetime(2026, 5, 6, 10, 15, tzinfo=UTC)
SIXTY = Path(seed.__file__).with_name("seed_data") / "sixty-people.csv"


@pytest.fixture(scope="module")
def planted(databases: Databases) -> Iterator[Flask]:
    """The programme, planted once on SQLite for the tests that only look at it."""
    with made(databases.new("sqlite")) as app, app.app_context():
        seed.plant(NOW)
        db.session.commit()
        yield app
        db.session.rollback()


def titled(start: str) -> Event:
    return db.session.scalars(select(Event).where(Event.title.startswith(start))).one()


def the_past() -> Event:
    (event,) = past(NOW)
    return event


def test_it_can_be_planted_on_either_database_in_three_seconds(app: Flask) -> None:
    with app.app_context():
        assert seed.is_empty()
        db.session.rollback()
        before = process_time()
        seed.plant(NOW)
        db.session.commit()
        assert process_time() - before < 3
        assert not seed.is_empty()


def test_it_is_refused_where_there_is_something_already(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        begin_write()
        db.session.add(Organisation(slug="ours", name="Ours", zone="Europe/London", created_at=NOW))
        db.session.commit()
        with pytest.raises(seed.NotEmpty):
            seed.plant(NOW)
        db.session.rollback()
        assert db.session.scalar(select(func.count(Event.id))) == 0


ANY_DAYS = [
    datetime(2026, 3, 28, 1, 30, tzinfo=UTC),  # a Saturday, the night before clocks go forward in London
    datetime(2028, 2, 29, 23, 59, tzinfo=UTC),
    datetime(2026, 5, 4, 5, 0, tzinfo=UTC),  # a Monday
    datetime(2026, 10, 24, 23, 30, tzinfo=UTC),  # before clocks go back
]


@pytest.mark.parametrize("now", ANY_DAYS if NIGHTLY > 1 else ANY_DAYS[:1], ids=str)
def test_any_day_and_hour_will_do(sqlite_app: Flask, now: datetime) -> None:
    with sqlite_app.app_context():
        seed.plant(now)
        db.session.commit()
        assert len(upcoming(now)) >= 6
        assert all(event.starts_at > now + timedelta(days=1) for event in upcoming(now))
        assert len(past(now)) == 1
        for moment in (OutgoingMail.posted_at, Signup.confirmed_at, Answer.answered_at):
            latest = db.session.scalar(select(func.max(moment)))
            assert latest is not None
            assert latest <= now


def test_the_line_up_has_open_evenings_and_a_session_of_each_circle(planted: Flask) -> None:
    line_up = upcoming(NOW)
    assert sum(event.circle_id is None for event in line_up) >= 3
    circles = db.session.scalars(select(Circle)).all()
    assert len(circles) == 3
    assert {event.circle_id for event in line_up} >= {circle.id for circle in circles}
    assert {event.format for event in line_up} == {"online", "in_person"}
    assert {event.zone for event in line_up} == {"Europe/London", "America/New_York"}
    assert len({event.organisation_id for event in line_up}) == 2


def test_one_circle_has_three_sessions_with_the_same_eight_people_to_plan_at_once(planted: Flask) -> None:
    found = season.of(titled("High street circle: a slow walk"), NOW)
    assert found.hindrance is None
    assert (len(found.sessions), len(found.names), found.rounds) == (3, 8, 7)
    plan = deal(season.ask(found, 1).problem, seconds=0.2)
    assert (plan.repeats, len(plan.rounds)) == (0, 7), "seven rounds of pairs: everybody with everybody, once"


def test_one_session_has_two_facilitators_and_captions_in_two_rooms(planted: Flask) -> None:
    event = titled("Measuring circle")
    assert settings.of(event).facilitated
    assert len(settings.facilitators_of(event.id)) == 2
    (need,) = settings.needs_of(event.id)
    assert (need.name, need.groups, len(need.people)) == ("captions", 2, 2)
    told = {signup.person_id: signup.access_needs for signup in in_state(event.id, "confirmed")}
    assert all("aptions" in told[one.person_id] for one in need.people)
    asked = problem(event, seed=1)
    for round_ in deal(asked, seconds=0.05).rounds:
        leads = [sum(one.facilitator and one.id in group for one in asked.people) for group in round_]
        assert sorted(leads) == [0, 0, 1, 1], "two of them lead, and never in one room"


def test_each_challenge_is_told_from_both_sides(planted: Flask) -> None:
    for circle in db.session.scalars(select(Circle)):
        challenge = circle.challenge
        assert challenge.question.endswith("?")
        assert len(challenge.one_side) > 100
        assert len(challenge.other_side) > 100


def test_one_event_is_full_with_a_line_and_an_offer(planted: Flask) -> None:
    event = titled("The shop at the end")
    assert places(event).left == 0
    assert places(event).waiting >= 3
    (offered,) = in_state(event.id, "offered")
    assert offered.offered_until is not None
    assert offered.offered_until > NOW


def test_one_event_is_a_draft_and_one_is_called_off(planted: Flask) -> None:
    states = Counter(db.session.scalars(select(Event.state)))
    assert states["draft"] == 1
    assert states["called_off"] == 1


def test_the_past_evening_has_every_kind_of_attendance(planted: Flask) -> None:
    found = attendance_of(the_past().id)
    assert min(found[state] for state in ("attended", "part", "excused", "no_show")) >= 1
    assert found["unknown"] == 0


def test_the_past_evening_was_dealt_in_three_rounds_in_which_nobody_met_twice(planted: Flask) -> None:
    event = the_past()
    held = rounds(event.id, "held")
    assert [round_.number for round_ in held] == [1, 2, 3]
    met: Counter[tuple[int, int]] = Counter()
    for round_ in held:
        tables = [sorted(seat.person_id for seat in group.seats) for group in round_.groups]
        assert sorted(chain(*tables)) == sorted(signup.person_id for signup in present(event.id))
        met.update(pair for table in tables for pair in combinations(table, 2))
    ids = [signup.person_id for signup in present(event.id)]
    (apart,), (together,) = pairs(Separation, ids), pairs(Lock, ids)
    assert apart not in met
    assert met.pop(together) == 3
    assert set(met.values()) == {1}


def test_some_said_yes_to_each_other_and_some_alone(planted: Flask) -> None:
    released = select(Answer.released_at.is_not(None), func.count()).where(Answer.question == "touch")
    found = {
        yes: number for yes, number in db.session.execute(released.group_by(Answer.released_at.is_not(None)))
    }
    assert found[True] >= 4
    assert found[False] >= 2
    assert db.session.scalar(select(func.count()).where(Answer.question == "helped", Answer.words != ""))


def test_no_two_people_said_the_same_of_the_evening(planted: Flask) -> None:
    said = list(
        db.session.scalars(select(Answer.words).where(Answer.question == "helped", Answer.words != ""))
    )
    assert len(said) == len(set(said)) >= 6


def test_few_letters_lie_in_the_queue_and_one_of_them_can_be_answered_with_a_mutual_yes(
    planted: Flask,
) -> None:
    queued = db.session.scalars(select(OutgoingMail).where(OutgoingMail.state == "queued")).all()
    kinds = {mail.letter for mail in queued}
    assert kinds >= {
        "confirm",
        "place_confirmed",
        "waitlisted",
        "place_offered",
        "thank_you",
        "stay_in_touch",
    }
    assert len(queued) <= 10
    thanked = next(mail.person_id for mail in queued if mail.letter == "thank_you")
    answered = select(Answer.id).where(Answer.person_id == thanked)
    assert db.session.scalar(answered) is None
    wished = select(Answer.id).where(Answer.about_id == thanked, Answer.question == "touch")
    assert db.session.scalar(wished) is not None


def test_nobody_is_nudged_for_it_as_soon_as_the_worker_starts(planted: Flask) -> None:
    assert [batch for batch in due(NOW) if batch.events] == []
    assert db.session.scalar(select(Nudge.id).where(Nudge.state == "sent").limit(1)) is not None


def test_every_address_is_one_that_cannot_exist(planted: Flask) -> None:
    addresses: Sequence[str] = [address for address in db.session.scalars(select(Person.address)) if address]
    addresses = [*addresses, *db.session.scalars(select(OutgoingMail.to_address))]
    addresses += [address for address in db.session.scalars(select(Organisation.reply_to)) if address]
    domains = {address.rpartition("@")[2] for address in addresses}
    assert domains <= {"example.org", "example.com", "example.net"}


def test_olive_owns_the_first_organisation(planted: Flask) -> None:
    (olive,) = organisers("olive@example.org")
    first = db.session.scalars(select(Role).order_by(Role.id)).first()
    assert first is not None
    assert (first.person_id, first.kind) == (olive.id, "owner")


def test_all_its_pages_open(planted: Flask) -> None:
    visitor: FlaskClient = planted.test_client()
    slugs = db.session.scalars(select(Event.slug).where(Event.state != "draft")).all()
    circles = db.session.scalars(select(Circle.slug)).all()
    db.session.rollback()
    for path in ("/", *(f"/events/{slug}" for slug in slugs), *(f"/circles/{slug}" for slug in circles)):
        assert visitor.get(path).status_code == 200, path


def test_the_sixty_people_can_be_dealt_by_a_newcomer() -> None:
    asked = from_csv(SIXTY.read_text(encoding="utf-8"), group_size=4, rounds=6, seed=1)
    assert len(asked.people) == 60
    assert any(guest.newcomer for guest in asked.people)
    assert any(guest.facilitator for guest in asked.people)
    assert any("captions" in guest.needs for guest in asked.people)
    plan = deal(asked, seconds=0.2)
    assert plan.repeats == 0
