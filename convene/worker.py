"""The timetable: which job runs how often. APScheduler only wakes it; what is due is asked of the database."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from convene import clock
from convene.access import audit, limits, sign_ins, tokens
from convene.extensions import begin_write, db, start_write
from convene.health import checks
from convene.mail import log, sending
from convene.mail.transport import open_transport
from convene.nudges import actions as nudges
from convene.signups import line, upheaval

Job = Callable[[Flask, Callable[[], datetime]], None]

STOP = threading.Event()  # set once this process has been asked to end
LOOK_AGAIN = 0.05  # seconds
SHARE = 0.9  # of a tick is for mail; the rest is for the other jobs
FLOWS = 5  # seconds after a letter in which more are likely


def send_mail(app: Flask, now: Callable[[], datetime]) -> None:
    with closing(open_transport(app.config["MAIL_URL"])) as transport:
        sending.send_due(transport, owner(), now, stopping=STOP.is_set)


class MailAsItComes:
    """`send_mail` for a worker that runs on: while letters flow it looks at the queue many times a second.

    Letters come in flocks, and somebody sits before the page that tells them to look for theirs. Each run lasts
    most of a tick and keeps its one connection; then the other jobs have their turn.
    """

    def __init__(self) -> None:
        self.flowing_until = 0.0  # on the monotonic clock

    def __call__(self, app: Flask, now: Callable[[], datetime]) -> None:
        end = time.monotonic() + SHARE * min(app.config["TICK_SECONDS"], FLOWS)

        def over() -> bool:
            # In mid-flow too: a run that outlasts the tick loses the next one, and everybody waits for the one after.
            return STOP.is_set() or time.monotonic() > end

        with closing(open_transport(app.config["MAIL_URL"])) as transport:
            while True:
                if sending.send_due(transport, owner(), now, stopping=over):
                    self.flowing_until = time.monotonic() + FLOWS
                if time.monotonic() > min(end, self.flowing_until) or STOP.wait(LOOK_AGAIN):
                    return


def owner() -> str:
    return f"{socket.gethostname()[:30]}:{os.getpid()}"


def lapse_offers(app: Flask, now: Callable[[], datetime]) -> None:
    """Offers over are ended, and what is free is offered: also a place that nothing else would pass on."""
    due = [*line.events_with_lapsed_offers(now()), *line.events_with_stranded_places(now())]
    for_each(dict.fromkeys(due), lambda event_id: line.lapse_offers(event_id, now()))


def post_nudges(app: Flask, now: Callable[[], datetime]) -> None:
    for_each(nudges.events_near(now()), lambda due: nudges.post_due(due[0], due[1], now()))


def tell_the_untold(app: Flask, now: Callable[[], datetime]) -> None:
    for_each(unhurried(upheaval.batches()), lambda batch: upheaval.tell_batch(batch[0], batch[1], now()))


def unhurried(things: Iterable[Any]) -> Iterator[Any]:
    """These, with a breath after each in which others come to write; cut short once this process is to end."""
    for thing in things:
        yield thing
        if STOP.wait(LOOK_AGAIN):
            return


def for_each(things: Iterable[Any], act: Callable[[Any], object]) -> None:
    """Act on each in a transaction of its own, so that one that is broken holds up no other; raises the last fault."""
    last = None
    for thing in things:
        try:
            start_write()
            act(thing)
            db.session.commit()
        except Exception as fault:
            db.session.rollback()
            last = fault
    if last:
        raise last


def tidy(app: Flask, now: Callable[[], datetime]) -> None:
    begin_write()
    for part in (limits, tokens, sign_ins, audit):
        part.forget(now())
    log.purge(now())
    db.session.commit()


TIMETABLE: tuple[tuple[str, timedelta | None, Job], ...] = (
    ("lapse_offers", timedelta(seconds=30), lapse_offers),
    ("post_nudges", timedelta(minutes=1), post_nudges),
    ("tell_the_untold", None, tell_the_untold),  # none: every CONVENE_TICK_SECONDS
    ("send_mail", None, send_mail),
    ("tidy", timedelta(hours=1), tidy),
)


def run_job(app: Flask, name: str, job: Job, now: Callable[[], datetime] = clock.now) -> bool:
    """Run one job and write down that it ran; no failure of one row, the database or the disk ends the worker."""
    error = None
    with app.app_context():
        try:
            job(app, now)
        except Exception as fault:
            error = type(fault).__name__
            app.logger.exception("job %s", name)
        try:
            db.session.rollback()
            begin_write()
            checks.beat(name, now(), error)
            checks.beat("worker", now())
            db.session.commit()
        except Exception:
            app.logger.exception("heartbeat of %s", name)
    return error is None


def tick(app: Flask, now: Callable[[], datetime] = clock.now) -> list[str]:
    """Run each job once, letters last; returns the names of those that failed."""
    order = sorted(TIMETABLE, key=lambda row: row[0] == "send_mail")
    return [name for name, _, job in order if not run_job(app, name, job, now)]


def run(app: Flask) -> None:
    """Run the timetable until SIGTERM. Ctrl-C is the parent's to hear: it stops this process in order."""
    # Waited for and not handled: a handler that sets an Event can meet its own thread inside that Event's lock.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # One thread: one SQLite writer, and never two copies of a job at once. A second may wait for the first to end,
    # so that a run that lasts a moment longer than its tick does not cost the next one.
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 2, "misfire_grace_time": None},
        timezone="UTC",
    )
    for name, every, job in TIMETABLE:
        seconds = (every or timedelta(seconds=app.config["TICK_SECONDS"])).total_seconds()
        scheduler.add_job(
            run_job,
            "interval",
            (app, name, MailAsItComes() if job is send_mail else job),
            seconds=seconds,
            next_run_time=clock.now(),
            id=name,
        )
    scheduler.start()
    signal.sigwait({signal.SIGTERM})
    STOP.set()
    scheduler.shutdown(wait=True)
