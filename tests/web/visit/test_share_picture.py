"""The picture that a chat shows beside a shared link: of what anybody may read, kept for as long as that is so."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import begin_write, db
from tests.factories import an_event
from tests.web.browsing import Browsing

Database = scoped_session[Session]


def picture_of(visitor: Browsing, slug: str) -> str:
    """The address that the event's page gives for its picture."""
    page = visitor.open(f"/events/{slug}").text
    address = page.partition('property="og:image" content="')[2].partition('"')[0]
    parts = urlsplit(address)
    assert parts.netloc, "a chat needs the whole address"
    return f"{parts.path}?{parts.query}"


def test_it_is_kept_for_a_year_and_has_another_address_as_soon_as_it_says_something_else(
    app: Flask, session: Database, visitor: Browsing
) -> None:
    event = an_event(title="Ideas over soup")
    address = picture_of(visitor, event.slug)
    answer = visitor.client.get(address)
    assert answer.status_code == 200 and answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG")
    assert "max-age=31536000" in answer.headers["Cache-Control"] and "Set-Cookie" not in answer.headers
    again = visitor.client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and not again.data
    begin_write()
    event.title = "Ideas over soup and bread"
    assert picture_of(visitor, event.slug) != address
    old = visitor.client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert old.status_code == 200 and old.headers["Cache-Control"] == "no-cache", (
        "the old address shows the new"
    )


def test_a_draft_has_none(app: Flask, session: Database, visitor: Browsing) -> None:
    event = an_event(state="draft")
    assert visitor.client.get(f"/events/{event.slug}.png").status_code == 404


@pytest.mark.one_database
def test_a_second_look_draws_nothing(
    app: Flask, session: Database, visitor: Browsing, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_now: list[Any] = []
    address = picture_of(visitor, an_event().slug)
    first = visitor.client.get(address).data
    monkeypatch.setattr("convene.aside.run", lambda *given, **how: from_now.append(given))
    assert visitor.client.get(address).data == first and not from_now
    db.session.rollback()
