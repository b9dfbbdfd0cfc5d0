"""What whoever sits at the desk may know."""

from flask import g

from convene.extensions import db
from convene.people.models import Person
from convene.people.queries import may_see_separations


def sees_rules() -> bool:
    """Whether they may know of keep-apart rules."""
    return may_see_separations(db.session.get_one(Person, g.desk.person_id))
