"""What is refused holds nobody up: no lock is taken for a forged link, and none is held while a refusal is drawn."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, template_rendered
from sqlalchemy import func, select

from convene import links
from convene.access.models import RateCount
from convene.extensions import db, start_write
from tests.factories import a_signup, an_event
from tests.web.browsing import Browsing
from tests.web.visit.test_code import code_in, newest, sign_up
from tests.web.visit.test_lineup import a_circle

Drawn = list[tuple[str, bool]]


@pytest.fixture
def drawn(app: Flask) -> Iterator[Drawn]:
    """Each page that was drawn, and whether a transaction that writes stood open meanwhile."""
    pages: Drawn = []

    def note(sender: Flask, template: Any, **rest: Any) -> None:
        session = db.session()
        writes = session.in_transaction() and session.connection().get_execution_options()
        pages.append((template.name, bool(writes and writes.get("convene_writes"))))

    with template_rendered.connected_to(note, app):
        yield pages


def posted(visitor: Browsing, path: str, **values: str) -> int:
    return visitor.client.post(path, data={"csrf_token": visitor.token(), **values}).status_code


def test_a_forged_link_waits_for_no_lock(visitor: Browsing, monkeypatch: pytest.MonkeyPatch) -> None:
    signup = a_signup()
    visitor.open(f"/events/{signup.event.slug}")

    def taken() -> None:
        raise AssertionError("a lock was asked for")

    monkeypatch.setattr("convene.web.visit.place.start_write", taken)
    token = links.answer(signup.id, signup.generation).rpartition("/")[2]
    for act in ("confirm", "cancel", "way"):
        assert posted(visitor, f"/place/{token}/{act}") == 404


def test_a_refusal_is_drawn_after_the_lock_is_given_up(visitor: Browsing, drawn: Drawn) -> None:
    signup = a_signup()
    draft = an_event(state="draft")
    visitor.open(f"/events/{signup.event.slug}")
    drawn.clear()
    old = links.place_token(signup.id, signup.generation + 1)  # signed here, and of no use
    for act in ("confirm", "way"):
        assert posted(visitor, f"/place/{old}/{act}") == 404
    for slug in (draft.slug, "no-such-event"):
        assert posted(visitor, f"/events/{slug}/sign-up", name="Ada", email="ada@example.org") == 404
    assert drawn == [("error.html", False)] * 4


def test_signing_up_to_no_event_counts_as_an_asking(visitor: Browsing) -> None:
    visitor.open(f"/events/{an_event().slug}")
    for _ in range(3):
        posted(visitor, "/events/no-such-event/sign-up", name="Ada", email="ada@example.org")
    db.session.rollback()
    assert db.session.scalar(select(func.max(RateCount.count))) == 3


def test_the_box_for_machines_says_of_a_session_for_members_what_everybody_reads(visitor: Browsing) -> None:
    event, another = an_event(), an_event()
    visitor.open(f"/events/{another.slug}")
    start_write()
    event.circle_id, event.listed = a_circle().id, False
    db.session.commit()
    for website in ("", "https://spam.example"):
        page = visitor.post(
            f"/events/{event.slug}/sign-up",
            {"csrf_token": visitor.token(), "name": "Ada", "email": "ada@example.org", "website": website},
        )
        assert "Check your email" not in page.text and visitor.path == f"/events/{event.slug}"
        visitor.open(f"/events/{another.slug}")


def test_a_code_is_counted_under_the_lock_of_its_event_as_a_sign_up_writes_it(
    visitor: Browsing, statements: list[str]
) -> None:
    """In the other order a code that is typed and a sign-up in the same browser wait for each other crosswise."""
    event = an_event()
    sign_up(visitor, event.slug)
    code = code_in(newest("confirm"))
    visitor.open(f"/events/{event.slug}/check-your-email")
    statements.clear()
    visitor.press("Use the code", code=code)
    about = [
        one
        for one in statements
        if "FROM event" in one or one.startswith(("UPDATE code", "INSERT INTO code"))
    ]
    assert visitor.heading == "Your place is kept"
    tried = next(number for number, one in enumerate(about) if one.startswith("UPDATE code"))
    assert tried == 2 and all("WHERE event.slug" in one for one in about[:tried]), (
        "to find it, and under its lock"
    )
