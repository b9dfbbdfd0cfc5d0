"""What is over stays over: a circle that has ended, and the place of somebody whom a host let go."""

from datetime import time, timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene import clock
from convene.circles import dates, ending, joining, polls, queries
from convene.circles.models import Learning
from convene.circles.rules import Pattern
from tests.factories import a_circle, a_member, a_session

pytestmark = pytest.mark.one_database


def test_nothing_of_a_circle_that_has_ended_is_planned_given_again_or_asked(
    session: scoped_session[Session],
) -> None:
    now = clock.now()
    circle = a_circle(now=now, uid="a-circle")
    coming = a_session(circle, now=now)
    learnt = {"hoped": "", "happened": "", "again": "", "public": False}
    ending.end(circle, Learning(circle_id=circle.id, written_at=now, written_by="test", **learnt), now)
    assert coming.state == "called_off"
    row = queries.session_of(coming.id)
    assert row is not None
    with pytest.raises(dates.Over):
        dates.restore(row, now)
    day = (now + timedelta(days=9)).date()
    with pytest.raises(dates.Ended):
        dates.plan(circle, Pattern(every="week", first=day, at=time(18), count=2), now)
    asks = a_member(circle, state="asked", asked_at=now)
    with pytest.raises(joining.NotOpen):
        joining.answer(asks.id, True, "", "person:1", now)
    with pytest.raises(polls.Closed):
        polls.open_poll(circle, [now + timedelta(days=3)], now)
    assert (circle.state, coming.state) == ("ended", "called_off")


def test_whom_a_host_let_go_comes_back_when_a_host_says_yes(session: scoped_session[Session]) -> None:
    now = clock.now()
    circle = a_circle(now=now, joining="open")
    member, other = (a_member(circle, now=now) for _ in range(2))
    joining.let_go(member.id, "person:1", now)
    joining.leave(other.id, now)
    address = member.person.address_typed or ""
    assert joining.ask(circle.id, address, "They", "", None, now).state == "started", "which says nothing"
    assert joining.come_in(member.id, None, now).state == "asked"
    assert joining.come_in(other.id, None, now).state == "member", "who left by themself just comes back"
    joining.answer(member.id, True, "", "person:1", now)
    assert member.state == "member"
