"""What every rule of nudges is made of: who it is about, when it may speak, and what follows for one person now."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from convene.calendar.quiet import end_of_quiet, is_quiet
from convene.calendar.zones import spoken_date

JITTER = timedelta(minutes=30)
ASKED_FOR_QUIET = "they asked for quiet until "
STOPPED_KIND = "they stopped this kind of message"
NIGHT = "it is night where they are"
TOO_LATE = "its time had passed"
SILENT = "they answered nothing for a while, so we paused"
SWITCHED_OFF = "the host switched this kind off"


@dataclass(frozen=True, slots=True)
class Timing:
    """When a rule speaks, as a host may set it.

    away   how long before or after the moment that the rule counts from
    again  for a rule with a second letter: how long after the first, or for reminders how long before the start;
           none: there is no second
    """

    on: bool
    away: timedelta
    again: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """One person, as far as any nudge is concerned; `zone` is theirs, or else that of what the nudge is about."""

    zone: str
    muted: frozenset[str] = frozenset()
    paused_until: datetime | None = None  # they asked for quiet
    silent: bool = False  # paused by rule N16, until their next act
    barred: str = ""  # why their address must not be mailed, in words
    salt: str = ""  # spreads people over the half hour after quiet time


@dataclass(frozen=True, slots=True)
class Call:
    """What a rule says of one case, before anybody asks what the person wishes or has had; moments in UTC.

    why and stop are sentences that begin with "they" or stand for themselves: organisers read them as they are, and
    the person reads "you". Where `stop` says something, the nudge has no use (any more) and why.
    """

    due_at: datetime
    until: datetime  # from then on it is of no use
    why: str
    stop: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do about one nudge now, and why, in words.

    act: send, wait (not due), hold (due, but not now), expired or stopped. `at` is when to look again.
    """

    act: str
    due_at: datetime
    reason: str
    at: datetime


# Places at one event share their moments, and a preview asks for thousands of people at once; moments are in UTC here.
quiet_at = lru_cache(maxsize=4096)(is_quiet)
morning_after = lru_cache(maxsize=4096)(end_of_quiet)


@lru_cache(maxsize=4096)
def jitter(salt: str) -> timedelta:
    """The same few minutes each time it is asked for the same person."""
    return JITTER * (int.from_bytes(hashlib.sha256(salt.encode()).digest()[:2], "big") / 65536)


def out_of_quiet(moment: datetime, zone: str, salt: str) -> datetime:
    """The moment itself or, in the quiet hours, some minute between 8:00 and 8:30 when they end."""
    return morning_after(moment, zone) + jitter(salt) if quiet_at(moment, zone) else moment


def judge(call: Call, kind: str, who: Who, now: datetime, any_hour: bool = False) -> Verdict:
    """Common to all rules: needless, stopped by the person, not yet, paused, too late, held for the night, or now."""
    due_at = call.due_at if any_hour else out_of_quiet(call.due_at, who.zone, who.salt)
    needless = call.stop or (STOPPED_KIND if kind in who.muted else "") or who.barred
    if needless:
        return Verdict("stopped", due_at, needless, now)
    if now < call.due_at:
        return Verdict("wait", due_at, "not yet", call.due_at)
    if who.paused_until and now < who.paused_until:
        reason = ASKED_FOR_QUIET + spoken_date(who.paused_until, who.zone)
        if who.paused_until < call.until:
            return Verdict("hold", due_at, reason, who.paused_until)
        return Verdict("stopped", due_at, reason, now)
    if who.silent:
        return Verdict("stopped", due_at, SILENT, now)
    if now >= call.until:
        return Verdict("expired", due_at, TOO_LATE, now)
    if not any_hour and quiet_at(now, who.zone):
        return Verdict("hold", due_at, NIGHT, out_of_quiet(now, who.zone, who.salt))
    return Verdict("send", due_at, call.why, now)
