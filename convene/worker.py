"""The timetable: which job runs how often. APScheduler only wakes it; what is due is asked of the database."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask, current_app
from sqlalchemy import select

from convene import clock
from convene.access import audit, codes, limits, sign_ins, tokens
from convene.circles import delivering, missing, telling, turns
from convene.extensions import begin_write, db, start_write
from convene.health import checks
from convene.inbox import keeping
from convene.inbox.beside import InboxBeside
from convene.mail import log, pace, restored, sending, switch
from convene.mail.models import OutgoingMail
from convene.mail.transport import open_transport
from convene.messages import actions as messages
from convene.messages import news
from convene.network import came
from convene.nudges import actions as nudges
from convene.nudges import answering, last_look, tallies
from convene.nudges.rules import capped
from convene.offers import actions as offers
from convene.people import confidences, merging
from convene.people.models import Organisation
from convene.privacy import erasure, retention
from convene.signups import approvals, line, questions, upheaval

Job = Callable[[Flask, Callable[[], datetime]], None]

STOP = threading.Event()  # set once this process has been asked to end
LOOK_AGAIN = 0.05  # seconds
SHARE = 0.9  # of a tick is for mail; the rest is for the other jobs
FLOWS = 5  # seconds after a letter in which more are likely


def send_mail(app: Flask, now: Callable[[], datetime]) -> None:
    pause_if_restored(app, now())
    with closing(open_transport(app.config["MAIL_URL"])) as transport:
        sending.send_due(
            transport, owner(), now, stopping=STOP.is_set, remember=remember, look_again=look_again
        )


def look_again(mails: Sequence[OutgoingMail], now: datetime) -> set[int]:
    """Take back those of these letters that say what is no longer so, between the claim and the sending."""
    fallen = last_look.fallen(mails, now)
    db.session.rollback()
    for mail, reason in fallen:
        start_write()
        last_look.take_back(mail, reason, now)
        db.session.commit()
    return {mail.id for mail, _ in fallen}


def remember(mail: OutgoingMail) -> None:
    """Keep, outside the database, that this letter has left."""
    file, name = current_app.config["SENT_MARK"], installation()
    if file and name and mail.sent_at:
        moments = mail.posted_at.isoformat(), mail.sent_at.isoformat()
        try:
            restored.keep(file, restored.Mark(name, mail.message_id, *moments))
        except OSError as fault:  # letters go on leaving; a restored backup would not be noticed
            current_app.logger.warning("no mark is kept of what was sent: %s", fault.strerror)


def installation() -> str:
    """What a restored database has in common with the one it stands for: the host that was here first."""
    first = db.session.execute(
        select(Organisation.id, Organisation.created_at).order_by(Organisation.id)
    ).first()
    db.session.rollback()
    return f"{first.id} {first.created_at.isoformat()}" if first else ""


def pause_if_restored(app: Flask, now: datetime) -> None:
    """Stop all sending where the database does not know what left from this machine; once for each such mark."""
    file = app.config["SENT_MARK"]
    mark = restored.read(file) if file else None
    if mark is None or not restored.gone_back(mark, installation(), now):
        return
    start_write()
    switch.throw(restored.in_words(mark), now)
    db.session.commit()
    file.unlink(missing_ok=True)
    app.logger.error("sending is paused: %s", restored.in_words(mark))


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

        pause_if_restored(app, now())
        with closing(open_transport(app.config["MAIL_URL"])) as transport:
            while True:
                if sending.send_due(
                    transport, owner(), now, stopping=over, remember=remember, look_again=look_again
                ):
                    self.flowing_until = time.monotonic() + FLOWS
                if time.monotonic() > min(end, self.flowing_until) or STOP.wait(LOOK_AGAIN):
                    return


def owner() -> str:
    return f"{socket.gethostname()[:30]}:{os.getpid()}"


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
    for_each(confidences.hosts(), lambda host_id: confidences.tell_leads(host_id, now()))


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
