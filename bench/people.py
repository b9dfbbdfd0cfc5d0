"""A host with many people: how long finding one takes, and what a large export and import cost in time and memory.

`python -m bench.people` measures in this process, on SQLite in a folder of its own, and prints a line for each figure.
"""

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import insert, select

from bench.load import percentile
from bench.rows import an_event, host
from config import ROOT
from convene import clock
from convene.events.models import Event
from convene.extensions import begin_write, db, start_write
from convene.people import finding
from convene.people.models import Person
from convene.people.words import folded_name
from convene.signups import exporting, importing
from convene.signups.models import Signup
from tests.parts.application import made, migrate_to_newest

PEOPLE, SIGNUPS, LINES = 100_000, 50_000, 10_000
SOUGHT = ("pat", "muller", "o'neil", "oneil", "smith jones", "p99999@", "nobody", "soren as")
FIRST = "Ann Bo Cy Dee Émile Fay Gus Hana Iris Jürgen Kit Lou Mo Ned Olu Pat Quin Ros Søren Tom Uma Zoë Łucja"
LAST = "Ash Bell Cole Dune O'Neil Fox Hill Kent Moss Nash Oak Reed Smith-Jones Todd York Müller Nowak García"


def plant() -> tuple[int, int]:
    """People, and an event that half of them signed up to; returns the ids of host and event."""
    now, chance = clock.now(), random.Random(1)  # noqa: S311 - chance for variety
    begin_write()
    event = an_event("A day for the whole town", now.replace(year=now.year + 1), 5000, now)
    host_id, event_id = host(now).id, event.id
    first, last = FIRST.split(), LAST.split()
    rows = []
    for number in range(PEOPLE):
        ending = chr(97 + number % 26) + chr(97 + number // 26 % 26)
        name, address = f"{chance.choice(first)} {chance.choice(last)}{ending}", f"p{number}@example.org"
        row = {"organisation_id": host_id, "name": name, "name_folded": folded_name(name), "address": address}
        rows.append({**row, "address_typed": address, "state": "active", "created_at": now})
    db.session.execute(insert(Person), rows)
    ids = db.session.scalars(select(Person.id).limit(SIGNUPS)).all()
    facts = {"event_id": event_id, "state": "confirmed", "started_at": now}
    db.session.execute(insert(Signup), [{**facts, "person_id": one} for one in ids])
    db.session.commit()
    return host_id, event_id


def search(host_id: int) -> str:
    finding.search(host_id, "warm")
    taken, used = [], time.process_time()
    for _ in range(10):
        for text in SOUGHT:
            db.session.rollback()
            began = time.perf_counter()
            finding.search(host_id, text, limit=51)
            taken.append((time.perf_counter() - began) * 1000)
    middle, most = percentile(taken, 0.5), percentile(taken, 0.95)
    cost = (time.process_time() - used) * 1000 / len(taken)
    return f"a search among {PEOPLE:,} people: {middle:.0f} ms, p95 {most:.0f} ms; {cost:.0f} ms of processor"


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def export(host_id: int, event_id: int) -> str:
    began, before = time.perf_counter(), peak()
    size = sum(len(piece) for piece in exporting.as_csv(exporting.table(host_id, event_id, "Europe/London")))
    seconds = time.perf_counter() - began
    more = peak() - before
    return (
        f"an export of {SIGNUPS:,} rows, {size / 1e6:.1f} MB: {seconds:.1f} s, peak memory {more} MB higher"
    )


def bring_in() -> str:
    start_write()
    event_id = an_event("Another day", clock.now().replace(year=clock.now().year + 1), 5000, clock.now()).id
    db.session.commit()
    text = "Name,Email\n" + "".join(f"New {number},new{number}@example.org\n" for number in range(LINES))
    began = time.perf_counter()
    rows = importing.read(text.encode())
    importing.plan(db.session.get_one(Event, event_id), rows)
    looked = time.perf_counter() - began
    for some in importing.chunks(rows):
        start_write()
        importing.bring_in(event_id, some, False, clock.now())
        db.session.commit()
    whole = time.perf_counter() - began
    return f"an import of {LINES:,} lines: looked at in {looked:.1f} s, brought in by {whole:.1f} s"


def measure() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="convene-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'people.sqlite'}"
        migrate_to_newest(url)
        with made(url) as app, app.app_context():
            host_id, event_id = plant()
            yield export(host_id, event_id)
            yield search(host_id)
            yield bring_in()


def lines() -> list[str]:
    """The same from a process of its own, so that nothing else is in its memory."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.people"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [f"  {line}" for line in done.stdout.splitlines()]


if __name__ == "__main__":
    for words in measure():
        print(words, flush=True)
