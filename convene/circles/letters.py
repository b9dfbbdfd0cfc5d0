"""The letters of a circle: one function each. Their facts stand in templates/mail/circle_parts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from convene import links
from convene.calendar import zones
from convene.circles import invites, queries
from convene.circles.models import Circle, Learning, Member, TimePoll
from convene.mail.languages import known
from convene.mail.letter import Letter, write
from convene.people.models import Person
from convene.people.words import safe_to_mail

SHOWN = 12  # dates in one letter; the page has them all


def facts_of(member: Member) -> dict[str, Any]:
    circle, person = member.circle, member.person
    return {
        "circle": circle,
        "person": person,
        "organisation": circle.organisation,
        "circle_url": links.circle(circle.slug),
        "member_url": links.member(member.id, member.generation),
        "preferences_url": links.preferences(person.id, person.generation),
    }


def letter(
    kind: str, member: Member, facts: dict[str, Any] | None = None, *, to_name: str | None = None, **rest: Any
) -> Letter:
    person, host = member.person, member.circle.organisation
    return write(
        kind,
        to_name=person.name if to_name is None else to_name,
        to_address=person.address_typed or "",
        from_name=host.name,
        reply_to=host.reply_to,
        organisation_id=host.id,
        language=person.language,
        facts={**facts_of(member), **(facts or {})},
        **rest,
    )


def dates_in_words(member: Member, now: datetime) -> list[str]:
    """The sessions to come at which they have a place, by the circle's clocks."""
    held, language = invites.held_by(member), known(member.person.language)
    coming = [one.event for one in queries.to_come(member.circle_id, now) if one.event_id in held]
    return [zones.spoken(event.starts_at, event.ends_at, event.zone, language) for event in coming]


def confirm(member: Member) -> Letter:
    """The first letter to an unproven address: nothing that the sender typed but a plain name."""
    name = safe_to_mail(member.person.name)
    facts = {"name": name, "never_url": links.never(member.person_id), "preferences_url": None}
    return letter("circle_confirm", member, facts, to_name=name)


def link(member: Member) -> Letter:
    """The way to their own page, for somebody who is known to the circle."""
    return letter("circle_link", member)


def joined(member: Member, now: datetime) -> Letter:
    dates = dates_in_words(member, now)
    entry = invites.part(member, now)
    facts = {"dates": dates[:SHOWN], "more": max(0, len(dates) - SHOWN), "has_entry": bool(entry)}
    return letter("circle_joined", member, facts, **entry)


def waiting(member: Member) -> Letter:
    return letter("circle_waiting", member)


def declined(member: Member, words: str) -> Letter:
    return letter("circle_declined", member, {"words": words, "line_up_url": links.line_up()})


def changed(member: Member, lines: Sequence[str], words: str, now: datetime) -> Letter:
    """What is other than before, a line each, with the entry as it now is."""
    entry = invites.part(member, now)
    facts = {"lines": lines, "words": words, "has_entry": bool(entry)}
    return letter("circle_changed", member, facts, **entry)


def left(member: Member, now: datetime) -> Letter:
    return letter("circle_left", member, **invites.part(member, now, leaves=True))


def ended(member: Member, learning: Learning, now: datetime) -> Letter:
    return letter("circle_ended", member, {"learning": learning}, **invites.part(member, now))


def poll(member: Member, asked: TimePoll) -> Letter:
    return letter("circle_poll", member, {"number": len(asked.options)})


def asked(host: Person, member: Member) -> Letter:
    """To the host: somebody asks to join."""
    circle: Circle = member.circle
    return write(
        "circle_asked",
        to_name=host.name,
        to_address=host.address_typed or "",
        from_name=circle.organisation.name,
        organisation_id=circle.organisation_id,
        language=host.language,
        facts={
            "circle": circle,
            "organisation": circle.organisation,
            "name": member.person.name,
            "words": member.words,
            "desk_url": links.circle_members(circle.id),
            "preferences_url": links.preferences(host.id, host.generation),
        },
    )
