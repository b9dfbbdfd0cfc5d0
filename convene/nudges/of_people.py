"""Finding people to ask whether what they told us is still true, those who fell silent, and hosts with things to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, literal, or_, select

from convene.calendar import zones
from convene.circles.models import Circle, Member
from convene.events.models import Event
from convene.extensions import db
from convene.network.models import Tie
from convene.nudges.finding import Case, Look, can_be_written_to, in_hundreds, of_interest
from convene.nudges.models import Answer, Nudge
from convene.nudges.rules import people as rules
from convene.nudges.rules.people import SILENCE_LASTS, TO_DO_LASTS, Kept, Silence, Tasks
from convene.nudges.rules.registry import ASKING
from convene.offers.models import Offer
from convene.offers.rules import KEPT, SOON
from convene.people.models import Consent, Involvement, Organisation, Person, Role
from convene.signups.models import Signup

LATELY = timedelta(days=14)


def of_people(rows: Any, look: Look) -> Any:
    if look.held is not None:
        return rows.where(Person.id.in_({one.person_id for one in look.held}))
    return rows if look.people is None else rows.where(Person.id.in_(look.people))


# N15


def still_true(look: Look) -> list[Case]:
    """Those with a profile, an offer or a tie who did nothing here for half a year, and those with an offer or an ask
    that soon runs out; who was asked within that time is not asked again.

    The step is the day of the first letter that could have gone, so that each half year asks once.
    """
    shortest, _ = look.settings.reach("still_true")
    since = look.by - shortest
    asked = exists().where(Nudge.person_id == Person.id, Nudge.rule == "still_true", Nudge.decided_at > since)
    told = (Person.affiliation, Person.field, Person.place)
    kept = or_(*(func.coalesce(one, "") != "" for one in told), has_kept(look.now))
    untouched = and_(kept, Person.created_at <= since, ~touched(since))
    ends = select(func.min(Offer.expires_at)).where(Offer.person_id == Person.id, Offer.expires_at > look.now)
    first = ends.scalar_subquery()
    rows = select(
        Person.id, Person.organisation_id, Person.created_at, Organisation.zone, kept, first, untouched
    ).join(Organisation, Organisation.id == Person.organisation_id)
    rows = rows.where(can_be_written_to())
    if look.held is None:
        rows = rows.where(or_(untouched, first <= look.by + SOON), Person.state == "active", ~asked)
    found = []
    for person_id, host_id, created_at, zone, has_any, ends_at, old in db.session.execute(
        of_people(rows, look)
    ):
        timing = look.settings.timing("still_true", host_id)
        if look.held is None and not timing.on:
            continue
        last = since if old else look.by
        if look.held is not None:
            last = max([created_at, *last_touched(person_id)])
        facts = Kept(last, gone=not has_any, ends_at=ends_at)
        call = rules.still_true(facts, timing)
        if look.held is not None and call.due_at > look.now:
            call = replace(call, stop=call.stop or "they have looked at it since")
        soon = facts.runs_out == call.due_at
        for step in steps(look, "still_true", person_id) or [f"{look.now:%Y-%m-%d}"]:
            found.append(Case("still_true", 0, step, person_id, host_id, call, zone, about=soon))
    return found


def has_kept(now: datetime) -> Any:
    """In SQL: this person offers or seeks something, or has a tie to somebody."""
    return or_(
        exists().where(Offer.person_id == Person.id, Offer.expires_at > now),
        exists().where(Tie.person_id == Person.id, Tie.ended_at.is_(None)),
    )


def touched(since: datetime) -> Any:
    """In SQL: this person did something since then."""
    return or_(
        exists().where(Signup.person_id == Person.id, Signup.started_at > since),
        exists().where(Consent.person_id == Person.id, Consent.at > since),
        exists().where(Answer.person_id == Person.id, Answer.answered_at > since),
        exists().where(Offer.person_id == Person.id, Offer.expires_at > since + KEPT),  # said or renewed
        exists().where(Tie.person_id == Person.id, or_(Tie.made_at > since, Tie.answered_at > since)),
    )


def last_touched(person_id: int) -> list[datetime]:
    moments = (
        select(func.max(Signup.started_at)).where(Signup.person_id == person_id),
        select(func.max(Consent.at)).where(Consent.person_id == person_id),
        select(func.max(Answer.answered_at)).where(Answer.person_id == person_id),
        select(func.max(func.coalesce(Tie.answered_at, Tie.made_at))).where(Tie.person_id == person_id),
    )
    found = [moment for moment in (db.session.scalar(one) for one in moments) if moment]
    ends = db.session.scalar(select(func.max(Offer.expires_at)).where(Offer.person_id == person_id))
    return [*found, ends - KEPT] if ends else found


def steps(look: Look, kind: str, person_id: int) -> list[str]:
    held = look.held or ()
    return [one.step for one in held if one.rule == kind and one.person_id == person_id]


# N16


def silent(look: Look) -> list[Case]:
    """Those whose last asks, two or three in a row, brought no act of any kind. The step ends in that ask's number."""
    shortest, longest = look.settings.reach("welcome_back")
    lately = (Nudge.decided_at <= look.by - shortest, Nudge.decided_at > look.now - longest - SILENCE_LASTS)
    rows = select(Person.id, Person.organisation_id, Organisation.zone)
    rows = rows.join(Organisation, Organisation.id == Person.organisation_id).where(can_be_written_to())
    if look.held is None:
        asked = select(Nudge.person_id).where(Nudge.state == "sent", Nudge.rule.in_(ASKING), *lately)
        rows = rows.where(Person.id.in_(asked.group_by(Nudge.person_id).having(func.count() >= 2)))
        rows = rows.where(Person.state == "active")
    people = {one: (host_id, zone) for one, host_id, zone in db.session.execute(of_people(rows, look))}
    found: list[Case] = []
    for person_id, asks in unanswered(list(people)).items():
        host_id, zone = people[person_id]
        timing = look.settings.timing("welcome_back", host_id)
        if timing.on or look.held is not None:
            found += silences(look, person_id, host_id, zone, asks)
    return of_interest(found, look)


