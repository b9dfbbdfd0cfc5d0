"""The letters that a host's message becomes, and those with news of events, one for each person."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from convene import links
from convene.calendar import zones
from convene.events.models import Event
from convene.events.place import is_both
from convene.mail import wording
from convene.mail.languages import known
from convene.mail.letter import Letter, one_line, write
from convene.mail.translations import said
from convene.messages.models import Message
from convene.people.models import Person
from convene.people.words import safe_to_mail
from convene.signups.called import called
from convene.signups.letters import facts_of
from convene.signups.models import Signup

# The number of this kind in links that stop it; those of nudges (nudges.rules.KINDS) count up from 0.
STOPS = 100
AFTERWARDS = 1  # of nudges.rules.KINDS: letters after an event
USEFUL = timedelta(days=3)  # after an event is over, or for news of others


def about_event(message: Message, signup: Signup, now: datetime) -> Letter:
    """To somebody with a part in the event; of use until its end, or for some days if it was over before."""
    person, event = signup.person, signup.event
    ahead = event.ends_at > now and event.state == "published"
    # What comes after an event is asked for by nobody: it can be stopped as our own letters after it can.
    stops: dict[str, Any] = {
        "unsubscribe_url": links.unsubscribe(person.id, person.generation, AFTERWARDS),
        "list_id": f"{one_line(event.organisation.name)[:60]} <after.{event.organisation.slug}.{links.host()}>",
    }
    return write(
        "message",
        to_name=called(person),
        to_address=person.address_typed or "",
        from_name=event.organisation.name,
        reply_to=event.organisation.reply_to,
        words=wording.Words(message.subject, message.words),
        language=person.language,
        facts={**facts_of(signup), "ahead": ahead},
        expires_at=event.ends_at if ahead else now + USEFUL,
        **(stops if event.ends_at <= now else {}),
    )


def stops(person: Person) -> dict[str, Any]:
    """What every letter with news has: one press ends them all, and none arrives at night."""
    host = person.organisation
    return {
        "unsubscribe_url": links.unsubscribe(person.id, person.generation, STOPS),
        "list_id": f"{one_line(host.name)[:60]} <announcements.{host.slug}.{links.host()}>",
        "quiet_zone": person.zone or host.zone,
    }


def news_confirm(person: Person, now: datetime) -> Letter:
    """The first letter to somebody who ticked the box on the line-up: nothing of theirs in it but a plain name."""
    name = safe_to_mail(person.name)
    return write(
        "news_confirm",
        to_name=name,
        to_address=person.address_typed or "",
        from_name=person.organisation.name,
        reply_to=person.organisation.reply_to,
        language=person.language,
        expires_at=now + USEFUL,
        facts={
            "name": name,
            "organisation": person.organisation,
            "url": links.news(person.id, person.generation),
            "never_url": links.never(person.id),
        },
    )


def whereabouts(event: Event, language: str) -> str:
    """Where it is, to people without a place; empty where a host keeps that from them."""
    if event.hides_place and event.format != "online":
        return ""
    told = wording.where(event, language)
    return f"{told} / {said('Online', language)}" if is_both(event) else told


def new_events(person: Person, events: Sequence[Event], now: datetime) -> Letter:
    """All that is new at one host, in one letter; who is told of a place only when they have one is not told here."""
    host, language = person.organisation, known(person.language)
    told = [
        {
            "title": event.title,
            "when": zones.spoken(event.starts_at, event.ends_at, event.zone, language),
            "where": whereabouts(event, language),
            "summary": event.summary,
            "url": links.event(event.slug),
        }
        for event in events
    ]
    return write(
        "new_events",
        to_name=person.name,
        to_address=person.address_typed or "",
        from_name=host.name,
        reply_to=host.reply_to,
        language=person.language,
        facts={
            "organisation": host,
            "events": told,
            "line_up_url": links.line_up(),
            "preferences_url": links.preferences(person.id, person.generation),
        },
        expires_at=now + USEFUL,
        **stops(person),
    )


def announcement(message: Message, person: Person, now: datetime) -> Letter:
    """News of events to somebody who asked for it; it can be stopped in one press, and does not come at night."""
    host = message.organisation
    return write(
        "announcement",
        to_name=called(person),
        to_address=person.address_typed or "",
        from_name=host.name,
        reply_to=host.reply_to,
        words=wording.Words(message.subject, message.words),
        language=person.language,
        facts={
            "organisation": host,
            "line_up_url": links.line_up(),
            "preferences_url": links.preferences(person.id, person.generation),
        },
        expires_at=now + USEFUL,
        **stops(person),
    )
