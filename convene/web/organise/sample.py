"""A letter as somebody would get it, to be looked at before it is sent: their name and event, and nobody's key."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from convene import links
from convene.access import limits
from convene.calendar import zones
from convene.events.models import Event
from convene.extensions import db
from convene.mail import letter, outbox, wording
from convene.mail.letter import Letter
from convene.people.models import Organisation, Person
from convene.signups.models import Signup

# Each with somebody's key.
OPENS = r"/(?:place|member|answer|unsubscribe|preferences|news|involved|calendar|organise/sign-in|sign-in|tie|me)/"
LINKS = ("place_url", "event_url", "now_url", "answer_url", "line_up_url", "preferences_url")
A_TEST = (
    "This is a test, and only you get it. In the real letter the links lead to each person's own page, "
    "and the calendar invite is attached where the letter says so."
)
BODY = re.compile("<body[^>]*>")
LOOK = "margin: 0; padding: 16px 20px 0; font-family: sans-serif; font-size: 15px; color: #5b5266;"
ASIDE = f'<p class="m-soft" style="{LOOK}">'
STATES = {"waitlisted": "waitlisted", "place_offered": "offered", "cancelled": "cancelled"}


def keys() -> re.Pattern[str]:
    """Links of this house that are somebody's own; what a host links to elsewhere is none, whatever its path."""
    return re.compile(f"({re.escape(links.absolute(''))}{OPENS})" + r"""[^\s<>"')]+""")


@dataclass(frozen=True, slots=True)
class Sample:
    """Who a letter is tried on: the newest person with a place, or somebody invented where there is none."""

    name: str
    event: Any
    is_real: bool


def newest(organisation_id: int, now: datetime) -> Sample:
    rows = select(Signup).join(Event, Signup.event_id == Event.id).join(Person, Signup.person_id == Person.id)
    rows = rows.where(Event.organisation_id == organisation_id, Signup.state == "confirmed")
    rows = (
        rows.where(Person.state != "erased").order_by(Signup.confirmed_at.desc(), Signup.id.desc()).limit(1)
    )
    whole = (joinedload(Signup.person), joinedload(Signup.event).joinedload(Event.organisation))
    found = db.session.scalar(rows.options(*whole))
    if found is not None:
        return Sample(found.person.name, found.event, True)
    host = db.session.get_one(Organisation, organisation_id)
    return Sample("Sam Example", an_evening(host, now), False)


def an_evening(host: Organisation, now: datetime) -> SimpleNamespace:
    """An event that nobody planned."""
    starts_at = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
    return SimpleNamespace(
        title="An evening with soup",
        host_name="",
        organisation=host,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        zone=host.zone,
        format="in_person",
        venue="The Hall, 1 Long Row",
        online_url="",
    )


def facts(name: str, sample: Sample, now: datetime) -> dict[str, Any]:
    """What the letter under this name tells of; every link in it leads to the line-up."""
    kind, _, variant = name.partition("-")
    event, home = sample.event, links.line_up()
    when = zones.spoken(event.starts_at, event.ends_at, event.zone)
    sitting = {
        "number": 1, "label": "Table 1", "room_url": "", "names": ["Robin Example"], "shared": [], "starts": "you",
        "questions": ["What would you ask a neighbour?"],
    }  # fmt: skip
    return {
        "event": event,
        "organisation": event.organisation,
        "signup": SimpleNamespace(
            state=STATES.get(kind, "confirmed"), needs_answer=False, invite_sequence=0, invite_open=True
        ),
        "when": when,
        "own_when": None,
        "day": zones.spoken_date(event.starts_at, event.zone),
        "until": zones.spoken_moment(now + timedelta(days=1), event.zone),
        "changes": {"When": when},
        "words": "",
        "ahead": 0,
        "join_url": home if event.format == "online" else "",
        "others": [],
        "sittings": [sitting],
        "attendance": variant or "attended",
        "in_company": True,
        "why": "they have, or had, a place at this event",
        **dict.fromkeys(LINKS, home),
        "unsubscribe_url": home,
        **({"event_url": links.event(event.slug)} if getattr(event, "state", "") == "published" else {}),
    }


def of(name: str, words: wording.Words, sample: Sample, now: datetime) -> Letter:
    """The letter in these words, to the organiser at the desk."""
    return letter.write(
        name.partition("-")[0],
        to_name=g.desk.person_name,
        to_address=g.desk.address,
        from_name=g.desk.organisation_name,
        words=words,
        facts={**facts(name, sample, now), "to_name": sample.name},
    )


def keyless(written: Letter) -> Letter:
    """The letter with each link that is somebody's own led to the line-up, and no other way to act in their name."""
    home = links.line_up()
    return replace(
        written,
        text=keys().sub(home, written.text),
        html=keys().sub(home, written.html),
        unsubscribe_url=None,
        list_id=None,
    )


def send(written: Letter, now: datetime) -> None:
    """Post a letter to the organiser at the desk as a test. Raises limits.TooMany."""
    limits.take(now, MAILS_PER_KNOWN_ADDRESS_HOUR=g.desk.address)
    plain = keyless(written)
    test = replace(
        plain,
        text=f"{A_TEST}\n\n{plain.text}",
        html=BODY.sub(rf"\g<0>{ASIDE}{A_TEST}</p>", plain.html, count=1),
        kind="test",
        to_name=letter.one_line(g.desk.person_name),
        to_address=g.desk.address,
        subject=f"Test: {written.subject}"[:300],
        reply_to=None,
        quiet_zone=None,
        expires_at=now + timedelta(days=1),
    )
    key = f"test:{written.kind}:{g.desk.person_id}:{now:%Y%m%d%H%M%S%f}"
    outbox.post(test, key=key, now=now, organisation_id=g.desk.organisation_id)
