"""A host's personal word to one person: what it lets them do, and whether it has been used or taken back."""

from datetime import datetime

from convene.extensions import db
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
