"""Links to rooms online go with the number of the group, whatever is dealt again."""

import pytest

from convene import clock
from convene.events.models import Event
from convene.groups import actions, publishing, queries, undo
from tests.groups.evening import arrange


@pytest.mark.one_database
def test_rooms_go_with_the_number_of_the_group_in_every_round(event: Event) -> None:
    arrange(event)
    actions.set_rooms(event, ["https://video.example.org/1", "https://video.example.org/2"])
    for round_ in queries.board(event.id):
        assert [group.room_url[-2:] for group in round_.groups] == ["/1", "/2", ""]


def test_links_to_rooms_outlive_a_smaller_deal_and_going_back(event: Event) -> None:
    urls = [f"https://video.example.org/{number}" for number in (1, 2, 3)]
    arrange(event)
    actions.set_rooms(event, urls)
    publishing.publish_quietly(event, clock.now())
    event.group_size = 6
    for seed in (2, 3):
        undo.remember(event, "deal", clock.now())
        arrange(event, seed)
    assert [group.room_url for group in queries.rounds(event.id, "draft")[0].groups] == urls[:2]
    for _ in range(2):
        undo.undo(event, queries.snapshots(event.id)[0].id, clock.now())
    for round_ in queries.board(event.id):
        assert [group.room_url for group in round_.groups] == urls
    event.group_size = 4
    arrange(event, 4)
    assert [group.room_url for group in queries.rounds(event.id, "draft")[0].groups] == urls


@pytest.mark.one_database
def test_going_back_brings_no_old_links(event: Event) -> None:
    arrange(event)
    actions.set_rooms(event, ["https://video.example.org/old"])
    undo.remember(event, "deal", clock.now())
    arrange(event, 2)
    actions.set_rooms(event, ["https://video.example.org/new"])
    undo.undo(event, queries.snapshots(event.id)[0].id, clock.now())
    assert queries.board(event.id)[0].groups[0].room_url == "https://video.example.org/new"
    actions.set_rooms(event, [])
    undo.remember(event, "deal", clock.now())
    arrange(event, 3)
    undo.undo(event, queries.snapshots(event.id)[0].id, clock.now())
    assert {group.room_url for round_ in queries.board(event.id) for group in round_.groups} == {""}
