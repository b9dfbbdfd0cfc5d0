"""What tests of pages are given besides: a visitor with a browser, and a count of what a page asks of the database."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, scoped_session

from tests.web.browsing import Browsing


@pytest.fixture
def visitor(client: FlaskClient, session: scoped_session[Session]) -> Browsing:
    """Somebody who opens pages; what the test has prepared is committed before each of them."""
    return Browsing(client)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement that any page or test sends to the database, as it is sent."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement not in ("BEGIN", "BEGIN IMMEDIATE"):  # which only SQLite says in words
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)
