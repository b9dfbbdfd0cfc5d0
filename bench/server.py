"""Starting and stopping what is measured: Convene as it is run, the floors under the same server, the sink, a database.

This process and the load loads nothing of Convene's own, so that no page of memory is shared with what is weighed.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from bench.load import Address, Letters
from tests.parts import postgres
from tests.parts.processes import MARK, ROOT, free_port, marked

WEB_PROCESSES = 2
KINDS = ("SQLite", "PostgreSQL")

# What would refuse a crowd that comes from one address, or hold up its letters. The rest is as it is installed.
RAISED = {
    "CONVENE_LIMIT_SIGNUPS_PER_CLIENT": "1000000",
    "CONVENE_LIMIT_ADDRESSES_PER_EVENT": "1000000",
    "CONVENE_MAIL_PER_DOMAIN_MINUTE": "1000000",  # every letter goes to one domain; they are counted all the same
}

# The tests' own server forgets in a power cut what it had promised; measured is one that keeps its word.
DURABLE = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")


class Failed(Exception):
    """A part of the bench did not start or did not do its work; the text is what it said."""


class Program:
    """One program and all that it starts, found by a mark in their environment."""

    def __init__(self, words: Sequence[str], environ: dict[str, str], log: Path, port: int):
        self.words = " ".join(words)
        self.log = log
        self.address: Address = ("127.0.0.1", port)
        self.mark = uuid.uuid4().hex
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=ROOT,
                env={**environ, MARK: self.mark},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for(self, page: str) -> None:
        """Wait until this page answers."""
        until = time.monotonic() + 30
        while time.monotonic() < until and self.process.poll() is None:
            line = http.client.HTTPConnection(*self.address, timeout=5)
            with suppress(OSError, http.client.HTTPException):
                line.request("GET", page)
                if line.getresponse().status == 200:
                    return
            line.close()
            time.sleep(0.02)
        raise Failed(f"{self.words} did not answer: {self.log.read_text()[-3000:]}")

    def memory(self) -> dict[int, int]:
        """The proportional share (PSS, kB) of each of its processes, by process id (Linux)."""
        shares = {}
        for pid in marked(self.mark):
            with suppress(OSError):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                shares[pid] = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return shares

    def processor(self) -> float:
        """Seconds of processor that its living processes have used, in the kernel too (Linux)."""
        ticks = 0
        for pid in marked(self.mark):
            with suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])  # utime and stime, proc(5)
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """Ask it to stop; what is left after a while is killed."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        for pid in marked(self.mark):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)


class House:
    """A folder with a database, settings for it, and the processes that were started on them."""

    def __init__(self, run: postgres.Run, kind: str, sink: "Sink"):
        self.kind = kind
        self.folder = run.folder / f"bench-{time.monotonic_ns()}"
        self.folder.mkdir()
        self.started: list[Program] = []
        url = f"sqlite:///{self.folder / 'bench.sqlite'}" if kind == "SQLite" else new_postgres(run)
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("CONVENE_")},
            **RAISED,
            "CONVENE_DATABASE_URL": url,
            "CONVENE_MAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "CONVENE_MAIL_FROM": "Convene <convene@example.org>",
            "STATE_DIRECTORY": str(self.folder),
            "CONVENE_SECRET_KEY": "a-secret-of-the-bench-that-protects-nobody",
            "CONVENE_NOTES_KEY": "a-notes-key-of-the-bench-that-protects-nobody",
        }

    def rows(self, *words: str) -> str:
        """Plant or read rows, with the schema in place; returns what bench.rows printed."""
        return self.say("-m", "bench.rows", *words)

    def migrate(self) -> None:
        self.say("-m", "convene.cli", "db", "upgrade")

    def say(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.environ, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Failed(f"{' '.join(words)}: {done.stderr[-3000:]}")
        return done.stdout.strip()

    def states(self, slug: str) -> dict[str, int]:
        found: dict[str, int] = json.loads(self.rows("states", slug))
        return found

    def convene(self, *words: str) -> Program:
        """`convene` with these words; with `run` it is there when its pages answer."""
        port = free_port()
        environ = {**self.environ, "PORT": str(port), "CONVENE_BASE_URL": f"http://127.0.0.1:{port}"}
        program = self.begin(("convene.cli", *words), environ, port)
        if words[0] == "run":
            program.wait_for("/healthz")
        return program

    def floor(self) -> Program:
        """The floor's pages, under the server and settings of `convene web`."""
        port = free_port()
        program = self.begin(("bench.floor", "web", str(port)), self.environ, port)
        program.wait_for("/")
        return program

    def begin(self, words: Sequence[str], environ: dict[str, str], port: int) -> Program:
        self.started.append(Program(words, environ, self.folder / f"{len(self.started)}.log", port))
        return self.started[-1]

    def close(self) -> None:
        for program in self.started:
            program.stop()


class Sink:
    """The mail server, in a process of its own."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.sink"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        ports = self.process.stdout.readline().split()
        self.port, self.tells = int(ports[0]), int(ports[1])

    def listen(self) -> Letters:
        return Letters(("127.0.0.1", self.tells))

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()


@contextmanager
def house(run: postgres.Run, kind: str, sink: Sink) -> Iterator[House]:
    """A migrated, empty house; whatever was started in it is gone afterwards."""
    made = House(run, kind, sink)
    try:
        made.migrate()
        yield made
    finally:
        made.close()


def new_postgres(run: postgres.Run) -> str:
    """A new database on the run's PostgreSQL, which is made to keep what it has promised; its address."""
    url = postgres.server_url(run.folder)
    name = f"bench_{time.monotonic_ns()}"
    with psycopg.connect(url, autocommit=True) as connection:
        if postgres.URL_NAME not in os.environ:
            for setting in DURABLE:
                connection.execute(f"alter system set {setting} = on".encode())
            connection.execute("select pg_reload_conf()")
        connection.execute(f"create database {name}".encode())
    server, _, rest = url.partition("?")
    made = f"{server.rpartition('/')[0]}/{name}" + (f"?{rest}" if rest else "")
    return made.replace("postgresql:", "postgresql+psycopg:", 1)
