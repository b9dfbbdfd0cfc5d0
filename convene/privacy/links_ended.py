"""A mailbox that is somebody's no more opens nothing of theirs: every link that was sent there ends, whatever it opens.

It reaches from places to circles and nudges, so it stands above them; a place to come is told of by signups.mending.
"""

from datetime import datetime

from sqlalchemy import update

from convene.circles import letters
from convene.circles.joining import lock
from convene.circles.models import Member
from convene.circles.posting import post
from convene.extensions import db
from convene.nudges.models import Nudge
from convene.people.models import Person
from convene.privacy import in_circles
from convene.signups import mending
from convene.signups.models import Signup


def readdress(person: Person, typed: str, actor: str, now: datetime) -> int:
    """Give a person this address, and write to it with new links; returns how many letters. Raises as mending.mend."""
    person_id = person.id
    members = [lock(member_id) for member_id in in_circles.memberships(person_id)]  # before any event
    sent = mending.mend(person, typed, actor, now)
    coming = mending.open_signups(
        person_id, now
    )  # their links were ended with the letters that brought new ones
    quiet = {"synchronize_session": False}
    over = update(Signup).where(Signup.person_id == person_id, Signup.id.not_in(coming))
    db.session.execute(over.values(generation=Signup.generation + 1), execution_options=quiet)
    theirs = update(Member).where(Member.person_id == person_id)
    db.session.execute(theirs.values(generation=Member.generation + 1), execution_options=quiet)
    end_answers(person_id)
    db.session.expire_all()
    for member in members:
        post(letters.confirm(member) if member.state == "started" else letters.link(member), member, now)
    return sent + len(members)


def end_answers(person_id: int) -> None:
    """Of letters that asked something: their pages lead on to the person's own."""
    asked = update(Nudge).where(Nudge.person_id == person_id).values(generation=Nudge.generation + 1)
    db.session.execute(asked, execution_options={"synchronize_session": False})
