"""What a circle is asked between its sessions is found in the database: each case once, and none that has no use."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from convene import links
from convene.circles import promises
from convene.circles.models import Member
from convene.events.models import Event
from convene.extensions import db
from convene.nudges.finders import FINDERS
from convene.nudges.finding import Look, settings
from convene.nudges.models import Nudge
from convene.people.models import Person
from convene.signups import attendance
from convene.signups.models import Signup
from tests.factories import a_circle, a_member, a_person, a_session, a_signup, an_organiser
from tests.parts.application import writing

NOW = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def signup_of(event: Event, member: Member) -> Signup:
    rows = select(Signup).where(Signup.event_id == event.id, Signup.person_id == member.person_id)
    return db.session.scalars(rows).one()


def test_an_action_a_member_missed_and_sessions_without_an_action_are_each_found_once(app: Flask) -> None:
    with writing(app):
        began = NOW - 60 * DAY
        circle = a_circle(now=began, title="Friendlier streets")
        host, ben, cleo = (a_member(circle, now=began) for _ in range(3))
        circle.host_id = host.person_id
        held = [a_session(circle, now=began, starts_at=NOW - days * DAY) for days in (15, 1)]
        next_ = a_session(circle, now=began, starts_at=NOW + DAY)
        for event in held:
            for member in (host, ben, cleo):
                signup = a_signup(event, member.person, now=began)
                here = member is not ben and not (member is cleo and event is held[0])
                attendance.mark(signup, "attended" if here else "no_show", "test", event.ends_at)
        db.session.flush()

        def found(
            kind: str, at: datetime = NOW, people: Sequence[int] | None = None
        ) -> list[tuple[int, str, int]]:
            cases = FINDERS[kind].find(Look(at, settings(), people=people))
            return [(one.subject_id, one.step, one.person_id) for one in cases if not one.call.stop]

        def leads_to(kind: str, at: datetime = NOW) -> str:
            (case,) = (one for one in FINDERS[kind].find(Look(at, settings())) if not one.call.stop)
            person = db.session.get_one(Person, case.person_id)
            return FINDERS[kind].says(Nudge(step=case.step), case, person).url

        # N19: who missed both, and nobody else; not before the day after.
        assert found("missed_two") == [(ben.id, str(held[1].id), host.person_id)]
        assert not found("missed_two", held[1].ends_at + timedelta(hours=17))

        assert leads_to("missed_two") == links.member(host.id, host.generation), "who hosts without a desk"

        # Who missed a third as well was told of before; who came in between is told of anew.
        again = [a_session(circle, now=began, starts_at=NOW + hours * HOUR) for hours in (3, 5)]
        for event, marks in zip(again, (("no_show", "attended"), ("no_show", "no_show")), strict=True):
            for member, mark in zip((ben, cleo), marks, strict=True):
                attendance.mark(a_signup(event, member.person, now=began), mark, "test", event.ends_at)
        db.session.flush()
        assert not found("missed_two", NOW + 25 * HOUR)
        attendance.mark(signup_of(again[0], cleo), "no_show", "test", again[0].ends_at)
        db.session.flush()
        assert found("missed_two", NOW + 25 * HOUR) == [(cleo.id, str(again[1].id), host.person_id)]
        for event in again:
            event.state = "called_off"
        db.session.flush()

        # It is asked of hosts alone; a circle without a host has the owners, one whose host no letter reaches as well.
        assert not found("missed_two", people=[ben.person_id])
        assert found("missed_two", people=[host.person_id, ben.person_id]) == found("missed_two")
        owner = an_organiser(circle.organisation, now=began)
        host_id = circle.host_id or 0
        unreached = a_person(circle.organisation, address=None)
        db.session.flush()
        for nobody in (None, unreached.id):
            circle.host_id = nobody
            assert found("missed_two") == [(ben.id, str(held[1].id), owner.id)]
            assert found("missed_two", people=[owner.id]) == found("missed_two")
            assert leads_to("missed_two").endswith(f"/organise/circles/{circle.id}/members")
            assert not found("missed_two", people=[host_id])
            assert found("no_action") == [(next_.id, "1", owner.id)]
        circle.host_id = host_id

        # N20: with the next agenda, until somebody takes something on.
        assert found("no_action") == [(next_.id, "1", host.person_id)]
        assert not found("no_action", NOW - 2 * DAY)

        link = links.member(host.id, host.generation)
        assert leads_to("no_action") == f"{link}/sessions/{next_.id}", "the host is a member"

        # N14: three days before its day, and two days after; to its owner alone.
        due = (NOW + 2 * DAY).date()
        action = promises.add(
            circle.id, "Ask the baker", host.person_id, began, owner_id=ben.person_id, due_on=due
        )
        promises.add(circle.id, "Nobody's", host.person_id, began, due_on=due)
        assert found("action_due") == [(action.id, "1", ben.person_id)]
        assert leads_to("action_due") == f"{links.member(ben.id, ben.generation)}/actions/{action.id}"
        assert not found("no_action"), "an action is open"
        late = NOW + 5 * DAY
        assert found("action_due", late) == [(action.id, "2", ben.person_id)]
        ben.state = "left"
        db.session.flush()
        assert not found("action_due", late), "nothing of the circle goes to who has left it"
        ben.state = "member"
        promises.put(action, "done", "He said yes", late)
        db.session.flush()
        assert not found("action_due", late)
