"""What people read in their mail: letters by subject, the links in them, and their calendars' entries."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import Message

import vobject

from tests.parts.mailserver import MailServer, Received


@dataclass(frozen=True)
class Invite:
    """What a calendar program takes from an invite."""

    method: str
    uid: str
    sequence: int
    starts_at: datetime


class Letters:
    """The letters that reached one mail server. `subject` is how a letter's subject begins."""

    def __init__(self, server: MailServer):
        self.server = server

    def of(self, subject: str) -> list[str]:
        """To whom letters of this subject came, in the order of arrival."""
        return [
            one.recipients[0] for one in self.server.messages if one.message["Subject"].startswith(subject)
        ]

    def to(self, address: str, subject: str = "") -> list[Received]:
        return [one for one in self.server.to(address) if one.message["Subject"].startswith(subject)]

    def wait(self, subject: str, number: int, seconds: float = 40) -> list[str]:
        """Wait until so many people have a letter of this subject; returns to whom."""
        self.wait_until(lambda: len(set(self.of(subject))) >= number, seconds)
        return self.of(subject)

    def wait_until(self, true: Callable[[], bool], seconds: float = 40) -> None:
        """Wait until something is true of the letters; asks again at each arrival."""
        with self.server.changed:
            arrived = self.server.changed.wait_for(true, seconds)
        assert arrived, (
            f"after {seconds:g} s: {[one.message['Subject'] for one in self.server.messages][-70:]}"
        )

    def text(self, address: str, subject: str) -> str:
        """The text half of the newest letter of this subject."""
        message = self.to(address, subject)[-1].message
        body = message.get_body(("plain",))
        assert body is not None
        words: str = body.get_content()
        return words

    def link(self, kind: str, address: str, subject: str = "") -> str:
        """The newest link of this kind ("place", "answer") that was sent to an address."""
        for received in reversed(self.to(address, subject)):
            body = received.message.get_body(("plain",))
            found = re.findall(rf"http\S+/{kind}/[\w.-]+", body.get_content() if body else "")
            if found:
                return str(found[-1])
        raise AssertionError(f"no {kind} link was sent to {address}")

    def invites(self, address: str) -> list[Invite]:
        """Each invite sent to an address, read by a parser that is not ours."""
        found = []
        for received in self.server.to(address):
            for part in received.message.walk():
                if part.get_content_type() == "text/calendar":
                    found.append(read(part))
        return found

    def companions(self, address: str, names: list[str]) -> list[list[str]]:
        """Whom the newest group letter names, round by round."""
        text = self.text(address, "Your group")
        rounds = [line.strip().split(", ") for line in re.findall(r"You meet: (.*)", text)]
        assert all(name in names for others in rounds for name in others), text
        return rounds


def read(part: Message) -> Invite:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    calendar = vobject.readOne(content.decode())
    event = calendar.vevent
    assert part.get_param("method") == calendar.method.value
    return Invite(calendar.method.value, event.uid.value, int(event.sequence.value), event.dtstart.value)
