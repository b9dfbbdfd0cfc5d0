"""A series from the desk: the dates are looked at, made as drafts, and published by one press."""

import pytest

from convene.events.models import Event
from convene.extensions import db
from convene.signups.models import Question
from tests.web.organise.conftest import World, text

ASKED = {
    "kind": "text",
    "words": "Which loaf?",
    "purpose": "The table",
    "seen_by": "organisers",
    "kept_days": "30",
}


@pytest.mark.one_database
def test_that_the_dates_do_not_ask_what_is_asked_at_the_first_alone_is_said(world: World) -> None:
    event_id = world.event()
    world.client.post("/organise/questions", data={**ASKED, "words": "For all?"})
    first = f"/organise/events/{event_id}/series"
    other = world.event(title="Another")
    world.client.post("/organise/questions", data={**ASKED, "event_id": str(other)})
    made = world.client.post(first, data={"pattern": "week", "more": "3"}, follow_redirects=True)
    assert "3 drafts made" in text(made) and "asked at this event alone" not in text(made)
    second = f"/organise/events/{other}/series"
    made = world.client.post(second, data={"pattern": "week", "more": "3"}, follow_redirects=True)
    assert "What is asked at this event alone is not asked at them" in text(made)
    assert world.read(lambda: db.session.query(Question).count()) == 2


@pytest.mark.one_database
def test_the_dates_are_looked_at_made_and_published(world: World) -> None:
    event_id = world.event(title="Ideas over bread")
    at = f"/organise/events/{event_id}/series"
    assert f'href="{at}"' in world.client.get(f"/organise/events/{event_id}/care").text
    before = world.read(lambda: db.session.query(Event).count())
    assert "3 dates" in text(world.client.get(f"{at}?pattern=week&more=3"))
    for odd in ("?pattern=never&more=3", "?pattern=week&more=0", "?pattern=week&more=999", "?more=x"):
        assert world.client.get(at + odd).status_code == 200, odd
    assert world.client.post(at, data={"pattern": "never", "more": "3"}).status_code == 422
    assert world.read(lambda: db.session.query(Event).count()) == before, "looking makes nothing"
    page = world.client.post(at, data={"pattern": "week", "more": "3"}, follow_redirects=True)
    assert "3 drafts made" in text(page) and text(page).count("Draft") >= 3
    again = world.client.post(at, data={"pattern": "week", "more": "3"}, follow_redirects=True)
    assert "has its dates already" in text(again)
    assert world.read(lambda: db.session.query(Event).count()) == before + 3
    assert "Published: 3 events." in text(world.client.post(f"{at}/publish", follow_redirects=True))
    assert "Further dates" in text(world.client.get("/events/ideas-over-bread"))
