"""What a host keeps about one person, put together for that person: nothing of anybody else, and no safeguarding note.

Plain values under plain names, the same for the page, the readable copy and the one for machines (JSON).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from convene.calendar import zones
from convene.extensions import db
from convene.groups.models import Facilitator, Group, Need, NeedOf, Round, Seat
from convene.mail.models import OutgoingMail
from convene.network.models import Tie
from convene.network.rules import CAME, USES
from convene.nudges.models import Answer
from convene.offers.models import Offer
from convene.offers.rules import SHOWN
from convene.people.involvement import KINDS
from convene.people.models import Consent, Involvement, Person, Tag, Tagged
from convene.privacy import in_circles
from convene.signups.models import Question, Response, Signup

LINK = ("my_data", "sign_in", "new_address")  # letters that say nothing but that a link was asked for
SAID = {
    "met": "Whether you were there and met",
    "again": "Whether your group met again",
    "plan": "How you would get there, or where you would sit",
    "helped": "How it was",
    "feeling": "Whether you feel connected to the people around you",
    "touch": "Whether you would like to hear from somebody you met",
}


def of(person: Person) -> dict[str, Any]:
    """Everything, by kind; moments are ISO 8601 with their zone, texts as they were typed."""
    return {
        "person": about(person),
        "places": places(person.id),
        "circles": in_circles.of(person.id),
        "answers": answers(person.id),
        "agreed_to_stay_in_touch": ties(person.id),
        "can_give_and_seeks": offers(person.id),
        "consents": consents(person.id),
        "wishes": [
            {
                "what": KINDS.get(one.kind, one.kind),
                "words": one.words,
                "asked": moment(one.created_at),
                "confirmed": moment(one.confirmed_at),
                "answer_promised_by": moment(one.promised_by),
                "answered": moment(one.done_at),
            }
            for one in db.session.scalars(
                select(Involvement).where(Involvement.person_id == person.id).order_by(Involvement.id)
            )
        ],
        "words_for_you": list(
            db.session.scalars(
                select(Tag.name).join(Tagged).where(Tagged.person_id == person.id).order_by(Tag.name)
            )
        ),
        "letters": letters(person.id),
    }


def moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def about(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "called": person.called,
        "address": person.address_typed,
        "shares_a_mailbox": person.mailbox_id not in (None, person.id),
        "organisation_or_group": person.affiliation,
        "field": person.field,
        "place": person.place,
        "not_told_to_the_group": person.hides.split(),
        "shown_by_number": person.by_number,
        "zone": person.zone,
        "language": person.language,
        "letters_stopped": person.muted.split(),
        "quiet_until": moment(person.paused_until),
        "known_since": moment(person.created_at),
        "kept_by": person.organisation.controller or person.organisation.name,
    }


def places(person_id: int) -> list[dict[str, Any]]:
    whole = (joinedload(Signup.event), joinedload(Signup.attendance))
    rows = select(Signup).where(Signup.person_id == person_id).options(*whole).order_by(Signup.id)
    asked, sat, gave, needs = responses(person_id), seats(person_id), leading(person_id), needed(person_id)
    found = []
    for one in db.session.scalars(rows):
        event = one.event
        found.append(
            {
                "event": event.title,
                "when": zones.spoken(event.starts_at, event.ends_at, event.zone),
                "state": one.state,
                "asked": moment(one.started_at),
                "kept": moment(one.confirmed_at),
                "given_back": moment(one.cancelled_at),
                "first_time": one.first_time,
                "access_needs": one.access_needs,
                "answer_in_calendar": one.reply,
                "words_in_calendar": one.reply_words,
                "online": one.attends_online,
                "invited_by_the_host": one.invitation_id is not None,
                "came_as_a_guest": one.brought_by_id is not None,
                "attendance": one.attendance.state if one.attendance else "unknown",
                "questions": asked.get(one.id, []),
                "groups": sat.get(one.event_id, []),
                "helps_a_group_along": one.event_id in gave,
                "needs_seen_to": needs.get(one.event_id, []),
            }
        )
    return found


def responses(person_id: int) -> dict[int, list[dict[str, Any]]]:
    rows = select(Response, Question).join(Question, Question.id == Response.question_id)
    rows = rows.join(Signup, Signup.id == Response.signup_id).where(Signup.person_id == person_id)
    found: dict[int, list[dict[str, Any]]] = {}
    for response, question in db.session.execute(rows.order_by(Response.id)):
        found.setdefault(response.signup_id, []).append(
            {
                "question": question.words,
                "answer": response.words,
                "purpose": question.purpose,
                "when": moment(response.answered_at),
            }
        )
    return found


def seats(person_id: int) -> dict[int, list[str]]:
    """Round and table by event; never who else sat there, and no draft."""
    rows = select(Round.event_id, Round.number, Group.label).join(Group, Group.round_id == Round.id)
    rows = rows.join(Seat, Seat.group_id == Group.id).where(
        Seat.person_id == person_id, Round.state.in_(("published", "held"))
    )
    found: dict[int, list[str]] = {}
    for event_id, number, label in db.session.execute(rows.order_by(Round.number)):
        found.setdefault(event_id, []).append(f"Round {number}: {label}")
    return found


def leading(person_id: int) -> set[int]:
    return set(db.session.scalars(select(Facilitator.event_id).where(Facilitator.person_id == person_id)))


def needed(person_id: int) -> dict[int, list[str]]:
    rows = select(Need.event_id, Need.name).join(NeedOf, NeedOf.need_id == Need.id)
    found: dict[int, list[str]] = {}
    for event_id, name in db.session.execute(rows.where(NeedOf.person_id == person_id)):
        found.setdefault(event_id, []).append(name)
    return found


def answers(person_id: int) -> list[dict[str, Any]]:
    """What they pressed and wrote afterwards; whom an answer was about is that other person's."""
    rows = select(Answer).where(Answer.person_id == person_id).order_by(Answer.id)
    return [
        {
            "question": SAID.get(one.question, one.question),
            "answer": one.value,
            "words": one.words,
            "channel": one.channel,
            "contact": one.contact,
            "when": moment(one.answered_at),
        }
        for one in db.session.scalars(rows)
    ]


