"""What a press in a calendar does to a member's dates: no to one skips it, no to all skips those to come.

The place in the circle is kept either way: it is left on its own page alone, as a calendar's "delete" is pressed in
passing. Its caller has made sure that the press is this person's own.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import and_, select

from convene.access import limits
from convene.calendar import zones
from convene.circles import queries, skipping
from convene.circles.models import Circle, CircleSession, Member
from convene.circles.posting import thread
from convene.events import waiting
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.people.models import Person
from convene.people.queries import reads_mail_at
from convene.signups.models import Signup
from convene.signups.replies import Press, Stale

OWN = re.compile(r"circle-([0-9]{1,17})\.(.+)")


class NoSuchDate(Exception):
    """The press names a date that is not of this circle, over, or off."""


def circle_of(uid: str) -> Circle | None:
    own = OWN.fullmatch(uid)
    return db.session.scalar(select(Circle).where(Circle.uid == (own[2] if own else uid)))


def invited(uid: str, address: str) -> int | None:
    """The member of this folded address in the circle of this UID, if they have had its entry."""
    own = OWN.fullmatch(uid)
    rows = select(Member.id).join(Circle, Circle.id == Member.circle_id)
    rows = rows.join(Person, Person.id == Member.person_id).where(Circle.uid == (own[2] if own else uid))
    # Who has ever shared a mailbox has entries under UIDs of their own (invites.uid_of), and no other is theirs.
    plain = and_(Person.address == address, Person.mailbox_id.is_(None))
    theirs = Member.id == int(own[1]) if own else plain
    return db.session.scalar(
        rows.where(theirs, reads_mail_at([address]), Member.invite_sequence.is_not(None))
    )


def person_of(member_id: int) -> int | None:
    return db.session.scalar(select(Member.person_id).where(Member.id == member_id))


def is_date(original: str, zone: str, named: str, theirs: str) -> bool:
    """Whether a RECURRENCE-ID names this date of the series, as a wall time of the circle's zone.

    `named` is its value and `theirs` its TZID: programs write it as they were sent it, in UTC, by the clocks of their
    owner, or as a day alone; a zone that is not known is taken for the circle's own.
    """
    wall = datetime.fromisoformat(original)
    digits = named.strip().rstrip("Z")
    if len(digits) == len("20261006"):
        return f"{wall:%Y%m%d}" == digits
    try:
        read = datetime.fromisoformat(digits)
        place = ZoneInfo("UTC" if named.strip().endswith("Z") else theirs or zone)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return f"{wall:%Y%m%dT%H%M%S}" == digits
    return read.replace(tzinfo=place).astimezone(UTC) == wall.replace(tzinfo=zones.zone(zone)).astimezone(UTC)


def apply(member_id: int, press: Press, date: tuple[str, str] | None, now: datetime) -> int:
    """Do what the press asks of one date (RECURRENCE-ID and its TZID), or of all; returns of how many it was heard.

    Raises joining.Gone, NoSuchDate, signups.replies.Stale, limits.TooMany. A date keeps the newest press by DTSTAMP,
    and none that was pressed on an invite from before the date was moved. That SEQUENCE is not the last is not enough
    to pass a press by, as each skip numbers the entry of all dates anew.
    """
    member = skipping.lock(member_id)
    if member.state != "member":
        raise skipping.Gone
    coming = [one for one in queries.to_come(member.circle_id, now) if one.event.starts_at > now]
    meant = coming if date is None else dated(coming, member.circle.zone, *date)
    if not meant:
        raise NoSuchDate
    signups = signups_of(member, meant)
    shown = invites_of(member)
    heard = [one for one in meant if is_new(signups.get(one.event_id), one, press, shown)]
    if not heard:
        raise Stale
    skipped = queries.skipped_by(member.person_id, member.circle_id)
    away = [one.event_id for one in heard if one.event_id in skipped]
    here = [one.event_id for one in heard if one.event_id not in skipped]
    if date is None:  # a yes to all takes back what a calendar said, and not what was pressed here
        away = [one for one in away if one in signups and signups[one].reply == "declined"]
    act, changing = {
        "declined": (skipping.skip_these, here),
        "accepted": (skipping.come_to_these, away),
    }.get(press.answer, (None, []))
    if act is not None and changing:
        # First, as it may refuse, and what is not heard must not be written down as their answer.
        limits.take(now, PRESSES_PER_PLACE=f"member:{member.id}")
        act(member, changing, now)
    for signup in signups_of(member, heard).values():
        signup.reply, signup.reply_words = press.answer, press.words
        signup.reply_stamp = min(press.stamp, now)
    return len(heard)


def signups_of(member: Member, sessions: Sequence[CircleSession]) -> dict[int, Signup]:
    rows = select(Signup).where(Signup.person_id == member.person_id)
    rows = rows.where(Signup.event_id.in_([one.event_id for one in sessions]), Signup.by_circle)
    return {one.event_id: one for one in db.session.scalars(rows)}


def dated(sessions: Sequence[CircleSession], zone: str, named: str, theirs: str) -> list[CircleSession]:
    """The session that a RECURRENCE-ID names: by the date of the series or, as some programs write, as it was moved."""
    found = [one for one in sessions if is_date(one.original, zone, named, theirs)]
    moved = [(one, f"{zones.local(one.event.starts_at, zone):%Y-%m-%dT%H:%M}") for one in sessions]
    return found or [one for one, at in moved if is_date(at, zone, named, theirs)]


def invites_of(member: Member) -> dict[int, datetime]:
    """By SEQUENCE, when each invite to this member was written, as far back as letters are kept."""
    rows = select(OutgoingMail.revision, OutgoingMail.posted_at).where(OutgoingMail.thread == thread(member))
    rows = rows.where(OutgoingMail.person_id == member.person_id, OutgoingMail.revision.is_not(None))
    return {number or 0: at for number, at in db.session.execute(rows)}


def is_new(
    signup: Signup | None, session: CircleSession, press: Press, shown: Mapping[int, datetime]
) -> bool:
    """Whether no newer press was heard, and the invite that was pressed on has the session as it is now.

    A session that was moved and put back before anybody heard is as the older invite has it.
    """
    if signup is not None and signup.reply_stamp is not None and press.stamp <= signup.reply_stamp:
        return False
    event = session.event
    if event.sequence == 0:
        return True
    revised_at = event.revised_at.replace(microsecond=0)
    if press.sequence not in shown:
        return press.stamp >= revised_at
    waits = waiting.of(event)
    is_other = (waits is not None and bool(waiting.unheard(event, waits))) or max(
        shown.values()
    ) >= revised_at
    return shown[press.sequence] >= revised_at or not is_other
