"""Each job has its turn, and a fault at one event is that event's alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from convene import mailing, worker
from convene.extensions import begin_write, db
from convene.health.models import Heartbeat
from convene.mail.models import OutgoingMail
from convene.signups.models import Signup
from tests.factories import a_signup, an_event
from tests.mail.posting import post

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def days_on(days: int) -> Callable[[], datetime]:
    return lambda: NOW + timedelta(days=days)


def broken_for(wanted: int, act: Any) -> Any:
    def guarded(one: Any, *rest: Any) -> Any:
        if wanted == one or wanted in getattr(one, "events", ()):
            raise RuntimeError("this event is broken")
        return act(one, *rest)

    return guarded


@pytest.mark.parametrize("job", ["lapse_offers", "post_nudges"])
def test_one_broken_event_holds_up_no_other(app: Flask, monkeypatch: pytest.MonkeyPatch, job: str) -> None:
    with app.app_context():
        begin_write()
        events = [an_event(starts_in=timedelta(hours=20), now=NOW) for _ in range(3)]
        late = NOW - timedelta(minutes=1)
        offered = [a_signup(event, state="offered", offered_until=late, now=NOW).id for event in events]
        for event in events:
            a_signup(event, now=NOW - timedelta(days=2))
        first = events[0].id
        db.session.commit()
    monkeypatch.setattr(worker.line, "lapse_offers", broken_for(first, worker.line.lapse_offers))
    monkeypatch.setattr(worker.nudges, "AT_ONCE", 1)
    monkeypatch.setattr(worker.nudges, "post_batch", broken_for(first, worker.nudges.post_batch))
    act = {name: act for name, _, act in worker.TIMETABLE}[job]
    assert worker.run_job(app, job, act, lambda: NOW) is False
    with app.app_context():
        assert db.session.get_one(Heartbeat, job).error == "RuntimeError"
        states = [db.session.get_one(Signup, one).state for one in offered]
        nudged = len(db.session.scalars(worker.db.select(worker.nudges.Nudge)).all())
    if job == "lapse_offers":
        assert states == ["offered", "lapsed", "lapsed"]
    else:
        assert nudged == 2


def test_mail_gives_the_other_jobs_their_turn_while_letters_keep_coming(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that outlasts its tick loses the next one, and whoever waits for a letter waits for two."""
    with sqlite_app.app_context():
        begin_write()
        for _ in range(5):
            post(now=NOW)
        db.session.commit()

        def left() -> int:
            waiting = select(func.count(OutgoingMail.id)).where(OutgoingMail.state.in_(("queued", "retry")))
            return db.session.scalar(waiting) or 0

        mail = worker.MailAsItComes()
        monkeypatch.setattr(mailing, "SHARE", 0)
        mail(sqlite_app, lambda: NOW)
        assert left() == 5, "its share was over before it began"
        monkeypatch.setattr(mailing, "SHARE", 0.9)
        mail(sqlite_app, lambda: NOW)
        assert left() == 0


def test_no_job_ever_makes_of_a_place_without_a_mark_somebody_who_did_not_come(app: Flask) -> None:
    """Only the organiser's word that attendance is complete does; until then everybody is thanked alike."""
    with app.app_context():
        begin_write()
        event = an_event(starts_in=-timedelta(hours=3), now=NOW)
        signups = [a_signup(event, now=NOW - timedelta(days=2)).id for _ in range(2)]
        db.session.commit()
    for days in (0, 1, 2, 8, 40):
        for name, _, act in worker.TIMETABLE:
            if name in ("post_nudges", "tell_the_untold", "lapse_offers", "keep_no_longer", "tidy"):
                assert worker.run_job(app, name, act, days_on(days)), name
    with app.app_context():
        assert [db.session.get_one(Signup, one).attendance for one in signups] == [None, None]
        texts = worker.db.session.scalars(
            worker.db.select(OutgoingMail).where(OutgoingMail.letter == "thank_you")
        )
        assert not [one for one in texts if "missed you" in f"{one.subject} {one.text}"]
