"""How a rule's cases are found in the database: one finder a rule, all of one shape; a new one is one function.

A finder gives cases with plain facts already turned into the rule's `Call`. It is asked in three ways:

    find(by, settings)                all cases due by this moment that no row has decided or holds yet
    find(by, settings, people=[...])  of these people only
    find(by, settings, held=[...])    these nudges as they are now, due or not, decided or not; one that is left out is
                                      of something that is no longer there

and its letter is written when it is to be sent. FINDERS (in finders.py) has one row for each kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from convene.mail.letter import Letter
from convene.nudges.models import Nudge
from convene.nudges.rules.base import Call
from convene.nudges.settings import Settings


@dataclass(frozen=True, slots=True)
class Case:
    """One nudge that somebody might get.

    subject_id  the number of what it is about: an event, an action, a circle, a person ...; the rule knows which
    step        which letter of the rule this is, or the day that makes it another one; 20 characters at most
    zone        where that is, for people without a zone of their own
    day         of a reminder: the day it tells of
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
    day: str = ""
    about: Any = None

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.subject_id}:{self.person_id}:{self.step}"


class Find(Protocol):
    def __call__(
        self,
        by: datetime,
        settings: Settings,
        people: Sequence[int] | None = None,
        held: Sequence[Nudge] | None = None,
    ) -> list[Case]: ...


class Write(Protocol):
    def __call__(self, nudge: Nudge, case: Case) -> Letter: ...


@dataclass(frozen=True, slots=True)
class Ask:
    """One nudge in a letter that gathers several: a sentence or two, and the one press."""

    words: str
    press: str
    url: str


class AskFor(Protocol):
    def __call__(self, nudge: Nudge, case: Case) -> Ask: ...


@dataclass(frozen=True, slots=True)
class Finder:
    """How cases of one kind are found, and what they say: a letter alone, or one of several in a letter."""

    find: Find
    write: Write
    ask: AskFor
