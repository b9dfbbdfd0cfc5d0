"""From a row to the bytes that go over the wire: the same row gives the same bytes, however often it is tried."""

import hashlib
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any

from convene.mail.letter import one_line
from convene.mail.models import OutgoingMail


class Wire(EmailPolicy):
    """The library's SMTP policy, with subjects folded by its older and sounder part.

    The policy's own folding (seen in Python 3.11.7) may break a line right after "Subject:", which some programs
    show as a leading space, and loses the space between two encoded words that fall on two lines. A link longer
    than a line it would turn into encoded words, which no mail program reads as a link: that stays on one line.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() == "list-unsubscribe":
            return f"{name}: {value}\r\n".encode("ascii")
        if name.lower() != "subject":
            return super().fold_binary(name, value)
        text = str(value)
        plain = text.isascii() and all(len(word) <= 60 for word in text.split(" "))
        charset = "us-ascii" if plain else "utf-8"
        folded = Header(text, charset, maxlinelen=76, header_name=name).encode(linesep="\r\n")
        return f"{name}: {folded}\r\n".encode("ascii")


# RFC 2045 allows encoded lines of 76; the library's default of 78 breaks it.
POLICY = Wire(linesep="\r\n", max_line_length=76)


def sender_address(mail_from: str) -> str:
    """The bare address of CONVENE_MAIL_FROM: the ORGANIZER of every invite, for life."""
    return parseaddr(mail_from)[1]


def mailbox(name: str, address: str) -> Address:
    return Address(display_name=one_line(name), addr_spec=address)


def build(mail: OutgoingMail, mail_from: str) -> bytes:
    """A whole message with CRLF line ends: text and HTML, and the invite both as a part and as a file."""
    message = EmailMessage(policy=POLICY)
    message["From"] = mailbox(mail.from_name, sender_address(mail_from))
    message["To"] = mailbox(mail.to_name, mail.to_address)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(mail.posted_at)
    message["Message-ID"] = mail.message_id
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if mail.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if mail.list_id:
        message["List-Id"] = mail.list_id
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.invite:
        attach_invite(message, mail.invite, mail.invite_method or "REQUEST")
    set_boundaries(message, mail.message_id)
    return message.as_bytes()


def attach_invite(message: EmailMessage, invite: bytes, method: str) -> None:
    """Gmail reads the alternative part, Outlook and Apple the file; both are the same bytes."""
    calendar = EmailMessage(policy=POLICY)
    calendar.set_content(invite, maintype="text", subtype="calendar", cte="base64")
    calendar.set_param("method", method)
    calendar.set_param("charset", "utf-8")
    del calendar["MIME-Version"]
    message.attach(calendar)
    message.add_attachment(invite, maintype="application", subtype="ics", filename="invite.ics")


def set_boundaries(message: EmailMessage, message_id: str) -> None:
    """Boundaries from the Message-ID, so that a retry is equal to the first try to the byte."""
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary("=_" + hashlib.sha256(f"{message_id}:{number}".encode()).hexdigest()[:32])
