"""The letters that ask for one small act, and the one that opens contact when both said yes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from convene import links
from convene.calendar import zones
from convene.events.models import Event
from convene.extensions import db
from convene.mail.languages import known
from convene.mail.letter import Letter, write
from convene.mail.letter import one_line as plain
from convene.mail.translations import said
from convene.network.models import Tie
from convene.nudges.finding import Ask
from convene.nudges.models import Answer, Nudge
from convene.nudges.rules.events import THANK_LASTS
from convene.nudges.rules.registry import KINDS, OF
from convene.people.models import Person
from convene.signups.called import called
from convene.signups.letters import facts_of
from convene.signups.models import Signup

STILL_FRESH = timedelta(
    days=30
)  # a yes lasts as long (answering.YES_LASTS); later it would come out of nowhere
THANK_UNTIL = OF["thank_you"].timing.away + THANK_LASTS
SEVERAL = 1 << 20  # in a link that stops several kinds at once, each by a bit of its own
WHOLE = select(Signup).options(
    joinedload(Signup.event).joinedload(Event.organisation), joinedload(Signup.attendance)
)


def places(signup_ids: Sequence[int]) -> Sequence[Signup]:
    """These signups with all that a letter about them reads, in one query; whose they are was read to lock them."""
    if not signup_ids:
        return []
    return db.session.scalars(WHOLE.where(Signup.id.in_(signup_ids)).order_by(Signup.id)).all()


def place(signup_id: int) -> Signup:
    return db.session.get_one(Signup, signup_id)


def attendance_of(signup: Signup) -> str:
    return signup.attendance.state if signup.attendance else "unknown"


def nudge_letter(nudge: Nudge, signup: Signup, facts: dict[str, Any], **rest: Any) -> Letter:
    """A nudge always says why it came and how to stop its kind in one press."""
    person, host = signup.person, signup.event.organisation
    return write(
        nudge.rule,
        to_name=called(person),
        to_address=person.address_typed or "",
        from_name=host.name,
        reply_to=host.reply_to,
        organisation_id=host.id,
        language=person.language,
        unsubscribe_url=links.unsubscribe(person.id, person.generation, KINDS.index(nudge.rule)),
        list_id=list_id(person, nudge.rule),
        quiet_zone=person.zone or signup.event.zone,
        # Without what is theirs alone, where no sentence asks for it: so it is alike for many (mail.alike).
        facts={**facts_of(signup), "signup": None, "why": nudge.reason, **facts}
        | {"person": None if person.address else person},
        **rest,
    )


def list_id(person: Person, kind: str) -> str:
    host = person.organisation
    return f"{plain(host.name)[:60]} <{kind.replace('_', '-')}.{host.slug}.{links.host()}>"


def reminder(nudge: Nudge, signup: Signup, others: Sequence[Signup] = (), own_words: str = "") -> Letter:
    """The day before; `others` are this person's other places of that day, told of in the same letter."""
    event = signup.event
    facts = {"others": tuple(facts_of(other) for other in others), "own_words": own_words}
    return nudge_letter(nudge, signup, facts, expires_at=event.starts_at)


def thank_you(
    nudge: Nudge, signup: Signup, attendance: str | None, in_company: bool, own_words: str = ""
) -> Letter:
    """`in_company`: they met somebody, so its page asks whom they would like to hear from."""
    facts = {
        "attendance": attendance or attendance_of(signup),
        "in_company": in_company,
        "answer_url": links.answer(nudge.id, nudge.generation),
        "line_up_url": links.line_up(),
        "day": zones.spoken_date(signup.event.starts_at, signup.event.zone, known(signup.person.language)),
        "own_words": own_words,
    }
    return nudge_letter(nudge, signup, facts, expires_at=signup.event.ends_at + THANK_UNTIL)


