"""A real IMAP server on loopback with one mailbox, in a process of its own.

Messages are put in and looked at over IMAP too, as a mail server and a person's mail program would.
"""

import imaplib
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.parts.processes import free_port

USER, PASSWORD = "events@example.org", "a pass/word: @home"
SECONDS = 20
# The program's own entry point: pymap is installed as a command, whose path depends on the machine. It hashes a
# password half a million times, an eighth of a second a connection: once is enough for one that is written above.
PROGRAM = (
    "import pymap.main, pysasl.hashing; "
    "pysasl.hashing.BuiltinHash.__init__.__kwdefaults__['rounds'] = 1; "
    "pymap.main.main()"
)


class IMAPServer:
    """Use it in a `with` statement; `url` is what CONVENE_INBOX_URL may be."""

    def __init__(self, log: Path) -> None:
        self.port = free_port()
        self.log = log

    def __enter__(self) -> Self:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [
                    *(
                        sys.executable,
                        "-c",
                        PROGRAM,
                        "--host",
                        "127.0.0.1",
                        "--port",
                        str(self.port),
                        "--no-tls",
                    ),
                    *("dict", "--demo-user", USER, "--demo-password", PASSWORD),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                self.line().logout()
                return self
            except OSError:
                time.sleep(0.05)
        self.__exit__()
        raise AssertionError(f"the IMAP server did not come up:\n{self.log.read_text()[-4000:]}")

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.wait(SECONDS)

    @property
    def url(self) -> str:
        return f"imap://events%40example.org:a%20pass%2Fword%3A%20%40home@127.0.0.1:{self.port}/INBOX"

    def line(self) -> imaplib.IMAP4:
        """A connection that has the mailbox open."""
        line = imaplib.IMAP4("127.0.0.1", self.port, timeout=SECONDS)
        line.login(USER, PASSWORD)
        line.select("INBOX")
        return line

    def put(self, *messages: bytes) -> None:
        """Deliver these, in this order."""
        line = self.line()
        for message in messages:
            assert line.append("INBOX", "", "", message)[0] == "OK"
        line.logout()

    def empty(self) -> None:
        """Take everything out of the mailbox."""
        line = self.line()
        line.store("1:*", "+FLAGS", r"(\Deleted)")
        line.expunge()
        line.logout()

    def open_all(self) -> None:
        """A human opens every message, and so marks it read."""
        line = self.line()
        line.store("1:*", "+FLAGS", r"(\Seen)")
        line.logout()

    def unread(self) -> int:
        """How many messages nobody has read."""
        line = self.line()
        _, found = line.search(None, "UNSEEN")
        line.logout()
        return len(found[0].split())


class Secured:
    """TLS from the start before such a server, with a certificate that only `authority` vouches for."""

    def __init__(self, server: IMAPServer, folder: Path) -> None:
        self.server = server
        self.authority = folder / "authority.pem"
        key, certificate = self_signed("localhost")
        self.authority.write_bytes(certificate)
        (folder / "key.pem").write_bytes(key)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.authority, folder / "key.pem")
        self.listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.listener.close()

    @property
    def url(self) -> str:
        port = self.listener.getsockname()[1]
        return self.server.url.replace("imap://", "imaps://").replace(
            f"127.0.0.1:{self.server.port}", f"localhost:{port}"
        )

    def serve(self) -> None:
        with suppress(OSError):  # closed: the test is over
            while True:
                plain, _ = self.listener.accept()
                with suppress(OSError):  # of a visitor who does not trust us
                    secure = self.context.wrap_socket(plain, server_side=True)
                    behind = socket.create_connection(("127.0.0.1", self.server.port))
                    for source, target in ((secure, behind), (behind, secure)):
                        threading.Thread(target=pass_on, args=(source, target), daemon=True).start()


def pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


def self_signed(name: str) -> tuple[bytes, bytes]:
    """A key and a certificate for this name of a machine, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, made.sign(key, hashes.SHA256()).public_bytes(pem)
