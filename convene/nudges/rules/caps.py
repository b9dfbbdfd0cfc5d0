"""How many letters that nobody asked for one person gets, over every host and event: what is over that is held."""

from collections.abc import Sequence
from datetime import datetime, timedelta

CAPS = ((timedelta(days=1), 1), (timedelta(days=7), 2), (timedelta(days=30), 8))
REMEMBERED = max(span for span, _ in CAPS)
ENOUGH = "they have had as many letters as we send in such a time"


def capped(sent_at: Sequence[datetime], now: datetime) -> bool:
    """Whether one more capped nudge would be too many for somebody who got nudges at these moments."""
    return bool(sent_at) and closed_until(sent_at, now) > now


def opens_at(sent_at: Sequence[datetime], now: datetime) -> datetime:
    """The first moment from now on at which one more is not too many, if none is sent before."""
    at, again = now, closed_until(sent_at, now)
    while again > at:  # what is to be sent by then may close it anew
        at, again = again, closed_until(sent_at, again)
    return at


def closed_until(sent_at: Sequence[datetime], now: datetime) -> datetime:
    """The end of the longest span that is full at this moment; the moment itself, or one before it, if none is."""
    had = sorted(moment for moment in sent_at if moment <= now)
    return max((had[-most] + span for span, most in CAPS if len(had) >= most), default=now)
