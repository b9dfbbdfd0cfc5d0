"""Looks after the site and the worker while they run, as a program of its own: it loads nothing but what it needs.

`convene run` becomes this program once the site answers. To be what it was, only to wait, would keep a second copy of
the whole program in memory beside those of its children (36 MB against 5).
"""

import contextlib
import os
import signal
import sys
import time
from types import FrameType
from typing import NoReturn

SIGNALS = {signal.SIGINT, signal.SIGTERM}
STOP_SECONDS = 20


class Asked:
    """Whether somebody has asked us to stop. A plain mark: an Event has a lock, which its own handler may wait for."""

    def __init__(self) -> None:
        self.now = False
        for number in SIGNALS:
            signal.signal(number, self.heard)

    def heard(self, number: int, frame: FrameType | None) -> None:
        self.now = True


def look_after(children: dict[str, int], stop: Asked) -> int:
    """Wait until asked to stop, or until one child (its name -> process id) ends; then stop both."""
    ended = ""
    while not stop.now and not ended:
        time.sleep(0.2)
        ended = next((name for name, pid in children.items() if has_ended(pid)), "")
    if ended:
        print(f"convene: {ended} ended by itself; stopping.", file=sys.stderr)
    end(children)
    return 1 if ended else 0


def has_ended(pid: int) -> bool:
    """Whether this child of ours has ended; once told so, the system forgets it, and it has ended for good."""
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG)[0] != 0
    return True


def end(children: dict[str, int]) -> None:
    """SIGTERM to each process group; SIGKILL for what is left after 20 seconds."""
    for pid in children.values():
        kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    for pid in children.values():
        while not has_ended(pid):
            if time.monotonic() > until:
                kill(pid, signal.SIGKILL)
            time.sleep(0.02)


def kill(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)


def become(children: dict[str, int]) -> NoReturn:
    """Go on as this program, with the same process id and children; signals must be blocked. Never returns."""
    words = [f"{name}={pid}" for name, pid in children.items()]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-I", "-S", __file__, *words])  # noqa: S606 - our own file, and numbers


def main(words: list[str]) -> int:
    children = {name: int(pid) for name, _, pid in (word.partition("=") for word in words)}
    stop = Asked()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # blocked by who became us, so that none was lost
    return look_after(children, stop)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
