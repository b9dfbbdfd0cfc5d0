"""Inviting from the desk, and the invited person's page."""

import pytest

from convene import links
from convene.extensions import db
from convene.signups.models import Signup
from tests.web.browsing import path_of
from tests.web.organise.conftest import World, text


@pytest.mark.one_database
def test_a_host_invites_one_over_and_reads_what_became_of_it(world: World) -> None:
    event_id = world.event(capacity=1)
    world.add(event_id, "Bo Ash")
    at = f"/organise/events/{event_id}/invitations"
    assert f'href="{at}"' in world.client.get(f"/organise/events/{event_id}/signups").text
    assert "Nobody is invited yet" in text(world.client.get(at))
    refused = world.client.post(at, data={"name": "", "email": "nothing"})
    assert refused.status_code == 422 and "Enter their name" in text(refused)
    typed = {"name": "Ola Over", "email": "ola@example.net", "over_limit": "y"}
    page = world.client.post(at, data=typed, follow_redirects=True)
    assert "Ola Over is written to" in text(page) and "Nothing yet" in text(page)
    signup = world.read(lambda: db.session.query(Signup).order_by(Signup.id.desc()).first())
    assert signup is not None
    visitor, path = world.app.test_client(), path_of(links_of(world, signup.id))
    assert "You are invited" in text(visitor.get(path))
    assert "Your place is kept" in text(visitor.post(path + "/confirm", follow_redirects=True))
    page = world.client.get(at)
    assert "Yes, and has a place" in text(page) and "2 of 1 places are taken: 1 over" in text(page)
    assert "1 over, by your personal invitation" in text(world.client.get(f"/organise/events/{event_id}"))
    assert "They have a place already" in text(world.client.post(at, data=typed))
    world.client.post(at, data={"name": "Noa No", "email": "noa@example.net"})
    invitation_id = int(world.client.get(at).text.split("/take-back")[0].rpartition("/")[2])
    assert "Taken back" in text(world.client.post(f"{at}/{invitation_id}/take-back", follow_redirects=True))
    assert "answered already" in text(
        world.client.post(f"{at}/{invitation_id}/take-back", follow_redirects=True)
    )


def links_of(world: World, signup_id: int) -> str:
    with world.app.app_context():
        return links.place(signup_id, 1)
