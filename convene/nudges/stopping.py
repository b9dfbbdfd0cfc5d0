"""A person's word that they want no more of a kind, or nothing before a day."""

from datetime import datetime

from sqlalchemy import delete, update

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
    for _, posted_at in outbox.take_back(person.id, (*rules.KINDS, "digest", *NEWS), reason):
        told = (Nudge.person_id == person.id, Nudge.decided_at == posted_at, Nudge.letter_key.is_not(None))
        db.session.execute(delete(Nudge).where(*told, Nudge.state == "sent"))


def end_pause(person: Person) -> None:
    """Nudges as usual; what the pause stopped or held is judged anew, and sent if there is still time for it."""
    person.paused_until = None
    if person.state == "paused":
        person.state = "active"
    forget_quiet(person)


def forget_quiet(person: Person) -> None:
    quiet = (Nudge.person_id == person.id, Nudge.reason.startswith(rules.ASKED_FOR_QUIET))
    db.session.execute(delete(Nudge).where(*quiet, Nudge.state == "stopped"))
    held = update(Nudge).where(*quiet, Nudge.state == "held").values(look_at=Nudge.decided_at)
    db.session.execute(held, execution_options={"synchronize_session": False})


def wake(person: Person) -> None:
    """An act of theirs ends the pause that silence began."""
    if person.state == "paused":
        person.state = "active"
