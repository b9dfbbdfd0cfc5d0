"""What the desk says after somebody was added is what happened: whether they had a place, and whether a letter left."""

from convene import clock
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.mail.suppression import suppress
from convene.signups.models import Signup
from tests.web.organise.conftest import World, text


def added(world: World, event_id: int, name: str, address: str = "", **more: str) -> tuple[str, int]:
    """What the page says, and how many letters were posted."""
    before = letters(world)
    path = f"/organise/events/{event_id}/signups"
    page = world.client.post(path, data={"name": name, "email": address, **more}, follow_redirects=True)
    assert page.status_code == 200
    return text(page), letters(world) - before


def letters(world: World) -> int:
    queued = db.select(db.func.count(OutgoingMail.id)).where(OutgoingMail.state == "queued")
    return world.read(lambda: db.session.scalar(queued) or 0)


def test_who_gets_a_place_is_written_to_and_who_had_one_is_not(world: World) -> None:
    event_id = world.event()
    words, posted = added(world, event_id, "Bo Ash", "bo@example.net")
    assert "Bo Ash has a place. We have written to them." in words and posted == 1
    words, posted = added(world, event_id, "Somebody", "BO@example.net")
    assert "Bo Ash has a place already." in words and "written" not in words and posted == 0


def test_who_joins_the_line_is_written_to_and_who_stood_in_it_is_not(world: World) -> None:
    event_id = world.event(capacity=1)
    added(world, event_id, "Bo Ash", "bo@example.net")
    words, posted = added(world, event_id, "Cy Dune", "cy@example.net")
    assert "Cy Dune is on the waiting list, with nobody before them. We have written to them." in words
    assert posted == 1
    words, posted = added(world, event_id, "Cy Dune", "cy@example.net")
    assert "Cy Dune is on the waiting list already, with nobody before them." in words
    assert "written" not in words and posted == 0


def test_who_was_offered_a_place_is_not_written_to_again(world: World) -> None:
    event_id = world.event()
    (signup_id,) = world.add(event_id, "Bo Ash")
    with world.writing():
        db.session.get_one(Signup, signup_id).state = "offered"
    words, posted = added(world, event_id, "Bo Ash", "bo.ash@example.net")
    assert "Bo Ash has been offered a place already and has not answered yet." in words and posted == 0


def test_who_left_and_is_added_again_has_a_place_anew(world: World) -> None:
    event_id = world.event()
    (signup_id,) = world.add(event_id, "Bo Ash")
    world.client.post(f"/organise/events/{event_id}/signups/{signup_id}/cancel")
    words, _ = added(world, event_id, "Bo Ash", "bo.ash@example.net")
    assert "Bo Ash has a place. We have written to them." in words


def test_who_cannot_be_reached_is_told_by_the_host(world: World) -> None:
    event_id = world.event()
    words, posted = added(world, event_id, "Bo Ash")
    assert "Bo Ash has a place. We have no address for them, so tell them yourself." in words and posted == 0
    chosen = {"known_as": "Bo Ash", "known": str(world.person("Bo Ash"))}
    assert "Bo Ash has a place already." in added(world, event_id, "Bo Ash", **chosen)[0]
    with world.writing():
        suppress("cy@example.net", "bounced", clock.now())
    words, posted = added(world, event_id, "Cy Dune", "cy@example.net")
    assert "Cy Dune has a place. Mail does not reach them, so tell them yourself." in words and posted == 0
