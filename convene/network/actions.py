"""Ties are made when two said yes to each other, spoken of by each alone, and ended by either at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from convene.access import limits
from convene.events.models import Event
from convene.extensions import db
from convene.mail import outbox
from convene.network import letters
from convene.network.models import Tie
from convene.network.queries import reaches
from convene.network.rules import CAME, USES
from convene.people.actions import consent
from convene.people.models import Person

WROTE = timedelta(days=30)  # after which a letter that has not reached its reader would come out of nowhere


def tie(
    event: Event, person: Person, other: Person, rounds: Sequence[int], channel: str, now: datetime
) -> Tie:
    """This person's side, made or, where it was ended and both said yes once more, begun anew."""
    mine = (Tie.person_id == person.id, Tie.other_id == other.id)
    found = db.session.scalar(select(Tie).where(*mine))
    if found is not None and found.ended_at is None:
        return found
    if found is None:
        found = Tie(organisation_id=person.organisation_id, person_id=person.id, other_id=other.id)
        db.session.add(found)
    found.event_id, found.title = event.id, event.title
    found.rounds, found.channel = " ".join(map(str, rounds))[:40], channel
    found.made_at, found.ended_at, found.answered_at = now, None, None
    found.came, found.words, found.use = "", "", "private"
    db.session.flush()
    return found


def end(side: Tie, now: datetime) -> None:
    """For this person it is over, at once; the other's row, page and letters stay as they were."""
    side.ended_at = now
    side.came, side.words, side.use = "", "", "private"
    withdraw(side, now)


def say(side: Tie, came: str, words: str, use: str, now: datetime) -> None:
    """What came of it, in their words, and what these may be used for: each use is a yes with its wording."""
    side.came = came if came in CAME else ""
    side.words = words
    wanted = use if use in USES and words else "private"
    if wanted != side.use:
        withdraw(side, now)
        if wanted != "private":
            consent(side.person, purpose(side, wanted), True, USES[wanted], "page of a tie", now)
    side.use, side.answered_at = wanted, now


def purpose(side: Tie, use: str) -> str:
    """What a use of these words is called among a person's consents: each tie and each use is one."""
    return f"words_{use}:{side.id}"


def withdraw(side: Tie, now: datetime) -> None:
    """The use that stood ends."""
    if side.use != "private":
        wording = f"Taken back: {USES[side.use]}"
        consent(side.person, purpose(side, side.use), False, wording, "page of a tie", now)
        side.use = "private"


def keep_to_oneself(person_id: int, given: str) -> None:
    """A use that was taken back among a person's consents ends on its tie too; `given` is as from `purpose`."""
    use, _, number = given.removeprefix("words_").partition(":")
    if given.startswith("words_") and number.isascii() and number.isdigit() and len(number) < 10:
        mine = (Tie.id == int(number), Tie.person_id == person_id, Tie.use == use)
        db.session.execute(update(Tie).where(*mine).values(use="private"))


def write(side: Tie, words: str, now: datetime) -> None:
    """Pass a few words on to the other by letter, neither being told the other's address. Raises limits.TooMany.

    Whether it reaches them, whoever writes is not told: an end is not shown. So the letter is written in any case, and
    where it is not to leave undone again, as the time that a press takes would tell as well.
    """
    limits.take(now, PRESSES_PER_PLACE=f"tie:{side.id}")
    goes = reaches(side)
    if not side.other.reachable:
        return
    letter = letters.passed_on(side, words, now)
    written = db.session.begin_nested()
    # Without the host or the event on the row: who writes to whom is in no organiser's mail log.
    outbox.post(letter, key=f"passed_on:{side.id}:{now:%Y%m%d%H%M%S%f}", now=now, person_id=side.other_id)
    (written.commit if goes else written.rollback)()
