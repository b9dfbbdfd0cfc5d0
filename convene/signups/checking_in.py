"""People who say themselves that they are here, where the organiser lets them: on their page, or by the wall's code."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from convene.events.models import Event
from convene.people.words import plain
from convene.signups import attendance
from convene.signups.models import Signup

EARLY = timedelta(hours=1)
ACTOR = "self"


class NotExpected(Exception):
    """They have no place, or it is not the hour: somebody at the door must look."""


def is_open(event: Event, now: datetime) -> bool:
    """From an hour before the start until the end."""
    return (
        event.self_check_in and event.state == "published" and event.starts_at - EARLY <= now < event.ends_at
    )


def is_here(signup: Signup) -> bool:
    return signup.attendance is not None and signup.attendance.state in ("attended", "part")


def is_expected(signup: Signup, now: datetime) -> bool:
    """Whether they have a place, it is the hour, and nobody has marked them here yet."""
    return is_open(signup.event, now) and signup.state == "confirmed" and not is_here(signup)


def meant(typed: str, names: Mapping[int, Iterable[str]]) -> set[int]:
    """Who, of people with these names (each may have several), is named here: by the first word of a name where that
    is one person's alone, else by all of its words, one after the other. Several can be named: "Ada and Ben"."""
    said = words_of(typed)
    whole: dict[int, list[str]] = {}  # by person, their longest name that was typed from end to end
    firsts: dict[str, set[int]] = {}  # by first word, whose it is
    for one, forms in names.items():
        for parts in map(words_of, forms):
            if parts and parts[0] in said:
                firsts.setdefault(parts[0], set()).add(one)
                if stands_in(said, parts):
                    whole[one] = max(parts, whole.get(one, []), key=len)
    # Of "Ada" and "Ada Byron" the longer is meant where all of it was typed, and no word within it is another's name.
    full = {one for one, mine in whole.items() if not any(set(mine) < set(other) for other in whole.values())}
    left = Counter(said) - Counter(word for one in full for word in whole[one])
    return full | {one for word, ones in firsts.items() if len(ones) == 1 and left[word] for one in ones}


def stands_in(said: list[str], parts: list[str]) -> bool:
    return any(said[at : at + len(parts)] == parts for at in range(len(said)))


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", plain(text))


def come(signup: Signup, now: datetime) -> bool:
    """Mark them here; returns whether that was new. The event row must be locked. Raises NotExpected."""
    if not is_open(signup.event, now) or signup.state != "confirmed":
        raise NotExpected
    if is_here(signup):
        return False
    attendance.mark(signup, "attended", ACTOR, now)
    return True
