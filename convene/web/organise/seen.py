"""What whoever sits at the desk may know."""

from flask import g

from convene.people.queries import reads_confidences


def sees_rules() -> bool:
    """Whether they may know of keep-apart rules; asked of the database once for a page."""
    if "sees_rules" not in g:
        g.sees_rules = reads_confidences(g.desk.organisation_id, g.desk.roles)
    return bool(g.sees_rules)
