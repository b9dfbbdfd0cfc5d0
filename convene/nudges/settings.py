"""How a host wants each rule to speak: for all it does, for one event or for one circle; the nearest word counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from convene.nudges.rules.base import Timing
from convene.nudges.rules.registry import OF


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a host set for one rule in one place; none stands for "as elsewhere"."""

    on: bool | None = None
    away: timedelta | None = None
    again: bool | None = None  # whether there is a second letter
    words: str = ""  # of the host's own, at the top of the letter


@dataclass(frozen=True, slots=True)
class Settings:
    """All that hosts set, by (kind, organisation, event or 0, circle or 0)."""

    rows: Mapping[tuple[str, int, int, int], Wanted] = field(default_factory=dict)

    def chain(self, kind: str, host_id: int, event_id: int | None, circle_id: int | None) -> list[Wanted]:
        """What was set from far to near: for all, for the circle, for the event."""
        places = [(0, 0), (0, circle_id or -1), (event_id or -1, 0)]
        found = [self.rows.get((kind, host_id, *place)) for place in places]
        return [one for one in found if one]

    def timing(
        self, kind: str, host_id: int, event_id: int | None = None, circle_id: int | None = None
    ) -> Timing:
        """What holds there; a rule without a second letter of its own gets none by being set."""
        usual = OF[kind].timing
        timing = replace(usual, again=usual.again if OF[kind].twice else None)
        for one in self.chain(kind, host_id, event_id, circle_id):
            timing = replace(
                timing,
                on=timing.on if one.on is None else one.on,
                away=timing.away if one.away is None else one.away,
                again=timing.again if one.again is None else (usual.again if one.again else None),
            )
        return timing

    def is_wanted_at(self, kind: str, host_id: int, event_id: int) -> bool:
        """Whether a host turned it on for this one event, whatever holds elsewhere."""
        mine = self.rows.get((kind, host_id, event_id, 0))
        return bool(mine and mine.on)

    def words(
        self, kind: str, host_id: int, event_id: int | None = None, circle_id: int | None = None
    ) -> str:
        """The nearest words of the host's own, or none."""
        return next(
            (one.words for one in reversed(self.chain(kind, host_id, event_id, circle_id)) if one.words), ""
        )

    def reach(self, kind: str) -> tuple[timedelta, timedelta]:
        """The shortest and the longest `away` that holds anywhere: how wide to look."""
        set_ = [one.away for (of, *_), one in self.rows.items() if of == kind and one.away is not None]
        lengths = [OF[kind].timing.away, *set_]
        return min(lengths), max(lengths)

    def is_off(self, kind: str) -> bool:
        """Whether nobody wants it anywhere, so that there is nothing to look for."""
        return not OF[kind].timing.on and not any(one.on for (of, *_), one in self.rows.items() if of == kind)
