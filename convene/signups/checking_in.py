"""People who say themselves that they are here, where the organiser lets them: on their page, or by the wall's code."""

from datetime import datetime, timedelta

from convene.events.models import Event
from convene.signups import attendance
from convene.signups.models import Signup

EARLY = timedelta(hours=1)
ACTOR = "self"


class NotExpected(Exception):
    """They have no place, or it is not the hour: somebody at the door must look."""


def is_open(event: Event, now: datetime) -> bool:
    """From an hour before the start until the end."""
    return (
        event.self_check_in and event.state == "published" and event.starts_at - EARLY <= now < event.ends_at
    )


def is_here(signup: Signup) -> bool:
    return signup.attendance is not None and signup.attendance.state in ("attended", "part")


def is_expected(signup: Signup, now: datetime) -> bool:
    """Whether they have a place, it is the hour, and nobody has marked them here yet."""
    return is_open(signup.event, now) and signup.state == "confirmed" and not is_here(signup)


def come(signup: Signup, now: datetime) -> bool:
    """Mark them here; returns whether that was new. The event row must be locked. Raises NotExpected."""
    if not is_open(signup.event, now) or signup.state != "confirmed":
        raise NotExpected
    if is_here(signup):
        return False
    attendance.mark(signup, "attended", ACTOR, now)
    return True
