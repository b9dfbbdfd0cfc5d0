"""Two who press at once for a circle's last place: one has it and one is first in line; without the lock both would."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy import event as happening

from convene import clock, extensions, links
from convene.circles import joining, planning, queries
from convene.circles.models import Circle, Member
from convene.extensions import begin_write, db
from tests.crowd import at_once, counted_together, faults
from tests.factories import a_circle, a_member, a_session


def states(app: Flask, people: int) -> list[str]:
    """So many press for one place, in threads; the states in which they are afterwards, in order."""
    with app.app_context():
        begin_write()
        circle = a_circle(places=1)
        ids = [a_member(circle, state="started", joined_at=None).id for _ in range(people)]
        circle_id = circle.id
        db.session.commit()

    def press(which: int) -> None:
        begin_write()
        joining.come_in(ids[which], None, clock.now())
        db.session.commit()

    assert faults(at_once(app, people, press)) == []
    with app.app_context():
        rows = select(Member.state).where(Member.circle_id == circle_id)
        return sorted(db.session.scalars(rows))


@contextmanager
def without_the_lock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The circle's row is read but not locked, and SQLite decides outside a transaction, as a plain count would."""

    def unlocked(circle_id: int) -> Circle:
        rows = select(Circle).where(Circle.id == circle_id)
        return db.session.scalars(rows, execution_options={"populate_existing": True}).one()

    off = (("begin", extensions.begin), ("before_cursor_execute", extensions.refuse_late_writes))
    for name, guard in off:
        happening.remove(Engine, name, guard)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(queries, "locked", unlocked)
            counted_together(patched, queries, "taken")
            yield
    finally:
        for name, guard in off:
            happening.listen(Engine, name, guard)


def test_turns_and_comings_and_goings_lock_in_one_order(postgres_app: Flask) -> None:
    """The circle, then its sessions: two that lock the other way round end each other with a deadlock."""
    with postgres_app.app_context():
        begin_write()
        circle = a_circle(hosts_in_turn=True)
        members = [a_member(circle) for _ in range(2)]
        sessions = [a_session(circle, starts_in=timedelta(days=days)) for days in (7, 14)]
        circle.host_id = members[0].person_id
        for session, member in zip(sessions, members, strict=True):
            planning.row_of(session).host_id = member.person_id
        path = f"/member/{links.member_token(members[0].id, 1)}/sessions/{sessions[0].id}"
        other, person = sessions[1].id, members[1].person_id
        db.session.commit()
    locked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if found := re.search(r"FROM (circle|event) .*FOR UPDATE", statement, re.DOTALL):
            locked.append(found[1])

    postgres_app.config["WTF_CSRF_ENABLED"] = False
    happening.listen(Engine, "before_cursor_execute", note)
    try:
        for act, typed in (("swap", {"with": other}), ("host", {"person_id": person})):
            locked.clear()
            assert postgres_app.test_client().post(f"{path}/{act}", data=typed).status_code == 303
            assert locked[:2] == ["circle", "event"] and set(locked[2:]) <= {"event"}, act
    finally:
        happening.remove(Engine, "before_cursor_execute", note)


def test_the_last_place_of_a_circle_is_given_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with without_the_lock(monkeypatch):
        most = 0
        for _ in range(12):
            most = max(most, states(app, 4).count("member"))
            if most > 1:
                break
    assert most > 1, "without the lock nobody had a place too many: then this test proves nothing"
    assert states(app, 2) == ["member", "waiting"]
    assert states(app, 6) == ["member", *["waiting"] * 5]
    with app.app_context():
        twice = select(Member.circle_id).where(Member.queue_number.is_not(None))
        twice = twice.group_by(Member.circle_id, Member.queue_number).having(func.count() > 1)
        last = select(func.max(Circle.id)).scalar_subquery()
        assert not db.session.scalars(twice.where(Member.circle_id == last)).all(), (
            "each number in line given once"
        )
