"""One circle of the demonstration that has lived for five weeks: its members, its rhythm and what it wrote down."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from convene.calendar import zones
from convene.circles import dates, founding, joining, memory, notes, promises, queries, skipping
from convene.circles.models import Circle, Member
from convene.circles.rules import Pattern
from convene.people.queries import by_address

FIRST = timedelta(days=36)  # before now; a session every second week, and none within a day or two of now
SPEAKS = ("agree", "agree", "agree", "differently", "differently")  # five, so that it is told
WORDS = ("about", "for_whom", "how_it_runs")


def describe(circle: Circle, facts: Mapping[str, Any], now: datetime) -> None:
    """What its page says of a circle; who looks after it; what its members agree on."""
    for name in WORDS:
        if name in facts:
            setattr(circle, name, facts[name].strip())
    circle.challenge.known = facts.get("known", "").strip()
    circle.challenge.owners = facts.get("owners", "")
    circle.places = facts.get("places", 12)
    circle.joining = facts.get("joining", "open")
    host = by_address(circle.organisation_id, "olive@example.org")
    circle.host_id = host.id if host else None
    if "agreements" in facts:
        founding.write_agreements(circle, facts["agreements"].strip(), "command", now)


def gather(
    circle: Circle, facts: Mapping[str, Any], guests: Sequence[Mapping[str, str]], now: datetime
) -> None:
    """Members who joined before its first session; six sessions, of which some are held and some to come."""
    began = now - FIRST - timedelta(days=9)
    circle.zone, circle.format, circle.online_url = circle.organisation.zone, "online", facts["online_url"]
    members = [join(circle, row, began + timedelta(hours=number)) for number, row in enumerate(guests)]
    dates.plan(
        circle, Pattern("fortnight", first_day(now), time.fromisoformat(facts["starts"]), count=6), began
    )
    circle.talks = True
    held = [one for one in queries.sessions(circle.id) if one.event.ends_at < now]
    for one, words in zip(held, facts["notes"], strict=False):
        notes.save(one.event_id, members[0].person_id, words.strip(), 0, one.event.ends_at)
    remember(circle, members, facts, held[-1].event_id, held[-1].event.ends_at)
    to_come = queries.to_come(circle.id, now)
    skipping.skip(members[2].id, to_come[0].event_id, now - timedelta(days=2))


def first_day(now: datetime) -> date:
    """A working day some five weeks ago."""
    day = (now - FIRST).date()
    return day - timedelta(days=max(0, day.weekday() - 4))


def join(circle: Circle, row: Mapping[str, str], at: datetime) -> Member:
    member = ask(circle, row, "", at)
    if member.state == "asked":
        joining.answer(member.id, True, "", "command", at + timedelta(hours=3))
    return member


def ask(circle: Circle, row: Mapping[str, str], words: str, at: datetime) -> Member:
    """Somebody who waits for the host's answer."""
    member = joining.ask(
        circle.id, f"{row['mailbox']}@example.com", row["name"], words, row["zone"] or None, at
    )
    newest = queries.agreement(circle.id)
    return joining.come_in(member.id, newest.version if newest else None, at + timedelta(minutes=5))


def remember(
    circle: Circle, members: Sequence[Member], facts: Mapping[str, Any], event_id: int, at: datetime
) -> None:
    """What it asks, what it came to see and who sees it differently, and what two of them said they would do."""
    people = [member.person_id for member in members]
    memory.ask(circle.id, facts["asks"], people[1], event_id, at)
    seen = memory.see(circle.id, facts["sees"], people[0], at, event_id)
    for person_id, stance in zip(people, SPEAKS, strict=False):
        memory.take_stance(seen, person_id, stance, "", at)
    due = zones.local(at, circle.zone).date() + timedelta(days=20)
    for number, words in enumerate(facts["will_do"]):
        promises.add(
            circle.id, words, people[number], at, owner_id=people[number], due_on=due, event_id=event_id
        )