def silences(
    look: Look, person_id: int, host_id: int, zone: str, asks: Sequence[tuple[int, datetime]]
) -> Iterable[Case]:
    timing = look.settings.timing("welcome_back", host_id)
    moments = tuple(moment for _, moment in asks)
    for number, wanted in ((1, rules.ASKED_BEFORE_PAUSE), (2, rules.PAUSED_AT)):
        if not moments:
            continue
        call = rules.welcome_back(Silence(moments), timing, number)
        first = asks[0][0]
        held = [step for step in steps(look, "welcome_back", person_id) if step.endswith(f"-{number}")]
        if look.held is not None or (len(moments) >= wanted and call.due_at <= look.by):
            for step in held or [f"{first}-{number}"]:
                yield Case("welcome_back", 0, step, person_id, host_id, call, zone, about=number)


def unanswered(person_ids: Sequence[int]) -> dict[int, list[tuple[int, datetime]]]:
    """Of each of these people the asks since their last act, (number of the nudge, when), the oldest first."""
    acts: dict[int, datetime] = {}
    found: dict[int, list[tuple[int, datetime]]] = {}
    for some in in_hundreds(person_ids):
        asked = []
        for person_id, moment, number in db.session.execute(acts_and_asks(some)):
            if number:
                asked.append((person_id, number, moment))
            elif moment and (person_id not in acts or moment > acts[person_id]):
                acts[person_id] = moment
        for person_id, number, moment in sorted(asked, key=lambda one: (one[2], one[1])):
            if person_id not in acts or moment > acts[person_id]:
                found.setdefault(person_id, []).append((number, moment))
    return found


