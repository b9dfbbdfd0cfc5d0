"""The worker's part that sends: each letter is looked at once more, leaves, and leaves a mark outside the database."""

import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy import select

from convene.extensions import db, start_write
from convene.mail import restored, sending, switch
from convene.mail.models import OutgoingMail
from convene.mail.transport import open_transport
from convene.nudges import last_look
from convene.people.models import Organisation

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
