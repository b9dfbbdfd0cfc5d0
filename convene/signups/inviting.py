"""A host invites somebody by name, and takes it back: who is invited, who is not, and the letter."""

from datetime import datetime

from convene.events.models import Event
from convene.mail import outbox
from convene.people.actions import meet
from convene.people.asking import count_letter
from convene.signups import invitations, letters
from convene.signups.actions import begun, refuse_unless_open
from convene.signups.models import HOLDING, Invitation, Signup
from convene.signups.posting import post, thread


class HasPlace(Exception):
    """They hold a place already: there is nothing to invite them to."""


def invite(event: Event, name: str, address: str, over_limit: bool, actor: str, now: datetime) -> Signup:
    """Write to somebody who then stands among those who have not confirmed yet; the event row must be locked.

    Who waits in line, or for an answer, is let past by it once they press the button. Somebody known keeps their name.
    Raises actions.NotOpen, HasPlace, BadAddress, limits.TooMany.
    """
    refuse_unless_open(event, now)
    person = meet(event.organisation, address, name, now)
    signup = begun(event, person, now)
    if signup.state in HOLDING:
        raise HasPlace
    signup.invitation_id = invitations.written(event, name, address, over_limit, actor, now).id
    if signup.state in ("cancelled", "lapsed"):
        signup.state, signup.started_at = "started", now
    signup.needs_answer = False
    count_letter(signup.person, now)
    post(letters.asked_to_come(signup), signup, now, replaces=("asked", "asked_to_come"))
    return signup


def take_back(invitation: Invitation, signup: Signup | None, now: datetime) -> bool:
    """Whether it could be: somebody who said yes or no is not uninvited. The event row must be locked."""
    if invitation.revoked_at is not None or (signup is not None and signup.state != "started"):
        return False
    invitation.revoked_at = now
    if signup is not None:
        signup.state, signup.cancelled_at = "cancelled", now
        outbox.drop_unsent(
            thread(signup), ("asked_to_come",), "the invitation was taken back before this left"
        )
    return True
