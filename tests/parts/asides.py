"""Work set aside (`convene.aside`), done in a process forked from one that has read the large libraries already.

To read them again costs more than most of that work. One process a worker keeps them read; each piece of work is a
fork of it, and goes with it. How a process is begun from nothing, and ends badly, is asked of `convene.aside` itself.
"""

import ctypes
import importlib
import os
import selectors
import signal
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from convene import aside
from tests.parts.processes import ROOT

READ = ["convene.groups.deal.apart", "convene.paper.poster", "convene.paper.picture", "convene.paper.qr"]
PR_SET_PDEATHSIG = 1


class Forked:
    """The process that forks; `ended` when the tests are over."""

    def __init__(self) -> None:
        self.door = Path(mkdtemp(prefix="convene-asides-")) / "door"
        environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.parts.asides", str(self.door)],
            cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdout
        assert self.process.stdout.readline() == b"open\n", "the process for work set aside did not come up"

    def elsewhere(self, target: str, asked: bytes, seconds: float, niceness: int) -> bytes:
        """As `convene.aside.elsewhere`."""
        with socket.socket(socket.AF_UNIX) as line, line.makefile("rb") as answers:
            line.connect(str(self.door))
            line.settimeout(seconds)
            try:
                line.sendall(f"{niceness} {target}\n".encode() + asked)
                line.shutdown(socket.SHUT_WR)
                answered = answers.read()
            except TimeoutError:
                raise subprocess.TimeoutExpired(target, seconds) from None
        if not answered:
            raise subprocess.CalledProcessError(1, target)
        return answered

    def end(self) -> None:
        self.process.communicate()
        self.door.unlink(missing_ok=True)
        self.door.parent.rmdir()


@cache
def forked() -> Forked:
    return Forked()


def serve(door: str) -> None:
    """Fork for each who asks, until nobody holds our input open any more."""
    for name in READ:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening, selectors.DefaultSelector() as waiting:
        listening.bind(door)
        listening.listen()
        waiting.register(listening, selectors.EVENT_READ)
        waiting.register(sys.stdin, selectors.EVENT_READ)
        print("open", flush=True)
        while all(key.fileobj is listening for key, _ in waiting.select()):
            line, _ = listening.accept()
            if not os.fork():
                obey(line)
            line.close()


def obey(line: socket.socket) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with line, line.makefile("rb") as asked:
        niceness, _, target = asked.readline().decode().strip().partition(" ")
        os.nice(int(niceness))
        line.sendall(aside.answer(target, asked.read()))
    os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
