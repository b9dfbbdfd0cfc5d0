"""A host's personal word to one person: what it lets them do, and whether it has been used or taken back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, select

from convene.events.models import Event
from convene.extensions import db
from convene.people.addresses import folded
from convene.signups.models import Invitation, Signup


def of(signup: Signup) -> Invitation | None:
    """The invitation behind this signup, unless it was taken back."""
    found = db.session.get(Invitation, signup.invitation_id) if signup.invitation_id else None
    return found if found is not None and found.revoked_at is None else None


def may_pass(signup: Signup) -> bool:
    """Whether they get a place though every place is held: once, for a place given back is not kept for anybody."""
    found = of(signup)
    return found is not None and found.over_limit and found.used_at is None


def use(signup: Signup, now: datetime) -> None:
    found = of(signup)
    if found is not None and found.used_at is None:
        found.used_at = now


def written(event: Event, name: str, address: str, over_limit: bool, actor: str, now: datetime) -> Invitation:
    """The one invitation of this address to this event, made if new; said anew, it holds as it is said now."""
    rows = select(Invitation).where(Invitation.event_id == event.id, Invitation.address == folded(address))
    found = db.session.scalar(rows)
    if found is None:
        found = Invitation(
            event_id=event.id, address=folded(address), name=name, created_by=actor, created_at=now
        )
        db.session.add(found)
    found.over_limit, found.revoked_at, found.used_at = over_limit, None, None
    found.name, found.created_at, found.created_by = name, now, actor
    db.session.flush()
    return found


def with_signups(event_id: int) -> Sequence[tuple[Invitation, Signup | None]]:
    """All invitations to an event, the newest first, each with what became of it."""
    mine = and_(Signup.invitation_id == Invitation.id, Signup.event_id == Invitation.event_id)
    rows = select(Invitation, Signup).outerjoin(Signup, mine).where(Invitation.event_id == event_id)
    found = db.session.execute(rows.order_by(Invitation.created_at.desc(), Invitation.id.desc())).all()
    return [(invitation, signup) for invitation, signup in found]


def one_of(event_id: int, invitation_id: int) -> tuple[Invitation, Signup | None] | None:
    """This invitation to this event, with what became of it."""
    return next((pair for pair in with_signups(event_id) if pair[0].id == invitation_id), None)
