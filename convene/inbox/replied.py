"""An answer pressed in a calendar finds the place it is about; one that cannot be believed changes nothing."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from flask import current_app

from convene.access import limits
from convene.calendar import zones
from convene.circles import replies as of_circles
from convene.events.models import Event
from convene.inbox import to_circle
from convene.inbox.authenticity import authentic
from convene.inbox.calendar_answer import CalendarAnswer, Guest
from convene.inbox.models import Inbound
from convene.inbox.read import Incoming
from convene.people.addresses import folded
from convene.signups import replies
from convene.signups.actions import NotOpen, PlaceGone

PRESSED = {
    "accepted": "yes",
    "declined": "no",
    "tentative": "maybe",
    "delegated": "that somebody else comes",
    "needs-action": "nothing",
}


def handle(incoming: Incoming, row: Inbound, now: datetime) -> None:
    """Write on `row` what became of a REPLY or COUNTER, and do what it asks of a place."""
    answer = incoming.answer
    event = replies.event_of(answer.uid) if answer else None
    circle = of_circles.circle_of(answer.uid) if answer and event is None else None
    if answer is not None and circle is not None:
        row.organisation_id = circle.organisation_id
        if (found := theirs(incoming, answer, row, of_circles.invited, of_circles.person_of)) is not None:
            to_circle.do(answer, found[0], found[1], row, pressed(found[0]), now)
        return
    if answer is None or event is None:
        row.outcome, row.detail = "unmatched", "An answer to an invite that is not ours."
        return
    row.event_id, row.organisation_id = event.id, event.organisation_id
    if (found := theirs(incoming, answer, row, replies.invited, replies.person_of)) is not None:
        do(answer, found[0], found[1], row, event, now)


def theirs(
    incoming: Incoming,
    answer: CalendarAnswer,
    row: Inbound,
    find: Callable[[str, str], int | None],
    person_of: Callable[[int], int | None],
) -> tuple[Guest, int] | None:
    """Whose own answer this is, and the id of what they hold; none, and then `row` says why nothing is done."""
    guest, held = guest_of(incoming, answer, find)
    if guest is None:
        row.outcome, row.detail = "unmatched", unmatched(incoming, answer)
    elif not believed(incoming):
        row.outcome = "unmatched"
        row.detail = f"An answer in the name of {incoming.sender} could not be proven to be theirs."[:300]
    elif held is None:
        row.outcome = "unmatched"
        row.detail = f"{folded(guest.address)} answered {pressed(guest)}, but has not signed up."[:300]
    elif folded(guest.address) != folded(incoming.sender):
        row.outcome, row.words, row.person_id = "note", answer.words, person_of(held)
        said = f"{folded(incoming.sender)} answered {pressed(guest)} in their name"
        row.detail = f"{said[:240]}, and only their own answer changes their place."
    else:
        return guest, held
    return None


def guest_of(
    incoming: Incoming, answer: CalendarAnswer, find: Callable[[str, str], int | None]
) -> tuple[Guest | None, int | None]:
    """The guest whom the sender answers for, themself before any other, and what `find` knows of that guest.

    Some programs list other guests too. SENT-BY is only the sender's own word that they are somebody's assistant.
    """
    sender = folded(incoming.sender)
    own = [one for one in answer.guests if sender and sender == folded(one.address)]
    own += [one for one in answer.guests if sender and sender == folded(one.sent_by) and one not in own]
    for one in own:
        if held := find(answer.uid, folded(one.address)):
            return one, held
    return (own[0] if own else None), None


def believed(incoming: Incoming) -> bool:
    """Whether the sender is who they say, by our own mail server where one is named."""
    trust = parse_qs(urlsplit(current_app.config["INBOX_URL"]).query).get("trust", [""])[0]
    return not trust or authentic(incoming.authentication, trust, incoming.sender)


def unmatched(incoming: Incoming, answer: CalendarAnswer) -> str:
    said = f"{incoming.sender or 'Somebody'} answered for {answer.guests[0].address}; only they can."
    return said[:300]


def pressed(guest: Guest) -> str:
    return PRESSED.get(guest.answer, "something else")


def do(
    answer: CalendarAnswer, guest: Guest, signup_id: int, row: Inbound, event: Event, now: datetime
) -> None:
    row.words = answer.words
    row.detail = f"They answered {pressed(guest)}."
    if answer.method == "counter":
        row.outcome = "note"
        row.detail += " They propose another time" + (
            f": {zones.spoken_moment(answer.proposed, event.zone)}." if answer.proposed else "."
        )
    elif answer.date:
        row.outcome = "note"
        row.detail += " It was for one date of a series, and this event is no series."
    elif guest.answer not in replies.ACTS:
        row.outcome = "note"
    else:
        row.outcome = apply(answer, guest, signup_id, row, now)
    row.person_id = replies.person_of(signup_id)


def apply(answer: CalendarAnswer, guest: Guest, signup_id: int, row: Inbound, now: datetime) -> str:
    press = replies.Press(guest.answer, answer.sequence, answer.stamp or now, answer.words)
    try:
        replies.apply(signup_id, press, now)
    except replies.Stale:
        row.detail += " It came after a newer answer or invite, so nothing was changed."
        return "stale"
    except replies.NotInvited:
        row.detail += " They had no invite from us, so nothing was changed."
        return "unmatched"
    except (NotOpen, PlaceGone):
        row.detail += " The event takes no changes any more."
        return "late"
    except limits.TooMany:
        row.detail += " Their answer changed many times within an hour, so nothing was changed."
        return "too_many"
    return "applied"
