"""Every table by name, for migrations and the shell."""

from convene.access.models import AuditEntry, RateCount, SignIn, Token
from convene.circles.models import Challenge, Circle
from convene.events.models import Event
from convene.groups.models import (
    Caveat,
    Dealing,
    Facilitator,
    Group,
    Need,
    NeedOf,
    Round,
    Seat,
    Snapshot,
)
from convene.health.models import Heartbeat
from convene.inbox.models import Inbound
from convene.mail.models import MailSwitch, OutgoingMail, Pace, Suppression, Wording
from convene.messages.models import Message
from convene.nudges.models import Answer, Nudge
from convene.people.models import Consent, Lock, Organisation, Person, Role, Separation
from convene.signups.models import Attendance, Signup, Untold

__all__ = [
    "Answer", "Attendance", "AuditEntry", "Caveat", "Challenge", "Circle", "Consent", "Dealing", "Event", "Facilitator",
    "Group", "Heartbeat", "Inbound", "Lock", "MailSwitch", "Message", "Need", "NeedOf", "Nudge", "Organisation",
    "OutgoingMail", "Pace", "Person", "RateCount", "Role", "Round", "Seat", "Separation", "SignIn", "Signup",
    "Snapshot", "Suppression", "Token", "Untold", "Wording",
]  # fmt: skip
