"""Every rule by its kind: what a letter of that kind is, when it speaks, how often, and what goes before what.

A new rule is one function in events.py, people.py or circles.py, one row here, its finder (see `convene/nudges/
finding.py`) and its letter. Kinds are also what a person stops in one press, and their order is in every link sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from convene.nudges.rules import circles, events, people
from convene.nudges.rules.base import Call, Timing

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
REST = 9  # of all without a priority of their own

Judge = Callable[[Any, Timing, int], Call]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `judge` takes its facts, the timing that holds there and which letter of it this is, 1 or 2.

    code      as in docs/decisions/nudges.md
    title     at the desk
    in_words  to the one who may stop it: after "You get ..." or "This stops ..."
    to, when  for the page that sets it; `when` has {away} where the length stands
    least, longest  what a host may set `away` to; equal where nothing can be set
    most      letters of it about one subject
    goes_before  the lower, the earlier where caps let only one through
    capped    caps hold it back
    counts    it counts where caps are asked
    any_hour  it answers the person's own act or wish, and knows no quiet hours
    asks      a press on its page answers it, so its silence is silence (N16)
    twice     its second letter goes where nobody set anything
    private   it would tell who found somebody: no host sees it, so it is in no log of theirs and never gathered with
              others
    settable  a host sets when it speaks, also where no host sees to whom
    for_hosts it goes to those who host
    """

    code: str
    kind: str
    title: str
    in_words: str
    to: str
    when: str
    judge: Judge
    timing: Timing
    least: timedelta
    longest: timedelta
    most: int = 1
    goes_before: int = REST
    capped: bool = True
    counts: bool = True
    any_hour: bool = False
    asks: bool = False
    twice: bool = False
    private: bool = False
    settable: bool = True
    for_hosts: bool = False


@dataclass(frozen=True, slots=True)
class AtOnce:
    """A letter that answers somebody's own act: it goes at any hour, under no cap, and cannot be stopped."""

    code: str
    letter: str  # empty: it never has a letter of its own
    why: str


# Posted by the acts themselves, in the transaction of the act.
AT_ONCE = (
    AtOnce("N1", "place_confirmed", "they took a place"),
    AtOnce("N4", "place_offered", "a place came free and they were next in line"),
    AtOnce("N6", "your_group", "the groups were published"),
    AtOnce("N10", "", "it is asked on the page of N9 and N12"),
    AtOnce("N18", "circle_asked", "somebody asked to join a circle that they host"),
    AtOnce("N11", "stay_in_touch", "they and somebody both said yes"),
)

