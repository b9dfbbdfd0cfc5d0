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
SITE = "the site"
# For an answer in hand: a visitor who has sent half a request would hold it for half a minute.
SITE_SECONDS = 5
MOST, WITHIN = 3, 600  # how often a process is begun again in so many seconds


class Asked:
    """Whether somebody has asked us to stop. A plain mark: an Event has a lock, which its own handler may wait for."""

    def __init__(self) -> None:
        self.now = False
        for number in SIGNALS:
            signal.signal(number, self.heard)

    def heard(self, number: int, frame: FrameType | None) -> None:
        self.now = True


def look_after(children: dict[str, int], stop: Asked, again: list[str] | None = None) -> int:
    """Wait until asked to stop, or until one child (its name -> process id) ends; then stop all.

    A process of the site that ends is begun again with the words `again` for `convene web`, if any, for visitors are
    with the others meanwhile; MOST times in WITHIN seconds, and then all ends.
    """
    ended = ""
    begun: dict[str, list[float]] = {}
    while not stop.now and not ended:
        time.sleep(0.2)
        for name, pid in children.items():
            if not has_ended(pid) or stop.now:  # asked together with us, they were quicker
                continue
            lately = [at for at in begun.get(name, ()) if time.monotonic() - at < WITHIN]
            if again is None or not name.startswith(SITE) or len(lately) >= MOST:
                ended = name
                break
            print(f"convene: {name} ended by itself; it is begun again.", file=sys.stderr, flush=True)
            begun[name] = [*lately, time.monotonic()]
            children[name] = begin(again)
    if ended:
        print(f"convene: {ended} ended by itself; stopping.", file=sys.stderr)
    end(children)
    return 1 if ended else 0


def begin(words: list[str]) -> int:
    """`convene web` anew, a program of its own in a session of its own; its process id.

    Not by a fork of ours: a signal to stop that came before the new program is there would be lost.
    """
    program = [sys.executable, "-m", "convene.cli", "web", *words]
    return os.posix_spawn(program[0], program, os.environ, setsid=True)


def has_ended(pid: int) -> bool:
    """Whether this child of ours has ended; once told so, the system forgets it, and it has ended for good."""
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG)[0] != 0
    return True


def end(children: dict[str, int]) -> None:
    """SIGTERM to each process group; SIGKILL for what is left after its seconds."""
    for pid in children.values():
        kill(pid, signal.SIGTERM)
    began = time.monotonic()
    for name, pid in sorted(children.items(), key=lambda child: not child[0].startswith(SITE)):
        until = began + (SITE_SECONDS if name.startswith(SITE) else STOP_SECONDS)
        while not has_ended(pid):
            if time.monotonic() > until:
                kill(pid, signal.SIGKILL)
            time.sleep(0.02)


def kill(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)


def become(children: dict[str, int], again: list[str]) -> NoReturn:
    """Go on as this program, with the same process id and children; signals must be blocked. Never returns."""
    words = [*(f"{name}={pid}" for name, pid in children.items()), "again", *again]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-I", "-S", __file__, *words])  # noqa: S606 - our own file, and numbers


def main(words: list[str]) -> int:
    split = words.index("again")
    children = {name: int(pid) for name, _, pid in (word.partition("=") for word in words[:split])}
    stop = Asked()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # blocked by who became us, so that none was lost
    return look_after(children, stop, words[split + 1 :])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
