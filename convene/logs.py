"""Logs for the operator: one line of ids and classes on standard error, never a name, an address or a token."""

import logging
import re
import sys

from flask import Flask

# What stands behind these paths is a secret; a traceback's message may hold one, or an address.
SECRETS = re.compile(
    r"(/(?:place|calendar|answer|tie|me|unsubscribe|preferences|news|involved|my-data|door|here|sign-in)/"
    r"(?:never/|address/)?)[^\s/?\"']+"
)
ADDRESSES = re.compile(r"[^\s<>@\"'=(]+@[^\s<>@\"',)]+\.[^\s<>@\"',)]+")


class Discreet(logging.Formatter):
    """Formats as usual, then takes out what must not be kept."""

    def format(self, record: logging.LogRecord) -> str:
        return ADDRESSES.sub("[address]", SECRETS.sub(r"\1[secret]", super().format(record)))


def init_app(app: Flask) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s %(message)s"))
    app.logger.handlers[:] = [handler]
    app.logger.setLevel(logging.INFO)
    app.logger.propagate = False
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
