"""The real web server and the real worker as processes of their own, for what only whole processes do."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
CONVENE = Path(sys.executable).with_name("convene")  # the installed command itself, made by `make env`
MARK = "CONVENE_TEST_PROCESS"
START_SECONDS = 30
STOP_SECONDS = 15


class NotStarted(AssertionError):
    """A process did not come up; the text is what it wrote."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody had a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """One `convene ...` in a session of its own, and every process that it began, wherever those moved.

    All of them carry a mark in their environment, by which they are found even after their parent was killed
    (Linux; elsewhere the process group alone is known).
    """

    def __init__(
        self, arguments: Sequence[str], environ: Mapping[str, str], log: Path, port: int | None = None
    ) -> None:
        self.name = " ".join(["convene", *arguments])
        self.log = log
        self.port = port
        self.mark = uuid.uuid4().hex
        # Where the tests themselves are killed, the process hears of it and stops (Linux).
        setpriv = shutil.which("setpriv")
        leash = [setpriv, "--pdeathsig", "TERM"] if setpriv else []
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*leash, CONVENE, *arguments],
                cwd=ROOT,
                env={**environ, MARK: self.mark},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def url(self) -> str:
        """The address of the pages, without a slash at its end."""
        assert self.port is not None, f"{self.name} serves no pages"
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def said(self) -> str:
        """What it and its children wrote so far."""
        return self.log.read_text(errors="replace")

    def wait_until_healthy(self, path: str = "/healthz", seconds: float = START_SECONDS) -> None:
        """Wait until this page answers 200; raises NotStarted."""
        assert self.port is not None
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.running:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                line.request("GET", path)
                if line.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            finally:
                line.close()
            time.sleep(0.02)
        raise NotStarted(f"{self.name} did not answer {path}:\n{self.said()[-4000:]}")

    def wait_until_said(self, words: str, seconds: float = START_SECONDS) -> None:
        """Wait until its log holds these words; raises NotStarted."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            alive = self.running
            if words in self.said():
                return
            if not alive:
                break
            time.sleep(0.02)
        raise NotStarted(f"{self.name} did not say {words!r}:\n{self.said()[-4000:]}")

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = STOP_SECONDS) -> int:
        """Ask it to stop and wait; returns its exit code.

        Raises AssertionError if it does not stop, or leaves a process behind; afterwards all are gone.
        """
        if self.running:
            self.process.send_signal(number)
        try:
            code = self.process.wait(seconds)
            # A child that was told to stop a moment ago is given the moment.
            until = time.monotonic() + 2
            while (left := self.relatives()) and time.monotonic() < until:
                time.sleep(0.02)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"{self.name} did not stop in {seconds:g} s:\n{self.said()[-4000:]}"
            ) from None
        finally:
            self.kill()
        if left:
            raise AssertionError(f"{self.name} left processes behind: {left}\n{self.said()[-4000:]}")
        return code

    def kill(self) -> None:
        """kill -9 for all of them; returns when none is left."""
        self.kill_parent()
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        until = time.monotonic() + STOP_SECONDS
        # Again and again: one of them may have begun another while we counted, and dying takes a moment.
        while (left := self.relatives()) and time.monotonic() < until:
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)

    def kill_parent(self) -> None:
        """kill -9 for the first process alone, as when memory runs out; its children are not told."""
        self.process.kill()
        self.process.wait()

    def relatives(self) -> list[int]:
        """The ids of its living children and theirs, in whatever session."""
        return [pid for pid in marked(self.mark) if pid != self.pid]


def marked(mark: str) -> list[int]:
    wanted = f"{MARK}={mark}".encode()
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if wanted in environ.read_bytes().split(b"\0"):
                found.append(int(environ.parent.name))
        except OSError:
            continue  # it ended while we looked, or is another person's
    return found


class Processes:
    """Starts processes for one test and ends whatever it left running.

    `environ` holds the settings that all of them share; each call may add to it.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.environ = {**inherited(), **environ}
        self.all: list[Process] = []

    def start(self, *arguments: str, **settings: str) -> Process:
        """`convene` with these arguments; `settings` are more environment. Returns at once."""
        return self.begin(arguments, settings)

    def web(self, workers: int = 1, name: str = "127.0.0.1", **settings: str) -> Process:
        """The web server on a free port, under this name of the machine; returns when it answers."""
        port = free_port()
        arguments = ("web", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers))
        process = self.begin(arguments, {"CONVENE_BASE_URL": f"http://{name}:{port}", **settings}, port)
        process.wait_until_healthy()
        return process

    def worker(self, **settings: str) -> Process:
        """The worker; returns at once."""
        return self.begin(["worker"], settings)

    def run(self, *arguments: str, **settings: str) -> Process:
        """Both under `convene run`, on a free port; returns when the pages answer."""
        port = free_port()
        process = self.begin(["run", *arguments], {"PORT": str(port), **settings}, port)
        process.wait_until_healthy()
        return process

    def begin(
        self, arguments: Sequence[str], settings: Mapping[str, str], port: int | None = None
    ) -> Process:
        environ = {**self.environ, **settings}
        refuse_real_mail(environ)
        log = self.folder / f"{len(self.all) + 1}-{arguments[0]}.log"
        process = Process(arguments, environ, log, port)
        self.all.append(process)
        return process

    def close(self) -> None:
        for process in self.all:
            process.kill()

    def logs(self) -> list[tuple[str, str]]:
        """What each process was and what it wrote, for the report of a failing test."""
        return [(process.name, process.said()) for process in self.all]


def inherited() -> dict[str, str]:
    """What a program needs of the machine; no setting of Convene's, so that a test says all it depends on."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("CONVENE_") and name != "PORT"
    }


def refuse_real_mail(environ: Mapping[str, str]) -> None:
    url = urlsplit(environ.get("CONVENE_MAIL_URL", ""))
    if url.scheme.startswith("smtp") and url.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise AssertionError(f"a test may mail its own server only, not {url.hostname}")
