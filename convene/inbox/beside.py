"""The mailbox is read by a process of its own, so that what parses strangers' mail is never loaded into the worker."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime

from flask import Flask

MORE = 75  # its exit code where it could not look at everything in its time
SECONDS = 50  # after which the process is ended; what it has not finished is read the next time


class InboxUnread(Exception):
    """`convene inbox` failed, or was not over in its time; it has said the rest itself."""


class InboxBeside:
    """Looks at the mailbox, where one is set up, and runs `convene inbox` if something came.

    A worker that runs on does not wait for it: letters flow while the mailbox is looked through, and the next call
    hears how this one ended. `patient`: wait for the end, for a worker that calls it once.
    """

    def __init__(self, *, patient: bool = False) -> None:
        self.patient = patient
        self.process: subprocess.Popen[bytes] | None = None
        self.ends_at = 0.0  # on the monotonic clock
        self.mark = ""  # of the mailbox when all of it had been read

    def __call__(self, app: Flask, now: Callable[[], datetime]) -> None:
        if not app.config["INBOX_URL"].startswith("imap"):
            return
        failed = self.failed()
        if self.process is None:
            command = [sys.executable, "-m", "convene.inbox.look", self.mark]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            self.ends_at = time.monotonic() + SECONDS
        if self.patient:
            failed = self.failed()
        if failed:
            raise InboxUnread

    def failed(self) -> bool:
        """Whether the process is over and failed; one whose time is not over yet goes on."""
        if self.process is None:
            return False
        try:
            said, _ = self.process.communicate(timeout=SECONDS if self.patient else 0.01)
        except subprocess.TimeoutExpired:
            if not self.patient and time.monotonic() < self.ends_at:
                return False
            self.process.kill()
            said, _ = self.process.communicate()
        code, self.process = self.process.returncode, None
        self.mark = said.decode().split("\n")[0] if code == 0 else ""
        return code not in (0, MORE)

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
