"""The address that a message comes back to if it cannot arrive: one for each message, so that no bounce is guessed at.

Known in the field as VERP. Where no inbox is set up there is nobody to read such addresses, and the sender's own
stands instead. The part after the plus is signed: a bounce that somebody made up stops nobody's mail.
"""

import re

from flask import current_app

from convene import links
from convene.mail.message import sender_address

TAG = re.compile(r"\+b([0-9]{1,18})-([0-9a-f]{20})@", re.IGNORECASE)


def return_path(mail_id: int) -> str:
    """The envelope sender of this row of outgoing_mail."""
    address = sender_address(current_app.config["MAIL_FROM"])
    if not current_app.config["INBOX_URL"]:
        return address
    local, _, domain = address.rpartition("@")
    return f"{local}+b{mail_id}-{mark(mail_id)}@{domain}"


def mark(mail_id: int) -> str:
    return links.keyed_hash("bounce", str(mail_id))[:20]


def mail_of(address: str) -> int | None:
    """The row that a return path names, or none where it is not one of ours."""
    found = TAG.search(address)
    if found is None or mark(int(found[1])) != found[2].lower():
        return None
    return int(found[1])
