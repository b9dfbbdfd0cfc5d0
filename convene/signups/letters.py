"""The letters about a person's place at an event: one function each."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from convene import links
from convene.calendar import invite, zones
from convene.events.entry import booking
from convene.events.models import Event
from convene.events.place import as_told
from convene.mail.languages import known
from convene.mail.letter import Letter, write
from convene.people.models import Person
from convene.people.words import safe_to_mail
from convene.signups import joining
from convene.signups.called import called
from convene.signups.models import HOLDING, Signup
from convene.signups.uids import uid_of

LINK_LASTS = timedelta(days=30)  # after the event


def facts_of(signup: Signup) -> dict[str, Any]:
    """What every letter about a place may say: the event, its time in words, and this person's own link."""
    event, person = signup.event, signup.person
    own_zone, language = person.zone or event.zone, known(person.language)
    when = zones.spoken(event.starts_at, event.ends_at, event.zone, language)
    own = zones.spoken(event.starts_at, event.ends_at, own_zone, language)
    return {
        "event": as_told(event, signup.state in HOLDING, signup.attends_online),
        "person": person,
        "signup": signup,
        "organisation": event.organisation,
        "when": when,
        "own_when": own if zones.local(event.starts_at, own_zone).replace(tzinfo=None)
        != zones.local(event.starts_at, event.zone).replace(tzinfo=None) else None,
        "join_url": joining.url(signup),
        "place_url": links.place(signup.id, signup.generation),
        "event_url": links.event(event.slug),
        "preferences_url": links.preferences(person.id, person.generation),
    }  # fmt: skip


def letter(
    kind: str, signup: Signup, *, to_name: str | None = None, facts: dict[str, Any] | None = None, **rest: Any
) -> Letter:
    person, host = signup.person, signup.event.organisation
    worded = host.id if signup.event.has_wordings is not False else None
    return write(
        kind,
        to_name=called(person) if to_name is None else to_name,
        to_address=person.address_typed or "",
        from_name=host.name,
        reply_to=host.reply_to,
        organisation_id=worded,
        language=person.language,
        facts={**facts_of(signup), **(facts or {})},
        **rest,
    )


def request(signup: Signup, sequence: int, now: datetime) -> dict[str, Any]:
    """The invite part of a letter: METHOD:REQUEST for this person alone."""
    guest = invite.Guest(signup.person.name, signup.person.address_typed or "")
    shown = booking(signup.event, sequence=sequence, stamp=now, has_place=True, join_url=joining.url(signup))
    body = invite.request(replace(shown, uid=uid_of(signup)), guest)
    return {"invite": body, "invite_method": "REQUEST", "revision": sequence}


def cancel(signup: Signup, sequence: int, now: datetime) -> dict[str, Any]:
    """The invite part that takes the entry out of this person's calendar."""
    guest = invite.Guest(signup.person.name, signup.person.address_typed or "")
    shown = booking(signup.event, sequence=sequence, stamp=now)
    body = invite.cancel(replace(shown, uid=uid_of(signup)), guest)
    return {"invite": body, "invite_method": "CANCEL", "revision": sequence}


def confirm(signup: Signup, code: str = "") -> Letter:
    """The first letter to an unproven address: no invite, and nothing that the sender typed but a plain name."""
    name = safe_to_mail(called(signup.person))
    facts = {"name": name, "never_url": links.never(signup.person_id), "preferences_url": None, "code": code}
    return letter("confirm", signup, to_name=name, facts=facts, expires_at=signup.event.ends_at)


def place_link(signup: Signup, code: str = "", **part: Any) -> Letter:
    """For somebody who signed up again, or asked for a new link: the way to the place they have.

    With the part of an invite where the link in a calendar was ended with the one before.

    It may have been somebody else who reads the same mailbox, so it leads to a place of their own too.
    """
    place = links.place(signup.id, signup.generation)
    another = f"{place}/another" if signup.event.state == "published" else None
    facts = {"code": code, "another_url": another}
    return letter("place_link", signup, facts=facts, expires_at=signup.event.ends_at + LINK_LASTS, **part)


def place_confirmed(signup: Signup, sequence: int, now: datetime) -> Letter:
    part = request(signup, sequence, now)
    return letter("place_confirmed", signup, expires_at=signup.event.ends_at, **part)


def waitlisted(signup: Signup, ahead: int) -> Letter:
    return letter("waitlisted", signup, facts={"ahead": ahead}, expires_at=signup.event.ends_at)


def asked(signup: Signup) -> Letter:
    """The host was asked whether they may come, and answers by a letter."""
    return letter("asked", signup, expires_at=signup.event.ends_at)


def not_this_time(signup: Signup) -> Letter:
    facts = {"line_up_url": links.line_up()}
    return letter("not_this_time", signup, facts=facts, expires_at=signup.event.ends_at)


def asked_to_come(signup: Signup) -> Letter:
    """A host's personal invitation, to an address that has proved nothing yet: nothing typed but a plain name."""
    name = safe_to_mail(called(signup.person))
    facts = {"name": name, "never_url": links.never(signup.person_id), "preferences_url": None}
    return letter("asked_to_come", signup, to_name=name, facts=facts, expires_at=signup.event.ends_at)


def answers_wanted(event: Event, person: Person, number: int) -> Letter:
    """To whoever can answer: how many wait, and nobody's name."""
    facts = {"event": event, "organisation": event.organisation, "number": number, "person": person}
    return write(
        "answers_wanted",
        to_name=person.name,
        to_address=person.address_typed or "",
        from_name=event.organisation.name,
        reply_to=event.organisation.reply_to,
        organisation_id=event.organisation_id,
        language=person.language,
        facts={
            **facts,
            "url": links.organise(),
            "preferences_url": links.preferences(person.id, person.generation),
        },
        expires_at=event.starts_at,
    )


def place_offered(signup: Signup) -> Letter:
    """Of use until the start: while it waits to leave, its offer is held on."""
    assert signup.offered_until is not None
    zone = signup.person.zone or signup.event.zone
    until = zones.spoken_moment(signup.offered_until, zone, known(signup.person.language))
    return letter("place_offered", signup, facts={"until": until}, expires_at=signup.event.starts_at)


def changed(signup: Signup, what: dict[str, str], sequence: int | None, now: datetime) -> Letter:
    """What changed, in words; with a new invite for those who hold one."""
    part = request(signup, sequence, now) if sequence is not None else {}
    return letter("changed", signup, facts={"changes": what}, expires_at=signup.event.ends_at, **part)


def cancelled(signup: Signup, sequence: int | None, now: datetime) -> Letter:
    part = cancel(signup, sequence, now) if sequence is not None else {}
    return letter("cancelled", signup, expires_at=signup.event.ends_at, **part)


def declined(signup: Signup, held: bool) -> Letter:
    """After a No in the calendar, which has taken the entry out by itself; `held` a place, or waited for one."""
    return letter("declined", signup, facts={"held": held}, expires_at=signup.event.ends_at)


def called_off(signup: Signup, sequence: int | None, now: datetime, words: str) -> Letter:
    part = cancel(signup, sequence, now) if sequence is not None else {}
    return letter("called_off", signup, facts={"words": words}, expires_at=signup.event.ends_at, **part)
