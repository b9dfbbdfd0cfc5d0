"""Visitors by the dozen in one process: each a keep-alive connection and a short program, over one epoll.

A visitor is a generator. It yields the bytes of a request and is given the answer, or yields a mail address and is
given the path in the next letter to it. So the 8 or 32 clients of a measurement cost one process and few cycles:
what is measured is the server, on a machine that both share.
"""

import os
import select
import socket
import time
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass

SECONDS = 30  # a server that is silent for so long is broken
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and after how long."""

    status: int
    head: bytes
    body: bytes
    seconds: float

    def header(self, name: bytes) -> bytes:
        at = self.head.lower().find(b"\r\n" + name.lower() + b":")
        return b"" if at < 0 else self.head[at + len(name) + 3 :].split(b"\r\n", 1)[0].strip()


@dataclass(frozen=True, slots=True)
class ToAddress:
    """Wait for the next letter to this address."""

    address: bytes


@dataclass(frozen=True, slots=True)
class Arrived:
    """A letter that the sink took: when, whether it carries an invite, and the path of the place it speaks of."""

    at: float
    invited: bool
    place: bytes


@dataclass(frozen=True, slots=True)
class NewLine:
    """Hang up and open a new connection: the next person comes with a browser of their own."""


Visitor = Generator[bytes | ToAddress | NewLine, Answer | Arrived, None]


class Broken(Exception):
    """The server did something that no measurement may pass over."""


class Line:
    """One visitor's connection and the answer that is coming in on it."""

    def __init__(self, server: Address, visitor: Visitor):
        self.server = server
        self.socket = connect(server)
        self.visitor = visitor
        self.got = b""
        self.asked_at = 0.0

    def renew(self) -> None:
        """Another connection under the same number, so that whoever watches it need not be told."""
        new = connect(self.server)
        os.dup2(new.fileno(), self.socket.fileno(), inheritable=False)
        new.close()

    def ask(self, request: bytes) -> None:
        self.got = b""
        self.asked_at = time.monotonic()
        self.socket.sendall(request)

    def read(self) -> Answer | None:
        """The answer, once all of it is here."""
        piece = self.socket.recv(262144)
        if not piece:
            raise Broken(f"the server hung up after {self.got[:200]!r}")
        self.got = self.got + piece if self.got else piece
        end = self.got.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self.got[: end + 2]
        status = int(self.got[9:12])
        at = head.lower().find(b"\r\ncontent-length:")
        if at < 0 and status != 304:  # which has no body, RFC 9110 15.4.5
            raise Broken(f"an answer without its length: {head[:200]!r}")
        length = int(head[at + 17 :].split(b"\r\n", 1)[0]) if status != 304 else 0
        if len(self.got) < end + 4 + length:
            return None
        return Answer(status, head, self.got[end + 4 :], time.monotonic() - self.asked_at)


def connect(server: Address) -> socket.socket:
    made = socket.create_connection(server, timeout=SECONDS)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


class Letters:
    """What the sink tells, kept until the visitor that waits for it asks."""

    def __init__(self, sink: Address):
        self.socket = socket.create_connection(sink, timeout=SECONDS)
        if not self.socket.recv(100).startswith(b"listening"):
            raise Broken("the sink does not listen")
        self.rest = b""
        self.kept: dict[ToAddress, deque[Arrived]] = {}
        self.number = 0

    def read(self) -> list[ToAddress]:
        """Take in what has arrived; returns for whom."""
        *lines, self.rest = (self.rest + self.socket.recv(262144)).split(b"\n")
        found = []
        for line in lines:
            at, address, invited, place = line.split(b" ")
            letter = ToAddress(address)
            self.kept.setdefault(letter, deque()).append(Arrived(float(at), invited == b"1", place))
            found.append(letter)
        self.number += len(lines)
        return found

    def take(self, letter: ToAddress) -> Arrived | None:
        queue = self.kept.get(letter)
        return queue.popleft() if queue else None

    def close(self) -> None:
        self.socket.close()


class Crowd:
    """Visitors who are let loose together and watched until the last has gone."""

    def __init__(self, server: Address, visitors: Sequence[Visitor], letters: Letters | None = None):
        self.letters = letters
        self.poll = select.epoll()
        self.lines: dict[int, Line] = {}
        self.waiting: dict[ToAddress, Line] = {}
        for visitor in visitors:
            line = Line(server, visitor)
            self.lines[line.socket.fileno()] = line
            self.poll.register(line.socket, select.EPOLLIN)
        if letters:
            self.poll.register(letters.socket, select.EPOLLIN)

    def run(self) -> None:
        """Let them go. Raises Broken, or whatever a visitor raises at an answer that is not as it should be."""
        try:
            for line in list(self.lines.values()):
                self.go_on(line, None)
            while self.lines:
                ready = self.poll.poll(SECONDS)
                if not ready:
                    raise Broken(f"nothing came for {SECONDS} s, and {len(self.waiting)} wait for a letter")
                for number, _ in ready:
                    if self.letters and number == self.letters.socket.fileno():
                        self.hand_out()
                    elif answer := self.lines[number].read():
                        self.go_on(self.lines[number], answer)
        finally:
            for line in self.lines.values():
                line.socket.close()
            self.poll.close()

    def hand_out(self) -> None:
        assert self.letters is not None
        for wanted in self.letters.read():
            if (line := self.waiting.get(wanted)) and (letter := self.letters.take(wanted)):
                del self.waiting[wanted]
                self.go_on(line, letter)

    def go_on(self, line: Line, answer: Answer | Arrived | None) -> None:
        """Give a visitor what they waited for, and do what they ask for next."""
        while True:
            try:
                # A generator begins with None.
                wish = next(line.visitor) if answer is None else line.visitor.send(answer)
            except StopIteration:
                del self.lines[line.socket.fileno()]
                line.socket.close()
                return
            if isinstance(wish, bytes):
                line.ask(wish)
                return
            if isinstance(wish, NewLine):
                self.poll.unregister(line.socket)
                line.renew()
                self.poll.register(line.socket, select.EPOLLIN)
                answer = None
                continue
            assert self.letters is not None, "a visitor waits for a letter where nobody listens"
            answer = self.letters.take(wish)
            if answer is None:
                self.waiting[wish] = line
                return


def get(path: str, cookie: bytes = b"") -> bytes:
    head = b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\n" % path.encode()
    return head + (b"Cookie: %b\r\n" % cookie if cookie else b"") + b"\r\n"


def post(path: str, body: bytes, cookie: bytes = b"") -> bytes:
    head = b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\n" % path.encode()
    head += b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n" % len(body)
    return head + (b"Cookie: %b\r\n" % cookie if cookie else b"") + b"\r\n" + body


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