RULES: tuple[Rule, ...] = (
    # Append only: the place of a rule in this list is its number in every link that stops it.
    Rule(
        "N3", "reminder", "Reminder", "reminders the day before",
        "those with a place", "{away} before the start",
        events.reminder, Timing(True, DAY, again=HOUR), 2 * HOUR, 7 * DAY,
        most=2, goes_before=1, capped=False,
    ),
    Rule(
        "N12", "thank_you", "Thank you", "letters after an event that ask how it was",
        "those who had a place", "{away} after the end",
        events.thank_you, Timing(True, 18 * HOUR), HOUR, 7 * DAY,
        goes_before=3, asks=True,
    ),
    Rule(
        "N2", "plan", "A plan for the day", "letters a week before an event that ask how you will get there",
        "those with a place", "{away} before the start",
        events.plan, Timing(False, 7 * DAY), 2 * DAY, 28 * DAY,
        goes_before=4,
    ),
    Rule(
        "N9", "did_you_meet", "Did you meet?", "letters that ask whether your group met",
        "each member of a circle's group, or of a group that you ask to meet again", "{away} after they met",
        events.did_you_meet, Timing(True, 18 * HOUR, again=5 * DAY), HOUR, 21 * DAY,
        most=2, goes_before=2, asks=True, twice=True,
    ),
    Rule(
        "N13", "what_came", "What came of it?", "letters that ask what came of it once two stayed in touch",
        "both of two who said yes", "{away} after that",
        people.what_came, Timing(True, 42 * DAY, again=182 * DAY), 7 * DAY, 90 * DAY,
        most=2, goes_before=5, asks=True, twice=True, private=True, settable=False,
    ),
    Rule(
        "N14", "action_due", "Action due", "reminders of what you said you would do",
        "whoever took an action on", "{away} before it is due",
        circles.action_due, Timing(True, 3 * DAY, again=2 * DAY), DAY, 14 * DAY,
        most=2, twice=True,
    ),
    Rule(
        "N15", "still_true", "Still true?", "letters that ask whether what you told us is still true",
        "whoever told you something about themself", "{away} after they last touched it",
        people.still_true, Timing(True, 180 * DAY), 90 * DAY, 365 * DAY,
        asks=True, private=True,  # a tie or an offer that nobody else may see can be why
    ),
    Rule(
        "N16", "welcome_back", "Would you like a pause?", "letters that ask whether you would like a pause",
        "whoever left several letters unanswered", "{away} after the last of them",
        people.welcome_back, Timing(True, 7 * DAY), 3 * DAY, 30 * DAY,
        most=2,
    ),
    Rule(
        "N18", "asked_to_join", "Asked to join", "letters when somebody asks to join a circle that you host",
        "the host of the circle", "{away} after they asked",
        circles.asked_to_join, Timing(True, timedelta(), again=3 * DAY), timedelta(), 2 * DAY,
        most=2, twice=True, for_hosts=True,
    ),
    Rule(
        "N19", "missed_two", "Missed twice", "letters when a member missed two sessions of a circle that you host",
        "the host of the circle", "{away} after the second session",
        circles.missed_two, Timing(True, 18 * HOUR), HOUR, 7 * DAY,
        for_hosts=True,
    ),
    Rule(
        "N20", "no_action", "No action yet", "letters when two sessions of your circle led to no action",
        "the host of the circle", "{away} before the next session",
        circles.no_action_yet, Timing(True, 2 * DAY), DAY, 7 * DAY,
        for_hosts=True,
    ),
    Rule(
        "N17", "to_do", "To do today", "a daily list of what waits for you as a host",
        "each organiser with something to do", "{away} after midnight",
        people.to_do, Timing(True, 8 * HOUR + 30 * MINUTE), timedelta(), 23 * HOUR,
        capped=False, counts=False, any_hour=True, for_hosts=True,
    ),
)  # fmt: skip

OF = {rule.kind: rule for rule in RULES}
# Kinds that a person can stop, each by itself; a number in every link sent, so append only.
KINDS = tuple(rule.kind for rule in RULES)
IN_WORDS = {rule.kind: rule.in_words for rule in RULES}
COUNTED = tuple(rule.kind for rule in RULES if rule.counts)
# What can be set for one event alone, and for one circle; the rest is about people, whatever they come to.
EVENT_KINDS = ("reminder", "thank_you", "plan", "did_you_meet")
CIRCLE_KINDS = (*EVENT_KINDS, "action_due", "asked_to_join", "missed_two", "no_action")
ASKING = tuple(rule.kind for rule in RULES if rule.asks)


class OutOfBounds(ValueError):
    """A length of time that this rule cannot keep; the message says what it can."""


def checked(kind: str, timing: Timing) -> Timing:
    """A timing as a host wants it. Raises OutOfBounds: minus five minutes and ten years help nobody."""
    rule = OF[kind]
    if not rule.least <= timing.away <= rule.longest:
        raise OutOfBounds(f"Choose from {spoken(rule.least)} to {spoken(rule.longest)}")
    return timing


def spoken(length: timedelta) -> str:
    """Like "18 hours", "1 day" or "no time"."""
    minutes = int(length.total_seconds()) // 60
    for unit, size in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if minutes and minutes % size == 0:
            return f"{minutes // size} {unit}{'' if minutes == size else 's'}"
    return "no time"


def in_units(length: timedelta) -> tuple[int, str]:
    """The same as a number and the largest unit that it is whole in."""
    minutes = int(length.total_seconds()) // 60
    for unit, size in (("days", 24 * 60), ("hours", 60)):
        if minutes % size == 0:
            return minutes // size, unit
    return minutes, "minutes"
