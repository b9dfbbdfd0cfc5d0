"""At the door: the next guest is found at once, however their name is typed, and what they need stands beside it."""

import re
from datetime import timedelta
from typing import Any

import pytest

from convene import clock
from convene.extensions import db
from convene.signups.models import Signup
from tests.web.organise.conftest import World, text


def tonight(world: World, **facts: Any) -> int:
    return world.event(starts_at=clock.now() + timedelta(minutes=20), **facts)


def search_box(page: str) -> str:
    found = re.search(r'<input id="q"[^>]*>', page)
    assert found
    return found[0]


def test_a_name_is_found_without_its_accents(world: World) -> None:
    event_id = tonight(world)
    world.add(event_id, "Siobhán Keane", "Elżbieta Krol", "Zoë Ash", "Grace O\u2019Donnell", address=False)
    path = f"/organise/events/{event_id}/attendance"
    for typed, name in (
        ("siobhan", "Siobhán"),
        ("elzbieta", "Elżbieta"),
        ("zoe", "Zoë"),
        ("o'don", "O\u2019Donnell"),
    ):
        page = text(world.client.get(path, query_string={"q": typed}))
        assert [one for one in ("Siobhán", "Elżbieta", "Zoë", "O\u2019Donnell") if one in page] == [name]


def test_after_a_press_that_came_from_a_search_the_empty_box_waits_for_the_next_guest(world: World) -> None:
    event_id = tonight(world)
    ids = world.add(event_id, "Bo Ash", "Cy Dune")
    path = f"/organise/events/{event_id}/attendance"
    found = world.client.get(f"{path}?q=dun").text
    assert "Cy Dune" in found and "Bo Ash" not in found and "autofocus" not in found
    answer = world.client.post(f"{path}/{ids[1]}", data={"here": "yes", "q": "dun"})
    assert "#" not in answer.location, "a browser gives no box the focus where the address has an anchor"
    page = world.client.get(answer.location).text
    assert "Bo Ash" in page and "Cy Dune is here." in text(world.client.get(answer.location))
    assert (
        page.index("Cy Dune</bdi></a> is here.") < page.index('id="q"') < page.index(f'id="person-{ids[0]}"')
    )
    assert 'value=""' in search_box(page) and "autofocus" in search_box(page)
    back = world.client.post(f"{path}/{ids[1]}", data={"here": "no", "q": "dun"}, follow_redirects=True)
    assert "Cy Dune is not marked any more." in text(back)


def test_after_a_walk_in_the_empty_box_waits_for_the_next_guest(world: World) -> None:
    path = f"/organise/events/{tonight(world)}/attendance"
    page = world.client.post(f"{path}/walk-in", data={"name": "Wim Late"}, follow_redirects=True)
    assert "Wim Late is here." in text(page) and "autofocus" in search_box(page.text)


def test_a_press_in_the_whole_list_keeps_its_place_there(world: World) -> None:
    event_id = tonight(world)
    ids = world.add(event_id, "Bo Ash", "Cy Dune")
    path = f"/organise/events/{event_id}/attendance"
    answer = world.client.post(f"{path}/{ids[1]}", data={"here": "yes", "q": ""})
    assert answer.location.endswith(f"?done={ids[1]}#person-{ids[1]}")
    assert "autofocus" not in world.client.get(answer.location).text


@pytest.mark.one_database
@pytest.mark.parametrize("words", ["done=x", "marked=x", "marked=999", "q=%00%ff&done=x", "q=%27", "q=-"])
def test_whatever_stands_in_the_address_the_list_opens(world: World, words: str) -> None:
    event_id = tonight(world)
    world.add(event_id, "Bo Ash")
    page = world.client.get(f"/organise/events/{event_id}/attendance?{words}")
    assert page.status_code == 200 and "autofocus" not in page.text


def test_somebody_marked_at_another_event_is_not_named_here(world: World) -> None:
    event_id, other = tonight(world), world.event(world.other_host_id)
    (elsewhere,) = world.add(other, "Olu Guest")
    page = world.client.get(f"/organise/events/{event_id}/attendance?marked={elsewhere}")
    assert "Olu Guest" not in page.text


def test_what_a_guest_needs_stands_at_the_door_as_on_the_sign_ups(world: World) -> None:
    event_id = tonight(world, capacity=2)
    ids = world.add(event_id, "Bo Ash", "Cy Dune", "Di Elm")
    with world.writing():
        db.session.get_one(Signup, ids[0]).access_needs = "Ramp, <please>"
        db.session.get_one(Signup, ids[2]).access_needs = "In line, and said on neither page"
    for tail in ("signups", "attendance"):
        page = world.client.get(f"/organise/events/{event_id}/{tail}").text
        assert "Needs: <bdi>Ramp, &lt;please&gt;</bdi>" in page
        assert page.count("Needs: ") == 1, f"no more is said on {tail} than on the other"


@pytest.mark.parametrize("door", ["signups", "attendance/walk-in"])
def test_the_question_who_is_meant_takes_the_focus(world: World, door: str) -> None:
    world.add(world.event(), "Bo Ash")
    asked = world.client.post(f"/organise/events/{tonight(world)}/{door}", data={"name": "bo ash"}).text
    assert asked.count("autofocus") == 1
    assert re.search(r'tabindex="-1" autofocus><p id="same-name">We know somebody of that name', asked)


def test_the_question_whether_one_more_is_let_in_takes_the_focus(world: World) -> None:
    event_id = tonight(world, capacity=1)
    world.add(event_id, "Bo Ash")
    asked = world.client.post(
        f"/organise/events/{event_id}/attendance/walk-in", data={"name": "Wim Late"}
    ).text
    assert asked.count("autofocus") == 1
    assert re.search(r'tabindex="-1" autofocus><p>All 1 places are held', asked)
