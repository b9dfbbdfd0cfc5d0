"""A season of nudges over a real database: nobody over a cap, nothing at night, nothing twice, each with its reason."""

from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import settings
from sqlalchemy import select

from convene.calendar.quiet import is_quiet
from convene.extensions import db
from convene.mail import letter
from convene.mail.models import OutgoingMail
from convene.nudges.finders import FINDERS
from convene.nudges.models import Nudge
from convene.nudges.rules.caps import CAPS
from convene.nudges.rules.registry import AT_ONCE, COUNTED, OF
from convene.people.models import Person
from tests.nudges.simulation import Season, Sent

LETTERS = (*FINDERS, "digest")
NEVER = datetime.max.replace(tzinfo=UTC)
NIGHTLY = settings.get_current_profile_name() == "nightly"


@pytest.fixture
def wordless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters without words: those are what other tests are about, and most of the time of this one."""
    monkeypatch.setattr(letter, "render", lambda kind, name, facts: "x")


def hold(season: Season) -> None:
    """Everything that a season must not break."""
    ours = [one for one in season.sent if one.letter in LETTERS]
    assert ours, "something was sent"
    nobody_is_over_a_cap(ours, season.erased)
    nothing_comes_at_night(ours)
    nothing_comes_to_the_erased(season)
    nothing_comes_twice(ours)
    everything_has_its_reason()


def nobody_is_over_a_cap(sent: list[Sent], erased: dict[int, datetime]) -> None:
    """Reminders count, and no cap drops them; what is capped finds less than the most before it, over every host.

    Of somebody whom one host erased, nothing is left there that tells another host how many letters that mailbox had.
    """
    had: dict[str, list[Sent]] = defaultdict(list)
    for one in sorted(sent, key=lambda one: (one.at, one.letter != "reminder")):
        counts = one.letter == "digest" or one.letter in COUNTED
        if counts and one.letter != "reminder":
            known = [was.at for was in had[one.address] if one.at < erased.get(was.person_id, NEVER)]
            for span, most in CAPS:
                before = [at for at in known if one.at - span < at <= one.at]
                assert len(before) < most, (one, before)
        if counts:
            had[one.address].append(one)


def nothing_comes_at_night(sent: list[Sent]) -> None:
    """On the clocks of whoever said where they are, else on those of what the letter is about."""
    zones = {person_id: zone for person_id, zone in db.session.execute(select(Person.id, Person.zone))}
    for one in sent:
        if one.letter != "to_do":
            assert one.zone and not is_quiet(one.at, one.zone), one
            assert zones[one.person_id] in (None, one.zone), one


def nothing_comes_to_the_erased(season: Season) -> None:
    late = [one for one in season.sent if one.at >= season.erased.get(one.person_id, NEVER)]
    assert late == []


def nothing_comes_twice(sent: list[Sent]) -> None:
    keys = Counter(one.key for one in sent)
    assert [key for key, times in keys.items() if times > 1] == []
    columns = (Nudge.rule, Nudge.subject_id, Nudge.person_id, Nudge.step, Nudge.state, Nudge.letter_key)
    rows = db.session.execute(select(*columns).where(Nudge.state.in_(("sent", "acted")))).all()
    once = Counter((rule, subject, person, step) for rule, subject, person, step, _, _ in rows)
    assert max(once.values()) == 1
    each = Counter(
        (rule, subject, person) for rule, subject, person, *_ in rows if subject and rule != "reminder"
    )
    assert [one for one, times in each.items() if times > OF[one[0]].most] == []
    posted = set(db.session.scalars(select(OutgoingMail.key)))
    told = {key for *_, state, key in rows if state == "sent"}
    assert told <= posted, (
        "each that was sent is in a letter; what was answered before may have been taken back"
    )


def everything_has_its_reason() -> None:
    for nudge in db.session.scalars(select(Nudge)):
        assert nudge.state in ("sent", "acted", "held", "expired", "stopped")
        assert len(nudge.reason.split()) >= 3, nudge.key
        assert (nudge.look_at is not None) == (nudge.state == "held"), nudge.key
        if nudge.state == "held":
            assert nudge.held_because == nudge.reason
    dropped = select(OutgoingMail).where(OutgoingMail.state == "dropped", OutgoingMail.letter.in_(LETTERS))
    for mail in db.session.scalars(dropped):
        assert mail.last_answer, mail.key


def test_a_season_drawn_by_lot(sqlite_app: Flask, wordless: None) -> None:
    """Twenty days of ninety people by day, ninety days of a thousand by night (`make nightly TESTS=tests/nudges`)."""
    with sqlite_app.app_context():
        season = Season(people=1000, days=90, seed=8) if NIGHTLY else Season(people=90, days=20, seed=1)
        season.make()
        season.run()
        hold(season)
        sent = {one.letter for one in season.sent}
        rules = set(db.session.scalars(select(Nudge.rule).where(Nudge.state.in_(("sent", "acted")))))
        assert rules == set(FINDERS), "every rule spoke"
        assert {one.letter for one in AT_ONCE} - {"", "circle_asked"} <= sent, "and what answers an act"
        assert "digest" in sent and season.killed > (10 if NIGHTLY else 1)


def test_a_smaller_season_on_postgresql(postgres_app: Flask, wordless: None) -> None:
    with postgres_app.app_context():
        season = Season(people=24, days=11, seed=11)
        season.make()
        season.run()
        hold(season)
