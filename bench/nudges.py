"""Small asks among many: how long finding what is due takes, and how many are decided and posted in a second.

`python -m bench.nudges` measures in this process, on a new SQLite and on a new PostgreSQL, and prints a line for each
figure. What is posted is a mixture of all rules; its floor is the plain driver writing the same rows into the same
tables, as many to a commit. The floor of finding is the plain driver reading everybody once.
"""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select, text

from bench.asking import NOW, PEOPLE, plant
from bench.server import KINDS, new_postgres
from config import ROOT
from convene.extensions import WRITING, begin_write, db, dialect
from convene.mail.models import OutgoingMail
from convene.nudges import actions
from convene.nudges.actions import AT_ONCE, Batch
from convene.nudges.finders import FINDERS
from convene.nudges.models import Nudge
from tests.parts import postgres
from tests.parts.application import made, migrate_to_newest

T = TypeVar("T")
MUST, WITHIN = 1_000, 2.0  # letters a second, seconds to find all that is due


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of a new database that keeps its word; gone afterwards."""
    if kind == "SQLite":
        with tempfile.TemporaryDirectory(prefix="convene-bench-") as folder:
            yield f"sqlite:///{Path(folder) / 'nudges.sqlite'}"
        return
    run = postgres.Run()
    try:
        yield new_postgres(run)
    finally:
        run.end()


def measure(kind: str) -> Iterator[str]:
    with database(kind) as url:
        migrate_to_newest(url)
        with made(url) as app, app.app_context():
            plant()
            if kind != "SQLite":  # as its own housekeeping would, were it on
                db.session.execute(text("analyze"))
                db.session.commit()
            yield f"{kind}:"
            yield from found()
            yield from posted(actions.due(NOW))


def found() -> Iterator[str]:
    """Its floor is the plain driver reading everybody's number, address and state once."""
    moments = (("with the rules of each hour", NOW), ("of any other minute", NOW.replace(minute=30)))
    everybody, whole = middle(read_everybody)
    for name, moment in moments:
        (taken, used), batches = middle(partial(actions.due, moment))
        people = sum(len(one.people) for one in batches)
        figure = f"{taken:.2f} s, {used:.2f} of processor"
        kept = "" if taken < WITHIN else f", over the {WITHIN:.0f} s that it may take"
        yield f"  {people:,} due among {PEOPLE:,} people, {name}: {figure}{kept}"
        yield (
            f"    {len(whole):,} people read by the plain driver: {everybody[0]:.2f} s; finding takes"
            f" {taken / everybody[0]:.1f} times that, {used / everybody[1]:.1f} times the processor"
        )


def read_everybody() -> Sequence[object]:
    with db.engine.connect() as connection:
        return connection.exec_driver_sql("SELECT id, address_typed, state FROM person").fetchall()


def middle(act: Callable[[], Sequence[T]]) -> tuple[tuple[float, float], Sequence[T]]:
    """The middle of five times, of the clock and of the processor, and what was found the last time."""
    taken, used = [], []
    for _ in range(5):
        db.session.rollback()
        began, before = time.perf_counter(), time.process_time()
        result = act()
        taken.append(time.perf_counter() - began)
        used.append(time.process_time() - before)
    return (sorted(taken)[2], sorted(used)[2]), result


def posted(batches: list[Batch]) -> Iterator[str]:
    """Everything that is due, batch by batch, each in a transaction of its own, as the worker does it."""
    db.session.rollback()
    since = {table: db.session.scalar(select(func.max(table.id))) or 0 for table in (Nudge, OutgoingMail)}
    db.session.rollback()
    began, before, letters = time.perf_counter(), time.process_time(), 0
    for batch in batches:
        begin_write()
        letters += actions.post_batch(batch, NOW)
        db.session.commit()
    took, used = time.perf_counter() - began, time.process_time() - before
    rows = Counter(
        db.session.scalars(select(OutgoingMail.letter).where(OutgoingMail.id > since[OutgoingMail]))
    )
    asked = Counter(db.session.scalars(select(Nudge.rule).where(Nudge.id > since[Nudge])))
    kept = "" if letters / took >= MUST else f", under the {MUST:,} that must be"
    yield f"  {letters:,} letters decided and posted: {letters / took:,.0f} a second{kept}"
    yield f"    costs {used / letters * 1000:.2f} ms of processor each, which is {letters / used:,.0f} a second"
    yield f"    {', '.join(f'{number} {letter}' for letter, number in rows.most_common())}"
    of_rules = ", ".join(f"{number} {rule}" for rule, number in asked.most_common())
    yield f"    in them and held back, of {len(asked)} of {len(FINDERS)} rules: {of_rules}"
    plain, plain_used = floor(since)
    yield (
        f"    the same rows by the plain driver: {letters / plain:,.0f} a second, {plain_used / letters * 1000:.2f} ms "
        f"of processor; posting is {plain / took:.3f} of it, {plain_used / used:.3f} in processor"
    )


def floor(since: dict[type, int]) -> tuple[float, float]:
    """What was posted is taken out and written again by the driver alone: (seconds, of processor)."""
    mark = "?" if dialect() == "sqlite" else "%s"
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITING[dialect()]) as connection:
        kept = {}
        for table in since:
            name = table.__tablename__
            found = connection.exec_driver_sql(f"SELECT * FROM {name} WHERE id > {since[table]} ORDER BY id")  # noqa: S608
            columns_ = list(found.keys())
            columns = ", ".join(f'"{one}"' for one in columns_)
            marks = ", ".join([mark] * len(columns_))
            kept[f"INSERT INTO {name} ({columns}) VALUES ({marks})"] = [tuple(one) for one in found]  # noqa: S608
            connection.exec_driver_sql(f"DELETE FROM {name} WHERE id > {since[table]}")  # noqa: S608
        connection.commit()
        began, before = time.perf_counter(), time.process_time()
        for first in range(0, max(map(len, kept.values())), AT_ONCE):
            for statement, rows in kept.items():
                if some := rows[first : first + AT_ONCE]:
                    connection.exec_driver_sql(statement, some)
            connection.commit()
        return time.perf_counter() - began, time.process_time() - before


def lines() -> list[str]:
    """The same from a process of its own, so that nothing else is in its memory."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.nudges"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [f"  {line}" for line in done.stdout.splitlines()]


if __name__ == "__main__":
    for one in KINDS:
        for words in measure(one):
            print(words, flush=True)
