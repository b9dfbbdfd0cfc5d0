"""Every table by name, for migrations and the shell."""

from convene.access.models import (
    AuditEntry,
    Authenticator,
    Code,
    Passkey,
    RateCount,
    RecoveryCode,
    SignIn,
    Token,
)
from convene.circles.models import Challenge, Circle
from convene.events.models import Event, Series, Speaker
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
from convene.people.models import (
    Consent,
    Involvement,
    Lock,
    Merge,
    Organisation,
    Person,
    Role,
    Separation,
    Tag,
    Tagged,
    Worry,
)
from convene.signups.models import (
    Attendance,
    HelperLink,
    Invitation,
    Press,
    Question,
    Response,
    Signup,
    Untold,
)

__all__ = [
    "Answer", "Attendance", "AuditEntry", "Authenticator", "Caveat", "Challenge", "Circle", "Code", "Consent",
    "Dealing", "Event", "Facilitator", "Group", "Heartbeat", "HelperLink", "Inbound", "Invitation", "Involvement",
    "Lock", "MailSwitch", "Merge", "Message", "Need", "NeedOf", "Nudge", "Organisation", "OutgoingMail", "Pace",
    "Passkey", "Person", "Press", "Question", "RateCount", "RecoveryCode", "Response", "Role", "Round", "Seat",
    "Separation", "Series", "SignIn", "Signup", "Snapshot", "Speaker", "Suppression", "Tag", "Tagged", "Token",
    "Untold", "Wording", "Worry",
]  # fmt: skip
