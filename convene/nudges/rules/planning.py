"""One mailbox at one moment: of all that is due there, what is sent, in which letters, what is held back, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from convene.nudges.rules.base import Verdict
from convene.nudges.rules.caps import ENOUGH, capped, opens_at
from convene.nudges.rules.registry import OF

TOLD_WITH = "told in the letter about another event of that day"
GATHERED = "it went out with others in one letter"
ANOTHER_FIRST = "another letter went first, and one a day is enough"


@dataclass(frozen=True, slots=True)
class Wish:
    """One nudge that somebody might get now. `host` is the organisation, `day` that of a reminder's event."""

    key: str
    kind: str
    host_id: int
    person_id: int
    verdict: Verdict
    until: datetime
    day: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one wish. Those with one `letter` (the key of the first of them) are one letter."""

    key: str
    act: str  # as in Verdict
    reason: str
    at: datetime  # when to look again, of one held
    letter: str = ""


def plan(wishes: Iterable[Wish], sent_at: Sequence[datetime], now: datetime) -> list[Outcome]:
    """Decide for one mailbox that got counted letters at these moments, over every host.

    Reminders always go, those of one day in one letter. Of the rest, caps let one host through at a time, by priority,
    and one person of those who share the mailbox; what that host has for them at the same moment is one letter.
    """
    everything = sorted(wishes, key=lambda one: (OF[one.kind].goes_before, one.verdict.due_at, one.key))
    found = [as_it_is(one) for one in everything if one.verdict.act not in ("send", "wait")]
    going = [one for one in everything if one.verdict.act == "send"]
    reminders = [one for one in everything if one.kind == "reminder" and one.verdict.act in ("send", "wait")]
    told = list(in_day_letters(reminders, now))
    found += told
    found += [Outcome(one.key, "send", one.verdict.reason, now, one.key) for one in going if is_free(one)]
    waiting = [one for one in going if OF[one.kind].capped]
    had = [*sent_at, *[now for one in told if one.letter == one.key]]
    if capped(had, now):
        again = opens_at(had, now)
        return found + [held(one, ENOUGH, again) for one in waiting]
    return found + list(one_host(waiting, now))


def as_it_is(one: Wish) -> Outcome:
    return Outcome(one.key, one.verdict.act, one.verdict.reason, one.verdict.at)


def is_free(one: Wish) -> bool:
    return not OF[one.kind].capped and one.kind != "reminder"


def held(one: Wish, reason: str, again: datetime) -> Outcome:
    """Held until then, or until its use is over if that comes first: then it is dropped, with this reason."""
    return Outcome(one.key, "hold", reason, min(again, one.until))


def in_day_letters(reminders: Sequence[Wish], now: datetime) -> Iterable[Outcome]:
    """A reminder that is due takes those of the same day with it, also those that would come later."""
    letters: dict[tuple[int, str], str] = {}
    for one in (one for one in reminders if one.verdict.act == "send"):
        letters.setdefault((one.person_id, one.day), one.key)
    for one in reminders:
        if letter := letters.get((one.person_id, one.day)):
            reason = one.verdict.reason if one.key == letter else TOLD_WITH
            yield Outcome(one.key, "send", reason, now, letter)


def one_host(waiting: Sequence[Wish], now: datetime) -> Iterable[Outcome]:
    """The wish that goes before all others has its turn, with all that its host has for that person: one letter.

    Whoever else reads this mailbox waits, as caps are its own. What is between two people is seen by no host, so it
    goes alone.
    """
    for one in waiting:
        first = waiting[0]
        same = (one.host_id, one.person_id) == (first.host_id, first.person_id)
        alone = OF[one.kind].private or OF[first.kind].private
        if same and (not alone or one.key == first.key):
            yield Outcome(one.key, "send", one.verdict.reason, now, first.key)
        else:
            yield held(one, ANOTHER_FIRST, now + timedelta(days=1))
