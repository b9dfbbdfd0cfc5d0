"""The timetable: which job runs how often. APScheduler only wakes it; what is due is asked of the database."""

import signal
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from convene import clock
from convene.access import audit, codes, limits, sign_ins, tokens
from convene.circles import apart, delivering, joining, missing, telling, turns
from convene.extensions import begin_write, db, start_write
from convene.health import checks
from convene.inbox import keeping
from convene.inbox.beside import InboxBeside
from convene.mail import log, pace
from convene.mailing import LOOK_AGAIN, STOP, MailAsItComes, send_mail
from convene.messages import actions as messages
from convene.messages import news
from convene.network import came
from convene.nudges import actions as nudges
from convene.nudges import answering, tallies
from convene.nudges.rules import capped
from convene.offers import actions as offers
from convene.people import confidences, merging
from convene.privacy import erasure, retention
from convene.signups import approvals, line, questions, upheaval

Job = Callable[[Flask, Callable[[], datetime]], None]


def read_inbox(app: Flask, now: Callable[[], datetime]) -> None:
    InboxBeside(patient=True)(app, now)


def lapse_offers(app: Flask, now: Callable[[], datetime]) -> None:
    """Offers over are ended, and what is free is offered: also a place that nothing else would pass on."""
    due = [*line.events_with_lapsed_offers(now()), *line.events_with_stranded_places(now())]
    for_each(dict.fromkeys(due), lambda event_id: line.lapse_offers(event_id, now()))


def post_nudges(app: Flask, now: Callable[[], datetime]) -> None:
    """What is due is looked up once, and then decided some people at a time."""
    for_each(nudges.taken_back(now()), nudges.forget)
    for_each(unhurried(nudges.due(now())), lambda batch: nudges.post_batch(batch, now()))


def remind_of_answers(app: Flask, now: Callable[[], datetime]) -> None:
    """Whoever organises hears that somebody still waits for a yes or a no."""
    for_each(approvals.unanswered(now()), lambda late: approvals.remind(late[0], now()))


def tell_the_leads(app: Flask, now: Callable[[], datetime]) -> None:
    """Safeguarding leads hear that something waits for them."""
    for_each(
        confidences.hosts(),
        lambda host_id: confidences.tell_leads(host_id, now(), apart.things(host_id, now())),
    )


def tell_the_untold(app: Flask, now: Callable[[], datetime]) -> None:
    for_each(unhurried(to_tell(now())), lambda tell: tell(now()))


def to_tell(now: datetime) -> Iterator[Callable[[datetime], object]]:
    """Changes that have waited their time, those of a circle together; then all who are still to be told of one."""
    yield from [partial(telling.tell_waiting, circle_id) for circle_id in telling.circles_due(now)]
    yield from [partial(upheaval.tell_change, event_id) for event_id in upheaval.changes_due(now)]
    yield from [partial(upheaval.tell_batch, *batch) for batch in upheaval.batches()]


def send_messages(app: Flask, now: Callable[[], datetime]) -> None:
    due = messages.batches(now(), capped)
    for_each(unhurried(due), lambda message_id: messages.post_batch(message_id, capped, now()))


def tell_what_is_new(app: Flask, now: Callable[[], datetime]) -> None:
    """The letter of the week, host by host and batch by batch; what is left waits for the next run."""
    for_each(unhurried(news.hosts_due(now())), lambda host_id: news.post_due(host_id, capped, now()))


def tell_circles(app: Flask, now: Callable[[], datetime]) -> None:
    """What was written between sessions, to each as they chose; and to who missed a session what happened at it."""
    for_each(unhurried(delivering.due(now())), lambda member_id: delivering.deliver(member_id, now()))
    for_each(missing.sessions_due(now()), lambda event_id: missing.tell(event_id, now()))
    for_each(turns.due(now()), lambda event_id: turns.tell(event_id, now()))


def settle_turns(app: Flask, now: Callable[[], datetime]) -> None:
    """Who left, or cannot come, hosts no more; whoever is next does."""
    for_each(turns.in_turn(), lambda circle_id: turns.settle(circle_id, now()))


def move_lines(app: Flask, now: Callable[[], datetime]) -> None:
    """A place in a circle that nobody else passes on goes to the next in line."""
    for_each(joining.lines_to_move(), lambda circle_id: joining.move_line(circle_id, now()))


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
    for part in (
        limits,
        tokens,
        codes,
        sign_ins,
        audit,
        pace,
        keeping,
        merging,
        questions,
        offers,
        answering,
    ):
        part.forget(now())
    log.purge(now())
    db.session.commit()


def count_up(app: Flask, now: Callable[[], datetime]) -> None:
    """What came of each quarter's events, once a month: figures that stand until the next count."""
    for_each(came.uncounted(now()), lambda one: tallies.count(*one))


def keep_no_longer(app: Flask, now: Callable[[], datetime]) -> None:
    """What people told us goes when its time is over, and people a year after their last event."""
    for_each((retention.forget_unconfirmed, retention.forget_details), lambda part: part(now()))
    for_each(retention.long_gone(now()), lambda person_id: retention.make_anonymous(person_id, now()))
    for_each(erasure.letters_left(), erasure.blank_letters)
    db.session.rollback()
    retention.empty_the_log()


TIMETABLE: tuple[tuple[str, timedelta | None, Job], ...] = (
    ("lapse_offers", timedelta(seconds=30), lapse_offers),
    ("post_nudges", timedelta(minutes=1), post_nudges),
    ("tell_the_leads", timedelta(minutes=10), tell_the_leads),
    ("remind_of_answers", timedelta(minutes=10), remind_of_answers),
    ("tell_the_untold", None, tell_the_untold),  # none: every CONVENE_TICK_SECONDS
    ("send_messages", None, send_messages),
    ("tell_what_is_new", timedelta(minutes=1), tell_what_is_new),
    ("tell_circles", timedelta(minutes=1), tell_circles),
    ("settle_turns", timedelta(hours=1), settle_turns),
    ("move_lines", timedelta(minutes=10), move_lines),
    ("read_inbox", timedelta(minutes=1), read_inbox),
    ("send_mail", None, send_mail),
    ("tidy", timedelta(hours=1), tidy),
    ("retention", timedelta(hours=1), keep_no_longer),
    ("count_up", timedelta(hours=1), count_up),
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
    beside = InboxBeside()
    instead: dict[Job, Job] = {send_mail: MailAsItComes(), read_inbox: beside}
    for name, every, job in TIMETABLE:
        seconds = (every or timedelta(seconds=app.config["TICK_SECONDS"])).total_seconds()
        scheduler.add_job(
            run_job,
            "interval",
            (app, name, instead.get(job, job)),
            seconds=seconds,
            next_run_time=clock.now(),
            id=name,
        )
    scheduler.start()
    signal.sigwait({signal.SIGTERM})
    STOP.set()
    scheduler.shutdown(wait=True)
    beside.end()
