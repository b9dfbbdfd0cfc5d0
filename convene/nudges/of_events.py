"""Finding whom a rule around an event may speak to: reminders, plans, thanks, and whether a group met."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from convene.events.models import Event
from convene.nudges.finding import GRACE, Case, Look, of_held
from convene.nudges.near import (
    DAY,
    HELPED,
    MET_AGAIN,
    PLANNED,
    SAT_WITH_SOMEBODY,
    TALKED,
    Near,
    called_off,
    case,
    day_of,
    is_due,
    near,
    places,
)
from convene.nudges.rules import events as rules
from convene.nudges.rules.base import SWITCHED_OFF, Timing
from convene.nudges.rules.events import MEET_LASTS, THANK_LASTS, Meeting, Part
from convene.nudges.rules.registry import OF

SECOND = "+2"  # ends the step of a second letter about one day


def reminders(look: Look) -> list[Case]:
    """N3. A reminder once for each day that the event was moved to; a changed event is told of first."""
    _, longest = look.settings.reach("reminder")
    window = (Event.starts_at > look.now - GRACE, Event.starts_at <= look.by + max(longest, DAY))
    steps: dict[str, list[Near]] = {}
    for at in near("reminder", look, *window):
        for step in steps_of(at, look):
            if look.held is not None or is_reminded(at, step, look):
                steps.setdefault(step, []).append(at)
    found = [one for step, events in steps.items() for one in reminders_of(step, events, look)]
    return of_held(found, look)


def steps_of(at: Near, look: Look) -> list[str]:
    """The day it is on, and that day a second time where a second letter is wanted; or what the held ones say."""
    if look.held is not None:
        return sorted({one.step for one in look.held if one.event_id == at.id})
    return [day_of(at), day_of(at) + SECOND] if at.timing.again else [day_of(at)]


def is_reminded(at: Near, step: str, look: Look) -> bool:
    away = at.timing.again if step.endswith(SECOND) and at.timing.again else at.timing.away
    return at.starts_at - away <= look.by and not at.waits_to_tell


def reminders_of(step: str, events: Sequence[Near], look: Look) -> Iterable[Case]:
    for at, signup_id, person_id, state, since, *_ in places("reminder", step, events, look):
        part = Part(at.starts_at, at.ends_at, state, since)
        call = called_off(at, rules.reminder(part, at.timing, 2 if step.endswith(SECOND) else 1))
        if step.removesuffix(SECOND) != day_of(at):
            call = replace(call, stop=call.stop or "the event was moved to another day")
        yield case("reminder", step, at, signup_id, person_id, call, step)


def plans(look: Look) -> list[Case]:
    """N2, off unless a host turned it on."""
    if look.held is None and look.settings.is_off("plan"):
        return []
    _, longest = look.settings.reach("plan")
    window = (Event.starts_at > look.now + DAY - GRACE, Event.starts_at <= look.by + longest)
    events = [at for at in near("plan", look, *window) if is_due(at.starts_at - at.timing.away, look)]
    found = []
    for at, signup_id, person_id, state, since, answered, _ in places("plan", "1", events, look, PLANNED):
        part = Part(at.starts_at, at.ends_at, state, since, bool(answered))
        found.append(case("plan", "1", at, signup_id, person_id, called_off(at, rules.plan(part, at.timing))))
    return of_held(found, look)


def thanks(look: Look) -> list[Case]:
    """N12. Whose group is asked about (N9) is not thanked besides."""
    shortest, longest = look.settings.reach("thank_you")
    window = (Event.ends_at <= look.by - shortest, Event.ends_at > look.now - longest - THANK_LASTS - GRACE)
    events = [at for at in near("thank_you", look, *window) if is_due(at.ends_at + at.timing.away, look)]
    found = []
    rows = places("thank_you", "1", events, look, HELPED, SAT_WITH_SOMEBODY)
    for at, signup_id, person_id, state, since, answered, in_company in rows:
        in_group = bool(in_company) and at.circle_id is not None and group_timing(at, look).on
        part = Part(at.starts_at, at.ends_at, state, since, bool(answered), in_group)
        call = called_off(at, rules.thank_you(part, at.timing))
        found.append(case("thank_you", "1", at, signup_id, person_id, call, in_company=bool(in_company)))
    return of_held(found, look)


def group_timing(at: Near, look: Look) -> Timing:
    return look.settings.timing("did_you_meet", at.host_id, at.id, at.circle_id)


def meetings(look: Look) -> list[Case]:
    """N9: the groups of a circle's sessions, and those of an event whose hosts ask them to meet again by themselves."""
    shortest, longest = look.settings.reach("did_you_meet")
    again = OF["did_you_meet"].timing.again or DAY
    earliest = look.now - longest - again - MEET_LASTS - GRACE
    window = (Event.ends_at <= look.by - shortest, Event.ends_at > earliest)
    found = []
    near_by = [
        at for at in near("did_you_meet", look, *window) if look.held is not None or asks_group(at, look)
    ]
    for number, answered_by in ((1, TALKED), (2, TALKED), (1, MET_AGAIN), (2, MET_AGAIN)):
        alike = [at for at in near_by if (answered_by is TALKED) == (at.circle_id is not None)]
        due = [at for at in alike if asks_at(at, number, look)]
        rows = places("did_you_meet", str(number), due, look, answered_by, SAT_WITH_SOMEBODY)
        for at, signup_id, person_id, state, _, answered, sat in rows:
            if not sat and look.held is None:
                continue
            meeting = Meeting(at.ends_at, state, int(bool(sat)), bool(answered))
            call = called_off(at, rules.did_you_meet(meeting, at.timing, number))
            if not asks_group(at, look):  # it was taken back while this one was held
                call = replace(call, stop=call.stop or SWITCHED_OFF)
            found.append(case("did_you_meet", str(number), at, signup_id, person_id, call))
    return of_held(found, look)


def asks_group(at: Near, look: Look) -> bool:
    """Whoever meets in a circle; elsewhere a group only where its own event was set to ask it to meet again."""
    return at.circle_id is not None or look.settings.is_wanted_at("did_you_meet", at.host_id, at.id)


def asks_at(at: Near, number: int, look: Look) -> bool:
    """Whether this letter of the two is due, and not by so long that it is of no use to anybody."""
    if look.held is not None:
        return True
    if number == 2 and at.timing.again is None:
        return False
    due_at = at.ends_at + at.timing.away + (at.timing.again or DAY) * (number - 1)
    return due_at <= look.by and due_at + MEET_LASTS > look.now - GRACE
