"""A circle's sessions as its members hold them: run by whoever's turn it is, in groups dealt on the spot."""

from collections import Counter
from collections.abc import Iterable
from itertools import combinations

from flask import Flask
from sqlalchemy import select

from convene import links
from convene.circles import queries
from convene.circles.models import AgendaPart, CircleSession, Member
from convene.extensions import db, start_write
from convene.groups.models import Group, Round
from tests.web.browsing import Browsing, path_of


def own_page(name: str) -> str:
    """The way of somebody to their page in the one circle there is."""
    member = db.session.scalars(select(Member).where(Member.person.has(name=name))).one()
    return path_of(links.member(member.id, member.generation))


def in_fours(event_ids: Iterable[int]) -> None:
    """An agenda for each of these: one round in fours."""
    start_write()
    for event_id in event_ids:
        part = AgendaPart(
            event_id=event_id, position=1, kind="other", title="In fours", minutes=20, prompt=""
        )
        part.group_size, part.rounds = 4, 1
        db.session.add(part)
    db.session.commit()


def host_of(event_id: int) -> str:
    """The name of whoever's turn it is."""
    db.session.rollback()
    host = db.session.get_one(CircleSession, event_id).host
    assert host is not None, "nobody hosts it"
    return host.name


def run(app: Flask, event_id: int, decided: str) -> str:
    """Whoever's turn it is runs this session to its end and says what was decided; returns their name."""
    name = host_of(event_id)
    host, way = Browsing(app.test_client()), own_page(name)
    host.open(f"{way}/sessions/{event_id}/run")
    if host.path == way:  # the host brought them in, so the agreements are asked first
        host.press("I agree", agree="yes")
        host.open(f"{way}/sessions/{event_id}/run")
    for button in ("Begin: In fours", "End the session"):
        host.press(button)
    host.open(f"{way}/sessions/{event_id}")
    host.press("Keep this", decided=decided)
    return name


def met(circle_id: int) -> Counter[tuple[int, int]]:
    """How often each two people sat in one group, by their ids."""
    ids = [one.event_id for one in queries.sessions(circle_id)]
    groups = db.session.scalars(
        select(Group).join(Round).where(Round.event_id.in_(ids), Round.state == "held")
    )
    return Counter(
        pair for group in groups for pair in combinations(sorted(seat.person_id for seat in group.seats), 2)
    )
