"""The letters about what a host keeps about somebody: the fresh link to it, and an address that is changed."""

from datetime import datetime, timedelta

from convene import links
from convene.mail.letter import Letter, write
from convene.people.models import Person

LIFETIME = timedelta(hours=1)
TOLD = timedelta(days=3)


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


def new_address(person: Person, typed: str, secret: str | None, now: datetime) -> Letter:
    """To a mailbox that nobody has proved yet: it names nobody. Without a secret it is known here already."""
    return write(
        "new_address",
        to_name="",
        to_address=typed,
        from_name=person.organisation.name,
        reply_to=person.organisation.reply_to,
        language=person.language,
        expires_at=now + LIFETIME,
        facts={
            "url": links.new_address(secret) if secret else "",
            "taken": secret is None,
            "organisation": person.organisation,
            "line_up_url": links.line_up(),
            "never_url": links.never_to(typed),
        },
    )


def address_changed(person: Person, old: str, now: datetime) -> Letter:
    """To the mailbox that was left, so that nobody loses theirs without hearing of it."""
    return write(
        "address_changed",
        to_name=person.name,
        to_address=old,
        from_name=person.organisation.name,
        reply_to=person.organisation.reply_to,
        language=person.language,
        expires_at=now + TOLD,
        # No link of their own: whoever reads the old mailbox has none any more.
        facts={"organisation": person.organisation, "name": person.name, "line_up_url": links.line_up()},
    )
