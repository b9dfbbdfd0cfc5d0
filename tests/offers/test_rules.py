"""One dialect finds the other: what is offered and what is sought are compared by the host's glossary."""

import pytest

from convene.offers.rules import Wares, between, folded, matches, parts, term_of

GLOSSARY = {"grant writing": "fundraising", "bids": "fundraising"}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", []),
        ("A hall in Leeds", ["A hall in Leeds"]),
        ("Grant writing, a hall\n; \nGRANT-WRITING", ["GRANT-WRITING", "a hall"]),
        ("…,--,\n", ["…"]),
        ("x" * 80, ["x" * 60]),
    ],
)
def test_what_is_typed_in_one_go_is_parted(typed: str, found: list[str]) -> None:
    assert parts(typed) == found


def test_names_are_compared_however_they_are_written_and_by_the_glossary() -> None:
    assert folded("Grant-Writing ") == folded("grant writing") == "grant writing"
    assert term_of("Bids", GLOSSARY) == term_of("Fundraising", GLOSSARY) == "fundraising"
    assert term_of("Soup", GLOSSARY) == "soup"


def test_an_offer_meets_an_ask_of_somebody_else() -> None:
    people = {
        1: Wares({"fundraising": "Grant writing"}, {"soup": "soup"}),
        2: Wares({}, {"fundraising": "bids"}),
        3: Wares({"soup": "Soup"}, {"fundraising": "Fundraising", "soup": "soup"}),
    }
    assert matches(people) == {(1, 2): "fundraising", (1, 3): "fundraising"}
    assert matches({3: people[3]}) == {}, "nobody meets themself"


def test_a_group_is_told_what_each_can_do_for_the_reader() -> None:
    names = {1: "Ada", 2: "Bo", 3: "Cy"}
    people = {
        1: Wares({"fundraising": "Grant writing"}, {"halls": "A hall"}),
        2: Wares({}, {"fundraising": "bids", "halls": "halls"}),
        3: Wares({"halls": "Our hall", "fundraising": "bids"}, {}),
    }
    assert between(1, names, names, people) == [
        "You can help with bids, which Bo asked about.",
        "Cy can help with A hall, which you asked about.",
        "You and Bo both asked about A hall.",
    ]
    assert between(4, [4, 1], {**names, 4: "Dee"}, people) == []
