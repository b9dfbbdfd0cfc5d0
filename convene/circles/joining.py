"""A person's way into a circle and out of it: ask, press the mailed link, be answered, wait, leave, come back.

Who holds a place is decided under the lock of the circle's row, and the letter is posted in the same transaction.
"""

from datetime import datetime

from sqlalchemy import exists, func, select

from convene.access import limits
from convene.circles import apart, letters, places, queries, withdrawing
from convene.circles.models import HOLDING, Circle, Member
from convene.circles.posting import post, tell_hosts_of_asking
from convene.extensions import db, upsert
from convene.mail import outbox
from convene.people.actions import meet, meet_without_address
from convene.people.asking import count_letter
from convene.people.models import Person

OVER_WITH_PLACE = ("circle_joined", "circle_changed", "circle_poll", "circle_waiting")


class NotOpen(Exception):
    """The circle takes nobody in: it rests, or has ended."""


class Gone(Exception):
    """What was asked cannot be done in the state this person is in now."""


class NotAgreed(Exception):
    """The agreements were not accepted, or they changed since they were read."""


def refuse_unless_open(circle: Circle) -> None:
    if circle.state not in ("forming", "open"):
        raise NotOpen


def ask(circle_id: int, address: str, name: str, words: str, zone: str | None, now: datetime) -> Member:
    """Start joining, and post the link; who is known gets the way to their own page. Holds no place.

    Raises NotOpen, BadAddress. Over the limit of an address no letter goes, and the page reads the same.
    """
    circle = queries.locked(circle_id)
    refuse_unless_open(circle)
    person = meet(circle.organisation, address, name, now)
    if zone and person.state == "provisional":
        person.zone = zone
    member = begun(circle, person, now)
    if member.state in ("left", "declined"):
        member.state, member.started_at = "started", now
    if member.state == "started":
        member.words = words
    send_link(member, now)
    return member


def begun(circle: Circle, person: Person, now: datetime) -> Member:
    """The one row of this person in this circle, made if new."""
    row = upsert(Member).values(circle_id=circle.id, person_id=person.id, state="started", started_at=now)
    row = row.on_conflict_do_update(
        index_elements=["circle_id", "person_id"], set_={"person_id": Member.person_id}
    )
    found = row.returning(Member).execution_options(populate_existing=True)
    return db.session.scalars(found).one()


def send_link(member: Member, now: datetime) -> None:
    try:
        count_letter(member.person, now)
    except limits.TooMany:
        return
    post(letters.confirm(member) if member.state == "started" else letters.link(member), member, now)


def new_link(member_id: int, now: datetime) -> None:
    """Send a new link and kill the old ones; raises limits.TooMany, and then the link in hand still works."""
    member = lock(member_id)
    count_letter(member.person, now)
    member.generation += 1
    send = letters.confirm if member.state == "started" else letters.link
    post(send(member), member, now)


def lock(member_id: int) -> Member:
    member = queries.member_locked(member_id)
    if member is None:
        raise Gone
    return member


def agree(member: Member, version: int | None, now: datetime) -> None:
    """Write down that this wording was accepted. Raises NotAgreed where it is not the newest, or there is one."""
    newest = queries.agreement(member.circle_id)
    if newest is None or not newest.words:
        return
    if version != newest.version:
        raise NotAgreed
    if member.agreed_version != version:
        member.agreed_version, member.agreed_at = version, now


def has_to_agree(member: Member) -> bool:
    """Whether there is a wording that they have not accepted: it is asked at their next visit."""
    newest = queries.agreement(member.circle_id)
    return newest is not None and bool(newest.words) and newest.version != member.agreed_version


def come_in(member_id: int, version: int | None, now: datetime) -> Member:
    """The mailed link's button was pressed: a place, a number in line, or a question to the host.

    Pressing again changes nothing. Raises NotOpen, NotAgreed, Gone.
    """
    member = lock(member_id)
    refuse_unless_open(member.circle)
    if member.state not in ("started", "left", "declined"):
        return member
    agree(member, version, now)
    member.person.state = "active"
    if has_to_ask(member):
        member.state, member.asked_at = "asked", now
        db.session.flush()
        tell_hosts_of_asking(member, now)
    else:
        give_place(member, now)
    return member


def has_to_ask(member: Member) -> bool:
    """Whether a host answers before they come in: in such a circle, and whomever a host answered or let go before."""
    return member.circle.joining == "asking" or bool(member.answered_by)


