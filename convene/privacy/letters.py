"""The letter with the fresh link to what a host keeps about somebody."""

from datetime import datetime, timedelta

from convene import links
from convene.mail.letter import Letter, write
from convene.people.models import Person

LIFETIME = timedelta(hours=1)


def my_data(person: Person, secret: str, now: datetime) -> Letter:
    return write(
        "my_data",
        to_name=person.name,
        to_address=person.address_typed or "",
        from_name=person.organisation.name,
        reply_to=person.organisation.reply_to,
        language=person.language,
        expires_at=now + LIFETIME,
        facts={
            "url": links.my_data(secret),
            "organisation": person.organisation,
            "name": person.name,
            "preferences_url": links.preferences(person.id, person.generation),
        },
    )
