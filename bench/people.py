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
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, select

from bench.load import percentile
from bench.rows import an_event, host
from config import ROOT
from convene import clock
from convene.access import sign_ins
from convene.events.actions import draft
from convene.events.models import Event
from convene.extensions import begin_write, db, start_write
from convene.people import finding
from convene.people.actions import give_role, meet
from convene.people.models import Person
from convene.people.words import folded_name
from convene.signups import exporting, importing
from convene.signups.models import Signup
from tests.parts.application import made, migrate_to_newest

PEOPLE, SIGNUPS, LINES = 100_000, 50_000, 10_000
EVENTS, GUESTS = 500, 20_000
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


def desk(app: Flask) -> str:
    """The first page of the desk, with many events to come and past, each with some sign-ups."""
    now = clock.now()
    begin_write()
    made = host(now)
    owner = meet(made, "olive@example.org", "Olive", now)
    give_role(owner, "owner", now)
    facts = {"starts_at": now, "ends_at": now, "venue": "The Hall", "capacity": 40, "host_name": "Olive"}
    ids = []
    for number in range(EVENTS):
        starts = now + timedelta(days=number - EVENTS // 2)
        whole = {
            **facts,
            "title": f"Evening {number}",
            "starts_at": starts,
            "ends_at": starts + timedelta(hours=2),
        }
        event = draft(made, {**whole, "zone": "Europe/London"}, now)
        event.state = "published"
        ids.append(event.id)
    guests = db.session.scalars(
        select(Person.id).where(Person.organisation_id == made.id).limit(GUESTS)
    ).all()
    rows = [
        {"event_id": ids[number % EVENTS], "person_id": one, "state": "confirmed", "started_at": now}
        for number, one in enumerate(guests)
    ]
    db.session.execute(insert(Signup), rows)
    secret = sign_ins.open_sign_in(owner.address or "", made.id, "a bench", now)
    db.session.commit()
    client = app.test_client()
    client.set_cookie("convene_desk", secret)
    taken, used = [], 0.0
    for turn in range(40):
        began, spent = time.perf_counter(), time.process_time()
        answer = client.get("/organise/")
        assert answer.status_code == 200
        if turn:  # the first makes the template ready
            taken.append((time.perf_counter() - began) * 1000)
            used += time.process_time() - spent
    middle, most, cost = percentile(taken, 0.5), percentile(taken, 0.95), used * 1000 / len(taken)
    words = f"the desk of {EVENTS} events and {len(guests):,} sign-ups: {middle:.0f} ms, p95 {most:.0f} ms"
    return f"{words}; {cost:.0f} ms of processor, {len(answer.data) / 1000:.0f} kB"


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
            yield desk(app)


def lines() -> list[str]:
    """The same from a process of its own, so that nothing else is in its memory."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.people"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [f"  {line}" for line in done.stdout.splitlines()]


if __name__ == "__main__":
    for words in measure():
        print(words, flush=True)
