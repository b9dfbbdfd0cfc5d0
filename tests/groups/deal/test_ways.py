"""Who is in the room and who is online share no group, whatever their numbers; all else holds as ever."""

import pytest

from convene.groups.deal import Guest, Pin, Problem
from convene.groups.deal.ways import apart, deal_by_ways


def people(room: int, online: int) -> tuple[Problem, set[str], set[str]]:
    here, there = [f"r{number}" for number in range(room)], [f"o{number}" for number in range(online)]
    guests = tuple(Guest(id=one, needs=("step",) if one == "r0" else ()) for one in (*here, *there))
    asked = Problem(
        people=guests,
        group_size=4,
        rounds=2,
        served={"step": 1},
        apart=(("r0", "r1"), ("r0", "o0")) if online else (("r0", "r1"),),
        together=(("o0", "o1"),) if online > 2 else (),
        ways=(tuple(here), tuple(there)),
    )
    return asked, set(here), set(there)


@pytest.mark.parametrize(("room", "online"), [(6, 5), (7, 3), (10, 1), (12, 8), (9, 0)])
def test_nobody_in_the_room_is_dealt_to_somebody_online(room: int, online: int) -> None:
    asked, here, there = people(room, online)
    plan = deal_by_ways(asked, 1)
    for groups in plan.rounds:
        assert sorted(one for group in groups for one in group) == sorted(here | there)
        assert all(set(group) <= here or set(group) <= there for group in groups)
        assert "r0" in groups[0], "the need is served in the first group alone"
        assert not any({"r0", "r1"} <= set(group) for group in groups)
        if asked.together:
            assert any({"o0", "o1"} <= set(group) for group in groups)
        assert [set(group) <= there for group in groups] == sorted(set(group) <= there for group in groups)


def test_what_was_held_and_who_is_pinned_goes_with_its_own_way() -> None:
    asked, here, there = people(8, 8)
    first = deal_by_ways(asked, 1)
    numbered = [
        (number, group) for number, group in enumerate(first.rounds[1], start=1) if set(group) <= there
    ]
    number, group = numbered[0]
    again = Problem(
        people=asked.people, group_size=4, rounds=2, ways=asked.ways, served=asked.served,
        held=first.rounds[:1], pinned=(Pin(2, number, group, whole=True),),
    )  # fmt: skip
    parts = apart(again)
    assert [len(part.held[0]) for part in parts] == [2, 2] and [len(part.pinned) for part in parts] == [0, 1]
    (groups,) = deal_by_ways(again, 1).rounds
    assert set(groups[number - 1]) == set(group), "the whole group stays where it was"
    assert all(set(one) <= here or set(one) <= there for one in groups)
