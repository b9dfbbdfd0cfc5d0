"""Work in a process of its own: what needs a large library or a long minute weighs on no web process.

`run("convene.access.webauthn:verify", ...)` costs a fifth of a second for the start, and gives the memory back.
"""

import importlib
import pickle
import subprocess
import sys
from typing import Any

PATIENCE = 30.0  # seconds


class Aside(Exception):
    """The process ended without an answer; its last words are in the log."""


def run(target: str, *given: Any, seconds: float = PATIENCE, niceness: int = 0) -> Any:
    """What the function `module:name` answers to these values, both plain enough to be pickled.

    An exception that it raises is raised here. Raises Aside where the process dies or is not done in time. With a
    `niceness` it goes behind everything else that this machine does.
    """
    try:
        answered = elsewhere(target, pickle.dumps(given), seconds, niceness)
    except (subprocess.SubprocessError, pickle.PicklingError, RecursionError) as fault:
        raise Aside(f"{target}: {type(fault).__name__}") from None
    raised, answer = pickle.loads(answered)  # noqa: S301 - written by this module's other end
    if raised:
        raise answer
    return answer


def elsewhere(target: str, asked: bytes, seconds: float, niceness: int) -> bytes:
    """What `answer` says to this in a new process. Raises subprocess.SubprocessError."""
    before = ["nice", "-n", str(niceness)] if niceness else []
    command = [*before, sys.executable, "-m", "convene.aside", target]
    return subprocess.run(command, input=asked, stdout=subprocess.PIPE, timeout=seconds, check=True).stdout


def answer(target: str, given: bytes) -> bytes:
    """The other end: call the function and pickle what came of it."""
    module, _, name = target.partition(":")
    try:
        outcome = (False, getattr(importlib.import_module(module), name)(*pickle.loads(given)))  # noqa: S301 - ours
    except Exception as fault:
        outcome = (True, fault)
    return pickle.dumps(outcome)


if __name__ == "__main__":
    sys.stdout.buffer.write(answer(sys.argv[1], sys.stdin.buffer.read()))
