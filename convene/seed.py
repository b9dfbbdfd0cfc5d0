"""The demonstration programme, so that whoever starts Convene for the first time finds a place that is lived in.

Everything is done by the actions that the pages call, at the moments when it would have happened. Letters of the
past are marked as sent without being mailed; the few of the last hour stay in the queue, one of each kind that is
worth opening.
"""

import csv
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from convene import seed_circles
from convene.calendar import zones
from convene.circles import dates
from convene.circles.models import Challenge, Circle
from convene.events import actions as events
from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import begin_write, db
from convene.groups import actions as groups
from convene.groups import queries as rounds
from convene.groups import settings
from convene.groups.deal.engine import deal
from convene.groups.facts import problem
from convene.groups.publishing import publish
from convene.mail.models import OutgoingMail
from convene.nudges import actions as nudges
from convene.people import actions as people
from convene.people.addresses import folded
from convene.people.models import Organisation, Person
from convene.people.queries import by_address
from convene.seed_answers import Said, answer_all, yes
from convene.seed_words import write
from convene.signups import actions as signups
from convene.signups import attendance, upheaval
from convene.signups.models import Signup
from convene.signups.queries import in_state

DATA = Path(__file__).with_name("seed_data")
ANNOUNCED = timedelta(days=24)  # before now
LAST_SIGN_UP = timedelta(hours=30)  # before the start, so that a reminder still reaches everybody
COLUMNS = (
    "title",
    "summary",
    "host_name",
    "venue",
    "online_url",
    "access_info",
    "capacity",
    "group_size",
    "round_count",
)
SECONDS = 0.1  # of work for the deal
CONSENT = "Planted with the demonstration programme: the hosts of this event may see my access needs."

Row = Mapping[str, str]  # of people.csv


class NotEmpty(Exception):
    """There is something in the database already; the demonstration programme is for an empty one."""


def is_empty() -> bool:
    return db.session.scalar(select(Organisation.id).limit(1)) is None


def plant(now: datetime) -> None:
    """Plant the programme, its days counted from `now`. Opens the writing, leaves the commit. Raises NotEmpty."""
    begin_write()
    if not is_empty():
        raise NotEmpty
    programme = tomllib.loads((DATA / "programme.toml").read_text(encoding="utf-8"))
    with (DATA / "people.csv").open(encoding="utf-8", newline="") as file:
        rows: list[Row] = list(csv.DictReader(file))
    hosts = {facts["key"]: welcome(facts, now) for facts in programme["hosts"]}
    circles = {facts["key"]: gather(facts, hosts[facts["host"]], now) for facts in programme["challenges"]}
    for facts in programme["challenges"]:
        live(circles[facts["key"]], facts, rows, now)
    planted: dict[str, Event] = {}
    for facts in programme["events"]:
        event = announce(facts, hosts[facts["host"]], circles, now)
        planted[facts["key"]] = event
        if "circle" in facts and (circle := circles[facts["circle"]]).uid:
            dates.adopt(circle, event, now - ANNOUNCED)  # its members have a place there before anybody else
        sign_up_all(event, guests_of(facts, rows), now)
        arrange(event, facts, rows)
        if "called_off" in facts:
            upheaval.call_off(event.id, facts["called_off"].strip(), now - timedelta(days=1))
    placed = sign_up(planted["school-gate"], rows[1], now - timedelta(minutes=50))
    waiting = sign_up(planted["full"], rows[3], now - timedelta(minutes=45))
    said: Iterator[Said] = iter(programme["answers"])
    late, wished_for, silent = hold_evening(planted["past"], rows, said)
    count_as_sent(but=thanks_to(silent))

    # The last hour: one letter each of those worth opening.
    signups.confirm(placed.id, now - timedelta(minutes=40))
    signups.confirm(waiting.id, now - timedelta(minutes=35))
    signups.cancel(in_state(planted["full"].id, "confirmed")[0].id, now - timedelta(minutes=30))
    yes(late, [wished_for], next(said), now - timedelta(minutes=20))
    sign_up(planted["school-gate"], rows[0], now - timedelta(minutes=5))
    write(planted["full"], now)
    db.session.flush()


