"""An address is checked by its form, and folded so that one person is one row."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from convene.people.addresses import BadAddress, checked, folded


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        (" pat@example.org ", "pat@example.org"),
        ("Pat.O'Neil+events@Example.ORG", "Pat.O'Neil+events@example.org"),
        ("pat@bücher.example.org", "pat@xn--bcher-kva.example.org"),
    ],
)
def test_an_address_is_written_to_as_it_was_typed(typed: str, written: str) -> None:
    assert checked(typed) == written


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "pat",
        "pat@",
        "@example.org",
        "pat@example",
        "pat@@example.org",
        "pat@exa mple.org",
        "pat@example.org, eve@example.org",
        "Pat <pat@example.org>",
        "pat@example.org\r\nBcc: eve@example.org",
        "pat\x00@example.org",
        "pät@example.org",
        "pat@[192.0.2.1]",
        f"{'x' * 300}@example.org",
        "x" * 100_000,
    ],
)
def test_what_mail_could_not_reach_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(BadAddress) as refused:
        checked(typed)
    assert str(refused.value)
    assert "\n" not in str(refused.value)


@given(some.text(max_size=60))
def test_whatever_is_typed_is_an_address_or_refused(typed: str) -> None:
    try:
        address = checked(typed)
    except BadAddress:
        return
    assert address.isascii()
    assert not set(address) & set("\r\n\0 <>,")
    assert checked(address) == address


def test_case_and_outer_spaces_make_no_other_person() -> None:
    assert folded(" PAT@Example.Org\n") == folded("pat@example.org")
    assert folded("STRASSE@example.org") == folded("straße@example.org")
