"""A letter with one question was answered by one word: yes or no does the same as the press on its page.

Everything else that a person writes is for a person, and stays unread in the mailbox.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from convene.events.queries import locked
from convene.extensions import db
from convene.inbox.models import Inbound
from convene.inbox.read import Incoming
from convene.inbox.replied import believed
from convene.mail.models import OutgoingMail
from convene.network import actions as network
from convene.network import queries
from convene.network.models import Tie
from convene.nudges import answering, stopping
from convene.nudges.models import Nudge
from convene.offers import actions
from convene.people.actions import hold
from convene.people.addresses import folded
from convene.people.models import Person

ASKED = ("what_came", "did_you_meet", "still_true", "welcome_back")
PAUSE = timedelta(days=30)


def handle(incoming: Incoming, row: Inbound, now: datetime) -> None:
    """Keep the answer, or leave the message to whoever reads the mailbox.

    Nothing of it stands on the row: hosts read those, and what came of a tie is no host's.
    """
    nudge = nudge_of(incoming)
    if nudge is None or not answer(nudge, incoming.word == "yes", now):
        row.kind, row.outcome = "other", "left"
    else:
        row.outcome = "applied"


def nudge_of(incoming: Incoming) -> Nudge | None:
    """The question that this message answers, if its sender is beyond doubt whom it was put to."""
    mails = select(OutgoingMail).where(OutgoingMail.message_id.in_(incoming.refers))
    for mail in db.session.scalars(mails.where(OutgoingMail.letter.in_(ASKED))):
        keys = (mail.key, mail.key.removeprefix("nudge:"))
        asked = select(Nudge).where(Nudge.letter_key.in_(keys) | Nudge.key.in_(keys), Nudge.rule.in_(ASKED))
        nudge = db.session.scalar(asked.where(Nudge.person_id == mail.person_id))
        if nudge and nudge.person.state != "erased" and folded(incoming.sender) == nudge.person.reachable:
            return nudge if believed(incoming) else None
    return None


def answer(nudge: Nudge, yes: bool, now: datetime) -> bool:
    """Whether one word answers it: where several people are asked about, it does not."""
    if nudge.rule == "what_came":
        sides = [one for one in asked_about(nudge) if queries.side(one.id)]
        if len(sides) != 1:
            return False
        network.say(sides[0], "in_touch" if yes else "not_now", sides[0].words, sides[0].use, now)
    elif nudge.rule == "still_true":
        if not yes:
            return False  # which part of it is not, they can say on its page, or to whoever reads this
        hold(nudge.person)
        actions.renew_all(nudge.person_id, now)
        answering.looked_at(nudge.person)
    elif nudge.rule == "welcome_back":
        if nudge.step.endswith("-2"):
            return False  # it says that letters are paused, and asks nothing
        rest(nudge.person, yes, now)
    else:
        try:
            locked(nudge.event.id)
            answering.say_met(nudge, yes, now)
        except answering.TooLate:
            return False
    nudge.state = "acted"
    return True


def rest(person: Person, yes: bool, now: datetime) -> None:
    """Thirty days of quiet, or none; either ends what silence began."""
    hold(person)
    stopping.wake(person)
    until = now + PAUSE
    if yes and (person.paused_until is None or person.paused_until < until):
        stopping.pause(person, until, person.zone or person.organisation.zone)


def asked_about(nudge: Nudge) -> list[Tie]:
    """This person's ties from the event of the one that the question was filed under."""
    first = db.session.get(Tie, nudge.subject_id)
    if first is None or first.person_id != nudge.person_id:
        return []
    rows = select(Tie).where(Tie.person_id == first.person_id, Tie.event_id == first.event_id)
    return list(db.session.scalars(rows.order_by(Tie.id)))
