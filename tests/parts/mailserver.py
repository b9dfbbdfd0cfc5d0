"""A real SMTP server on loopback that keeps what it receives and misbehaves when a test asks it to.

Rules are looked through in the order they were given; the first that fits a command answers it.
"""

import asyncio
import ipaddress
import smtplib
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Moment = Literal["MAIL", "RCPT", "DATA", "BODY"]


class RealMail(AssertionError):
    """Something tried to talk SMTP to a machine that is not this one."""


@contextmanager
def only_loopback() -> Iterator[None]:
    """Within it, smtplib reaches this machine only; raises RealMail at once and, if swallowed, at the end."""
    tried: list[RealMail] = []
    connect = smtplib.SMTP.connect

    def guarded(
        line: smtplib.SMTP, host: str = "localhost", port: int = 0, source: Any = None
    ) -> tuple[int, bytes]:
        if not is_loopback(host):
            tried.append(RealMail(f"a test tried to reach the mail server {host}"))
            raise tried[-1]
        return connect(line, host, port, source)

    # The one door that smtplib has to a machine, for SMTP_SSL too; mypy will not have a method exchanged.
    smtplib.SMTP.connect = guarded  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        smtplib.SMTP.connect = connect  # type: ignore[method-assign]
    if tried:
        raise tried[0]


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Received:
    """One message as it arrived: its envelope, its bytes with CRLF, and the same parsed."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    message: EmailMessage


@dataclass
class Rule:
    """What to do at a moment: MAIL, RCPT and DATA are commands, BODY is when the message has been read."""

    at: Moment
    to: str | None
    times: int | None
    reply: str = ""
    drop: bool = False
    seconds: float = 0

    def fits(self, at: str, recipients: list[str]) -> bool:
        return self.at == at and self.times != 0 and (self.to is None or self.to in recipients)


class MailServer:
    """An SMTP server in a thread; use it in a `with` statement. Safe to ask from any thread.

    `accounts` maps a user name to its password: where there are any, mail is taken only after AUTH.
    """

    def __init__(self, accounts: Mapping[str, str] | None = None) -> None:
        self.accounts = dict(accounts or {})
        self.port = 0
        self.changed = threading.Condition()
        self.received: list[Received] = []
        self.rules: list[Rule] = []
        self.connections = 0
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="mail server", daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        self.server = asyncio.run_coroutine_threadsafe(self.listen(), self.loop).result(10)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self.hush(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    @property
    def url(self) -> str:
        """The address to send to, without a name and password."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[Received]:
        """What was taken so far, in the order of arrival; a copy."""
        with self.changed:
            return list(self.received)

    def to(self, address: str) -> list[Received]:
        """The messages taken for this address."""
        return [received for received in self.messages if address in received.recipients]

    def wait_for(self, wanted: int | Callable[[Received], bool], seconds: float = 10) -> list[Received]:
        """Wait until so many messages are here, or until one fits; returns all, or those that fit.

        Raises AssertionError, naming what did arrive, when the time is over.
        """

        def found() -> list[Received]:
            if callable(wanted):
                return [received for received in self.received if wanted(received)]
            return list(self.received) if len(self.received) >= wanted else []

        with self.changed:
            self.changed.wait_for(lambda: wanted == 0 or found(), seconds)
            result = found()
            arrived = [(received.recipients, received.message["Subject"]) for received in self.received]
        if not result and wanted != 0:
            raise AssertionError(
                f"after {seconds:g} s the mail server had not what was waited for, only {arrived}"
            )
        return result

    def clear(self) -> None:
        """Forget messages and rules."""
        with self.changed:
            self.received.clear()
            self.rules.clear()

    def answer(
        self, reply: str, at: Moment = "RCPT", to: str | None = None, times: int | None = None
    ) -> None:
        """Refuse at this moment with this reply: "550 5.1.1 No such mailbox", "451 4.3.0 Try later".

        `to` limits it to one recipient (from RCPT on), `times` to so many commands. A 421 closes the line.
        """
        self.add(Rule(at, to, times, reply=reply))

    def drop(self, at: Moment = "DATA", to: str | None = None, times: int | None = None) -> None:
        """Close the line at this moment without a word; at BODY the message has been read and is kept."""
        self.add(Rule(at, to, times, drop=True))

    def slow(
        self, seconds: float, at: Moment = "DATA", to: str | None = None, times: int | None = None
    ) -> None:
        """Wait before going on at this moment."""
        self.add(Rule(at, to, times, seconds=seconds))

    def hang_up(self) -> None:
        """End every open line without a word, as a server does that has waited long enough; returns when it is done."""

        async def end() -> None:
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(end(), self.loop).result(10)

    def add(self, rule: Rule) -> None:
        with self.changed:
            self.rules.append(rule)

    def rule(self, at: str, recipients: list[str]) -> Rule | None:
        with self.changed:
            for rule in self.rules:
                if rule.fits(at, recipients):
                    if rule.times is not None:
                        rule.times -= 1
                    return rule
        return None

    def keep(self, envelope: Envelope) -> None:
        raw = envelope.original_content or b""
        message = message_from_bytes(raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        with self.changed:
            self.received.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw, message))
            self.changed.notify_all()

    def knows(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        good = (
            isinstance(data, LoginPassword)
            and self.accounts.get(data.login.decode()) == data.password.decode()
        )
        return AuthResult(success=good, handled=False)

    async def listen(self) -> asyncio.Server:
        return await self.loop.create_server(self.conversation, "127.0.0.1", 0)

    async def hush(self) -> None:
        self.server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def conversation(self) -> "Conversation":
        with self.changed:
            self.connections += 1
        return Conversation(self)


class Conversation(SMTP):
    """One client's line to the server."""

    def __init__(self, owner: MailServer) -> None:
        with warnings.catch_warnings():
            # It warns of passwords without TLS; this line never leaves the machine.
            warnings.simplefilter("ignore", UserWarning)
            super().__init__(
                handler=Answers(owner),
                hostname="mail.test",
                ident="test",
                loop=owner.loop,
                enable_SMTPUTF8=True,
                authenticator=owner.knows,
                auth_required=bool(owner.accounts),
                auth_require_tls=False,
                timeout=60,
            )
        self.owner = owner

    async def smtp_DATA(self, arg: str) -> None:
        recipients = list(self.envelope.rcpt_tos) if self.envelope else []
        if reply := await self.ruled("DATA", recipients):
            await self.push(reply)
        else:
            await super().smtp_DATA(arg)

    async def ruled(self, at: Moment, recipients: list[str]) -> str | None:
        """The reply of the rule that fits, or None to go on; where the rule ends the line, the task ends."""
        rule = self.owner.rule(at, recipients)
        if rule is None:
            return None
        if rule.seconds:
            await asyncio.sleep(rule.seconds)
        if rule.drop or rule.reply.startswith("421"):
            if rule.reply:
                await self.push(rule.reply)
            assert self.transport is not None
            self.transport.close()
            raise asyncio.CancelledError
        return rule.reply or None


class Answers:
    """What the server says to each command, by aiosmtpd's names for them."""

    def __init__(self, owner: MailServer) -> None:
        self.owner = owner

    async def handle_MAIL(
        self, line: Conversation, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := await line.ruled("MAIL", []):
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, line: Conversation, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := await line.ruled("RCPT", [address]):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, line: Conversation, session: Session, envelope: Envelope) -> str:
        try:
            reply = await line.ruled("BODY", list(envelope.rcpt_tos))
        except asyncio.CancelledError:
            # The worst case for a sender: the message was taken, and nobody said so.
            self.owner.keep(envelope)
            raise
        if reply:
            return reply
        self.owner.keep(envelope)
        return "250 OK"
