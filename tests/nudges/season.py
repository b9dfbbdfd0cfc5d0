"""A season without a database: people, mailboxes, hosts and what they do in any order, swept by the rules themselves.

What `deciding` does with rows is done here with a dictionary, so that thousands of seasons can be drawn; what must
hold of each decision is asked at the moment when it is made.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from convene.calendar.quiet import is_quiet
from convene.nudges.rules import circles, events, people, planning
from convene.nudges.rules.base import NIGHT, Call, Timing, Verdict, Who, judge
from convene.nudges.rules.planning import TOLD_WITH, Outcome, Wish
from convene.nudges.rules.registry import OF

BEGINS = datetime(2026, 3, 2, tzinfo=UTC)  # clocks change in New York on the 8th, in London on the 29th
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ENDS = BEGINS + 70 * DAY
CAPS = ((DAY, 1), (7 * DAY, 2), (30 * DAY, 8))  # as people are told, not as the program counts


@dataclass
class Person:
    """One of those who read a mailbox, at one host."""

    mailbox: int
    host: int
    zone: str
    muted: set[str] = field(default_factory=set)
    paused_until: datetime | None = None
    silent: bool = False
    erased: bool = False


@dataclass
class Matter:
    """Something that rules may speak of to one person; `at` is the moment that they count from."""

    number: int
    kind: str
    person: int
    at: datetime
    state: str = "confirmed"
    since: datetime = BEGINS - 90 * DAY
    answered: bool = False
    over: bool = False


Facts = Callable[[Matter], Any]
FACTS: dict[str, Facts] = {
    "reminder": lambda one: events.Part(one.at, one.at + HOUR, one.state, one.since),
    "plan": lambda one: events.Part(one.at, one.at + HOUR, one.state, one.since, one.answered),
    "thank_you": lambda one: events.Part(one.at, one.at + HOUR, one.state, one.since, one.answered),
    "did_you_meet": lambda one: events.Meeting(one.at, one.state, 1, one.answered),
    "what_came": lambda one: people.Agreed(one.at - 42 * DAY, one.answered, one.over),
    "still_true": lambda one: people.Kept(one.at - 180 * DAY, one.over),
    "welcome_back": lambda one: people.Silence(
        (one.at - 9 * DAY, one.at - 7 * DAY)[: 1 if one.answered else 2]
    ),
    "action_due": lambda one: circles.Due(one.at, "done" if one.answered else "owned", None, not one.over),
    "asked_to_join": lambda one: circles.Asked(one.at - 3 * DAY, one.answered),
    "missed_two": lambda one: circles.Missed(one.at - 18 * HOUR, not one.answered, not one.over),
    "no_action": lambda one: circles.NoAction(one.at, 2, one.answered),
    "to_do": lambda one: people.Tasks(0 if one.answered else 1, one.at),
}


@dataclass
class Row:
    """What was decided of one key, the last time."""

    outcome: Outcome
    held_because: str = ""


@dataclass
class Season:
    """People, and what there is between them and their hosts; `log` tells of each letter to whom, when and of what."""

    people: Sequence[Person]
    matters: Sequence[Matter]
    timings: dict[str, Timing]
    late: Sequence[int]  # minutes by which sweeps come late, over and over
    barred: set[int] = field(default_factory=set)
    rows: dict[str, Row] = field(default_factory=dict)
    sent: dict[int, list[datetime]] = field(default_factory=dict)
    log: list[tuple[int, datetime, tuple[str, ...]]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def run(self, acts: Sequence[tuple[datetime, str, int, Any]]) -> None:
        """Everything that happens, in the order of time: an act, or a sweep that finds something due."""
        left = sorted(acts, key=lambda one: one[0])
        now = BEGINS
        for sweep in range(5000):
            while left and left[0][0] <= now:
                _, act, which, more = left.pop(0)
                getattr(self, act)(which, more, now)
            self.sweep(now)
            coming = [*self.open_after(now), *(one[0] for one in left)]
            if not coming:
                return
            now = min(coming) + timedelta(minutes=self.late[sweep % len(self.late)])
        raise AssertionError("something is held for ever")

    # What people do

    def answer(self, which: int, yes: bool, now: datetime) -> None:
        self.matters[which % len(self.matters)].answered = yes

    def end(self, which: int, yes: bool, now: datetime) -> None:
        self.matters[which % len(self.matters)].over = yes

    def place(self, which: int, yes: bool, now: datetime) -> None:
        """Given back, or taken again after a change of mind."""
        matter = self.matters[which % len(self.matters)]
        matter.state, matter.since = ("confirmed", now) if yes else ("cancelled", matter.since)

    def move(self, which: int, hours: int, now: datetime) -> None:
        self.matters[which % len(self.matters)].at += hours * HOUR

    def mute(self, which: int, kind: str, now: datetime) -> None:
        self.people[which % len(self.people)].muted ^= {kind}

    def pause(self, which: int, days: int, now: datetime) -> None:
        self.people[which % len(self.people)].paused_until = now + days * DAY if days else None

    def fall_silent(self, which: int, yes: bool, now: datetime) -> None:
        self.people[which % len(self.people)].silent = yes

    def erase(self, which: int, _: object, now: datetime) -> None:
        self.people[which % len(self.people)].erased = True

    def bar(self, which: int, yes: bool, now: datetime) -> None:
        mailbox = self.people[which % len(self.people)].mailbox
        self.barred = self.barred | {mailbox} if yes else self.barred - {mailbox}

    # What the sweep does

    def cases(self) -> Iterable[tuple[str, Matter, Call, str]]:
        """Of each matter every letter that there may be: (key, matter, call, day)."""
        for one in self.matters:
            rule, timing = OF[one.kind], self.timings[one.kind]
            if not timing.on or self.people[one.person].erased:
                continue
            for step in range(1, rule.most + 1 if timing.again else 2):
                call = rule.judge(FACTS[one.kind](one), timing, step)
                day = f"{one.at:%Y-%m-%d}{'+2' if step > 1 else ''}" if one.kind == "reminder" else ""
                yield f"{one.kind}:{one.number}:{one.person}:{day or step}", one, call, day

    def open_after(self, now: datetime) -> list[datetime]:
        found = []
        for key, _, call, _ in self.cases():
            row = self.rows.get(key)
            if row is None:
                found += [call.due_at] if now < call.due_at < ENDS else []
            elif row.outcome.act == "hold":
                found.append(row.outcome.at)
        return found

    def sweep(self, now: datetime) -> None:
        """Each mailbox for which something is due, or is to be looked at again, with all that is held for it."""
        mailboxes: dict[int, list[tuple[Wish, Call, Who]]] = {}
        due: set[int] = set()
        for key, one, call, day in self.cases():
            row, person = self.rows.get(key), self.people[one.person]
            if row is None and call.due_at >= ENDS:
                continue
            looked_at = call.due_at if row is None else row.outcome.at
            if row is not None and row.outcome.act != "hold":
                continue
            if looked_at <= now:
                due.add(person.mailbox)
            soon = events.REMINDED_AHEAD if one.kind == "reminder" else timedelta()
            if row is not None or call.due_at <= now + soon:
                verdict, who = self.judged(one, call, person, now)
                wish = Wish(key, one.kind, person.host, one.person, verdict, call.until, day)
                mailboxes.setdefault(person.mailbox, []).append((wish, call, who))
        for mailbox in sorted(due):
            self.decide(mailbox, mailboxes[mailbox], now)

    def judged(self, one: Matter, call: Call, person: Person, now: datetime) -> tuple[Verdict, Who]:
        barred = "they asked never to be written to" if person.mailbox in self.barred else ""
        silent = person.silent and one.kind != "welcome_back"
        muted = frozenset(person.muted)
        who = Who(person.zone, muted, person.paused_until, silent, barred, str(one.person))
        return judge(call, one.kind, who, now, OF[one.kind].any_hour), who

    def decide(self, mailbox: int, all_: Sequence[tuple[Wish, Call, Who]], now: datetime) -> None:
        before = list(self.sent.get(mailbox, []))
        found = planning.plan([wish for wish, *_ in all_], before, now)
        outcomes = {one.key: one for one in found}
        assert len(outcomes) == len(found), "one outcome each"
        letters: dict[str, list[Wish]] = {}
        for wish, call, who in all_:
            outcome = outcomes.pop(wish.key, None)
            if outcome is None:
                assert wish.verdict.act == "wait", wish
                if held := self.rows.get(wish.key):  # moved to a later time while it was held
                    again = min(wish.verdict.at, now + DAY)
                    self.rows[wish.key] = replace(held, outcome=replace(held.outcome, at=again))
                continue
            self.holds(wish, call, who, outcome, now)
            held = self.rows.get(wish.key)
            because = outcome.reason if outcome.act == "hold" else held.held_because if held else ""
            self.rows[wish.key] = Row(outcome, because)
            self.reasons[outcome.reason] += 1
            if outcome.letter:
                letters.setdefault(outcome.letter, []).append(wish)
        assert not outcomes, "nothing that was not asked for"
        self.caps_hold(before, letters, all_, now)
        for key, parts in letters.items():
            if OF[parts[0].kind].counts:
                self.sent.setdefault(mailbox, []).append(now)
            assert key in [one.key for one in parts]
            assert len({(one.host_id, one.person_id) for one in parts}) == 1, (
                "one host, one person, one letter"
            )
            assert len(parts) == 1 or not any(OF[one.kind].private for one in parts)
            assert len(parts) == 1 or OF[parts[0].kind].capped or len({one.day for one in parts}) == 1
            self.log.append((parts[0].person_id, now, tuple(sorted(one.key for one in parts))))

    def holds(self, wish: Wish, call: Call, who: Who, outcome: Outcome, now: datetime) -> None:
        """What must be so of one decision, whatever went before it."""
        assert len(outcome.reason.split()) >= 3, outcome
        if outcome.act == "hold":
            assert now < outcome.at and call.due_at <= now < call.until and not call.stop
            assert outcome.at <= call.until or outcome.reason == NIGHT
        if outcome.act != "send":
            assert not outcome.letter
            return
        assert outcome.letter and not call.stop and not who.barred and not who.silent and now < call.until
        assert wish.kind not in who.muted and not (who.paused_until and now < who.paused_until)
        assert OF[wish.kind].any_hour or not is_quiet(now, who.zone), "nothing at night"
        assert call.due_at <= now or outcome.reason == TOLD_WITH, "nothing too early"

    def caps_hold(
        self, before: list[datetime], letters: dict[str, list[Wish]], all_: Sequence[Any], now: datetime
    ) -> None:
        """Reminders always go and count; of the rest one letter to a mailbox, and none that is one too many."""
        kinds = [parts[0].kind for parts in letters.values()]
        capped = [kind for kind in kinds if OF[kind].capped]
        had = before + [now] * kinds.count("reminder")
        assert len(capped) <= 1
        for span, most in CAPS if capped else ():
            assert sum(now - span < at <= now for at in had) < most, (now, had)
        ready = [wish for wish, *_ in all_ if wish.verdict.act == "send"]
        assert all(self.rows[one.key].outcome.act == "send" for one in ready if not OF[one.kind].capped)
        if capped:
            first = min(OF[one.kind].goes_before for one in ready if OF[one.kind].capped)
            going = [one for parts in letters.values() for one in parts if OF[one.kind].capped]
            assert min(OF[one.kind].goes_before for one in going) == first, "by priority"


def copied(season: Season) -> Season:
    """The same, from the beginning."""
    whole = [replace(one, muted=set(one.muted)) for one in season.people]
    return Season(whole, [replace(one) for one in season.matters], season.timings, season.late)
