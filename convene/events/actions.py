"""An event's own life: drafted, edited, published. What touches people's places lives in signups."""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from convene.events import speakers, waiting
from convene.events.models import Event
from convene.extensions import db
from convene.people.actions import slug_of
from convene.people.models import Organisation

# Changes that people must be told of, because their calendar or their way there depends on them.
# The link to join is not among them: letters and calendars carry a way there that follows it (signups.joining).
TOLD = ("starts_at", "ends_at", "zone", "venue", "format")
# Changes that people are told of if the host wants it: a mended word need not be a letter.
MAY_TELL = ("title", "summary", "description", "access_info")


class CannotPublish(Exception):
    """The event is not a draft, or would be published with its start in the past."""


class NobodyAnswersForData(CannotPublish):
    """The host has not said who answers for people's data, and how they are reached."""


class CalledOff(Exception):
    """An event that was called off is not edited any more."""


def free_slug(title: str, starts_at: datetime) -> str:
    """A slug from the title; with the date, then a number, where the title alone is taken."""
    base = slug_of(title)
    candidates = [base, f"{base}-{starts_at:%Y-%m-%d}", *(f"{base}-{number}" for number in range(2, 1000))]
    taken = set(db.session.scalars(select(Event.slug).where(Event.slug.startswith(base))))
    return next((slug for slug in candidates if slug not in taken), f"{base}-{uuid.uuid4().hex[:8]}")


def draft(host: Organisation, facts: Mapping[str, Any], now: datetime) -> Event:
    """A new draft; facts are named as the columns of Event."""
    slug = free_slug(facts["title"], facts["starts_at"])
    try:
        return add(host, slug, facts, now)
    except IntegrityError:  # somebody else took the slug at this moment, and free_slug could not see it yet
        return add(host, f"{slug}-{uuid.uuid4().hex[:8]}", facts, now)


def add(host: Organisation, slug: str, facts: Mapping[str, Any], now: datetime) -> Event:
    event = Event(
        organisation_id=host.id,
        slug=slug,
        uid=str(uuid.uuid4()),
        state="draft",
        revised_at=now,
        created_at=now,
        **facts,
    )
    with db.session.begin_nested():
        db.session.add(event)
    return event


# What a copy takes from its event: how it is meant to be, not what became of it.
COPIED = (
    "circle_id", "title", "summary", "description", "host_name", "zone", "format", "venue", "online_url", "access_info",
    "capacity", "listed", "by_approval", "guests_each", "online_places", "hides_place", "discreet", "self_check_in",
    "access_list", "group_size", "round_count",
)  # fmt: skip


def copy(event: Event, starts_at: datetime, now: datetime) -> Event:
    """A draft with all that is set for this event, its speakers too, at another time; nobody is signed up to it."""
    facts = {name: getattr(event, name) for name in COPIED}
    ends_at = starts_at + (event.ends_at - event.starts_at)
    made = draft(event.organisation, {**facts, "starts_at": starts_at, "ends_at": ends_at}, now)
    for part, named in speakers.of(event.id).items():
        speakers.write(made, part, [(one.name, one.about) for one in named])
    return made


def publish(event: Event, now: datetime) -> None:
    """Raises CannotPublish, NobodyAnswersForData."""
    if event.state != "draft" or event.starts_at <= now:
        raise CannotPublish
    if not (event.organisation.controller.strip() and event.organisation.privacy_contact.strip()):
        raise NobodyAnswersForData
    event.state = "published"
    event.revised_at = now


def edit(event: Event, facts: Mapping[str, Any], now: datetime, told: Collection[str] = TOLD) -> set[str]:
    """Write the facts that differ; returns their names. `told` are those that people are to hear of.

    The first told change of ten minutes raises SEQUENCE; each raises DTSTAMP. Raises CalledOff.
    """
    if event.state == "called_off":
        raise CalledOff
    changed = {name for name, value in facts.items() if getattr(event, name) != value}
    before = {name: waiting.plain(getattr(event, name)) for name in {*TOLD, *told}}
    for name in changed:
        setattr(event, name, facts[name])
    if changed and event.state == "published":
        event.revised_at = now
        if changed & set(told):
            waiting.put_off(event, {name: before[name] for name in {*TOLD, *(changed & set(told))}}, now)
    return changed
