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
from convene.circles.models import (
    Action,
    AgendaPart,
    Agreement,
    Challenge,
    Circle,
    CircleQuestion,
    CircleSession,
    Insight,
    Learning,
    Member,
    Mention,
    Note,
    NoteVersion,
    PollMark,
    PollOption,
    Post,
    Resource,
    Skip,
    Stance,
    Thread,
    TimePoll,
)
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
from convene.network.models import Tally, Tie
from convene.nudges.models import Answer, Nudge, NudgeSetting
from convene.offers.models import Alias, Offer, Term
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
    "Action", "AgendaPart", "Agreement", "Alias", "Answer", "Attendance", "AuditEntry", "Authenticator",
    "Caveat", "Challenge", "Circle", "CircleQuestion", "CircleSession", "Code", "Consent", "Dealing", "Event",
    "Facilitator", "Group", "Heartbeat", "HelperLink", "Inbound", "Insight", "Invitation", "Involvement",
    "Learning", "Lock", "MailSwitch", "Member", "Mention", "Merge", "Message", "Need", "NeedOf", "Note",
    "NoteVersion", "Nudge", "NudgeSetting", "Offer", "Organisation", "OutgoingMail", "Pace", "Passkey", "Person",
    "PollMark", "PollOption", "Post", "Press", "Question", "RateCount", "RecoveryCode", "Resource", "Response", "Role",
    "Round", "Seat", "Separation", "Series", "SignIn", "Signup", "Skip", "Snapshot", "Speaker", "Stance",
    "Suppression", "Tag", "Tagged", "Tally", "Term", "Thread", "Tie", "TimePoll", "Token", "Untold", "Wording",
    "Worry",
]  # fmt: skip