def acts_and_asks(person_ids: Sequence[int]) -> Any:
    """In SQL: (person, when, 0) of the last acts of each, one a kind; (person, when, number) of all asked of them."""
    none = literal(0).label("number")
    acts = [
        select(person, func.max(moment), none).where(person.in_(person_ids)).group_by(person)
        for person, moment in (
            (Signup.person_id, Signup.started_at), (Signup.person_id, Signup.confirmed_at),
            (Answer.person_id, Answer.answered_at), (Consent.person_id, Consent.at),
        )
    ]  # fmt: skip
    mine = Nudge.person_id.in_(person_ids)
    acted = select(Nudge.person_id, func.max(Nudge.decided_at), none).where(mine, Nudge.state == "acted")
    asked = select(Nudge.person_id, Nudge.decided_at, Nudge.id).where(mine, Nudge.state == "sent")
    asked = asked.where(Nudge.rule.in_(ASKING))
    return acts[0].union_all(*acts[1:], acted.group_by(Nudge.person_id), asked)


# N17


@dataclass(frozen=True, slots=True)
class ToDo:
    """What waits for the organisers of one host, counted."""

    asking: int = 0  # people who asked to come
    joining: int = 0  # people who asked to join a circle
    offering: int = 0  # people who would like to do something with the host
    attendance: int = 0  # events of which nobody said yet that the marks are complete

    @property
    def all(self) -> int:
        return self.asking + self.joining + self.offering + self.attendance


def to_do(look: Look) -> list[Case]:
    """Each organiser once a day at the chosen hour, if anything waits; the step is the day where the host is."""
    rows = select(Person.id, Organisation.id, Organisation.zone).join(Role, Role.person_id == Person.id)
    rows = rows.join(Organisation, Organisation.id == Person.organisation_id)
    rows = rows.where(Role.kind.in_(("owner", "organiser")), Role.event_id.is_(None), can_be_written_to())
    found = []
    waiting: dict[int, ToDo] = {}
    for person_id, host_id, zone in db.session.execute(of_people(rows.distinct(), look)):
        timing = look.settings.timing("to_do", host_id)
        hour_at = at_hour(look.now, zone, timing.away)
        if look.held is None and not (timing.on and hour_at <= look.now < hour_at + TO_DO_LASTS):
            continue
        step = f"{zones.local(look.now, zone):%Y-%m-%d}"
        if host_id not in waiting:
            waiting[host_id] = open_at(host_id, look.now)
        call = rules.to_do(Tasks(waiting[host_id].all, hour_at), timing)
        if call.stop and look.held is None:
            continue  # an empty list is no list, and nobody needs to read why
        for one in steps(look, "to_do", person_id) or [step]:
            found.append(Case("to_do", 0, one, person_id, host_id, call, zone, about=waiting[host_id]))
    return of_interest(found, look)


def at_hour(now: datetime, zone: str, away: timedelta) -> datetime:
    """The moment of this day's clock where the host is; in an hour that is skipped, the one after it."""
    wall = datetime.combine(zones.local(now, zone).date(), time()) + away
    try:
        return zones.utc(wall, zone)
    except zones.NoSuchTime:
        return zones.utc(wall + timedelta(hours=1), zone)


def open_at(host_id: int, now: datetime) -> ToDo:
    asking = select(func.count()).select_from(Signup).join(Event, Event.id == Signup.event_id)
    asking = asking.where(Event.organisation_id == host_id, Event.ends_at > now)
    asking = asking.where(Signup.needs_answer, Signup.state == "waitlisted")
    joining = select(func.count()).select_from(Member).join(Circle, Circle.id == Member.circle_id)
    joining = joining.where(Circle.organisation_id == host_id, Member.state == "asked")
    offering = select(func.count()).select_from(Involvement).where(Involvement.organisation_id == host_id)
    offering = offering.where(Involvement.confirmed_at.is_not(None), Involvement.done_at.is_(None))
    attendance = select(func.count()).select_from(Event).where(Event.organisation_id == host_id)
    attendance = attendance.where(
        Event.state == "published", Event.attendance_complete_at.is_(None),
        Event.ends_at <= now, Event.ends_at > now - LATELY,
        exists().where(Signup.event_id == Event.id, Signup.state == "confirmed"),
    )  # fmt: skip
    counts = (one.scalar_subquery() for one in (asking, joining, offering, attendance))
    return ToDo(*db.session.execute(select(*counts)).one())
