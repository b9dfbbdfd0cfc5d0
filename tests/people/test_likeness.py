"""Who might be somebody that another must not be seated with, under another name or address."""

import pytest

from convene.people.likeness import like_names, same_mailbox


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sam Carter", "sam  CARTER"),
        ("Zoë Müller", "Zoe Muller"),
        ("Sam Carter", "Carter Sam"),
        ("Sam Carter", "Sam Cartr"),
        ("Sam Carter", "Sam Cartter"),
        ("Sam Carter", "Sam Garter"),
        ("Sam Carter", "Sma Carter"),
        ("O'Brien", "O\u2019Brien"),
        ("李雷", "李雷"),
    ],
)
def test_a_name_is_like_another_however_it_is_written_and_one_letter_off(one: str, other: str) -> None:
    assert like_names(one, other) and like_names(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sam Carter", "Sam Cooper"),
        ("Ann", "Ian"),
        ("Sam Carter", "Sam Carters 2"),
        ("", "Sam Carter"),
        ("李雷", "李梅"),
    ],
)
def test_another_name_is_another_and_short_ones_are_not_guessed_at(one: str, other: str) -> None:
    assert not like_names(one, other) and not like_names(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sam@example.org", "SAM@Example.org"),
        ("sam@example.org", "sam+new@example.org"),
        ("s.am+x@gmail.com", "sam@gmail.com"),
    ],
)
def test_an_address_is_the_same_in_another_case_and_with_a_tag(one: str, other: str) -> None:
    assert same_mailbox(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sam@example.org", "sam@example.com"),
        ("s.am@example.org", "sam@example.org"),
        ("", ""),
        ("+a@x.org", "+b@x.org"),
    ],
)
def test_another_address_is_another_and_none_is_like_none(one: str, other: str) -> None:
    assert not same_mailbox(one, other)
