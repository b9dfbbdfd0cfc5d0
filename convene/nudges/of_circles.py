"""Finding hosts of circles whom somebody waits for."""

from sqlalchemy import ColumnElement, select

from convene.circles import posting
from convene.circles.models import Circle, Member
from convene.extensions import db
from convene.nudges.finding import GRACE, Case, Look, of_interest
from convene.nudges.rules import circles as rules
from convene.nudges.rules.circles import ASK_LASTS, Asked
from convene.nudges.rules.registry import OF


def hosts_of(circle: Circle) -> list[int]:
    """Its host or, without one, the owners of the organisation."""
    return [one.id for one in posting.hosts(circle) if one.reachable]


def asked_to_join(look: Look) -> list[Case]:
    """N18, the second time: each wish to join that waits, to each host of its circle.

    The first time is a letter at once, from the asking itself. The subject is the row of the member to be, and the step
    says which asking it was, for whoever leaves and asks again.
    """
    _, longest = look.settings.reach("asked_to_join")
    again = OF["asked_to_join"].timing.again
    assert again is not None
    which: list[ColumnElement[bool]] = [Member.state == "asked", Member.asked_at <= look.by]
    which.append(Member.asked_at > look.now - longest - again - ASK_LASTS - GRACE)
    if look.held is not None:
        which = [Member.id.in_({one.subject_id for one in look.held})]
    found = []
    rows = select(Member, Circle).join(Circle, Circle.id == Member.circle_id).where(*which)
    for member, circle in db.session.execute(rows.order_by(Member.id)):
        timing = look.settings.timing("asked_to_join", circle.organisation_id, None, circle.id)
        if look.held is None and not (timing.on and timing.again is not None):
            continue
        asked = Asked(member.asked_at or member.started_at, member.state != "asked")
        call = rules.asked_to_join(asked, timing, 2)
        if look.held is None and not (call.due_at <= look.by and call.until > look.now - GRACE):
            continue
        for host_id in hosts_of(circle):
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
