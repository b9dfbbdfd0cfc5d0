"""Any name in any script is kept as it was meant; what cannot be seen, or would hide something, is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from convene.people.words import BadWords, is_found, safe_to_mail, tidy


@pytest.mark.parametrize(
    "name", ["X", "Ng", "O'Neil", "李", "Ōe Kenzaburō", "عمر", "👩‍🚀", "می‌خواهم", "A" * 500]
)
def test_names_of_all_kinds_are_kept(name: str) -> None:
    assert tidy(f"  {name} ") == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "hidden", ["\x00", "\x1b", "\u202e", "\u2066", "\ufffd", "\ufeff", "\ud800", "\u2028", "\x85"]
)
def test_what_cannot_be_seen_is_refused(hidden: str) -> None:
    with pytest.raises(BadWords):
        tidy(f"Pat{hidden}Smith")


@pytest.mark.parametrize("empty", ["\u200b", "\u200d\u200d", "\u2060 \u200b"])
def test_a_name_that_looks_empty_is_refused(empty: str) -> None:
    with pytest.raises(BadWords):
        tidy(empty)


@given(some.text(max_size=100))
def test_tidy_text_is_one_line_and_stays_as_it_is(text: str) -> None:
    try:
        kept = tidy(text)
    except BadWords:
        return
    assert len(kept.splitlines()) <= 1
    assert kept == kept.strip() == tidy(kept)


def test_paragraphs_keep_their_lines() -> None:
    assert tidy("one\r\ntwo\rthree\n", lines=True) == "one\ntwo\nthree"


@pytest.mark.parametrize(
    "advert", ["Call 07700 900123", "see example.org", "https://x", "a@b", "WWW", "<b>", "x" * 61, "a.b"]
)
def test_a_name_that_could_carry_an_advert_is_not_in_the_first_letter(advert: str) -> None:
    assert safe_to_mail(advert) == ""


@pytest.mark.parametrize("name", ["Pat", "Dr. Pat O'Neil-Smith", "李", "J. R. Hartley"])
def test_a_plain_name_is(name: str) -> None:
    assert safe_to_mail(name) == name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("siobhan", "Siobhán Keane"),
        ("elzbieta", "Elżbieta Krol"),
        ("zoe", "Zoë"),
        ("lukasz", "Łukasz"),
        ("soren", "Søren"),
        ("Soeren", "Søren"),
        ("dordevic", "Đorđević"),
        ("gross", "Groß"),
        ("groß", "Gross"),
        ("jurgen", "Jürgen"),
        ("juergen", "Jürgen"),
        ("jürgen", "Jurgen"),
        ("gudrun", "Guðrún"),
        ("ayse isik", "Ayşe I\u015f\u0131k"),
        ("o'donnell", "Grace O\u2019Donnell"),
        ("odonnell", "Grace O\u2019Donnell"),
        ("mei ling", "Mei-Ling Foster"),
        ("ZHA", "wei  zhang"),
        ("\uff41\uff44\uff41", "Ada"),
        ("예은", "김예은"),
        ("", "anybody"),
    ],
)
def test_a_search_finds_a_name_however_its_letters_are_typed(typed: str, name: str) -> None:
    assert is_found(typed, name)
    assert is_found(unicodedata.normalize("NFD", typed), unicodedata.normalize("NFD", name))


@pytest.mark.parametrize(
    ("typed", "name"), [("zoey", "Zoë"), ("%", "Ada"), ("-", "Ada"), ("'", "Ada"), ("예", "김여은")]
)
def test_a_search_does_not_find_another_name(typed: str, name: str) -> None:
    assert not is_found(typed, name)


@given(some.text(max_size=40))
def test_every_name_is_found_by_itself(name: str) -> None:
    assert is_found(name, name)
