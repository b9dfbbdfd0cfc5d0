"""A person's word that they want no more of a kind, or nothing before a day."""

from datetime import datetime

from sqlalchemy import delete

from convene.calendar import zones
from convene.extensions import db
from convene.mail import outbox
from convene.messages.audience import NEWS
from convene.nudges import rules
from convene.nudges.models import Nudge
from convene.people.actions import mute
from convene.people.models import Person


def stop(person: Person, kind: str) -> None:
    """No more nudges of this kind for this person, one that waits to be sent included."""
    mute(person, kind)
    outbox.drop_kind(person.id, kind)


def pause(person: Person, until: datetime, zone: str) -> None:
    """No nudge before this moment; one that waits to be sent is taken back, to be judged anew in its time."""
    person.paused_until = until
    reason = f"not sent: {rules.ASKED_FOR_QUIET}{zones.spoken_date(until, zone)}"
    forget_quiet(person)
    for kind, posted_at in outbox.take_back(person.id, (*rules.KINDS, *NEWS), reason):
        told = (Nudge.person_id == person.id, Nudge.rule == kind, Nudge.decided_at == posted_at)
        db.session.execute(delete(Nudge).where(*told, Nudge.state == "sent"))


def end_pause(person: Person) -> None:
    """Nudges as usual; one that the pause stopped is judged anew, and sent if there is still time for it."""
    person.paused_until = None
    forget_quiet(person)


def forget_quiet(person: Person) -> None:
    paused = (Nudge.person_id == person.id, Nudge.state == "stopped")
    db.session.execute(delete(Nudge).where(*paused, Nudge.reason.startswith(rules.ASKED_FOR_QUIET)))
