"""Pages that many read are written once, and nobody ever reads there what is no longer so, or what is another's."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Boolean, DateTime, Integer
from sqlalchemy.orm import ColumnProperty

from convene import clock
from convene.circles.models import Challenge, Circle
from convene.events.models import Event, Speaker
from convene.extensions import db, start_write
from convene.people.models import Organisation
from convene.web import kept
from tests.factories import a_signup, an_event, an_organisation
from tests.web.browsing import Browsing, without_tokens
from tests.web.visit.test_lineup import a_circle

# What a column may hold is not free for all of these; the rest takes another value of its kind.
OTHER: dict[str, Any] = {
    "Event.state": "called_off",
    "Circle.state": "resting",
    "Challenge.state": "closed",
    "joining": "asking",
    "past_shown": "nothing",
    "format": "online",
    "zone": "America/New_York",
    "slug": None,  # another address is another page
    "privacy_url": "https://example.org/privacy",
    "accent": "#aa3311",
    "signup_opens_at": timedelta(days=3),
    "signup_closes_at": timedelta(days=-1),
    "access_list": "quiet",
}
NUMBERS = ("id", "organisation_id", "circle_id", "challenge_id", "series_id", "host_id")


@pytest.fixture
def pages(app: Flask) -> Iterator[kept.Pages]:
    """Those that this application keeps, none of them from another test."""
    pages: kept.Pages = app.extensions["convene.kept"]
    pages.kept.clear()
    yield pages
    pages.kept.clear()


def read(visitor: Browsing, path: str) -> str:
    visitor.client.delete_cookie("convene")
    return without_tokens(visitor.open(path).text)


def other(row: Any, column: ColumnProperty[Any]) -> Any:
    """Another value for this column, or none where it is not to be changed."""
    name, kind, value = column.key, column.columns[0].type, getattr(row, column.key)
    if found := {name, f"{type(row).__name__}.{name}"} & OTHER.keys():
        found = OTHER[found.pop()]
        return clock.now() + found if isinstance(found, timedelta) else found
    if isinstance(kind, Boolean):
        return not value
    if isinstance(kind, Integer):
        return None if name in NUMBERS else (value or 0) + 3
    if isinstance(value, datetime) or isinstance(getattr(kind, "impl", kind), DateTime):
        return (value or clock.now()) + timedelta(minutes=1)
    return f"{value or ''} changed"[-40:]


def rows_shown(host: Organisation) -> tuple[Any, ...]:
    circle = a_circle()
    event = an_event(host, title="An evening", description="What *happens*.", venue="The Hall")
    return event, host, circle, circle.challenge


@pytest.mark.parametrize("model", [Event, Organisation, Circle, Challenge], ids=lambda model: model.__name__)
def test_whatever_changes_in_a_row_stands_on_the_page_at_once(
    visitor: Browsing, pages: kept.Pages, model: type
) -> None:
    """Column by column: the page with what is kept is the page that is written anew."""
    shown = rows_shown(an_organisation())
    db.session.commit()
    event, row = shown[0], next(one for one in shown if type(one) is model)
    paths = ("/", f"/events/{event.slug}")
    changed = 0
    for column in db.inspect(model).column_attrs:
        if (value := other(row, column)) is None:
            continue
        for path in paths:
            read(visitor, path)
        start_write()
        before = getattr(row, column.key)
        setattr(row, column.key, value)
        db.session.commit()
        with_kept = [read(visitor, path) for path in paths]
        pages.kept.clear()
        anew = [read(visitor, path) for path in paths]
        assert with_kept == anew, column.key
        start_write()
        setattr(row, column.key, before)
        db.session.commit()
        changed += 1
    assert changed > 5


def a_place_taken(event: Event) -> None:
    a_signup(event)


def one_in_line(event: Event) -> None:
    a_signup(event, state="waitlisted")


def a_speaker(event: Event) -> None:
    db.session.add(Speaker(event_id=event.id, part="speaker", name="Ada", about=""))


def a_session_of_a_circle(event: Event) -> None:
    event.circle_id = a_circle().id


def one_more_event(event: Event) -> None:
    an_event(event.organisation, title="One more")


@pytest.mark.parametrize(
    "happens", [a_place_taken, one_in_line, a_speaker, a_session_of_a_circle, one_more_event]
)
def test_what_happens_around_an_event_stands_on_the_page_at_once(
    visitor: Browsing, pages: kept.Pages, happens: Callable[[Event], None]
) -> None:
    event = an_event(capacity=1)
    db.session.commit()
    paths = ("/", f"/events/{event.slug}")
    before = [read(visitor, path) for path in paths]
    start_write()
    happens(event)
    db.session.commit()
    with_kept = [read(visitor, path) for path in paths]
    assert with_kept != before
    pages.kept.clear()
    assert with_kept == [read(visitor, path) for path in paths]


def test_a_page_turns_with_the_clock(visitor: Browsing, pages: kept.Pages) -> None:
    now = clock.now()
    event = an_event(
        starts_in=timedelta(days=2),
        signup_opens_at=now + timedelta(hours=1),
        signup_closes_at=now + timedelta(hours=2),
    )
    db.session.commit()
    path, told = f"/events/{event.slug}", []
    for later in (timedelta(), timedelta(minutes=90), timedelta(hours=3), timedelta(days=3)):
        with time_machine.travel(now + later, tick=False):
            read(visitor, path)
            told.append(read(visitor, path))
    for page, words in zip(
        told, ("Sign-up opens", "Keep me a place", "Sign-up is closed", "is over"), strict=True
    ):
        assert words in page


def test_a_page_seen_before_asks_the_database_the_same_again(
    visitor: Browsing, pages: kept.Pages, statements: list[str]
) -> None:
    """So all that it tells was compared: nothing is read while it is written."""
    event = rows_shown(an_organisation())[0]
    a_signup(event)
    db.session.commit()
    for path in ("/", f"/events/{event.slug}"):
        statements.clear()
        read(visitor, path)
        first = list(statements)
        assert path in pages.kept
        statements.clear()
        read(visitor, path)
        assert statements == first


def test_each_visitor_has_a_token_of_their_own_and_it_works(
    app: Flask, visitor: Browsing, pages: kept.Pages
) -> None:
    event = an_event()
    db.session.commit()
    path = f"/events/{event.slug}"
    first, second = visitor, Browsing(FlaskClient(app))
    first.open(path)
    second.open(path)
    assert path in pages.kept
    assert first.token() != second.token()
    assert first.token() not in str(pages.kept)
    for one in (first, second):
        one.press("Sign up", name="Ada", email="ada@example.org")
        assert one.page.status_code == 200 and "Check your email" in one.words


def test_a_token_in_a_host_s_own_words_stays_the_words_it_is(
    app: Flask, visitor: Browsing, pages: kept.Pages
) -> None:
    """Or a host who writes theirs into a link would be sent that of each who follows it."""
    event = an_event()
    db.session.commit()
    path = f"/events/{event.slug}"
    with time_machine.travel(clock.now(), tick=False):  # in one second a session has one token
        visitor.open(path)
        theirs = visitor.token()
        start_write()
        event.description = f"[See](https://example.org/{theirs})"
        db.session.commit()
        visitor.open(path)
        assert visitor.token() == theirs and visitor.page.text.count(theirs) == 2
        other_one = Browsing(FlaskClient(app))
        page = other_one.open(path).text
    assert f"https://example.org/{theirs}" in page and page.count(other_one.token()) == 1


def test_what_is_said_to_one_visitor_is_kept_from_the_next(
    app: Flask, visitor: Browsing, pages: kept.Pages
) -> None:
    event = an_event()
    db.session.commit()
    path = f"/events/{event.slug}"
    visitor.open(path)
    visitor.press("Sign up", name="Ada Own-Name", email="not an address")
    assert visitor.page.status_code == 422
    visitor.press("Sign up", name="Ada Own-Name", email="ada@example.org")
    changing = visitor.open(f"{path}?change=1")
    assert "Ada Own-Name" in changing.text
    with visitor.client.session_transaction() as session:
        session["_flashes"] = [("good", "A word for one alone")]
    assert "A word for one alone" in visitor.open(path).text
    with visitor.client.session_transaction() as session:
        session["answers_form"] = True
    assert "autofocus" in visitor.open(path).text
    visitor.open(f"{path}?zone=Nairobi")
    other_one = Browsing(FlaskClient(app))
    for _ in range(2):
        page = other_one.open(path).text
        for words in ("Ada Own-Name", "ada@example.org", "A word for one alone", "autofocus", "Nairobi</"):
            assert words not in page


def test_no_more_pages_are_kept_than_there_is_room_for(visitor: Browsing, pages: kept.Pages) -> None:
    events = [an_event() for _ in range(kept.MOST + 3)]
    db.session.commit()
    for event in events:
        read(visitor, f"/events/{event.slug}")
    assert len(pages.kept) == kept.MOST
    assert f"/events/{events[-1].slug}" in pages.kept and f"/events/{events[0].slug}" not in pages.kept


@pytest.mark.one_database
def test_a_page_that_reads_more_than_it_was_given_is_not_kept(
    app: Flask, visitor: Browsing, pages: kept.Pages
) -> None:
    """A control: a column read while it is written is nowhere compared, so the page is written each time."""
    event = an_event()
    db.session.commit()
    with app.test_request_context("/a-page"):
        db.session.expire(event, ["venue"])
        assert kept.page({"event": event}, lambda: event.venue) == event.venue
        assert not pages.kept
        kept.page({"event": event}, lambda: event.venue)
        assert set(pages.kept) == {"/a-page"}
