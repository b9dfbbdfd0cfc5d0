"""The wall: everybody by name with their group, in type that is read across a room from a projector or a screen."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from convene import clock
from convene.groups import timing
from convene.groups.models import Group, Round
from convene.people.words import folded_name
from convene.signups import called
from convene.web.organise import own

page = Blueprint("organise_wall", __name__)

NUMBERED = re.compile(r"(\D+?) (\d+)")
# The columns and the size of type that up to so many names take on a screen of 16 to 9; more than these scroll.
SIZES = ((16, "few"), (36, "some"), (64, "many"))


@dataclass(frozen=True, slots=True)
class Line:
    """One person on the wall; `beside` is another of the group, where two people of one name sit apart."""

    name: str
    seat: str
    beside: str = ""


@page.get(f"/{own.ID.format('event_id')}/groups/wall")
def show(event_id: int) -> ResponseReturnValue:
    """The round that is on, else the next, else the last; `?round=` chooses another."""
    event, now = own.event(event_id), clock.now()
    stand = timing.of(event)
    number = request.args.get("round", type=int)
    asked = next((one for one in stand.told if one.number == number), None)
    chosen = asked or stand.on or stand.next or (stand.told[-1] if stand.told else None)
    on = stand.on if stand.on is chosen else None
    word = common_word(chosen) if chosen else ""
    lines = by_name(chosen, word, called.names(event.id)) if chosen else []
    return render_template(
        "organise/wall.html",
        event=event,
        stand=stand,
        asked=asked,
        chosen=chosen,
        on=on,
        word=word,
        lines=lines,
        size=next((name for most, name in SIZES if len(lines) <= most), "crowd"),
        left=timing.minutes_left(on, now) if on else 0,
        ends=timing.epoch(on.ends_at) if on else 0,
        now=timing.epoch(now),
    )


def common_word(round_: Round) -> str:
    """ "Table", where every group of the round is a table with a number: then the number alone is enough to read."""
    found = [NUMBERED.fullmatch(group.label) for group in round_.groups]
    words = {match[1] if match else "" for match in found}
    return words.pop() if len(words) == 1 else ""


def by_name(round_: Round, word: str, known: called.Names) -> list[Line]:
    """Everybody with a seat in a round, by name as a reader looks it up; a number for whoever asked for one."""
    shown = {seat.id: known.of(seat.person) for group in round_.groups for seat in group.seats}
    names = Counter(map(folded_name, shown.values()))
    lines = [
        Line(
            shown[seat.id], group.label.removeprefix(f"{word} "), beside(group, shown[seat.id], names, shown)
        )
        for group in round_.groups
        for seat in group.seats
    ]
    return sorted(lines, key=lambda line: (as_looked_up(line.name), line.name, line.seat, line.beside))


def beside(group: Group, name: str, names: Counter[str], shown: dict[int, str]) -> str:
    """With whom somebody sits, where their name stands on the wall twice; nothing for anybody else.

    Not the organisation or field they gave: those were told to the hosts, and to their own group where it is
    shared, never to the room. Who else sits at a table is on this wall already, and in the letter of the person
    who looks for their name.
    """
    folded = folded_name(name)
    here = sum(folded_name(shown[seat.id]) == folded for seat in group.seats)
    if names[folded] == here:  # alone, or all at this one table: the answer is the same for each
        return ""
    others = (shown[seat.id] for seat in group.seats if names[folded_name(shown[seat.id])] == 1)
    return min(others, key=as_looked_up, default="")


def as_looked_up(name: str) -> str:
    """Élodie stands with Elodie, not after Zoe."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(one for one in plain if not unicodedata.combining(one)).casefold()