def ties(person_id: int) -> list[dict[str, Any]]:
    """Their own side of each; with whom is that other person's, and stands on their own page alone."""
    rows = select(Tie).where(Tie.person_id == person_id).order_by(Tie.id)
    return [
        {
            "met_at": one.title,
            "rounds": one.rounds,
            "since": moment(one.made_at),
            "ended": moment(one.ended_at),
            "they_may_have": one.channel,
            "what_came_of_it": CAME.get(one.came, one.came) if one.answered_at else "",
            "words": one.words,
            "words_may_be_used": USES[one.use] if one.words else "",
        }
        for one in db.session.scalars(rows)
    ]


def offers(person_id: int) -> list[dict[str, Any]]:
    rows = select(Offer).where(Offer.person_id == person_id).order_by(Offer.id)
    return [
        {
            "kind": one.kind,
            "words": one.words,
            "who_sees_it": SHOWN[one.shown],
            "said": moment(one.created_at),
            "until": moment(one.expires_at),
        }
        for one in db.session.scalars(rows)
    ]


def consents(person_id: int) -> list[dict[str, Any]]:
    """Every yes and every withdrawal with the words that were shown, the newest first; `stands` is what counts now."""
    rows = select(Consent).where(Consent.person_id == person_id).order_by(Consent.id.desc())
    seen: set[str] = set()
    found = []
    for one in db.session.scalars(rows):
        newest = one.purpose not in seen
        seen.add(one.purpose)
        found.append(
            {
                "purpose": one.purpose,
                "given": one.given,
                "stands": newest and one.given,
                "wording": one.wording,
                "how": one.how,
                "when": moment(one.at),
            }
        )
    return found


def letters(person_id: int) -> list[dict[str, Any]]:
    rows = select(OutgoingMail.letter, OutgoingMail.subject, OutgoingMail.state, OutgoingMail.posted_at)
    rows = rows.where(OutgoingMail.person_id == person_id, OutgoingMail.letter.not_in(LINK))
    return [
        {"letter": kind, "subject": subject, "state": state, "written": moment(posted_at)}
        for kind, subject, state, posted_at in db.session.execute(rows.order_by(OutgoingMail.id))
    ]
