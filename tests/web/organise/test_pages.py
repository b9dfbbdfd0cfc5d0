"""Every page of the desk answers, a stranger is sent to the door, and looking at one changes nothing."""

import re

import pytest
from sqlalchemy import event, func, select

from convene.extensions import db
from convene.web.organise import desk
from tests.web.organise.conftest import World
from tests.web.organise.test_other_hosts import address, desk_rules, things

# Pages that send on where there is nothing to do on them.
ELSEWHERE = ("organise_sign_in.sent", "organise_second_step.show", "organise_second_step_set_up.app")


def rows(world: World) -> dict[str, int]:
    def count() -> dict[str, int]:
        tables = db.metadata.sorted_tables
        return {
            table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        }

    return world.read(count)


@pytest.mark.both_databases
def test_every_page_answers_and_looking_at_it_changes_nothing(world: World) -> None:
    ids = {"passkey_id": 1, **things(world, world.host_id, "Cy")}
    world.client.post(f"/organise/events/{ids['event_id']}/groups/deal")
    before = rows(world)
    for rule in desk_rules(world, "GET"):
        path = address(rule, ids)
        expected = 410 if "token" in rule.rule else 302 if rule.endpoint in ELSEWHERE else 200
        assert world.client.get(path).status_code == expected, path
        assert world.client.head(path).status_code == expected, path
    for rule in desk_rules(world, "POST"):
        if "GET" not in (rule.methods or ()):
            world.client.head(address(rule, ids))
    assert rows(world) == before


@pytest.mark.one_database
def test_every_page_sends_a_stranger_to_the_door_and_back_again(world: World) -> None:
    ids = {"passkey_id": 1, **things(world, world.host_id, "Cy")}
    stranger = world.app.test_client()
    for method in ("GET", "POST"):
        for rule in desk_rules(world, method):
            if rule.endpoint.startswith(("organise_sign_in.", "organise_second_step.")):
                continue
            answer = stranger.open(address(rule, ids), method=method)
            assert answer.status_code == 302, rule.rule
            assert answer.location.startswith("/organise/sign-in?next="), rule.rule


@pytest.mark.one_database
def test_a_number_too_long_for_the_database_is_simply_not_there(world: World) -> None:
    for tail in ("", "/edit", "/signups", "/attendance", "/groups"):
        assert world.client.get(f"/organise/events/{'9' * 24}{tail}").status_code == 404
    assert world.client.get(f"/organise/outbox/{'9' * 24}").status_code == 404
    assert world.client.get(f"/organise/outbox?before={'9' * 24}").status_code == 200


@pytest.mark.one_database
def test_the_desk_asks_the_database_no_more_for_many_events_than_for_one(world: World) -> None:
    asked: list[str] = []
    with world.app.app_context():
        engine = db.engine
    listener = lambda *rest: asked.append(rest[2])  # noqa: E731 - removed below by the same name
    counts = []
    for _ in range(2):
        for number in range(6):
            world.event(title=f"Event {number}")
        event.listen(engine, "before_cursor_execute", listener)
        assert world.client.get("/organise/").status_code == 200
        event.remove(engine, "before_cursor_execute", listener)
        counts.append(len(asked))
        asked.clear()
    assert counts[0] == counts[1] <= 20, counts
    for number in range(desk.AHEAD_SHOWN):
        world.event(title=f"Later {number}")
    assert "Show 12 later" in world.client.get("/organise/").text
    assert "Show 12 later" not in world.client.get("/organise/?ahead=all").text


@pytest.mark.one_database
def test_a_post_without_the_forms_token_is_asked_for_once_more(world: World) -> None:
    world.app.config["WTF_CSRF_ENABLED"] = True
    event_id = world.event(publish=False)
    answer = world.client.post(f"/organise/events/{event_id}/publish")
    assert answer.status_code == 400
    assert "Please press once more" in answer.text
    assert world.event_row(event_id).state == "draft"
    page = world.client.get(f"/organise/events/{event_id}").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    world.client.post(f"/organise/events/{event_id}/publish", data={"csrf_token": token[1]})
    assert world.event_row(event_id).state == "published"


@pytest.mark.one_database
def test_an_organiser_of_two_hosts_can_change_desks_but_not_sit_at_a_third(world: World) -> None:
    world.organiser("ada@example.org", "organiser", host_id=world.other_host_id)
    world.event(world.other_host_id, title="Only elsewhere")
    assert "Only elsewhere" not in world.client.get("/organise/").text
    world.client.post("/organise/switch", data={"organisation_id": str(world.other_host_id)})
    assert "Only elsewhere" in world.client.get("/organise/").text
    for chosen in ("77", "x", ""):
        assert world.client.post("/organise/switch", data={"organisation_id": chosen}).status_code == 404
