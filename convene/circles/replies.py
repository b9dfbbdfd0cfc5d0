"""What a press in a calendar does to a member's dates: no to one skips it, no to all skips those to come.

The place in the circle is kept either way: it is left on its own page alone, as a calendar's "delete" is pressed in
passing. Its caller has made sure that the press is this person's own.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from convene.access import limits
from convene.calendar import zones
from convene.circles import queries, skipping
from convene.circles.models import Circle, CircleSession, Member
from convene.extensions import db
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
    theirs = Member.id == int(own[1]) if own else Person.address == address
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
    and none from before it was moved; SEQUENCE is not asked, as each skip numbers the entry of all dates anew.
    """
    member = skipping.lock(member_id)
    if member.state != "member":
        raise skipping.Gone
    coming = [one for one in queries.to_come(member.circle_id, now) if one.event.starts_at > now]
    meant = [one for one in coming if date is None or is_date(one.original, member.circle.zone, *date)]
    if not meant:
        raise NoSuchDate
    signups = signups_of(member, meant)
    heard = [one for one in meant if is_new(signups.get(one.event_id), one, press)]
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


def is_new(signup: Signup | None, session: CircleSession, press: Press) -> bool:
    """Whether no newer press was heard, and the session was not moved since."""
    if signup is not None and signup.reply_stamp is not None and press.stamp <= signup.reply_stamp:
        return False
    return session.event.sequence == 0 or press.stamp >= session.event.revised_at.replace(microsecond=0)
