"""An answer pressed in a calendar that is about a circle: of one of its dates, or of all of them."""

from datetime import datetime

from convene.access import limits
from convene.calendar import zones
from convene.circles import replies
from convene.circles.joining import Gone
from convene.inbox.calendar_answer import CalendarAnswer, Guest
from convene.inbox.models import Inbound
from convene.signups.replies import ACTS, Press, Stale


def do(
    answer: CalendarAnswer, guest: Guest, member_id: int, row: Inbound, pressed: str, now: datetime
) -> None:
    """Write on `row` what was answered and what became of it; `pressed` is the answer in words."""
    row.words, row.person_id = answer.words, replies.person_of(member_id)
    row.detail = f"They answered {pressed} to {'one date' if answer.date else 'all dates'} of the circle."
    if answer.method == "counter":
        row.outcome = "note"
        row.detail += " They propose another time" + (
            f": {zones.spoken_moment(answer.proposed, 'UTC')}." if answer.proposed else "."
        )
    elif guest.answer not in ACTS:
        row.outcome = "note"
    else:
        row.outcome = apply(answer, guest, member_id, row, now)


def apply(answer: CalendarAnswer, guest: Guest, member_id: int, row: Inbound, now: datetime) -> str:
    press = Press(guest.answer, answer.sequence, answer.stamp or now, answer.words)
    try:
        number = replies.apply(member_id, press, answer.date, now)
    except Stale:
        row.detail += " It came after a newer answer or a change of date, so nothing was changed."
        return "stale"
    except (Gone, replies.NoSuchDate):
        row.detail += " Nothing there is to come any more that could be changed."
        return "late"
    except limits.TooMany:
        row.detail += " Their answer changed many times within an hour, so nothing was changed."
        return "too_many"
    if guest.answer == "declined":
        dates = "this one" if answer.date else f"all {number} to come" if number > 1 else "the one to come"
        row.detail += f" They skip {dates} and keep their place in the circle."
    return (
        "note" if guest.answer == "declined" and answer.date is None else "applied"
    )  # the host ought to know
