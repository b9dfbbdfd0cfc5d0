"""The log of letters as an organiser reads it."""

import re

import pytest
from sqlalchemy import select, update

from convene import clock
from convene.extensions import db
from convene.mail.models import OutgoingMail
from tests.web.organise.conftest import World, text


@pytest.mark.one_database
def test_the_outbox_shows_letters_without_their_readers_own_keys(world: World) -> None:
    world.add(world.event(), "Bo Ash")
    page = world.client.get("/organise/outbox")
    assert "Bo Ash" in page.text and "Place kept" in page.text
    mail = world.read(lambda: db.session.scalars(select(OutgoingMail)).one())
    shown = world.client.get(f"/organise/outbox/{mail.id}").text
    assert "/place/(their own link)" in shown
    token = re.search(r"/place/(\S+)", mail.text)
    assert token and token[1] not in shown
    world.client.post(f"/organise/outbox/{mail.id}/drop")
    assert "Not sent" in world.client.get("/organise/outbox").text
    assert "cannot be stopped" in text(
        world.client.post(f"/organise/outbox/{mail.id}/drop", follow_redirects=True)
    )
    world.client.post(f"/organise/outbox/{mail.id}/again")
    state = select(OutgoingMail.state)
    assert world.read(lambda: db.session.scalar(state)) in ("queued", "retry")
    with world.writing():
        db.session.execute(update(OutgoingMail).values(state="sent", text="", html="", purged_at=clock.now()))
    assert "no longer kept" in world.client.get(f"/organise/outbox/{mail.id}").text
    assert "cannot go again" in text(
        world.client.post(f"/organise/outbox/{mail.id}/again", follow_redirects=True)
    )
    with world.writing():
        db.session.execute(
            update(OutgoingMail).values(letter="stay_in_touch", text="call 0123", purged_at=None)
        )
    sealed = world.client.get(f"/organise/outbox/{mail.id}").text
    assert "for its reader alone" in sealed and "0123" not in sealed


@pytest.mark.one_database
def test_the_outbox_is_read_page_by_page(world: World) -> None:
    event_id = world.event(capacity=100)
    world.add(event_id, *[f"Person Number{n}" for n in range(55)])
    first = world.client.get("/organise/outbox").text
    assert "Number54" in first and "Number0<" not in first
    older = re.search(r"/organise/outbox\?before=(\d+)", first)
    assert older and "Number0" in world.client.get(older[0]).text
