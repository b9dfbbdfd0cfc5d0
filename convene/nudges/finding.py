"""How a rule's cases are found in the database: one finder a rule, all of one shape; a new one is one function.

A finder is given a `Look` and returns cases, with plain facts already turned into the rule's `Call`:

    Look(now, settings)                all cases due by now that no row has decided or holds yet
    Look(now, settings, people=[...])  of these people only
    Look(now, settings, ahead=...)     of what was read beforehand for the weeks to come
    Look(now, settings, held=[...])    these nudges as they are now, due or not, decided or not; what is left out is no
                                       longer there

Their letter is written when it is to be sent. `finders.FINDERS` has a row for each kind.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, Select, exists, select

from convene.extensions import db
from convene.mail.letter import Letter
from convene.nudges.models import Nudge, NudgeSetting
from convene.nudges.rules.base import Call
from convene.nudges.settings import Settings, Wanted
from convene.people.models import Person

T = TypeVar("T")

GRACE = timedelta(
    hours=1
)  # so long after its use is over, what was missed is still written down, with its reason


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a preview reads once for all rules: rows by event (near.read_ahead), and the keys of what is decided."""

    places: Mapping[int, Sequence[Any]]
    decided: frozenset[str]


@dataclass(frozen=True, slots=True)
class Look:
    """What a finder is asked, as of `now`; in a preview of weeks to come, what is due `until` then."""

    now: datetime
    settings: Settings
    until: datetime | None = None
    people: Sequence[int] | Select[Any] | None = None
    held: Sequence[Nudge] | None = None
    ahead: Ahead | None = None

    @property
    def by(self) -> datetime:
        return self.until or self.now


@dataclass(frozen=True, slots=True)
class Case:
    """One nudge that somebody might get.

    subject_id  the number of what it is about: an event, an action, a circle, a person ...; the rule knows which
    step        which letter of the rule this is, or the day that makes it another one; 20 characters at most
    zone        where that is, for people without a zone of their own
    title       of what it is about, for the desk
    day         of a reminder: the day it tells of
    thread      of letters that leave in the order posted
    about       what the letter is written from
    """

    kind: str
    subject_id: int
    step: str
    person_id: int
    host_id: int
    call: Call
    zone: str
    event_id: int | None = None
    circle_id: int | None = None
    title: str = ""
    day: str = ""
    thread: str | None = None
    about: Any = None

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.subject_id}:{self.person_id}:{self.step}"


@dataclass(frozen=True, slots=True)
class Ask:
    """What one nudge says: a subject, a few sentences, and the one press. It stands alone or among others.

    What people typed stands in `typed`, by the names that it has in `words`, as %(event)s. `reply` says that one word
    by mail answers it too, where mail that comes back is read; such an answer goes to nobody else.
    """

    subject: str
    words: str
    press: str
    url: str
    typed: Mapping[str, str | int] = field(default_factory=dict)
    reply: str = ""

    @property
    def plain(self) -> str:
        return self.words % self.typed if self.typed else self.words

    @property
    def marked(self) -> Markup:
        """The same for HTML, with what people typed set apart."""
        names = {name: Markup("<bdi>{}</bdi>").format(text) for name, text in self.typed.items()}
        return escape(self.words) % names if names else escape(self.words)


Find = Callable[[Look], list[Case]]
AskFor = Callable[[Nudge, Case, Person], Ask]
Load = Callable[[Sequence[Case]], object]
Write = Callable[[Nudge, Case, str], Letter]  # the last are the host's own words, or empty


@dataclass(frozen=True, slots=True)
class Finder:
    """How cases of one kind are found, and what they say.

    ask     what it says among others, or alone where it has no `write`; none for one that is never among others
    load    reads at once what the letters of many cases are written from, and gives it to be kept meanwhile
    write   its letter, where it is more than an `Ask`
    hourly  looked for once an hour, because its questions are long and its letters are in no hurry
    """

    find: Find
    ask: AskFor | None = None
    load: Load = tuple
    write: Write | None = None
    hourly: bool = False

    def says(self, nudge: Nudge, case: Case, person: Person) -> Ask:
        """Raises ValueError for a kind that goes alone, in a letter of its own."""
        if self.ask is None:
            raise ValueError(f"{case.kind} is never among others")
        return self.ask(nudge, case, person)


# Put together once for all finders


def undecided(kind: str, *same: ColumnElement[bool]) -> ColumnElement[bool]:
    """In SQL: no row of this kind is there yet; `same` ties a row to the case."""
    return ~exists().where(Nudge.rule == kind, *same)


def can_be_written_to() -> ColumnElement[bool]:
    return Person.address_typed.is_not(None) & (Person.address_typed != "") & (Person.state != "erased")


def in_hundreds(whole: Iterable[T]) -> Iterable[list[T]]:
    """As many at once as both databases like in one statement: fifty hundreds."""
    every = list(whole)
    return (every[first : first + 5000] for first in range(0, len(every), 5000))


def of_held(cases: Iterable[Case], look: Look) -> list[Case]:
    """Of cases found for all pairs of people and subjects, those that were asked about."""
    if look.held is None:
        return list(cases)
    keys = {one.key for one in look.held}
    return [one for one in cases if one.key in keys]


def of_interest(cases: list[Case], look: Look) -> list[Case]:
    """Of these the ones asked about: those held, or those of some people that no row has decided."""
    if look.held is not None:
        return of_held(cases, look)
    if look.ahead is not None:
        return [one for one in cases if one.key not in look.ahead.decided]
    if look.people is not None:
        people = set(db.session.scalars(look.people) if isinstance(look.people, Select) else look.people)
        cases = [one for one in cases if one.person_id in people]
    there: set[str] = set()
    for some in in_hundreds([one.key for one in cases]):
        there |= set(db.session.scalars(select(Nudge.key).where(Nudge.key.in_(some))))
    return [one for one in cases if one.key not in there]


def settings() -> Settings:
    """What all hosts set, in one query."""
    rows = {}
    for one in db.session.scalars(select(NudgeSetting)):
        away = None if one.away_minutes is None else timedelta(minutes=one.away_minutes)
        place = (one.rule, one.organisation_id, one.event_id or 0, one.circle_id or 0)
        rows[place] = Wanted(one.on, away, one.again, one.words)
    return Settings(rows)