# Who hosts, and what for


def welcome(facts: Mapping[str, Any], now: datetime) -> Organisation:
    """A host organisation and the person who owns it."""
    since = now - timedelta(days=90)
    host = people.found_organisation(facts["name"], facts["zone"], since, facts["about"])
    host.reply_to = host.privacy_contact = facts["reply_to"]
    name, address = facts["owner"]
    people.give_role(people.meet(host, address, name, since), "owner", since)
    return host


def gather(facts: Mapping[str, Any], host: Organisation, now: datetime) -> Circle:
    """A shared challenge with both sides of its question, and its circle."""
    since = now - timedelta(days=60)
    challenge = Challenge(
        organisation_id=host.id,
        slug=people.slug_of(facts["title"]),
        title=facts["title"],
        question=facts["question"],
        one_side=facts["one_side"],
        other_side=facts["other_side"],
        created_at=since,
    )
    circle = Circle(
        organisation_id=host.id,
        challenge=challenge,
        slug=people.slug_of(facts["circle"]),
        title=facts["circle"],
        about=facts["about"].strip(),
        created_at=since,
    )
    db.session.add_all([challenge, circle])
    db.session.flush()
    seed_circles.describe(circle, facts, since)
    return circle


def live(circle: Circle, facts: Mapping[str, Any], rows: Sequence[Row], now: datetime) -> None:
    """The circle that has gone on for some weeks; somebody asks to join it, in a letter that waits to go."""
    if (life := facts.get("life")) is not None:
        first, last = life["people"]
        seed_circles.gather(circle, life, rows[first - 1 : last], now)
        number, words = life["asking"]
        seed_circles.ask(circle, rows[number - 1], words, now - timedelta(days=1))


def announce(
    facts: Mapping[str, Any], host: Organisation, circles: Mapping[str, Circle], now: datetime
) -> Event:
    """An event on its day; published weeks ago, unless it is a draft."""
    zone = facts.get("zone", host.zone)
    starts_at = start_of(facts, zone, now)
    columns = {name: facts[name] for name in COLUMNS if name in facts}
    columns |= {
        "description": facts["description"].strip(),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=facts["minutes"]),
        "zone": zone,
        "format": "online" if "online_url" in facts else "in_person",
        "circle_id": circles[facts["circle"]].id if "circle" in facts else None,
    }
    event = events.draft(host, columns, now - ANNOUNCED)
    if not facts.get("draft"):
        events.publish(event, now - ANNOUNCED)
    db.session.flush()
    return event


def start_of(facts: Mapping[str, Any], zone: str, now: datetime) -> datetime:
    """The moment an event starts: its day off the weekend, away from today."""
    day = zones.local(now, zone).date() + timedelta(days=facts["days"])
    while day.weekday() > 4:
        day += timedelta(days=1 if facts["days"] > 0 else -1)
    return zones.utc(datetime.fromisoformat(f"{day} {facts['starts']}"), zone)


# Who comes


def guests_of(facts: Mapping[str, Any], rows: Sequence[Row]) -> Sequence[Row]:
    first, last = facts.get("people", (1, 0))
    return rows[first - 1 : last]


def address_of(row: Row) -> str:
    return f"{row['mailbox']}@example.com"


def sign_up_all(event: Event, guests: Sequence[Row], now: datetime) -> None:
    """Everybody signs up and presses the button in the letter, one after another, until yesterday or so."""
    first = now - ANNOUNCED + timedelta(hours=2)
    last = min(now - LAST_SIGN_UP, event.starts_at - LAST_SIGN_UP)
    for number, row in enumerate(guests):
        at = first + (last - first) * (number / len(guests))
        signup = sign_up(event, row, at)
        signups.confirm(signup.id, at + timedelta(minutes=4))
        tell(signup, row, at + timedelta(minutes=6))


def sign_up(event: Event, row: Row, at: datetime) -> Signup:
    return signups.sign_up(event.id, address_of(row), row["name"], row["zone"] or None, at)


