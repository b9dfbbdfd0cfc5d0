"""What tests of places read back: the letters posted about them, and what their invites say."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.signups.models import Signup


def letters_of(signup: Signup, *, state: str | None = "queued") -> Sequence[OutgoingMail]:
    """The letters about this signup in the order posted; `state=None` for those dropped too."""
    rows = select(OutgoingMail).where(OutgoingMail.thread == f"signup:{signup.id}")
    if state:
        rows = rows.where(OutgoingMail.state == state)
    return db.session.scalars(rows.order_by(OutgoingMail.id)).all()


def kinds_of(signup: Signup, *, state: str | None = "queued") -> list[str]:
    return [mail.letter for mail in letters_of(signup, state=state)]


def last_of(signup: Signup, kind: str, *, state: str | None = "queued") -> OutgoingMail:
    return next(mail for mail in reversed(letters_of(signup, state=state)) if mail.letter == kind)


def line_of(mail: OutgoingMail, name: str) -> str:
    """The value of a property in the letter's invite, unfolded."""
    assert mail.invite is not None, f"{mail.letter} has no invite"
    unfolded = mail.invite.replace(b"\r\n ", b"").decode()
    found = re.search(rf"^{name}(?:;[^:\r\n]*)?:(.*)\r$", unfolded, re.MULTILINE)
    assert found is not None, f"no {name} in the invite"
    return found[1]
