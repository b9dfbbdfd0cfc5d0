"""The line-up shows what is on, the soonest first, and the circles; an empty one is a room, not a blank."""

from datetime import timedelta

import pytest

from convene import clock
from convene.circles.models import Challenge, Circle
from convene.extensions import db
from tests.factories import a_signup, an_event, an_organisation
from tests.web.browsing import Browsing

pytestmark = pytest.mark.one_database


def a_circle(question: str = "How do we measure it?", **more: str) -> Circle:
    host, now = an_organisation(), clock.now()
    challenge = Challenge(
        organisation_id=host.id, slug=f"challenge-{host.id}", title="Measuring", question=question,
        one_side="Numbers travel.", other_side="What counts is not counted.", created_at=now,
    )  # fmt: skip
    facts = {
        "slug": f"circle-{host.id}",
        "title": "Measuring circle",
        "about": "We meet on **Mondays**.",
        **more,
    }
    circle = Circle(organisation_id=host.id, challenge=challenge, created_at=now, **facts)
    db.session.add(circle)
    db.session.flush()
    return circle


def test_what_is_on_stands_in_order_and_drafts_and_called_off_ones_do_not(visitor: Browsing) -> None:
    an_event(title="The later one", starts_in=timedelta(days=9))
    an_event(title="The sooner one", starts_in=timedelta(days=2))
    an_event(title="On right now", starts_in=-timedelta(minutes=20))
    an_event(title="Not yet told", state="draft")
    an_event(title="Called off", state="called_off")
    assert visitor.open("/").status_code == 200
    at = [visitor.words.index(title) for title in ("On right now", "The sooner one", "The later one")]
    assert at == sorted(at)
    assert "Not yet told" not in visitor.words and "Called off" not in visitor.words


def test_each_event_says_when_where_and_how_many_places_are_left(visitor: Browsing) -> None:
    event = an_event(capacity=3, venue="The Hall, 1 Long Row")
    a_signup(event)
    full = an_event(capacity=1, title="A full one")
    a_signup(full)
    visitor.open("/")
    assert "2 places left" in visitor.words
    assert "Full: join the waiting list" in visitor.words
    assert "The Hall, 1 Long Row" in visitor.words
    assert "(London)" in visitor.words


def test_before_sign_up_opens_and_after_it_has_closed_no_place_is_offered(visitor: Browsing) -> None:
    now = clock.now()
    an_event(capacity=40, starts_in=timedelta(days=30), signup_opens_at=now + timedelta(days=2))
    an_event(capacity=41, signup_closes_at=now - timedelta(hours=1))
    visitor.open("/")
    assert "Sign-up opens " in visitor.words and "Sign-up is closed" in visitor.words
    assert "40 places left" not in visitor.words and "41 places left" not in visitor.words


def test_an_empty_line_up_says_what_will_stand_there(visitor: Browsing) -> None:
    visitor.open("/")
    assert "Nothing is announced just now" in visitor.words
    assert "No circles yet" in visitor.words


def test_what_was_lately_on_is_shown_for_three_months(visitor: Browsing) -> None:
    an_event(title="Last week", starts_in=-timedelta(days=7))
    an_event(title="Last year", starts_in=-timedelta(days=300))
    visitor.open("/")
    assert "Last week" in visitor.words and "Last year" not in visitor.words


def test_a_circle_shows_its_question_both_sides_and_its_sessions(visitor: Browsing) -> None:
    circle = a_circle()
    an_event(circle.organisation, title="Session one", circle_id=circle.id)
    visitor.open("/")
    assert "Measuring circle" in visitor.words
    visitor.open(f"/circles/{circle.slug}")
    for words in ("How do we measure it?", "Numbers travel.", "What counts is not counted.", "Session one"):
        assert words in visitor.words, words
    assert "<strong>Mondays</strong>" in visitor.page.text


def test_a_circle_that_rests_is_not_on_the_line_up(visitor: Browsing) -> None:
    a_circle(state="resting")
    visitor.open("/")
    assert "Measuring circle" not in visitor.words


def test_a_circle_that_there_is_none_of_is_not_found(visitor: Browsing) -> None:
    assert visitor.open("/circles/no-such-circle").status_code == 404
