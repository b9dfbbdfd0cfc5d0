"""Tells on standard error how far a long command is, by a thread of its own: no stage has to remember to."""

from collections.abc import Callable
from threading import Event, Thread
from time import monotonic
from types import TracebackType

SECOND = 1.0


class Progress:
    """A line a second from the first second on, from `with` to its end: what is being done, and for how long."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say, self.doing, self.found = say, "Starting", ""
        self.ended = Event()
        self.thread = Thread(target=self._tell_on, daemon=True)

    def stage(self, doing: str) -> None:
        self.doing, self.found = doing, ""

    def tell(self, share: float, cost: float) -> None:
        """After each schedule of a deal."""
        self.found = f"; {share:.0%} of the work is done; the best deal so far costs {cost:.0f}"

    def __enter__(self) -> "Progress":
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Waits for a line that is being written: none comes after the command's own last word."""
        self.ended.set()
        self.thread.join()

    def _tell_on(self) -> None:
        started = monotonic()
        while not self.ended.wait(SECOND):
            self.say(f"{self.doing}, {monotonic() - started:.0f} s so far{self.found}.\n")
