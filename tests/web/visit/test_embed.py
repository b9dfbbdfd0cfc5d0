"""An event in a frame of another site: no cookie, no script, no form, and only what anybody may read."""

from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from convene.web.headers import HEADERS
from tests.factories import an_event
from tests.web.browsing import Browsing


def test_it_may_be_framed_and_sets_no_cookie(
    app: Flask, session: scoped_session[Session], visitor: Browsing
) -> None:
    event = an_event(title="Ideas over soup", venue="12 Mill Lane, Leeds", hides_place=True)
    answer = visitor.client.get(f"/events/{event.slug}/embed")
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors http: https:" in policy and "form-action 'none'" in policy
    assert "script-src" not in policy and "unsafe" not in policy and "X-Frame-Options" not in answer.headers
    for name in HEADERS.keys() - {"Content-Security-Policy", "X-Frame-Options"}:
        assert answer.headers[name] == HEADERS[name]
    assert "<form" not in answer.text and "<script" not in answer.text
    assert (
        "Ideas over soup" in answer.text
        and "Mill Lane" not in answer.text
        and "30 places left" in answer.text
    )
    assert f'/events/{event.slug}" target="_blank"' in answer.text


def test_no_other_page_may_be_framed_nor_a_draft(
    app: Flask, session: scoped_session[Session], visitor: Browsing
) -> None:
    event, draft = an_event(), an_event(state="draft")
    for path in (f"/events/{event.slug}", "/", f"/events/{draft.slug}/embed"):
        answer = visitor.client.get(path)
        assert answer.headers["X-Frame-Options"] == "DENY", path
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
    assert answer.status_code == 404


def test_it_says_what_the_events_page_says(
    app: Flask, session: scoped_session[Session], visitor: Browsing
) -> None:
    off, over = an_event(state="called_off"), an_event(starts_in=-timedelta(days=1))
    assert "was called off" in visitor.open(f"/events/{off.slug}/embed").text
    assert "is over" in visitor.open(f"/events/{over.slug}/embed").text
