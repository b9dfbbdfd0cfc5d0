"""A deal that cannot be is refused in sentences that name everybody in the clash, and a malformed one is invalid."""

import pytest

from convene.groups.deal import Guest, Invalid, Problem, Refused
from convene.groups.deal.check import check
from convene.groups.deal.engine import deal

TWELVE = tuple(Guest(name) for name in "ABCDEFGHIJKL")


def reasons(**rules: object) -> tuple[str, ...]:
    people = rules.pop("people", TWELVE)
    with pytest.raises(Refused) as refusal:
        deal(Problem(people, 4, **rules), 0.05)  # type: ignore[arg-type]
    return refusal.value.reasons


def test_too_many_who_must_be_apart_from_each_other() -> None:
    apart = (("A", "B"), ("A", "C"), ("A", "D"), ("B", "C"), ("B", "D"), ("C", "D"), ("E", "F"))
    expected = "A, B, C and D must be apart from each other and need 4 groups; 12 people in fours make 3."
    assert reasons(apart=apart) == (expected,)


def test_a_chain_of_blocks_that_ends_in_a_pair_apart_names_everybody_in_it() -> None:
    (reason,) = reasons(together=(("A", "B"), ("B", "C"), ("E", "F")), apart=(("A", "C"),))
    assert reason == "A, B and C clash: A with B and B with C must be together, and A must be apart from C."


def test_a_block_longer_than_a_group() -> None:
    (reason,) = reasons(together=(("A", "B", "C", "D", "E"),))
    assert reason.startswith("A, B, C, D and E must be together")
    assert "4 seats" in reason


def test_more_needs_than_seats_that_serve_them_and_a_need_nobody_serves() -> None:
    people = tuple(Guest(name, needs=("captions",) if name < "F" else ()) for name in "ABCDEFGHIJKL")
    (reason,) = reasons(people=people, served={"captions": 1})
    assert reason == "A, B, C, D and E need captions, but only 1 group has that, with 4 seats."
    (reason,) = reasons(people=people, served={"captions": 0})
    assert reason == "A, B, C, D and E need captions, and no group has that."


def test_each_clash_has_a_sentence_of_its_own() -> None:
    found = reasons(together=(("A", "B"), ("C", "D")), apart=(("A", "B"), ("C", "D")))
    assert len(found) == 2
    assert any("A" in reason and "B" in reason and "C" not in reason for reason in found)


def test_two_facilitators_in_one_block_when_every_group_needs_its_own() -> None:
    people = tuple(Guest(name, facilitator=name < "D") for name in "ABCDEFGHIJKL")
    (reason,) = reasons(people=people, facilitated=True, together=(("A", "B"),))
    assert "A and B must be together" in reason
    assert "facilitators, who are A, B and C" in reason


def test_a_clash_that_only_shows_when_rules_meet() -> None:
    people = tuple(Guest(name, needs=("captions",) if name in "AB" else ()) for name in "ABCDEFGHIJKL")
    (reason,) = reasons(people=people, served={"captions": 1}, apart=(("A", "B"), ("E", "F")))
    assert "A" in reason and "B" in reason and "captions" in reason and "E" not in reason


def test_too_few_facilitators_are_a_caveat_and_no_refusal() -> None:
    people = tuple(Guest(name, facilitator=name < "C") for name in "ABCDEFGHIJKL")
    plan = deal(Problem(people, 4, 2, facilitated=True), 0.05)
    for number, groups in enumerate(plan.rounds, 1):
        counts = [sum(each < "C" for each in group) for group in groups]
        assert sorted(counts) == [0, 1, 1]
        without = {(c.round, c.group) for c in plan.caveats if c.text == "Nobody here facilitates."}
        assert (number, counts.index(0) + 1) in without


def test_all_facilitators_and_none() -> None:
    people = tuple(Guest(name, facilitator=True) for name in "ABCDEFGHIJKL")
    assert deal(Problem(people, 4, facilitated=True), 0.05).caveats == ()
    assert len(deal(Problem(TWELVE, 4, facilitated=True), 0.05).caveats) == 3


@pytest.mark.parametrize(("n", "groups"), [(0, 0), (1, 1), (2, 1)])
def test_hardly_anybody(n: int, groups: int) -> None:
    plan = deal(Problem(TWELVE[:n], 4, 2), 0.05)
    assert [len(each) for each in plan.rounds] == [groups, groups]
    warned = {(caveat.round, caveat.group) for caveat in plan.caveats if "fewer than three" in caveat.text}
    assert warned == ({(1, 1), (2, 1)} if n else set())


def test_rules_about_absent_people_rest() -> None:
    problem = Problem(
        TWELVE, 4, together=(("A", "B"),), apart=(("A", "B"),), present=frozenset("BCDEFGHIJKL")
    )
    assert deal(problem, 0.05).repeats == 0


def test_who_must_be_apart_shows_nowhere_but_in_refusals() -> None:
    plan = deal(Problem(TWELVE, 4, 4, apart=(("A", "B"), ("C", "D"))), 0.05)
    said = " ".join([*plan.because, *(caveat.text for caveat in plan.caveats)])
    assert "apart" not in said
    assert not {"A", "B", "C", "D"} & set(said.replace(",", " ").replace(".", " ").split())


def test_a_move_by_hand_is_told_what_it_would_break() -> None:
    problem = Problem(TWELVE, 4, apart=(("A", "B"),), together=(("C", "D"),))
    good = (("A", "C", "D", "E"), ("B", "F", "G", "H"), ("I", "J", "K", "L"))
    assert check(problem, (good,)) == ()
    bad = (("A", "C", "B", "E"), ("D", "F", "G", "H"), ("I", "J", "K", "L"))
    assert check(problem, (bad,)) == (
        "Round 1: A and B must be apart.",
        "Round 1: C and D must be together.",
    )


@pytest.mark.parametrize(
    ("problem", "word"),
    [
        (Problem((Guest("A"), Guest("A")), 4), "A twice"),
        (Problem(TWELVE, 1), "group_size"),
        (Problem(TWELVE, 7), "group_size"),
        (Problem(TWELVE, 4, 0), "rounds"),
        (Problem(TWELVE, 4, apart=(("A", "Z"),)), "Z"),
        (Problem(TWELVE, 4, together=(("A", "Z"),)), "Z"),
        (Problem(TWELVE, 4, met=(("A", "Z", 1.0),)), "Z"),
        (Problem(TWELVE, 4, met=(("A", "B", float("nan")),)), "price"),
        (Problem(TWELVE, 4, held=((("Z",),),)), "Z"),
        (Problem(TWELVE, 4, held=((("A", "A"),),)), "A twice"),
        (Problem(TWELVE, 4, held=((), ())), "held"),
        (Problem(TWELVE, 4, told=((), ())), "told"),
        (Problem(TWELVE, 4, present=frozenset("Z")), "Z"),
        (Problem(TWELVE, 4, served={"captions": -1}), "captions"),
    ],
)
def test_what_is_not_well_formed_is_invalid_and_named(problem: Problem, word: str) -> None:
    with pytest.raises(Invalid, match=word):
        deal(problem)
