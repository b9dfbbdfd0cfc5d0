"""The letters that ask for one small act, and the one that opens contact when both said yes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from convene import links
from convene.calendar import zones
from convene.events.models import Event
from convene.mail.languages import known
from convene.mail.letter import Letter, write
from convene.mail.letter import one_line as plain
from convene.network.models import Tie
from convene.nudges.models import Answer, Nudge
from convene.nudges.rules import KINDS
from convene.nudges.rules.occasion import THANK_UNTIL
from convene.nudges.rules.registry import RULES
from convene.people.models import Person
from convene.signups.called import called
from convene.signups.letters import facts_of
from convene.signups.models import Signup

NUMBER = {rule.kind: number for number, rule in enumerate(RULES)}  # in the link that stops a kind
STILL_FRESH = timedelta(
    days=30
)  # a yes lasts as long (answering.YES_LASTS); later it would come out of nowhere


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
        list_id=f"{plain(host.name)[:60]} <{nudge.rule.replace('_', '-')}.{host.slug}.{links.host()}>",
        quiet_zone=person.zone or signup.event.zone,
        facts={**facts_of(signup), "why": nudge.reason, **facts},
        **rest,
    )


def reminder(nudge: Nudge, signup: Signup, others: Sequence[Signup] = ()) -> Letter:
    """The day before; `others` are this person's other places of that day, told of in the same letter."""
    event = signup.event
    facts = {"others": [facts_of(other) for other in others]}
    return nudge_letter(nudge, signup, facts, expires_at=event.starts_at)


def thank_you(nudge: Nudge, signup: Signup, attendance: str, in_company: bool) -> Letter:
    """`in_company`: they met somebody, so its page asks whom they would like to hear from."""
    facts = {
        "attendance": attendance,
        "in_company": in_company,
        "answer_url": links.answer(nudge.id, nudge.generation),
        "line_up_url": links.line_up(),
        "day": zones.spoken_date(signup.event.starts_at, signup.event.zone, known(signup.person.language)),
    }
    return nudge_letter(nudge, signup, facts, expires_at=signup.event.ends_at + THANK_UNTIL)


def stay_in_touch(side: Tie, theirs: Answer, event: Event, now: datetime) -> Letter:
    """To one of two who both said yes: the other's name, and the one contact that the other chose to give."""
    person = side.person
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
            "contact": "" if theirs.channel == "relay" else theirs.contact,
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
        unsubscribe_url=links.unsubscribe(person.id, person.generation, NUMBER[nudge.rule]),
        list_id=f"{plain(host.name)[:60]} <{nudge.rule.replace('_', '-')}.{host.slug}.{links.host()}>",
        quiet_zone=zone,
        expires_at=until,
        facts={
            "event": sides[0].event,
            "event_title": sides[0].title,
            "one": len(sides) == 1,
            "sides": [(called(one.other), links.tie(one.id, person.generation)) for one in sides],
            "why": nudge.reason,
            "preferences_url": links.preferences(person.id, person.generation),
        },
    )