def asking(
    nudge: Nudge, person: Person, ask: Ask, own_words: str, zone: str | None, until: datetime
) -> Letter:
    """One small act: a sentence or two, and its press. `zone`: whose nights it keeps, none for any hour."""
    language, host = known(person.language), person.organisation
    # A word that answers it is nobody's but the program's to read.
    by_word = bool(ask.reply and current_app.config["INBOX_URL"])
    return write(
        nudge.rule,
        folder="ask",
        to_name=person.name,
        to_address=person.address_typed or "",
        from_name=host.name,
        reply_to=None if by_word else host.reply_to,
        language=person.language,
        unsubscribe_url=links.unsubscribe(person.id, person.generation, KINDS.index(nudge.rule)),
        list_id=list_id(person, nudge.rule),
        quiet_zone=zone,
        expires_at=until,
        facts={
            "heading": ask.subject,
            "reply": ask.reply,
            "plain": ask.plain,
            "marked": ask.marked,
            "press": ask.press,
            "act_url": ask.url,
            "kind_words": said(OF[nudge.rule].in_words, language),
            "own_words": own_words,
            "preferences_url": links.preferences(person.id, person.generation),
        },
    )


def digest(person: Person, asks: Sequence[tuple[str, Ask]], zone: str, until: datetime) -> Letter:
    """Several small acts in one letter, each with a link that stops its kind; one press stops all of these kinds."""
    language, host = known(person.language), person.organisation
    kinds = sorted({KINDS.index(kind) for kind, _ in asks})
    every = SEVERAL | sum(1 << kind for kind in kinds)
    return write(
        "digest",
        to_name=person.name,
        to_address=person.address_typed or "",
        from_name=host.name,
        reply_to=host.reply_to,
        language=person.language,
        unsubscribe_url=links.unsubscribe(person.id, person.generation, every),
        list_id=list_id(person, "digest"),
        quiet_zone=zone,
        expires_at=until,
        facts={
            "asks": tuple((ask.subject, ask.plain, ask.marked, ask.press) for _, ask in asks),
            "act_urls": tuple(ask.url for _, ask in asks),
            "kinds": tuple(said(OF[KINDS[kind]].in_words, language) for kind in kinds),
            "stop_urls": tuple(links.unsubscribe(person.id, person.generation, kind) for kind in kinds),
            "preferences_url": links.preferences(person.id, person.generation),
        },
    )


def stay_in_touch(side: Tie, theirs: Answer, event: Event, now: datetime) -> Letter:
    """To one of two who both said yes: the other's name, and the one contact that the other chose to give."""
    person = side.person
    # Their address as it is now: the one of that day may have been put right since, and be somebody else's.
    contacts = {"email": side.other.address_typed or "", "phone": theirs.contact}
    return write(
        "stay_in_touch",
        to_name=called(person),
        to_address=person.address_typed or "",
        from_name=person.organisation.name,
        reply_to=person.organisation.reply_to,
        language=person.language,
        expires_at=now + STILL_FRESH,
        facts={
            "person": person,
            "other": called(side.other),
            "channel": theirs.channel,
            "event": event,
            "contact": contacts.get(theirs.channel, ""),
            "event_title": side.title,
            "tie_url": links.tie(side.id, person.generation),
            "preferences_url": links.preferences(person.id, person.generation),
        },
    )


def what_came(nudge: Nudge, person: Person, sides: Sequence[Tie], zone: str, until: datetime) -> Letter:
    """N13: what came of a mutual yes? One press for each of those met there, and nothing is an answer too."""
    host = person.organisation
    return write(
        nudge.rule,
        to_name=called(person),
        to_address=person.address_typed or "",
        from_name=host.name,
        language=person.language,
        unsubscribe_url=links.unsubscribe(person.id, person.generation, KINDS.index(nudge.rule)),
        list_id=f"{plain(host.name)[:60]} <{nudge.rule.replace('_', '-')}.{host.slug}.{links.host()}>",
        quiet_zone=zone,
        expires_at=until,
        facts={
            "event": sides[0].event,
            "event_title": sides[0].title,
            "one": len(sides) == 1,
            "side_names": tuple(called(one.other) for one in sides),
            "side_urls": tuple(links.tie(one.id, person.generation) for one in sides),
            "why": nudge.reason,
            "preferences_url": links.preferences(person.id, person.generation),
        },
    )