def add(circle_id: int, name: str, address: str | None, now: datetime) -> Member:
    """The host brings somebody in who asked them: a place, or one in line. Raises NotOpen, BadAddress."""
    circle = queries.locked(circle_id)
    refuse_unless_open(circle)
    host = circle.organisation
    person = meet(host, address, name, now) if address else meet_without_address(host, name, now)
    member = begun(circle, person, now)
    if member.state not in ("member", "waiting"):
        person.state = "active"
        give_place(member, now)
    return member


def answer(member_id: int, yes: bool, words: str, actor: str, now: datetime) -> Member:
    """The host's answer to somebody who asked. Raises NotOpen, and Gone where there is nothing to answer any more."""
    member = lock(member_id)
    if member.state != "asked":
        raise Gone
    if yes:
        refuse_unless_open(member.circle)
    member.answered_by = actor
    if yes:
        give_place(member, now)
    else:
        member.state = "declined"
        post(letters.declined(member, words), member, now)
    return member


def give_place(member: Member, now: datetime) -> None:
    """A place if one is free that nobody in line can have, else the next number. The circle must be locked.

    Whoever must be kept apart from somebody inside waits too, and reads what everybody reads who waits.
    """
    circle = member.circle
    give_free_places(circle, now)
    free = circle.places - queries.taken(circle.id)
    if apart.line_of(circle, now, member.person_id).takes(member.person_id) and free > 0:
        seat(member, now)
        return
    member.state, member.queue_number = "waiting", circle.next_in_line
    member.asked_at = member.asked_at or now
    circle.next_in_line += 1
    db.session.flush()
    post(letters.waiting(member), member, now)


def seat(member: Member, now: datetime) -> None:
    member.state, member.queue_number = "member", None
    member.joined_at, member.left_at = now, None
    db.session.flush()
    places.give_all(member, now)
    post(letters.joined(member, now), member, now, replaces=("circle_waiting",))


def leave(member_id: int, now: datetime) -> Member:
    """Give up the place, the number in line or the asking; pressing again changes nothing."""
    member = lock(member_id)
    before = member.state
    if before in ("left", "declined"):
        return member
    # Who leaves the line keeps the number: what held the line goes on to hold it (circles.line).
    member.state, member.left_at = "left", now
    if before == "member":
        places.take_all_back(member, now)
        withdrawing.for_who_left(member)
        outbox.drop_unsent(f"member:{member.id}", OVER_WITH_PLACE, "they left before this letter did")
        post(letters.left(member, now), member, now)
        give_free_places(member.circle, now)
    db.session.flush()
    return member


def let_go(member_id: int, actor: str, now: datetime) -> Member:
    """A host ends somebody's place: they come back when a host says yes, and not by their own press."""
    member = leave(member_id, now)
    member.answered_by = actor
    return member


def give_free_places(circle: Circle, now: datetime) -> int:
    """Every free place to the next in line, who agreed already; returns how many. The circle must be locked."""
    if circle.state not in ("forming", "open"):
        return 0
    line = apart.line_of(circle, now)
    free = circle.places - queries.taken(circle.id)
    waiting = {member.person_id: member for member in queries.members(circle.id, "waiting")}
    given = 0
    while given < free and (person_id := line.next_in()) is not None:
        seat(waiting[person_id], now)
        line = line.seated(person_id)
        given += 1
    return given


def lines_to_move() -> list[int]:
    """The circles with a free place and somebody in line, as after a week for which the line stood."""
    taken = select(func.count()).where(Member.circle_id == Circle.id, Member.state.in_(HOLDING))
    waits = exists().where(Member.circle_id == Circle.id, Member.state == "waiting")
    rows = select(Circle.id).where(Circle.state.in_(("forming", "open")), waits)
    return list(db.session.scalars(rows.where(taken.scalar_subquery() < Circle.places).order_by(Circle.id)))


def move_line(circle_id: int, now: datetime) -> int:
    return give_free_places(queries.locked(circle_id), now)


def lead_says(case: apart.Case, word: apart.Word, actor: str, now: datetime) -> None:
    """The safeguarding lead lets somebody in beside whom they are kept apart from, or leaves them in line."""
    circle = queries.locked(case.circle.id)
    apart.note(case, word, actor, now)
    give_free_places(circle, now)
