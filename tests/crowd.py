"""Many doing one thing at the same moment, for what must hold however they interleave."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask


def at_once(app: Flask, number: int, act: Callable[[int], Any]) -> list[Any]:
    """What `act(0)`, `act(1)`, ... gave, each in a thread with a session of its own, all let go together.

    An exception is a result like any other, so that a test can count refusals and see faults.
    """
    gate = threading.Barrier(number)

    def one(which: int) -> Any:
        with app.app_context():
            gate.wait(30)
            try:
                return act(which)
            except Exception as fault:
                return fault

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def counted_together(patched: pytest.MonkeyPatch, owner: object, name: str) -> None:
    """Nobody acts on what `owner.name` counted before a second one has counted as well, or a second has gone by.

    For a control: what goes wrong without a lock then does so at once, however few processors there are.
    """
    count, gate = getattr(owner, name), threading.Barrier(2)

    def together(*words: Any, **named: Any) -> Any:
        found = count(*words, **named)
        with suppress(threading.BrokenBarrierError):
            gate.wait(1)
        return found

    patched.setattr(owner, name, together)


def faults(results: list[Any], *expected: type[Exception]) -> list[Exception]:
    """The exceptions among results that nobody expected."""
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, expected)]
