"""The line-up as a calendar to follow: asked for again cheaply, and the same bytes while nothing changed."""

from datetime import timedelta

from convene import clock
from convene.extensions import db, start_write
from convene.signups.upheaval import call_off
from tests.factories import an_event
from tests.web.browsing import Browsing

FEED = "/line-up.ics"


def test_the_feed_holds_what_is_published_and_what_was_called_off(visitor: Browsing) -> None:
    an_event(title="To come")
    an_event(title="Not told yet", state="draft")
    an_event(title="Called off", state="called_off")
    an_event(title="Long ago", starts_in=-timedelta(days=200))
    answer = visitor.open(FEED)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "SUMMARY:To come" in answer.text and "SUMMARY:Called off" in answer.text
    assert answer.text.count("STATUS:CANCELLED") == 1
    assert "Not told yet" not in answer.text and "Long ago" not in answer.text
    assert "METHOD" not in answer.text and "ATTENDEE" not in answer.text


def test_an_empty_feed_is_a_calendar_too(visitor: Browsing) -> None:
    assert visitor.open(FEED).text.startswith("BEGIN:VCALENDAR")


def test_asked_for_again_it_is_304_until_something_changes(visitor: Browsing) -> None:
    event = an_event()
    for path in (FEED, f"/events/{event.slug}.ics"):
        first = visitor.client.get(path)
        again = visitor.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), path
        assert again.headers["ETag"] == first.headers["ETag"]
        since = visitor.client.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]})
        assert since.status_code == 304
        assert visitor.client.get(path).data == first.data, "the same bytes, whenever it is asked for"
    before = visitor.client.get(FEED).headers["ETag"]
    start_write()
    call_off(event.id, "", clock.now())
    db.session.commit()
    changed = visitor.client.get(FEED, headers={"If-None-Match": before})
    assert changed.status_code == 200
    assert "STATUS:CANCELLED" in changed.text


def test_head_tells_the_same_and_sends_nothing(visitor: Browsing) -> None:
    event = an_event()
    for path in (FEED, f"/events/{event.slug}.ics"):
        get, head = visitor.client.get(path), visitor.client.head(path)
        assert (head.status_code, head.data) == (200, b"")
        for name in ("Content-Type", "ETag", "Last-Modified", "Content-Length"):
            assert head.headers[name] == get.headers[name], (path, name)


def test_the_link_to_join_is_in_neither(visitor: Browsing) -> None:
    event = an_event(format="online", venue="", online_url="https://video.example.org/hall")
    for path in (FEED, f"/events/{event.slug}.ics"):
        assert "video.example.org" not in visitor.open(path).text
