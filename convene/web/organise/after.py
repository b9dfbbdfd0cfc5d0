"""The morning after: one page to print of what came of an event, each picture with a table of the same facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from convene import clock
from convene.events.models import Event
from convene.groups import facts, history, queries
from convene.groups.deal import Problem
from convene.groups.models import Round
from convene.nudges import after as found_each_other
from convene.nudges.said import said
from convene.people.models import Lock
from convene.people.queries import pairs
from convene.signups import after as signups
from convene.signups.after import Bounds, One, Turnout
from convene.signups.queries import at_door
from convene.web.organise import own
from convene.web.organise.board import Pair, blocks, groups_of
from convene.web.organise.strip import Row, strip
from convene.web.visit.answer import FACES

page = Blueprint("organise_after", __name__)

WIDTH = 300  # of the pictures' bars at their longest, in the units of their own view


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what is sure, and beyond it what may be; lengths in the picture's units, from its left edge."""

    words: str
    said: str
    sure: float
    may: float
    top: int


@dataclass(frozen=True, slots=True)
class Meetings:
    """Pairs who sat together; bounds where nobody marked whether both came."""

    new: Bounds
    again: Bounds
    rounds: int
    mixed: list[Row]


@page.app_template_test("over")
def is_over(event: Event) -> bool:
    """Whether an event took place and its end is past."""
    return event.state == "published" and event.ends_at <= clock.now()


@page.get(f"/{own.ID.format('event_id')}/after")
def show(event_id: int) -> ResponseReturnValue:
    event, now = own.event(event_id), clock.now()
    if not is_over(event):
        return render_template("organise/after.html", event=event, turnout=None)
    everybody = signups.of_event(event.id)
    turnout = signups.turnout(event, everybody, signups.waited(event.id))
    answers = said(event.id)
    well = found_each_other.went_well(answers)
    return render_template(
        "organise/after.html",
        event=event,
        turnout=turnout,
        stages=stages(turnout),
        shares=shares(turnout, well),
        meetings=met(event, everybody),
        said=answers,
        faces=FACES,
        well=well,
        both_yes=found_each_other.both_yes(event, now),
        width=WIDTH,
        now=now,
    )


def stages(turnout: Turnout) -> list[Bar]:
    """From signing up to coming, each a bar of the first one's length at most."""
    steps = [
        ("Signed up", Bounds(turnout.signed_up, turnout.signed_up)),
        ("Confirmed", Bounds(turnout.confirmed, turnout.confirmed)),
        ("Had a place", Bounds(turnout.had_place, turnout.had_place)),
        ("Came", turnout.kept),
        ("Walked in", Bounds(turnout.walked_in, turnout.walked_in)),
    ]
    return bars([(words, in_words(both), both.least, both.most) for words, both in steps])


def shares(turnout: Turnout, well: found_each_other.Share | None) -> list[Bar]:
    """In percent what is known only of those who were marked, or who answered, and what may be of the silent."""
    rows = []
    if turnout.had_place:
        rows.append(("Of those with a place, came", turnout.kept, turnout.had_place))
    if turnout.came.least:
        rows.append(("Of those who came, first time", turnout.first_time, turnout.came.least))
    found = [(words, found_each_other.share(both.least, both.most, of)) for words, both, of in rows]
    if well:
        found.append(("Of those asked, glad or good", well))
    return bars([(words, percent(one), one.least, one.most) for words, one in found], 100)


def bars(rows: Sequence[tuple[str, str, int, int]], longest: int = 0) -> list[Bar]:
    most = longest or max((each[3] for each in rows), default=0) or 1
    return [
        Bar(words, told, sure * WIDTH / most, may * WIDTH / most, 50 * number)
        for number, (words, told, sure, may) in enumerate(rows)
    ]


def in_words(both: Bounds) -> str:
    return str(both.least) if both.sure else f"{both.least} to {both.most}"


def percent(one: found_each_other.Share) -> str:
    return f"{one.least}%" if one.least == one.most else f"between {one.least}% and {one.most}%"


def met(event: Event, everybody: Sequence[One]) -> Meetings | None:
    """Who sat together in the rounds that people were told of; none where there were no rounds.

    Two who are kept together do not meet there: they came as they go.
    """
    rounds = queries.rounds(event.id, "published", "held")
    seated = sorted({seat.person_id for group in groups_of(rounds) for seat in group.seats})
    if not seated:
        return None
    bound = blocks(pairs(Lock, seated))
    before = {(first, second) for first, second, _ in history.meetings(event, seated)}
    together = {
        pair
        for group in groups_of(rounds)
        for pair in combinations(sorted(seat.person_id for seat in group.seats), 2)
    } - bound
    here = {one.person_id for one in everybody if one.here}
    away = {one.person_id for one in everybody if one.attendance in ("no_show", "excused")}
    return Meetings(
        new=counted(together - before, here, away),
        again=counted(together & before, here, away),
        rounds=len(rounds),
        mixed=mixed(event, rounds, here or set(seated) - away, before, bound),
    )


def counted(together: set[Pair], here: set[int], away: set[int]) -> Bounds:
    """Pairs of whom both were marked here, and those of whom neither was marked away."""
    sure = sum(here.issuperset(pair) for pair in together)
    return Bounds(sure, sum(away.isdisjoint(pair) for pair in together))


def mixed(
    event: Event, rounds: Sequence[Round], here: set[int], before: set[Pair], bound: set[Pair]
) -> list[Row]:
    """The strip of figures for the rounds as they were, beside names from a hat, for those who were there.

    It knows of no keep-apart rule, and so says nothing of one.
    """
    coming = [one for one in at_door(event.id) if one.person_id in here]
    if len(coming) < 2:
        return []
    asked = Problem(
        people=tuple(facts.guest_of(one, facilitator=False, needs=()) for one in coming),
        group_size=event.group_size,
        rounds=len(rounds),
        together=tuple((facts.key(first), facts.key(second)) for first, second in sorted(bound)),
        met=tuple((facts.key(first), facts.key(second), 1.0) for first, second in sorted(before)),
    )
    return strip(asked, rounds)
