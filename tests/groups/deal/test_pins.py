"""People and whole groups that stay where they are: as hard as any rule, whatever else is dealt."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convene.groups.deal import Invalid, Pin, Problem, Refused
from convene.groups.deal.check import check
from convene.groups.deal.engine import deal
from tests.groups.deal.independent import assert_figures, broken_rules
from tests.groups.deal.problems import examples, problems
from tests.groups.deal.test_figures_to_reach import full, plain

pytestmark = pytest.mark.usefixtures("short_schedules")
few = examples(60)


@pytest.mark.long
@few
@given(problems(), st.randoms(use_true_random=False))
def test_a_deal_with_pins_keeps_them_and_every_other_rule_or_is_refused(
    problem: Problem, chance: Random
) -> None:
    try:
        before = deal(problem, 0.02)
    except Refused:
        return
    pins = []
    for number, groups in enumerate(before.rounds, len(problem.held) + 1):
        for g, group in enumerate(groups, 1):
            some = tuple(chance.sample(group, chance.randrange(len(group) + 1)))
            if some and chance.random() < 0.5:
                pins.append(Pin(number, g, some, whole=len(some) == len(group)))
    pinned = replace(problem, pinned=tuple(pins), seed=problem.seed + 1)
    plan = deal(pinned, 0.02)
    for pin in pins:
        group = plan.rounds[pin.round - len(problem.held) - 1][pin.group - 1]
        assert set(pin.people) <= set(group)
        assert not pin.whole or len(group) == len(pin.people)
    assert broken_rules(pinned, plan) == []
    assert check(pinned, plan.rounds) == ()
    assert_figures(pinned, plan)


@pytest.mark.long
@few
@given(problems(most=14), st.data())
def test_pins_at_random_hold_or_are_refused_in_words(problem: Problem, data: st.DataObject) -> None:
    if not problem.people:
        return
    ids = st.sampled_from([person.id for person in problem.people])
    pins = data.draw(
        st.lists(
            st.builds(
                Pin,
                st.integers(len(problem.held) + 1, problem.rounds),
                st.integers(1, 4),
                st.lists(ids, min_size=1, max_size=4, unique=True).map(tuple),
                st.booleans(),
            ),
            max_size=3,
        )
    )
    pinned = replace(problem, pinned=tuple(pins))
    try:
        plan = deal(pinned, 0.02)
    except Invalid as fault:
        assert "into two groups" in str(fault)
    except Refused as refusal:
        assert refusal.reasons
        assert "No groups were found" not in " ".join(refusal.reasons)
    else:
        assert broken_rules(pinned, plan) == []
        assert check(pinned, plan.rounds) == ()
        assert_figures(pinned, plan)


def test_one_round_is_dealt_again_around_the_groups_an_organiser_keeps() -> None:
    problem = full()
    first = deal(problem, 0.2)
    keep = [Pin(1, g, first.rounds[0][g - 1], whole=True) for g in (2, 7, 9)]
    others = [
        Pin(number, g, group, whole=True)
        for number, groups in enumerate(first.rounds[1:], 2)
        for g, group in enumerate(groups, 1)
    ]
    again = deal(replace(problem, pinned=(*keep, *others), seed=2), 0.2)
    assert again.rounds[1:] == first.rounds[1:]
    assert all(again.rounds[0][g] == first.rounds[0][g] for g in (1, 6, 8))
    assert again.rounds[0] != first.rounds[0]
    assert again.repeats <= first.repeats + 2


def test_pins_leave_the_other_rounds_without_repeats() -> None:
    problem = plain(32, 4, 5)
    first = deal(problem, 0.2).rounds
    pins = tuple(Pin(1, g, first[0][g - 1], whole=True) for g in (1, 2, 3))
    plan = deal(replace(problem, seed=5, pinned=pins), 0.5)
    assert plan.repeats == plan.least_repeats == 0


def test_a_pinned_person_sits_in_a_group_of_either_size() -> None:
    for group in (1, 14, 16):
        plan = deal(replace(plain(61, 4, 2), pinned=(Pin(2, group, ("p0007",)),)), 0.05)
        assert "p0007" in plan.rounds[1][group - 1]


def test_repeats_that_pins_force_are_counted_and_said() -> None:
    problem = plain(20, 4, 3)
    held = deal(problem, 0.1).rounds[:1]
    plan = deal(replace(problem, held=held, pinned=(Pin(2, 1, held[0][0]),)), 0.1)
    assert (plan.repeats, plan.least_repeats) == (6, 6)
    assert "those who stay in their groups meet again" in plan.because[0]


@pytest.mark.parametrize(
    ("pins", "words"),
    [
        (
            (Pin(1, 9, ("p0001",)),),
            "p0001 stays in group 9 of round 1; 20 people in fours make 5.",
        ),
        (
            (Pin(1, 1, ("p0001", "p0002", "p0003"), whole=True),),
            "p0001, p0002 and p0003 stay in group 1 of round 1 with nobody else",
        ),
        ((Pin(1, 1, ("p0001",)), Pin(1, 1, ("p0000",))), "p0000 and p0001 must be apart"),
        ((Pin(1, 1, ("p0004",)), Pin(1, 2, ("p0005",))), "p0004 and p0005 must be together"),
    ],
)
def test_pins_that_cannot_hold_are_refused_and_name_who(pins: tuple[Pin, ...], words: str) -> None:
    problem = replace(
        plain(20, 4, 2), apart=(("p0000", "p0001"),), together=(("p0004", "p0005"),), pinned=pins
    )
    with pytest.raises(Refused) as refusal:
        deal(problem, 0.05)
    assert any(words in reason for reason in refusal.value.reasons), refusal.value.reasons


def test_a_whole_group_of_a_size_that_cannot_be_is_refused_when_it_was_told_too() -> None:
    problem = replace(plain(14, 5, 1), told=(tuple((f"p{k:04d}",) for k in range(14)),))
    with pytest.raises(Refused, match="p0000 stays in group 1 of round 1 with nobody else"):
        deal(replace(problem, pinned=(Pin(1, 1, ("p0000",), whole=True),)), 0.05)


def test_two_pins_on_one_group_make_one() -> None:
    pins = (Pin(1, 2, ("p0001", "p0002", "p0003"), whole=True), Pin(1, 2, ("p0004",)))
    problem = replace(plain(12, 4, 1), pinned=pins)
    plan = deal(problem, 0.05)
    assert plan.rounds[0][1] == ("p0001", "p0002", "p0003", "p0004")
    assert check(problem, plan.rounds) == ()


@pytest.mark.parametrize(
    ("pin", "word"),
    [
        (Pin(0, 1, ("p0001",)), "round 0"),
        (Pin(4, 1, ("p0001",)), "round 4"),
        (Pin(1, 1, ("p0001",)), "held"),
        (Pin(2, 0, ("p0001",)), "group 0"),
        (Pin(2, 1, ("ghost",)), "ghost"),
    ],
)
def test_a_pin_that_names_nothing_is_invalid(pin: Pin, word: str) -> None:
    held = deal(plain(20, 4, 1), 0.05).rounds
    with pytest.raises(Invalid, match=word):
        deal(replace(plain(20, 4, 3), held=held, pinned=(pin,)), 0.05)
