"""From the bytes of a message to what it is: an answer pressed in a calendar, a bounce, a complaint, or neither.

Nothing here knows the database. Whatever the bytes are, there is an answer, and it costs little.
"""

import hashlib
import re
from dataclasses import dataclass, replace

from convene.inbox.calendar_answer import CalendarAnswer, calendar_answer
from convene.inbox.mime import MOST_BYTES, MOST_HEAD, Part, cut, walk
from convene.inbox.own_words import own_words, text_of
from convene.inbox.reports import Bounce, Complaint, bounce, complaint, odd_bounce

ADDRESS = r"[^\s<>\"@,;:()\\]+@[^\s<>\"@,;:()\\]+"
ONE_SENDER = re.compile(
    rf"(?:(?:\"(?:[^\"\\]|\\.)*\"|[^<>\",;:])*<({ADDRESS})>|({ADDRESS}))(?: ?\([^()]*\))?"
)
TO_THREAD = re.compile(r"\+t[0-9]+-[0-9]+-[0-9a-f]+@", re.IGNORECASE)
ID = re.compile(r"<[^\s<>]{1,500}>")
ONE_WORD = {
    "yes": {"yes", "y", "yes please", "yes we are", "yes we did", "yes thanks", "oui", "oui merci"},
    "no": {
        "no",
        "n",
        "not yet",
        "no thanks",
        "no we are not",
        "no we did not",
        "non",
        "non merci",
        "pas encore",
    },
}
TAGGED = re.compile(r"\+b[0-9]+-[0-9a-f]+@", re.IGNORECASE)
# Where servers write whom they delivered a message to; To alone is not enough once a message was forwarded.
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
POSTMASTERS = ("mailer-daemon", "postmaster", "mail-daemon")


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message; `kind` is one of inbox.models.KINDS, and that kind's facts are given where they could be read.

    `identity` is its Message-ID, or a hash of its head. `sender` is empty where From is not one plain address.
    """

    kind: str
    identity: str
    sender: str = ""
    recipients: tuple[str, ...] = ()
    authentication: tuple[str, ...] = ()
    too_large: bool = False
    answer: CalendarAnswer | None = None
    bounce: Bounce | None = None
    complaint: Complaint | None = None
    words: str = ""  # of a person's answer to a thread
    refers: tuple[str, ...] = ()  # Message-IDs of what it answers, where it is one word: `word`, yes or no
    word: str = ""


def read(raw: bytes, *, whole: bool = True) -> Incoming:
    """What this message is. Not `whole`: these bytes are the head alone, as the message is too large."""
    try:
        return understood(raw, whole=whole and len(raw) <= MOST_BYTES)
    except (
        Exception
    ):  # no rule of the mail standards binds a stranger: what cannot be read is a letter for a human
        return Incoming("other", identity(raw))


def identity(raw: bytes) -> str:
    """What a message is known by: its Message-ID, else a hash of its head."""
    try:
        return "".join(cut(raw[:MOST_HEAD]).words("Message-ID")[:1])[:1000] or hash_of(raw)
    except Exception:  # as in read: a head that cannot be read has a hash all the same
        return hash_of(raw)


def hash_of(raw: bytes) -> str:
    return f"sha256:{hashlib.sha256(raw[:MOST_HEAD]).hexdigest()}"


def understood(raw: bytes, *, whole: bool) -> Incoming:
    message = cut(raw if whole else raw[:MOST_HEAD])
    known = Incoming(
        "other",
        identity(raw),
        sender_of(message),
        recipients_of(message),
        tuple(message.words("Authentication-Results")[:20]),
        too_large=not whole,
    )
    if not whole:
        return replace(known, kind=kind_by_head(message))
    parts = walk(message)
    if any(part.kind == "message/feedback-report" for part in parts):
        return replace(known, kind="complaint", complaint=complaint(parts))
    if any(part.kind.endswith("delivery-status") for part in parts):
        return replace(known, kind="bounce", bounce=bounce(parts))
    if answer := calendar_answer(parts):
        return replace(known, kind="reply", answer=answer)
    may_be_bounce = returned(message) or any(TAGGED.search(one) for one in known.recipients)
    if may_be_bounce and (found := odd_bounce(raw)):
        return replace(known, kind="bounce", bounce=found)
    if automatic(message):
        return replace(known, kind="automatic")
    if any(TO_THREAD.search(one) for one in known.recipients):
        return replace(known, kind="post", words=text_of(parts))
    refers = refers_to(message)
    if refers and (word := one_word(own_words(text_of(parts)))):
        return replace(known, kind="word", refers=refers, word=word)
    return replace(known, kind="other")


def refers_to(message: Part) -> tuple[str, ...]:
    """The Message-IDs of what this is an answer to (RFC 5322, 3.6.4)."""
    found = [
        one
        for name in ("In-Reply-To", "References")
        for line in message.words(name)
        for one in ID.findall(line)
    ]
    return tuple(dict.fromkeys(found))[:20]


def one_word(text: str) -> str:
    """`yes` or `no` where that is all that somebody wrote, in the languages of our letters; else nothing."""
    bare = re.sub(r"[\s.!,;:'\u2019]+", " ", text[:80].casefold()).strip()
    return next((word for word, ways in ONE_WORD.items() if bare in ways), "") if len(text) < 80 else ""


def sender_of(message: Part) -> str:
    """The one address of the one From line; two of either say that somebody wants to be taken for another."""
    lines = message.words("From")
    found = ONE_SENDER.fullmatch(lines[0][:1000]) if len(lines) == 1 else None
    return (found[1] or found[2]) if found else ""


def recipients_of(message: Part) -> tuple[str, ...]:
    found = [one for name in ADDRESSED for line in message.words(name) for one in re.findall(ADDRESS, line)]
    return tuple(dict.fromkeys(found))[:50]


def returned(message: Part) -> bool:
    """Whether it comes from a mail server and not from a person."""
    local = sender_of(message).partition("@")[0].lower()
    return local in POSTMASTERS or message.words("Return-Path")[:1] == ["<>"]


def automatic(message: Part) -> bool:
    """Whether a program sent it: such mail is never answered (RFC 3834, section 2)."""
    submitted = "".join(message.words("Auto-Submitted")[:1]).lower().split(";")[0].strip()
    precedence = "".join(message.words("Precedence")[:1]).lower()
    return (
        submitted not in ("", "no")
        or precedence in ("bulk", "list", "junk")
        or any(message.words(name) for name in ("List-Id", "X-Autoreply", "X-Autorespond"))
        or message.kind == "multipart/report"  # a receipt, the other reports being known
        or returned(message)
    )


def kind_by_head(message: Part) -> str:
    """Of a message that is too large, what its head tells."""
    if message.kind == "multipart/report":
        feedback = "feedback" in message.parameter("report-type").lower()
        return "complaint" if feedback else "bounce"
    return "automatic" if automatic(message) else "other"
