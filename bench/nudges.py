"""Small asks among many: how long finding what is due takes, and how many are decided and posted in a second.

`python -m bench.nudges` measures in this process, on SQLite in a folder of its own, and prints a line for each figure.
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from bench.rows import an_event, host
from config import ROOT
from convene import clock
from convene.extensions import begin_write, db
from convene.nudges import actions
from convene.people.models import Person
from convene.signups.models import Signup
from tests.parts.application import made, migrate_to_newest

PEOPLE, EVENTS, PLACES, DUE = 100_000, 200, 100, 2_000
NOON = 12  # what is due then is not held for the night


def plant() -> None:
    """People with and without a profile, places at events to come and over; of some of them a reminder is due."""
    now, chance = clock.now().replace(hour=NOON, minute=0), random.Random(1)  # noqa: S311 - chance for variety
    begin_write()
    first = an_event("The first of many", now + timedelta(hours=20), 5000, now)
    host_id = host(now).id
    rows = []
    for number in range(PEOPLE):
        address = f"p{number}@example.org"
        row = {"organisation_id": host_id, "name": f"Person {number}", "name_folded": f"person {number}"}
        days = timedelta(days=chance.randrange(0, 170))
        row |= {"address": address, "address_typed": address, "state": "active", "created_at": now - days}
        rows.append({**row, "field": "Bread" if number % 2 else None})
    db.session.execute(insert(Person), rows)
    ids = list(db.session.scalars(select(Person.id).order_by(Person.id)))
    places = [{"event_id": first.id, "person_id": one} for one in ids[:DUE]]
    for number in range(EVENTS):
        starts = now + timedelta(days=2 + number % 60 if number % 2 else -3 - number % 60)
        event = an_event(f"Number {number}", starts, PLACES, now)
        chosen = chance.sample(ids[DUE:], PLACES)
        places += [{"event_id": event.id, "person_id": one} for one in chosen]
    facts = {
        "state": "confirmed",
        "started_at": now - timedelta(days=9),
        "confirmed_at": now - timedelta(days=9),
    }
    db.session.execute(insert(Signup), [{**facts, **one} for one in places])
    db.session.commit()


def measure() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="convene-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'nudges.sqlite'}"
        migrate_to_newest(url)
        with made(url) as app, app.app_context():
            plant()
            now = clock.now().replace(hour=NOON, minute=0)
            for name, moment in (
                ("with the rules of each hour", now),
                ("of any other minute", now.replace(minute=30)),
            ):
                taken = []
                for _ in range(5):
                    db.session.rollback()
                    began = time.perf_counter()
                    batches = actions.due(moment)
                    taken.append(time.perf_counter() - began)
                found = sum(len(one.people) for one in batches)
                yield f"{found:,} due among {PEOPLE:,} people, {name}: {sorted(taken)[2]:.2f} s"
            db.session.rollback()
            began, posted = time.perf_counter(), 0
            for batch in batches:
                begin_write()
                posted += actions.post_batch(batch, now)
                db.session.commit()
            took = time.perf_counter() - began
            yield f"{posted:,} decided and posted in {took:.1f} s: {posted / took:.0f} a second"


def lines() -> list[str]:
    """The same from a process of its own, so that nothing else is in its memory."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.nudges"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [f"  {line}" for line in done.stdout.splitlines()]


if __name__ == "__main__":
    for words in measure():
        print(words, flush=True)
