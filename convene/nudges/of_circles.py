"""Finding hosts of circles whom somebody waits for."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, or_, select

from convene.circles import posting
from convene.circles.models import Circle, Member
from convene.extensions import db
from convene.nudges.finding import GRACE, Case, Look, can_be_written_to, of_interest
from convene.nudges.rules import circles as rules
from convene.nudges.rules.circles import ASK_LASTS, Asked
from convene.nudges.rules.registry import OF
from convene.people.models import Person, Role


def hosts_of(circles: Iterable[Circle]) -> dict[int, list[int]]:
    """By circle its host or, where nobody does that or a letter cannot reach them, the owners of the organisation.

    As circles.posting.hosts says it of one circle, in two statements for all.
    """
    whole = list(circles)
    if not whole:
        return {}
    own = select(Person.id).where(Person.id.in_({one.host_id for one in whole if one.host_id}))
    reached = set(db.session.scalars(own.where(can_be_written_to())))
    alone = {one.organisation_id for one in whole if one.host_id not in reached}
    owners: dict[int, list[int]] = {one: [] for one in alone}
    rows = select(Person.organisation_id, Person.id).where(
        Person.organisation_id.in_(alone), can_be_written_to()
    )
    rows = rows.where(Person.id.in_(select(Role.person_id).where(Role.kind == "owner"))).order_by(Person.id)
    for organisation_id, person_id in db.session.execute(rows) if alone else ():
        owners[organisation_id].append(person_id)
    return {
        one.id: [one.host_id] if one.host_id and one.host_id in reached else owners[one.organisation_id]
        for one in whole
    }


def hosted_by(look: Look) -> list[ColumnElement[bool]]:
    """In SQL: circles of which one of those asked about may hear as host; all, where nobody is asked about."""
    if look.people is None:
        return []
    owned = select(Person.organisation_id).join(Role, Role.person_id == Person.id)
    owned = owned.where(Role.kind == "owner", Person.id.in_(look.people))
    return [or_(Circle.host_id.in_(look.people), Circle.organisation_id.in_(owned))]


def asked_to_join(look: Look) -> list[Case]:
    """N18, the second time: each wish to join that waits, to each host of its circle.

    The first time is a letter at once, from the asking itself. The subject is the row of the member to be, and the step
    says which asking it was, for whoever leaves and asks again.
    """
    _, longest = look.settings.reach("asked_to_join")
    again = OF["asked_to_join"].timing.again
    assert again is not None
    which: list[ColumnElement[bool]] = [Member.state == "asked", Member.asked_at <= look.by]
    which += [Member.asked_at > look.now - longest - again - ASK_LASTS - GRACE, *hosted_by(look)]
    if look.held is not None:
        which = [Member.id.in_({one.subject_id for one in look.held})]
    found = []
    rows = select(Member, Circle).join(Circle, Circle.id == Member.circle_id).where(*which)
    waiting = db.session.execute(rows.order_by(Member.id)).all()
    hosts = hosts_of({circle for _, circle in waiting})
    for member, circle in waiting:
        timing = look.settings.timing("asked_to_join", circle.organisation_id, None, circle.id)
        if look.held is None and not (timing.on and timing.again is not None):
            continue
        asked = Asked(member.asked_at or member.started_at, member.state != "asked")
        call = rules.asked_to_join(asked, timing, 2)
        if look.held is None and not (call.due_at <= look.by and call.until > look.now - GRACE):
            continue
        for host_id in hosts[circle.id]:
            found.append(
                Case(
                    kind="asked_to_join",
                    subject_id=member.id,
                    step=f"2-{posting.asking_mark(member.asked_at)}",
                    person_id=host_id,
                    host_id=circle.organisation_id,
                    call=call,
                    zone=circle.zone,
                    circle_id=circle.id,
                    title=circle.title,
                    about=circle.slug,
                )
            )
    return of_interest(found, look)
