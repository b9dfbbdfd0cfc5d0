"""A mailbox looked through over IMAP: what is new is fetched without being marked, and marked once it is dealt with.

A reader that dies in between reads it again the next time, and finds it known. A human reads the same mailbox, so that
*unread* does not say what is new: whatever came of late is asked about.
"""

import imaplib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from convene.inbox.line import asked, opened
from convene.inbox.mime import MOST_BYTES, MOST_HEAD
from convene.inbox.read import identity

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
AT_ONCE = 100  # messages asked for their names in one go


@dataclass(frozen=True, slots=True)
class Listed:
    """A message in the mailbox: its UID, its size in bytes, whether it is marked read, its Message-ID if it has one."""

    uid: str
    size: int
    seen: bool
    message_id: str


def poll(
    url: str,
    known: Callable[[Sequence[str]], dict[str, bool]],
    take: Callable[[bytes, bool], bool],
    *,
    since: datetime,
    seconds: float,
) -> bool:
    """Give each new message to `take` (its bytes; whether they are all of it), which says whether it is done with.

    `known` tells of identities which were taken before, and whether each shall stay unread. Looked at is what is
    unread, and what came after that day. Stops after so many seconds, and returns whether that was all. Raises Away.
    """
    until = time.monotonic() + seconds
    with opened(url) as line:
        for batch in batches(found(line, since)):
            listed = names(line, batch)
            before = known([one.message_id for one in listed if one.message_id])
            for one in listed:
                if time.monotonic() > until:
                    return False
                stays = before.get(one.message_id)
                if stays is None:
                    whole = one.size <= MOST_BYTES
                    raw = fetch(line, one.uid, whole)
                    if raw is None:  # gone meanwhile
                        continue
                    stays = not take(raw, whole)
                if not stays and not one.seen:
                    asked(line.uid("STORE", one.uid, "+FLAGS.SILENT", r"(\Seen)"))
    return True


def found(line: imaplib.IMAP4, since: datetime) -> list[str]:
    """The UIDs of what is unread or came after that day; the name of its month is English (RFC 3501, section 9)."""
    day = f"{since.day}-{MONTHS[since.month - 1]}-{since.year}"
    uids = asked(line.uid("SEARCH", "OR", "UNSEEN", "SINCE", day))
    return [uid.decode("ascii") for uid in (uids[0] or b"").split()]


def batches(uids: list[str]) -> Iterator[list[str]]:
    rest = iter(uids)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def names(line: imaplib.IMAP4, uids: list[str]) -> list[Listed]:
    """Size, flags and Message-ID of these messages: all that most mail is ever asked for."""
    what = "(UID FLAGS RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
    listed = []
    for facts, head in pieces(asked(line.uid("FETCH", ",".join(uids), what))):
        uid, size = re.search(rb"\bUID (\d+)", facts), re.search(rb"RFC822\.SIZE (\d+)", facts)
        if uid and size:
            name = identity(head)
            message_id = "" if name.startswith("sha256:") else name
            seen = rb"\seen" in facts.lower()
            listed.append(Listed(uid[1].decode("ascii"), int(size[1]), seen, message_id))
    return listed


def fetch(line: imaplib.IMAP4, uid: str, whole: bool) -> bytes | None:
    what = "BODY.PEEK[]" if whole else f"BODY.PEEK[HEADER]<0.{MOST_HEAD}>"
    return next((content for _, content in pieces(asked(line.uid("FETCH", uid, f"({what})")))), None)


def pieces(data: list) -> Iterator[tuple[bytes, bytes]]:
    """What imaplib made of FETCH answers: the facts before and behind each literal, and the literal."""
    for number, item in enumerate(data):
        if isinstance(item, tuple):
            behind = data[number + 1] if number + 1 < len(data) else b""
            yield item[0] + b" " + (behind if isinstance(behind, bytes) else b""), item[1]
