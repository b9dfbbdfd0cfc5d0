"""Calendars asked for again: what changed is told, what did not costs next to nothing."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from convene import clock
from convene.calendar.feed import WRITER
from convene.events import actions as events
from convene.extensions import db, start_write
from convene.signups import actions as signups
from convene.signups.upheaval import call_off, change
from tests.factories import a_signup, an_event, an_organisation
from tests.web.browsing import Browsing
from tests.web.visit.programme import KINDS, Programme, a_programme


@pytest.mark.parametrize("kind", KINDS)
def test_asked_for_again_nothing_is_sent_nothing_is_read_and_no_cookie_is_set(
    visitor: Browsing, programme: Programme, kind: str, statements: list[str]
) -> None:
    path = programme.feeds()[kind]
    first = visitor.client.get(path)
    wanted = "application/atom+xml; charset=utf-8" if kind == "atom" else "text/calendar; charset=utf-8"
    assert (first.status_code, first.headers["Content-Type"]) == (200, wanted)
    for asked in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-None-Match": f'"another", W/{first.headers["ETag"]}'},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        statements.clear()
        again = visitor.client.get(path, headers=asked)
        assert (again.status_code, again.data) == (304, b""), asked
        assert again.headers["ETag"] == first.headers["ETag"]
        assert len(statements) <= (3 if kind == "own" else 2), statements  # an own one has circles too
        assert not any("event.summary" in one for one in statements) or kind == "own"
    both = {"If-None-Match": '"another"', "If-Modified-Since": first.headers["Last-Modified"]}
    assert visitor.client.get(path, headers=both).status_code == 200, "the tag counts, RFC 9110 13.1.3"
    head = visitor.client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Type", "ETag", "Last-Modified", "Content-Length", "Cache-Control"):
        assert head.headers[name] == first.headers[name], name
    for answer in (first, again, head):
        assert "Set-Cookie" not in answer.headers
    assert visitor.client.get(path).data == first.data, "the same bytes, whenever it is asked for"


def edit_title(one: Programme) -> None:
    events.edit(one.session, {"title": "Another title"}, clock.now())


def move(one: Programme) -> None:
    facts = {name: getattr(one.session, name) + timedelta(hours=1) for name in ("starts_at", "ends_at")}
    change(one.session.id, facts, clock.now())


def rename_host(one: Programme) -> None:
    one.host.name = "The Long Table"


def publish_another(one: Programme) -> None:
    another = an_event(one.host, circle_id=one.circle.id)
    a_signup(another, one.person)


CHANGES: dict[str, Callable[[Programme], object]] = {
    "a title": edit_title,
    "a time": move,
    "called off": lambda one: call_off(one.session.id, "", clock.now()),
    "the host's name": rename_host,
    "one more": publish_another,
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_change_of_a_calendar_is_another_tag(
    visitor: Browsing, programme: Programme, kind: str, what: str
) -> None:
    path = programme.feeds()[kind]
    first = visitor.client.get(path)
    start_write()
    CHANGES[what](programme)
    db.session.commit()
    again = visitor.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert again.data != first.data
    assert again.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_that_leaves_with_the_time_changes_tag_and_time(
    visitor: Browsing, programme: Programme, kind: str
) -> None:
    path, ends = programme.feeds()[kind], programme.session.ends_at
    with time_machine.travel(ends + timedelta(days=89), tick=False):
        first = visitor.client.get(path)
    with time_machine.travel(ends + timedelta(days=92), tick=False):
        for name, condition in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
            again = visitor.client.get(path, headers={condition: first.headers[name]})
            assert (again.status_code, again.data != first.data) == (200, True), name


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_calendar_does_not_show_changes_nothing_in_it(
    visitor: Browsing, programme: Programme, kind: str
) -> None:
    path = programme.feeds()[kind]
    first = visitor.client.get(path)
    start_write()
    draft = an_event(programme.host, state="draft")
    events.edit(draft, {"title": "Still a draft"}, clock.now())
    a_signup(programme.session, state="waitlisted")
    an_organisation().name = "A host with no event"
    programme.person.name = "Another name"
    db.session.commit()
    again = visitor.client.get(path)
    assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])


def test_one_tag_stands_for_one_content_whatever_happens(visitor: Browsing, programme: Programme) -> None:
    seen: dict[str, dict[str, bytes]] = {kind: {} for kind in KINDS}

    def look() -> None:
        db.session.commit()
        for kind in KINDS:
            answer = visitor.client.get(programme.feeds()[kind])
            known = seen[kind].setdefault(answer.headers["ETag"], answer.data)
            assert known == answer.data, kind

    look()
    for act in (
        *CHANGES.values(),
        lambda one: signups.cancel(one.signup.id, clock.now()),
        lambda one: signups.confirm(one.signup.id, clock.now()),
        lambda one: setattr(one.host, "name", "The Round Table"),
    ):
        start_write()
        act(programme)
        look()
    for contents in seen.values():
        assert len(set(contents.values())) == len(contents), "and one content has one tag"


# By kind, what the programme below is written as. Where it changes, raise the number in WRITER (calendar/feed.py) and
# put the new one here: else a calendar program keeps the old words, for the facts it asks about did not change.
WRITTEN = {"number": "2", "line-up": "071de86ef3fb", "own": "01c46a1b7fec", "atom": "f319866d4dec"}


@pytest.mark.one_database
def test_whoever_changes_what_is_written_raises_the_number_of_the_writer(visitor: Browsing) -> None:
    with time_machine.travel(datetime(2026, 5, 1, 9, tzinfo=UTC), tick=False):
        one = a_programme("The Long Table")
        start_write()
        one.session.uid, one.event.uid = "a-session", "an-open-evening"
        call_off(one.session.id, "", clock.now())
        db.session.commit()
        written = {"number": WRITER.split()[0]}
        for kind in ("line-up", "own", "atom"):
            data = visitor.client.get(one.feeds()[kind]).data
            written[kind] = hashlib.sha256(data).hexdigest()[:12]
    assert written == WRITTEN
