"""Standard input and output as bytes, and one sentence where they fail instead of a trace."""

import os
from typing import TextIO


class Unwritable(Exception):
    """Standard output takes no more: one plain sentence says why."""


def write(stream: TextIO | None, text: str) -> None:
    """As UTF-8 whatever the terminal's own encoding is: the same deal is the same bytes anywhere. Raises
    Unwritable."""
    if stream is None:
        raise Unwritable("Standard output cannot be written: it is closed.")
    raw = getattr(stream, "buffer", None)
    if raw is None:
        stream.write(text)
        return
    try:
        raw.write(text.encode())
        raw.flush()
    except BrokenPipeError:
        # Whoever read has gone, as `| head` does; nothing is left to say.
        _silence(stream)
    except OSError as fault:
        _silence(stream)
        raise Unwritable(f"Standard output cannot be written: {fault.strerror}.") from fault


def tell(stream: TextIO | None, text: str) -> None:
    """The same for standard error, of which nobody can be told that it fails."""
    try:
        write(stream, text)
    except Unwritable:
        return


def _silence(stream: TextIO) -> None:
    """What is left in its buffer goes nowhere, so that Python does not complain of it as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
