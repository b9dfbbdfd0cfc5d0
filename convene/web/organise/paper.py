"""An evening on paper: register, group sheets, table signs and badges, laid out for A4 and printed by the browser.

Nothing here asks for the network again once it is printed, and no address stands on any of it. Chromium, Firefox and
Safari lay the pages out, because a browser writes any script a name may be in.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from convene.events.models import Event
from convene.groups import queries
from convene.groups.models import Group, Round
from convene.groups.rules import shared
from convene.groups.starters import questions
from convene.people.models import Person
from convene.people.words import plain
from convene.signups import queries as signups
from convene.signups.called import Names, by_number, called, names, told_of
from convene.signups.models import Signup
from convene.web.organise import own

page = Blueprint("organise_paper", __name__)

WALK_INS = 6  # empty lines at the foot of the register
BADGES = 10  # on a page: two beside each other, five rows of 54 mm
SHORT, LONG = (
    12,
    24,
)  # letters of a name or label: up to the first it is set largest, beyond the second smallest
# What may be printed, in the order of an evening: what it is called and what it is for.
KINDS = {
    "register": (
        "Register",
        "Everybody with a place or in line, a box to tick, and room for those who walk in.",
    ),
    "list": ("List of names", "Everybody with their table in each round, to pin up by the door."),
    "sheets": ("Group sheets", "For each table in each round: who sits there, what they share, what to ask."),
    "signs": (
        "Table signs",
        "The name of each table in letters that are read across the room. Two to a page.",
    ),
    "badges": ("Badges", "What each person wants to be called. Ten to a page, and empty ones to write on."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One person on the register; `here` where they were marked before it was printed."""

    name: str
    beside: str  # the name they signed up with, where two are called alike
    number: str  # what stands for them on walls and sheets, if they asked for a number
    place: str
    here: bool


