"""The letters between two who agreed to stay in touch: words passed on, and the way to one's own page."""

from datetime import datetime, timedelta

from convene import links
from convene.calendar import zones
from convene.events.models import Event
from convene.mail.languages import known
from convene.mail.letter import Letter, one_line, write
from convene.messages.letters import STOPS
from convene.network.models import Tie
from convene.people.models import Person
from convene.signups.called import called

PAGE_LASTS = timedelta(days=30)


def passed_on(side: Tie, words: str, now: datetime) -> Letter:
    """To the other: what this side wrote, and the way to answer by the same road. It holds nobody's address."""
    writer, reader = side.person, side.other
    return write(
        "passed_on",
        to_name=called(reader),
        to_address=reader.address_typed or "",
        from_name=reader.organisation.name,
        language=reader.language,
        expires_at=now + PAGE_LASTS,
        facts={
            "writer": called(writer),
            "words": words,
            "event": side.event,
            "event_title": side.title,
            "my_page_url": links.my_page(reader.id, reader.generation, now),
            "preferences_url": links.preferences(reader.id, reader.generation),
        },
    )


def my_page(person: Person, now: datetime) -> Letter:
    """The way to one's own page, for whoever asked for it."""
    return write(
        "my_page",
        to_name=called(person),
        to_address=person.address_typed or "",
        from_name=person.organisation.name,
        reply_to=person.organisation.reply_to,
        language=person.language,
        expires_at=now + PAGE_LASTS,
        facts={
            "organisation": person.organisation,
            "url": links.my_page(person.id, person.generation, now),
            "preferences_url": links.preferences(person.id, person.generation),
        },
    )


def welcome(event: Event, person: Person) -> Letter:
    """A host's word to somebody who came and may have found nobody yet: the next event."""
    host = event.organisation
    return write(
        "welcome",
        to_name=called(person),
        to_address=person.address_typed or "",
        from_name=host.name,
        reply_to=host.reply_to,
        language=person.language,
        unsubscribe_url=links.unsubscribe(person.id, person.generation, STOPS),
        list_id=f"{one_line(host.name)[:60]} <announcements.{host.slug}.{links.host()}>",
        quiet_zone=person.zone or host.zone,
        expires_at=event.starts_at,
        facts={
            "organisation": host,
            "event": event,
            "event_title": event.title,
            "day": zones.spoken_date(event.starts_at, event.zone, known(person.language)),
            "event_url": links.event(event.slug),
            "preferences_url": links.preferences(person.id, person.generation),
        },
    )
