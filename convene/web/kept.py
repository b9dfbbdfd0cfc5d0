"""Pages that all visitors see alike are written once, and kept beside everything that they were written from.

Their rows are read anew for each visitor and compared whole, so what is kept is never out of date, and nothing has to
be cleared when something changes. What concerns one visitor alone is never kept: see `alike`.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from flask import Flask, current_app, g, request, session
from flask_wtf.csrf import generate_csrf

from convene.extensions import db

MOST = 40  # pages of 15 to 30 kB
# What a browser's session may hold and still see what everybody sees; all else may stand on a page.
UNSEEN = {"csrf_token", "browser", "written_to"}
PLAIN = {str, int, bool, datetime, type(None)}  # what most columns hold: it says itself


@dataclass(slots=True)
class Pages:
    """By path, the latest of each: what it says, and its pieces, between which the visitor's own token stands."""

    kept: dict[str, tuple[object, list[str]]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def keep(self, path: str, facts: object, pieces: list[str]) -> None:
        with self.lock:
            self.kept.pop(path, None)
            self.kept[path] = facts, pieces
            if len(self.kept) > MOST:
                del self.kept[next(iter(self.kept))]


def init_app(app: Flask) -> None:
    app.extensions["convene.kept"] = Pages()


def page(facts: object, write: Callable[[], str]) -> str:
    """The page at this path, which `write` writes from these facts (rows, values, and lists or dicts of them) alone.

    What the page reads of the database besides them, a column that was not read yet, for one, keeps it from being kept.
    """
    if not alike():
        return write()
    pages: Pages = current_app.extensions["convene.kept"]
    before, found = said(facts), pages.kept.get(request.path)
    if found and found[0] == before:
        return joined(found[1])
    # While it is written a mark stands for the token, known to nobody: a token may stand in a host's own words.
    g.csrf_token = mark = secrets.token_urlsafe()
    try:
        pieces = write().split(mark)
    finally:
        del g.csrf_token
    if said(facts) == before:
        pages.keep(request.path, before, pieces)
    return joined(pieces)


def joined(pieces: list[str]) -> str:
    """The page, with this visitor's own token where it has a form."""
    return generate_csrf().join(pieces) if len(pieces) > 1 else pieces[0]


def alike() -> bool:
    """Whether this visitor sees what everybody sees: nothing was asked or said, and no word waits for them."""
    return request.method in ("GET", "HEAD") and not request.query_string and session.keys() <= UNSEEN


def said(thing: object) -> object:
    """What something says, to be compared: of a row each column and related row that was read."""
    if isinstance(thing, db.Model):
        columns = vars(thing).copy()
        del columns["_sa_instance_state"]
        return type(thing), said(columns)
    if isinstance(thing, dict):
        return {name: value if type(value) in PLAIN else said(value) for name, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [said(value) for value in thing]
    return thing
