"""How many letters that nobody asked for one person gets, over every host and event: what is over that is held."""

from collections.abc import Sequence
from datetime import datetime, timedelta

CAPS = ((timedelta(days=1), 1), (timedelta(days=7), 2), (timedelta(days=30), 8))
REMEMBERED = max(span for span, _ in CAPS)
ENOUGH = "they have had as many letters as we send in such a time"


def capped(sent_at: Sequence[datetime], now: datetime) -> bool:
    """Whether one more capped nudge would be too many for somebody who got nudges at these moments."""
    return any(sum(now - span < moment <= now for moment in sent_at) >= most for span, most in CAPS)


def opens_at(sent_at: Sequence[datetime], now: datetime) -> datetime:
    """The first moment from now on at which one more is not too many, if none is sent before."""
    ends = sorted(moment + span for moment in sent_at for span, _ in CAPS)
    return next(at for at in [now, *(end for end in ends if end > now)] if not capped(sent_at, at))
