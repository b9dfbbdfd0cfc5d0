"""Whether a letter about a place still says what is so: asked before an organiser sends it again by hand."""

from sqlalchemy import select

from convene.events.models import Event
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.signups.models import HOLDING, Signup

# The states of a sign-up in which each letter is true; what is not named here tells of no state.
TRUE_IN = {
    "confirm": ("started",),
    "place_confirmed": ("confirmed",),
    "waitlisted": ("waitlisted",),
    "asked": ("waitlisted",),
    "asked_to_come": ("started",),
    "place_offered": ("offered",),
    "changed": (*HOLDING, "waitlisted"),
    "reminder": ("confirmed",),
    "message": (*HOLDING, "waitlisted"),
}


def is_still_so(mail: OutgoingMail) -> bool:
    """Whether the place stands as the letter says, at an event that takes place."""
    true_in = TRUE_IN.get(mail.letter)
    if true_in is None or mail.event_id is None or mail.person_id is None:
        return True
    rows = select(Signup.state, Event.state).join(Event, Event.id == Signup.event_id)
    rows = rows.where(Signup.event_id == mail.event_id, Signup.person_id == mail.person_id)
    found = db.session.execute(rows).one_or_none()
    return found is not None and found[0] in true_in and found[1] == "published"
