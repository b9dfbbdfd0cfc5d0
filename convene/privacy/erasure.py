"""Erasing a person: what tells of them goes, the counts stay, and nobody else learns of it.

It reaches from people to nudges and the inbox, so it stands above them all. A rule that keeps people apart names ids
alone and is somebody else's protection: it stays, unseen, until the safeguarding lead's own review.
"""

from datetime import datetime

from sqlalchemy import and_, delete, func, or_, select, update

from convene.access import audit, codes
from convene.access.models import Token
from convene.circles.joining import leave
from convene.events.models import Event
from convene.extensions import db
from convene.groups.models import Facilitator, NeedOf
from convene.inbox.models import Inbound
from convene.mail import outbox
from convene.mail.models import OutgoingMail
from convene.network.models import Tie
from convene.nudges.models import Answer, Nudge
from convene.offers.models import Offer
from convene.people import mailboxes, merging
from convene.people.models import Consent, Involvement, Lock, Person, Role, Tagged, Worry
from convene.people.queries import roles
from convene.privacy import in_circles, moving
from convene.signups.actions import cancel
from convene.signups.models import Attendance, Invitation, Response, Signup
from convene.signups.queries import to_come

NAME = "Erased person"
REASON = "not sent: this person asked to be erased"


class StillOrganises(Exception):
    """Somebody with a part in running the organisation, who must hand it over first."""


def as_subject(person_id: int) -> str:
    """What stands for a person in the table of tokens, where others have an address."""
    return f"person:{person_id}"


def erase(person_id: int, actor: str, now: datetime) -> bool:
    """Blank everything that tells of a person; False where that was done before. Raises StillOrganises.

    Places to come are given back first, each under the lock of its event, and go to whoever waits.
    """
    if roles(person_id):
        raise StillOrganises
    for member_id in in_circles.memberships(person_id):
        leave(member_id, now)
    for signup_id in to_come(person_id, now):
        cancel(signup_id, now)
    person = db.session.scalar(select(Person).where(Person.id == person_id).with_for_update())
    if person is None or person.state == "erased":
        return False
    organisation_id, address = person.organisation_id, person.address
    outbox.drop_waiting(REASON, OutgoingMail.person_id == person_id)
    blank_signups(person_id)
    blank_said(person_id)
    in_circles.blank(person_id)
    merging.forget_person(person)
    if address:
        mine = select(Event.id).where(Event.organisation_id == organisation_id)
        db.session.execute(
            delete(Invitation).where(Invitation.address == address, Invitation.event_id.in_(mine))
        )
    blank(person)
    mailboxes.leave(person)
    blank_letters(person_id, address)
    audit.record(organisation_id, actor, "person.erased", f"person:{person_id}", now)
    return True


def blank(person: Person) -> None:
    person.name, person.called, person.hides = NAME, "", ""
    person.affiliation = person.field = person.place = None
    person.zone = person.language = person.paused_until = None
    person.muted, person.by_number, person.state = "", True, "erased"
    person.generation = Person.generation + 1
    person.calendar_generation = Person.calendar_generation + 1


def blank_signups(person_id: int) -> None:
    mine = select(Signup.id).where(Signup.person_id == person_id)
    for signup_id in db.session.scalars(mine).all():
        codes.end("signup", signup_id)
    db.session.execute(delete(Response).where(Response.signup_id.in_(mine)))
    blanked = update(Signup).where(Signup.person_id == person_id)
    blanked = blanked.values(access_needs="", reply_words="", generation=Signup.generation + 1)
    db.session.execute(blanked, execution_options={"synchronize_session": False})
    # Who never pressed the button has told us nothing that is counted.
    unheard = (Signup.person_id == person_id, Signup.state == "started")
    marked = select(Attendance.id).where(Attendance.signup_id == Signup.id).exists()
    db.session.execute(
        delete(Signup).where(*unheard, ~marked), execution_options={"synchronize_session": False}
    )
    db.session.expire_all()


def blank_said(person_id: int) -> None:
    """What they answered and agreed to, and what a host noted of them. How it was stays, as a number."""
    wishes = or_(Answer.person_id == person_id, Answer.about_id == person_id)
    unheard = and_(Answer.question == "touch", Answer.released_at.is_(None), wishes)
    db.session.execute(delete(Answer).where(unheard))
    db.session.execute(delete(Answer).where(Answer.question == "plan", Answer.person_id == person_id))
    theirs = update(Answer).where(Answer.person_id == person_id).values(words="", contact="", channel="")
    db.session.execute(theirs)
    ended = update(Nudge).where(Nudge.person_id == person_id).values(generation=Nudge.generation + 1)
    db.session.execute(ended, execution_options={"synchronize_session": False})
    read = update(Inbound).where(Inbound.person_id == person_id)
    db.session.execute(read.values(words="", detail="", address_hash=None))
    done = update(Involvement).where(Involvement.person_id == person_id, Involvement.done_at.is_not(None))
    db.session.execute(done.values(words=""))
    undone = delete(Involvement).where(Involvement.person_id == person_id, Involvement.done_at.is_(None))
    db.session.execute(undone)
    # That two agreed stays as a number; what was said of it, and what they could give, goes.
    spoken = update(Tie).where(Tie.person_id == person_id).values(words="", use="private", channel="")
    db.session.execute(spoken)
    for table in (Offer, Consent, Role, Tagged, Worry, Facilitator, NeedOf):
        db.session.execute(delete(table).where(table.person_id == person_id))
    db.session.execute(delete(Lock).where(or_(Lock.first_id == person_id, Lock.second_id == person_id)))
    db.session.execute(delete(Token).where(Token.address == as_subject(person_id)))
    moving.forget(person_id)


def blank_letters(person_id: int, address: str | None = None) -> None:
    """Take words, name and address off every letter to them; one that a worker holds is left to the next sweep.

    The rows stay: without the last letter that left, this database would pass for a restored one (mail.restored).
    """
    whose = OutgoingMail.person_id == person_id
    if address:
        unnamed = and_(OutgoingMail.person_id.is_(None), func.lower(OutgoingMail.to_address) == address)
        whose = or_(whose, unnamed)
    rows = update(OutgoingMail).where(whose, OutgoingMail.state != "sending")
    db.session.execute(
        rows.values(
            text="",
            html="",
            invite=None,
            subject="",
            to_name="",
            to_address="",
            unsubscribe_url=None,
            list_id=None,
            purged_at=func.coalesce(OutgoingMail.purged_at, OutgoingMail.posted_at),
        ),
        execution_options={"synchronize_session": False},
    )


def letters_left() -> list[int]:
    """Erased people to whom a letter still has an address, because it was being sent when they were erased."""
    rows = select(OutgoingMail.person_id).join(Person, Person.id == OutgoingMail.person_id)
    rows = rows.where(
        Person.state == "erased", OutgoingMail.to_address != "", OutgoingMail.state != "sending"
    )
    return [found for found in db.session.scalars(rows.distinct().limit(500)) if found]
