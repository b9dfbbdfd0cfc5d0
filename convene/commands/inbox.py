"""`convene inbox`: answers and bounces read from the mailbox, or one message taken from a mail server's pipe."""

import argparse
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import BinaryIO

from flask import current_app
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError

from config import BadSetting, Config
from convene import clock
from convene.app import create_app
from convene.commands.ready import needed_database
from convene.extensions import db, start_write
from convene.inbox import actions, imap
from convene.inbox.line import Away
from convene.inbox.mime import MOST_BYTES
from convene.inbox.read import identity, read

TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: a mail server keeps the message and comes again
RECENT = timedelta(days=2)  # what came since is looked at though a human has opened it
SECONDS = 40  # for one look at the mailbox; what is left waits for the next
ELSEWHERE = "in other hands"
NO_DATABASE = (OperationalError, InterfaceError, ProgrammingError)


def main(argv: list[str]) -> int:
    # Whoever began us may have held SIGTERM back for itself, as the worker does.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    parser = argparse.ArgumentParser(prog="convene inbox")
    parser.add_argument(
        "source", nargs="?", choices=["-"], help="- takes one message from standard input, as from a pipe"
    )
    return from_pipe(sys.stdin.buffer) if parser.parse_args(argv).source else from_mailbox()


def from_mailbox() -> int:
    """Look through the mailbox once. A server or database that is away is one sentence and 1; 75: there is more."""
    app = create_app(Config())
    url = app.config["INBOX_URL"]
    if not url.startswith("imap"):
        raise BadSetting("there is no mailbox to look through: CONVENE_INBOX_URL names none.")
    counted: Counter[str] = Counter()
    with app.app_context(), needed_database():
        try:
            act = partial(take, counted=counted)
            whole = imap.poll(url, known, act, since=clock.now() - RECENT, seconds=SECONDS)
        except Away as away:
            raise BadSetting(f"{away}; what is there stays there.") from None
        finally:
            for kind, number in sorted(counted.items()):
                print(f"{kind}: {number}")
    return 0 if whole and not counted[ELSEWHERE] else TRY_AGAIN


def from_pipe(source: BinaryIO) -> int:
    """Take one message. Whatever keeps us from it, the mail server is asked to try again and nothing is lost."""
    raw = source.read(MOST_BYTES + 1)
    while source.read(1 << 20):  # else the mail server would see its pipe break
        pass
    try:
        app = create_app(Config())
        if not app.config["INBOX_URL"]:
            raise BadSetting(
                "CONVENE_INBOX_URL is not set; for a mail server that hands messages on, pipe: it is."
            )
        counted: Counter[str] = Counter()
        with app.app_context(), needed_database():
            take(raw, len(raw) <= MOST_BYTES, counted)
    except Exception as fault:  # any other exit code makes a mail server send the message back to its sender
        words = str(fault) if isinstance(fault, BadSetting) else type(fault).__name__
        print(f"convene: the message was not taken: {words}", file=sys.stderr)
        return TRY_AGAIN
    return TRY_AGAIN if counted[ELSEWHERE] else 0


def known(identities: Sequence[str]) -> dict[str, bool]:
    found = actions.known(identities)
    db.session.rollback()
    return found


def take(raw: bytes, whole: bool, counted: Counter[str]) -> bool:
    """One message in a transaction of its own; returns whether it is done with, and no human need see it."""
    name = identity(raw)
    start_write()
    step = actions.begin(name, clock.now())
    db.session.commit()
    if step == "known":  # to a reader that died before it could say so, or to another
        return not known([name]).get(name, False)
    if step != "begun":
        counted[step if step == ELSEWHERE else f"other {step}"] += 1
        return False
    incoming = read(raw, whole=whole)
    now = clock.now()
    try:
        start_write()
        row = actions.take(incoming, now)
        if row is None:  # meanwhile, by a reader that took this one for dead
            db.session.rollback()
            return not known([name]).get(name, False)
        kind, outcome = row.kind, row.outcome
        db.session.commit()
    except NO_DATABASE:
        db.session.rollback()
        raise
    except Exception:  # one message that nobody thought of must not hold up those behind it
        current_app.logger.exception("a message in the inbox could not be dealt with")
        start_write()
        actions.write_down(incoming, now)
        db.session.commit()
        kind, outcome = "other", "broken"
    counted[f"{kind} {outcome}"] += 1
    return kind not in actions.LEFT