@dataclass(frozen=True, slots=True)
class Seated:
    """One person on the list by the door: the label of their group in each round, by its number."""

    name: str
    tables: dict[int, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What lies on one table in one round."""

    round: Round
    label: str
    room_url: str
    names: list[str]
    shared: list[str]
    starter: str
    more: list[str]


@dataclass(frozen=True, slots=True)
class Paper:
    """All that can be printed for one event; what was not asked for is empty."""

    register: Sequence[Line] = ()
    list: Sequence[Seated] = ()
    rounds: Sequence[Round] = ()
    sheets: Sequence[Sheet] = ()
    signs: Sequence[str] = ()
    badges: Sequence[str] = ()
    draft: bool = False  # nobody was told these groups yet
    in_room: bool = True  # an online event needs neither signs nor badges


@page.get(f"/{own.ID.format('event_id')}/paper")
def show(event_id: int) -> ResponseReturnValue:
    return render_template("organise/paper.html", event=own.event(event_id), kinds=KINDS)


@page.get(f"/{own.ID.format('event_id')}/paper/everything")
def everything(event_id: int) -> ResponseReturnValue:
    return printed(own.event(event_id), "Everything on paper", *KINDS)


@page.get(f"/{own.ID.format('event_id')}/paper/register")
def register(event_id: int) -> ResponseReturnValue:
    return printed(own.event(event_id), "The register", "register")


@page.get(f"/{own.ID.format('event_id')}/paper/list", endpoint="list")
def names_by_table(event_id: int) -> ResponseReturnValue:
    return printed(own.event(event_id), "List of names", "list")


@page.get(f"/{own.ID.format('event_id')}/paper/sheets")
def sheets(event_id: int) -> ResponseReturnValue:
    return printed(own.event(event_id), "Group sheets", "sheets")


@page.get(f"/{own.ID.format('event_id')}/paper/signs")
def signs(event_id: int) -> ResponseReturnValue:
    return printed(own.event(event_id), "Table signs", "signs")


@page.get(f"/{own.ID.format('event_id')}/paper/badges")
def badges(event_id: int) -> ResponseReturnValue:
    return printed(own.event(event_id), "Badges", "badges")


def printed(event: Event, heading: str, *wanted: str) -> ResponseReturnValue:
    return render_template(
        "organise/paper_sheets.html",
        event=event,
        heading=heading,
        wanted=wanted,
        kinds=KINDS,
        paper=paper(event, wanted),
        walk_ins=WALK_INS,
        size=size,
    )


def paper(event: Event, wanted: Sequence[str]) -> Paper:
    """These kinds of paper for an event; an online one has no tables to put a sign on."""
    in_room = event.format == "in_person"
    people = signups.at_door(event.id) if {"register", "badges"} & {*wanted} else []
    told = rounds_told(event) if {"list", "sheets", "signs"} & {*wanted} else []
    shown = names(event.id)
    return Paper(
        register=lines(people) if "register" in wanted else (),
        list=seated(told, shown) if "list" in wanted else (),
        rounds=told,
        sheets=[sheet(group, shown) for one in told for group in one.groups] if "sheets" in wanted else (),
        signs=labels(told) if in_room and "signs" in wanted else (),
        badges=in_rows(people, shown) if in_room and "badges" in wanted else (),
        draft=any(one.state == "draft" for one in told),
        in_room=in_room,
    )


def rounds_told(event: Event) -> Sequence[Round]:
    """The rounds that people were told of; the drafts only where there are no others: paper cannot be called back."""
    found = queries.rounds(event.id)
    return [one for one in found if one.state != "draft"] or found


def lines(people: Sequence[Signup]) -> list[Line]:
    """The register, by name as it is looked up at a door."""
    alike = Counter(called(one.person).casefold() for one in people)
    queue = sorted(one.queue_number or 0 for one in people if one.state == "waitlisted")
    return [
        Line(
            name=called(one.person),
            beside=other_name(one.person) if alike[called(one.person).casefold()] > 1 else "",
            number=by_number(one.id) if one.person.by_number else "",
            place=place_in_words(one, queue),
            here=one.attendance is not None and one.attendance.state in ("attended", "part"),
        )
        for one in sorted(people, key=lambda one: (plain(called(one.person)), one.id))
    ]


def other_name(person: Person) -> str:
    if person.name != called(person):
        return person.name
    return "" if "affiliation" in person.hides.split() else person.affiliation or ""


def place_in_words(signup: Signup, queue: Sequence[int]) -> str:
    if signup.state == "waitlisted":
        if signup.needs_answer:
            return "Asked to come"
        return f"Waiting, {queue.index(signup.queue_number or 0) + 1} in line"
    if signup.state == "offered":
        return "Offered a place"
    if signup.state != "confirmed":
        return "No place now"
    return "Online" if signup.attends_online else "Has a place"


def seated(told: Sequence[Round], shown: Names) -> list[Seated]:
    """Everybody in these rounds as they are looked up: names in order, then numbers in theirs."""
    found: dict[int, Seated] = {}
    for one in told:
        for group in one.groups:
            for seat in group.seats:
                whose = found.setdefault(seat.person_id, Seated(shown.of(seat.person), {}))
                whose.tables[one.number] = group.label
    numbered = {person_id: shown.numbers.get(person_id, 0) for person_id in found}
    order = sorted(found, key=lambda one: (numbered[one], plain(found[one].name), one))
    return [found[one] for one in order]


def sheet(group: Group, shown: Names) -> Sheet:
    people = [seat.person for seat in group.seats]
    first, *more = questions(group.round.event_id, group.round.number)
    return Sheet(
        round=group.round,
        label=group.label,
        room_url=group.room_url,
        names=shown.all_of(people),
        shared=shared([told_of(person) for person in people]),
        starter=first,
        more=more,
    )


def labels(told: Sequence[Round]) -> list[str]:
    """Every table that is used in any round, once, in the order of the first round that uses it."""
    return list(dict.fromkeys(group.label for one in told for group in one.groups))


def in_rows(people: Sequence[Signup], shown: Names) -> list[str]:
    """A badge for everybody who comes to the room, and empty ones to the end of the last page."""
    coming = [
        one.person
        for one in people
        if (one.state == "confirmed" or one.attendance) and not one.attends_online
    ]
    found = shown.all_of(sorted(coming, key=lambda person: (plain(called(person)), person.id)))
    return found + [""] * (-len(found) % BADGES or (BADGES if not found else 0)) if people else []


def size(text: str) -> str:
    """How large a name or a label can be set: `large`, `middle` or `small`."""
    widest = max(map(len, text.split()), default=0)
    if len(text) <= SHORT and widest <= SHORT:
        return "large"
    return "middle" if len(text) <= LONG and widest <= SHORT else "small"
