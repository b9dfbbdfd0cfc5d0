"""Letters to somebody who is asked to the desk of a host, who asked to get involved, or whom something awaits there."""

from collections.abc import Sequence

from convene import links
from convene.mail.letter import Letter, write
from convene.people.models import Organisation, Person
from convene.people.words import safe_to_mail

PARTS = {
    "owner": "an owner",
    "organiser": "an organiser",
    "host": "the host of an event",
    "safeguarding": "the safeguarding lead",
}


def invited(person: Person, host: Organisation, kind: str) -> Letter:
    """Where to sign in; the link that lets in is asked for there, as one that lasts until it is read would be a key."""
    name = safe_to_mail(person.name)
    return write(
        "invited",
        to_name=name,
        to_address=person.address_typed or "",
        from_name=host.name,
        reply_to=host.reply_to,
        organisation_id=host.id,
        language=person.language,
        facts={"name": name, "part": PARTS[kind], "organisation": host, "url": links.organise()},
    )


def involved_confirm(person: Person, ids: Sequence[int]) -> Letter:
    """The first letter to an address that nobody has proved: nothing of theirs in it but a plain name."""
    name = safe_to_mail(person.name)
    return write(
        "involved_confirm",
        to_name=name,
        to_address=person.address_typed or "",
        from_name=person.organisation.name,
        reply_to=person.organisation.reply_to,
        language=person.language,
        facts={
            "name": name,
            "organisation": person.organisation,
            "url": links.involved(person.id, person.generation, ids),
            "never_url": links.never(person.id),
        },
    )


def in_confidence(lead: Person, host: Organisation) -> Letter:
    """That something waits on the safeguarding page, and nothing of what it is or whom it is about."""
    return write(
        "in_confidence",
        to_name=lead.name,
        to_address=lead.address_typed or "",
        from_name=host.name,
        reply_to=host.reply_to,
        organisation_id=host.id,
        language=lead.language,
        facts={
            "organisation": host,
            "url": links.safeguarding(),
            "preferences_url": links.preferences(lead.id, lead.generation),
        },
    )


def readers_changed(
    person: Person, host: Organisation, before: Sequence[Person], after: Sequence[Person], *, no_lead: bool
) -> Letter:
    """To one of those who read what is told in confidence before a change or after it: who does from now on."""
    return write(
        "readers_changed",
        to_name=person.name,
        to_address=person.address_typed or "",
        from_name=host.name,
        reply_to=host.reply_to,
        organisation_id=host.id,
        language=person.language,
        facts={
            "organisation": host,
            "names": ", ".join(one.name for one in after),
            "no_lead": no_lead,
            "stands": "ended" if person not in after else "still" if person in before else "new",
            "url": links.organise(),
            "preferences_url": links.preferences(person.id, person.generation),
        },
    )
