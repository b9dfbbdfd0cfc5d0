"""Over real HTTP, with two processes serving, a hall is filled to the last place and not beyond."""

import http.client
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Barrier, Thread
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy import event as happening
from werkzeug.serving import make_server

from convene import clock, extensions, links
from convene.events.models import Event
from convene.extensions import begin_write, db, start_write
from convene.mail.models import OutgoingMail
from convene.people.models import Person
from convene.signups import queries
from convene.signups.models import HOLDING, Signup
from tests.crowd import counted_together
from tests.factories import a_signup, an_event
from tests.parts.processes import Processes
from tests.signups.reading import kinds_of

Post = tuple[str, dict[str, str]]  # a path and the fields of its form


class Crowd:
    """Visitors of one browser's cookie who press buttons at the same moment, each over a connection of its own."""

    def __init__(self, port: int | None, page: str) -> None:
        self.port = port
        line = self.line()
        line.request("GET", page)
        answer = line.getresponse()
        words = answer.read().decode()
        assert answer.status == 200, words
        self.cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', words)
        assert found, "no form on the page"
        self.token = found[1]
        line.close()

    def line(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port or 0, timeout=30)

    def press(self, posts: Sequence[Post]) -> Counter[int]:
        """Post all of these at once; how often each status came back."""
        gate = Barrier(len(posts))

        def one(post: Post) -> int:
            path, fields = post
            line = self.line()
            line.connect()
            gate.wait(30)
            body = urlencode({"csrf_token": self.token, **fields})
            head = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
            line.request("POST", path, body, head)
            answer = line.getresponse()
            answer.read()
            line.close()
            return answer.status

        with ThreadPoolExecutor(len(posts)) as pool:
            return Counter(pool.map(one, posts))


def path_of(signup: Signup, verb: str = "") -> str:
    return urlsplit(links.place(signup.id, signup.generation)).path + verb


def signups_of(event_id: int) -> Sequence[Signup]:
    db.session.rollback()
    return db.session.scalars(select(Signup).where(Signup.event_id == event_id).order_by(Signup.id)).all()


def test_twenty_who_press_at_once_for_three_places_are_three_with_a_place_and_one_line(
    app: Flask, processes: Processes
) -> None:
    web = processes.web(workers=2)
    with app.app_context():
        # The last time two of the three places are online, and half of the people would come there.
        for online in (None, None, 2):
            start_write()
            event = an_event(capacity=3 - (online or 0), online_places=online)
            people = [
                a_signup(event, state="started", attends_online=bool(online and number % 2))
                for number in range(20)
            ]
            posts: list[Post] = [(path_of(one, "/confirm"), {}) for one in people]
            event_id = event.id
            db.session.commit()
            statuses = Crowd(web.port, posts[0][0].removesuffix("/confirm")).press(posts)
            assert statuses == {303: 20}
            found = signups_of(event_id)
            assert Counter(one.state for one in found) == {"confirmed": 3, "waitlisted": 17}
            kept = sum(one.attends_online for one in found if one.state == "confirmed")
            assert kept == (online or 0), "each kind of place is given as often as there is one"
            numbers = sorted(one.queue_number for one in found if one.queue_number)
            assert numbers == list(range(1, 18)), "each place in line given once"
            for one in found:
                assert kinds_of(one) == [
                    {"confirmed": "place_confirmed", "waitlisted": "waitlisted"}[one.state]
                ]


def test_ten_cancels_pressed_five_times_each_free_ten_places_for_the_first_ten_in_line(
    app: Flask, processes: Processes
) -> None:
    web = processes.web(workers=2)
    with app.app_context():
        begin_write()
        event = an_event(capacity=10)
        held = [a_signup(event) for _ in range(10)]
        waiting = [a_signup(event, state="waitlisted") for _ in range(15)]
        posts: Sequence[Post] = [(path_of(one, "/cancel"), {}) for one in held] * 5
        held_ids, waiting_ids = [one.id for one in held], [one.id for one in waiting]
        event_id = event.id
        db.session.commit()
        statuses = Crowd(web.port, posts[0][0]).press(posts)
        assert statuses == {303: 50}
        found = {one.id: one for one in signups_of(event_id)}
        assert {found[one].state for one in held_ids} == {"cancelled"}
        states = [found[one].state for one in waiting_ids]
        assert states == ["offered"] * 10 + ["waitlisted"] * 5, "as many as were freed, the first in line"
        for one in held_ids:
            assert kinds_of(found[one]) == ["cancelled"]
        for one in waiting_ids[:10]:
            assert kinds_of(found[one]) == ["place_offered"]


def test_one_person_who_signs_up_twenty_times_at_once_is_one_row_and_a_handful_of_letters(
    app: Flask, processes: Processes
) -> None:
    web = processes.web(workers=2)
    with app.app_context():
        begin_write()
        event = an_event()
        event_id, page = event.id, f"/events/{event.slug}"
        db.session.commit()
        spellings = ["Pat@Example.org", "pat@example.org", "PAT@EXAMPLE.ORG", " pat@example.org "]
        form = [{"name": "Pat", "email": spellings[number % 4]} for number in range(20)]
        hour = clock.now().hour
        statuses = Crowd(web.port, page).press([(f"{page}/sign-up", one) for one in form])
        assert statuses == {303: 20}
        assert [one.state for one in signups_of(event_id)] == ["started"]
        assert db.session.scalar(select(func.count(Person.id))) == 1
        letters = db.session.scalar(select(func.count(OutgoingMail.id))) or 0
        most = 5 if clock.now().hour == hour else 10  # another hour lets five more through
        assert 1 <= letters <= most


# The control: what happens without the lock, so that the tests above mean something


@contextmanager
def without_the_lock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The event's row is read but not locked, and SQLite decides outside a transaction, as a plain count would."""

    unlocked = select(Event).where(Event.id == queries.OWN_EVENT)
    off = (("begin", extensions.begin), ("before_cursor_execute", extensions.refuse_late_writes))
    for name, guard in off:
        happening.remove(Engine, name, guard)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(queries, "LOCKED", unlocked)
            counted_together(patched, queries, "places")
            yield
    finally:
        for name, guard in off:
            happening.listen(Engine, name, guard)


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """The same pages over HTTP from this very process, whose lock can be taken out; the port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def places_taken(app: Flask, port: int, without: AbstractContextManager[None]) -> int:
    """Twenty press at once for three places; how many hold one afterwards."""
    with app.app_context():
        begin_write()
        event = an_event(capacity=3)
        paths = [path_of(a_signup(event, state="started")) for _ in range(20)]
        event_id = event.id
        db.session.commit()
    crowd = Crowd(port, paths[0])
    with without:
        crowd.press([(f"{path}/confirm", {}) for path in paths])
    with app.app_context():
        return len([one for one in signups_of(event_id) if one.state in HOLDING])


def test_without_the_lock_the_same_presses_oversell(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(app) as port:
        taken = [places_taken(app, port, without_the_lock(monkeypatch))]
        while max(taken) <= 3 and len(taken) < 20:
            taken.append(places_taken(app, port, without_the_lock(monkeypatch)))
        assert max(taken) > 3, f"in {len(taken)} rounds nobody oversold: then these tests prove nothing"
        assert [places_taken(app, port, nullcontext()) for _ in range(2)] == [3, 3], "with it, never"
