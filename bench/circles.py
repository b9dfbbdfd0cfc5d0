"""A circle with a long memory: a hundred sessions and a thousand posts, and how long each of its pages takes.

`python -m bench.circles` measures in this process, on SQLite in a folder of its own, and prints a line for each page.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient

from bench.load import percentile
from config import ROOT
from convene import clock, links
from convene.circles import memory, notes, promises, talk
from convene.circles.planning import row_of
from convene.extensions import begin_write, db
from tests.factories import a_circle, a_member, a_person, a_session, a_signup, an_organisation
from tests.parts.application import made, migrate_to_newest

SESSIONS, POSTS, THREADS, MEMBERS = 100, 1_000, 20, 24
TIMES, WARM, AIM = 30, 3, 50


def plant() -> dict[str, str]:
    """The circle with all that it kept; returns its pages, each by a name for it."""
    now = clock.now()
    begin_write()
    host = an_organisation("A circle that goes on")
    circle = a_circle(host, talks=True, title="Friendlier streets", now=now - timedelta(days=1500))
    people = [a_person(host, name=f"Person {number} of the circle") for number in range(MEMBERS)]
    members = [a_member(circle, one, joined_at=now - timedelta(days=1500)) for one in people]
    circle.host_id = people[0].id
    for number in range(SESSIONS):
        at = now + timedelta(days=14 * (number - SESSIONS + 5), hours=1)
        event = a_session(circle, now=now - timedelta(days=1500), starts_at=at)
        for one in people:
            a_signup(event, one, now=now - timedelta(days=1500))
        row_of(event).decided = "We begin with benches, and count them again in spring."
        notes.save(
            event.id, people[number % MEMBERS].id, "We were many.\n\n- A bench\n- A baker\n" * 20, 0, at
        )
        action = promises.add(circle.id, "Ask the baker for chairs", people[1].id, at, owner_id=people[2].id)
        if number < SESSIONS - 10:
            promises.put(action, "done", "He said yes", at + timedelta(days=3))
        memory.see(circle.id, "A bench brings people to talk.", people[3].id, at, event.id)
    names = talk.names(circle.id)
    threads = [
        talk.open_thread(circle.id, f"Benches, {number}", people[0].id, None, now)
        for number in range(THREADS)
    ]
    for number in range(POSTS):
        writer = people[number % MEMBERS].id
        talk.write(threads[number % THREADS], writer, "Who has **one** to spare, @Person 3? " * 5, names, now)
    db.session.flush()
    last, thread = event.id, threads[0].id
    token = links.member_token(members[0].id, 1)
    slug = circle.slug
    db.session.commit()
    inside = {"sessions": "", "session": f"/{last}"}
    return {
        "a circle's page, for everybody": f"/circles/{slug}",
        "a member's own page": f"/member/{token}",
        **{f"inside: the {name}": f"/member/{token}/sessions{path}" for name, path in inside.items()},
        "inside: what we do": f"/member/{token}/actions",
        "inside: what we see": f"/member/{token}/insights",
        "inside: the threads": f"/member/{token}/threads",
        "inside: one thread": f"/member/{token}/threads/{thread}",
        "inside: our story": f"/member/{token}/story",
    }


def waits(client: FlaskClient, path: str) -> tuple[list[float], list[float], int]:
    """Of some visits, after a few that nobody counts: seconds of each, of processor, and how large the page is."""
    found, used, size = [], [], 0
    for number in range(WARM + TIMES):
        began, before = time.perf_counter(), time.process_time()
        answer = client.get(path)
        if number >= WARM:
            found.append(time.perf_counter() - began)
            used.append(time.process_time() - before)
        size = len(answer.data)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
    return found, used, size


def measure() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="convene-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'circles.sqlite'}"
        migrate_to_newest(url)
        with made(url) as app:
            with app.app_context():
                pages = plant()
            client = app.test_client()
            for name, path in pages.items():
                found, used, size = waits(client, path)
                middle, most = (percentile(found, share) * 1000 for share in (0.5, 0.95))
                kept = "" if middle < AIM else f", over the {AIM} ms aimed at"
                cost = percentile(used, 0.5) * 1000
                figure = f"{middle:.1f} ms (p95 {most:.1f}), of processor {cost:.1f}"
                yield f"{name:<40}{figure}, {size / 1000:.0f} kB{kept}"


def lines() -> list[str]:
    """The same from a process of its own, so that nothing else is in its memory."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.circles"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [f"  {line}" for line in done.stdout.splitlines()]


if __name__ == "__main__":
    for words in measure():
        print(words, flush=True)
