"""A host answers from the desk, and each reads how it stands on their own page."""

import pytest

from convene import links
from convene.events.models import Event
from convene.extensions import db
from tests.factories import a_signup
from tests.web.browsing import path_of
from tests.web.organise.conftest import World, text


@pytest.mark.one_database
def test_a_host_answers_from_today_and_everybody_reads_how_it_stands(world: World) -> None:
    event_id = world.event(by_approval=True, capacity=1)
    with world.writing():
        event = db.session.get_one(Event, event_id)
        asking = [a_signup(event, state="started") for _ in range(3)]
        paths = [path_of(links.place(one.id, 1)) for one in asking]
        names, ids = [one.person.name for one in asking], [one.id for one in asking]
        slug = event.slug
    assert "Ask to come" in text(world.client.get(f"/events/{slug}"))
    for path in paths:
        assert "One press, and the host is asked" in text(world.client.get(path))
        assert "The host has been asked" in text(world.client.post(path + "/confirm", follow_redirects=True))
    assert "3 people wait for your answer" in text(world.client.get("/organise/"))
    at = f"/organise/events/{event_id}/asking"
    assert f'href="{at}"' in world.client.get("/organise/").text
    page = text(world.client.get(at))
    assert all(f"Yes, {name}" in page for name in names)
    for id_, answer, words in zip(
        ids, ("yes", "yes", "no"), ("has a place", "stands in line", "cannot be"), strict=True
    ):
        assert words in text(world.client.post(f"{at}/{id_}/{answer}", follow_redirects=True)), answer
    assert "they were answered already" in text(world.client.post(f"{at}/{ids[0]}/no", follow_redirects=True))
    assert "Nobody waits for your answer" in text(world.client.get(at))
    for path, words in zip(
        paths, ("Your place is kept", "You are first in line", "Not this time"), strict=True
    ):
        assert words in text(world.client.get(path))
    assert [(one.state, one.needs_answer) for one in map(world.signup, ids)] == [
        ("confirmed", False),
        ("waitlisted", False),
        ("cancelled", True),
    ]
