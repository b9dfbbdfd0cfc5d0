"""The page of a place: its link, and what came of a press."""

from sqlalchemy import select

from convene import links
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.signups.models import Signup
from tests.web.browsing import path_of

STATES = ("started", "confirmed", "waitlisted", "offered", "lapsed", "cancelled")


def link(signup: Signup) -> str:
    return path_of(links.place(signup.id, signup.generation))


def letters() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(OutgoingMail.letter).order_by(OutgoingMail.id)))


def state_of(signup: Signup) -> str:
    db.session.commit()
    return signup.state
