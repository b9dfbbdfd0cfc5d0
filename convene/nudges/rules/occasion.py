"""Which nudge is due for whom, and when: rules that take facts and the moment, and give back what should be.

The numbers follow docs/decisions/nudges.md: a reminder one day before; a thank-you 18 to 36 hours after; nothing from
20:00 to 08:00 in the person's own zone; at most one capped nudge a day, two in 7 days, eight in 30.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from convene.calendar.quiet import end_of_quiet, is_quiet
from convene.calendar.zones import spoken_date

ASKED_FOR_QUIET = "they asked for quiet until "

REMIND = timedelta(days=1)
THANK_FROM = timedelta(hours=18)
THANK_UNTIL = timedelta(hours=36)
JITTER = timedelta(minutes=30)
CAPS = ((timedelta(days=1), 1), (timedelta(days=7), 2), (timedelta(days=30), 8))


@dataclass(frozen=True, slots=True)
class Occasion:
    """One person's part in one event; moments in UTC, `zone` is the person's or else the event's."""

    starts_at: datetime
    ends_at: datetime
    zone: str
    state: str  # of the signup
    confirmed_at: datetime | None
    attendance: str  # unknown, attended, part, no_show, excused
    muted: frozenset[str]
    salt: str = ""  # spreads people over the half hour after quiet time
    paused_until: datetime | None = None  # they asked for quiet


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do about one nudge now: `send`, `wait`, `expired` or `stopped`, and why, in words."""

    act: str
    due_at: datetime
    reason: str


def jitter(salt: str) -> timedelta:
    """The same few minutes each time it is asked for the same person."""
    return JITTER * (int.from_bytes(hashlib.sha256(salt.encode()).digest()[:2], "big") / 65536)


def out_of_quiet(moment: datetime, zone: str, salt: str) -> datetime:
    return end_of_quiet(moment, zone) + jitter(salt) if is_quiet(moment, zone) else moment


def judge(
    occasion: Occasion, rule: str, due_at: datetime, use_ends: datetime, now: datetime, why: str
) -> Verdict:
    """Common to all nudges: stopped by the person, not yet, paused, held for the night, too late, or now."""
    if rule in occasion.muted:
        return Verdict("stopped", due_at, "they stopped this kind of message")
    if now < due_at:
        return Verdict("wait", due_at, "not yet")
    if occasion.paused_until and now < occasion.paused_until:
        reason = ASKED_FOR_QUIET + spoken_date(occasion.paused_until, occasion.zone)
        act = "wait" if occasion.paused_until < use_ends else "stopped"
        return Verdict(act, occasion.paused_until if act == "wait" else due_at, reason)
    if now >= use_ends:
        return Verdict("expired", due_at, "its time had passed")
    if is_quiet(now, occasion.zone):
        return Verdict("wait", end_of_quiet(now, occasion.zone), "night where they are")
    return Verdict("send", due_at, why)


def reminder(occasion: Occasion, now: datetime) -> Verdict:
    """N3: one day before, to those with a place; not to somebody who took it within that day."""
    due_at = out_of_quiet(occasion.starts_at - REMIND, occasion.zone, occasion.salt)
    if occasion.state != "confirmed":
        return Verdict("stopped", due_at, "they no longer have a place")
    if occasion.confirmed_at and occasion.confirmed_at > occasion.starts_at - REMIND:
        return Verdict("stopped", due_at, "they took their place within the last day")
    return judge(occasion, "reminder", due_at, occasion.starts_at, now, "they have a place at this event")


def thank_you(occasion: Occasion, now: datetime) -> Verdict:
    """N12: 18 to 36 hours after the end, to all who had a place; the words depend on whether they came."""
    due_at = out_of_quiet(occasion.ends_at + THANK_FROM, occasion.zone, occasion.salt)
    if occasion.state != "confirmed":
        return Verdict("stopped", due_at, "they had no place")
    return judge(
        occasion, "thank_you", due_at, occasion.ends_at + THANK_UNTIL, now, "they had a place at this event"
    )


def capped(sent_at: Sequence[datetime], now: datetime) -> bool:
    """Whether one more capped nudge would be too many for somebody who got nudges at these moments."""
    return any(sum(now - span < moment <= now for moment in sent_at) >= most for span, most in CAPS)