def tell(signup: Signup, row: Row, at: datetime) -> None:
    """What a person says of themself on their place page, each of it by choice."""
    person = signup.person
    earlier = select(Signup.id).where(Signup.person_id == person.id, Signup.id != signup.id)
    signup.first_time = row["first_time"] == "yes" and db.session.scalar(earlier.limit(1)) is None
    person.affiliation, person.field, person.place = row["affiliation"], row["field"], row["place"]
    if row["access_needs"]:
        signup.access_needs = row["access_needs"]
        people.consent(person, "access_needs", True, CONSENT, "seed", at)


def arrange(event: Event, facts: Mapping[str, Any], rows: Sequence[Row]) -> None:
    """Who facilitates, and who can sit only where a need is served."""
    first, last = facts.get("people", (1, 0))
    ids = {n: person_of(event.organisation, rows[n - 1]).id for n in range(first, last + 1)}
    for need in facts.get("needs", ()):
        who = [ids[n] for n in need["people"]]
        settings.set_need(event, None, need["name"], need["groups"], ids.values(), who)
    if "facilitators" in facts:
        settings.row(event).facilitated = True
        settings.set_facilitators(event, ids.values(), [ids[n] for n in facts["facilitators"]])


def person_of(host: Organisation, row: Row) -> Person:
    person = by_address(host.id, folded(address_of(row)))
    assert person is not None
    return person


# The evening that was


def hold_evening(event: Event, rows: Sequence[Row], said: Iterator[Said]) -> tuple[Person, Person, Person]:
    """Reminder, door, rounds, thank-you and answers; returns as `answer_all` does."""
    host = event.organisation
    owner = by_address(host.id, "olive@example.org")
    actor = f"person:{owner.id}" if owner else "command"
    confirmed = {signup.person_id: signup for signup in in_state(event.id, "confirmed")}
    gone = confirmed.pop(person_of(host, rows[11]).id)
    signups.cancel(gone.id, event.starts_at - timedelta(days=2))
    nudges.post_due(event.id, "reminder", event.starts_at - timedelta(days=1) + timedelta(minutes=1))

    people.keep_apart(person_of(host, rows[4]), person_of(host, rows[18]), "", actor, event.starts_at)
    people.keep_together(person_of(host, rows[21]), person_of(host, rows[22]), actor, event.starts_at)
    marks = {person_of(host, rows[6]).id: "part", person_of(host, rows[9]).id: "excused"}
    away = {person_of(host, rows[15]).id, person_of(host, rows[25]).id}
    for person_id, signup in confirmed.items():
        if person_id not in away:
            mark = marks.get(person_id, "attended")
            attendance.mark(signup, mark, actor, event.starts_at + timedelta(minutes=10))

    locked(event.id)
    asked = problem(event, seed=1)
    groups.keep(event, asked, deal(asked, seconds=SECONDS), event.starts_at + timedelta(minutes=15))
    publish(event, event.starts_at + timedelta(minutes=20))
    for number in range(1, event.round_count + 1):
        groups.hold(event, number)
    attendance.complete(event, actor, event.ends_at)
    nudges.post_due(event.id, "thank_you", event.ends_at + timedelta(hours=19))
    db.session.flush()
    return answer_all(event, rounds.rounds(event.id)[0].groups, said)


# What lies in the queue


def thanks_to(person: Person) -> Sequence[int]:
    rule = (OutgoingMail.letter == "thank_you", OutgoingMail.person_id == person.id)
    return db.session.scalars(select(OutgoingMail.id).where(*rule)).all()


def count_as_sent(but: Sequence[int]) -> None:
    """Mark every letter so far as sent, all but these: a month of letters at once would tell nobody anything."""
    past = update(OutgoingMail).where(OutgoingMail.state == "queued", OutgoingMail.id.not_in(but))
    words = "not mailed: planted with the demonstration programme"
    db.session.execute(past.values(state="sent", sent_at=OutgoingMail.posted_at, tries=1, last_answer=words))
    db.session.expire_all()
