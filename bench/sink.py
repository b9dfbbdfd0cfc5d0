"""A mail server that takes everything at once and tells who it was for: quick enough never to be what is measured.

Run as a process of its own: `python -m bench.sink` prints the two ports that it listens on. The first speaks SMTP. A
listener at the second gets a line for each message: when it was taken (seconds of the machine's monotonic clock),
for whom, whether an invite was in it, and the path of the place it speaks of, "-" if it speaks of none.
"""

import asyncio
import re
import time
from typing import ClassVar

PLACE = re.compile(rb"/place/[A-Za-z0-9_.-]+")
ADDRESS = re.compile(rb"<([^>]*)>")


class Line(asyncio.Protocol):
    """One client's line: the commands that a sender needs, one message after another."""

    listeners: ClassVar[set[asyncio.Transport]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = bytearray()
        self.recipient = b""
        self.in_message = False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            end = b"\r\n.\r\n" if self.in_message else b"\r\n"
            at = self.buffer.find(end)
            if at < 0:
                return
            whole = bytes(self.buffer[:at])
            del self.buffer[: at + len(end)]
            if self.in_message:
                self.in_message = False
                self.transport.write(b"250 taken\r\n")
                self.tell(whole)
            else:
                self.answer(whole)

    def answer(self, command: bytes) -> None:
        verb = command[:4].upper()
        if verb == b"DATA":
            self.in_message = True
            self.transport.write(b"354 go on\r\n")
        elif verb == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        elif verb == b"EHLO":
            self.transport.write(b"250-sink\r\n250-8BITMIME\r\n250 SIZE 1000000\r\n")
        else:
            if verb == b"RCPT" and (found := ADDRESS.search(command)):
                self.recipient = found[1]
            self.transport.write(b"250 ok\r\n")

    def tell(self, message: bytes) -> None:
        found = PLACE.search(message.replace(b"=\r\n", b""))  # undo the soft line ends of quoted-printable
        invited = b"1" if b"text/calendar" in message else b"0"
        words = (b"%.6f" % time.monotonic(), self.recipient, invited, found[0] if found else b"-")
        for listener in self.listeners:
            listener.write(b" ".join(words) + b"\n")


class Listener(asyncio.Protocol):
    """Somebody who wants to hear of each message."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        Line.listeners.add(transport)
        transport.write(b"listening\n")

    def connection_lost(self, error: Exception | None) -> None:
        Line.listeners.discard(self.transport)


async def listen() -> None:
    loop = asyncio.get_running_loop()
    ports = []
    for protocol in (Line, Listener):
        server = await loop.create_server(protocol, "127.0.0.1", 0)
        ports.append(str(server.sockets[0].getsockname()[1]))
    print(" ".join(ports), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(listen())
