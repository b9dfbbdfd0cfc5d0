"""When two write one note at once, what either wrote is in it afterwards."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from convene.circles.both import MOST_LINES, Version, difference, merged, needless

BASE = "# Tonight\n\nWe were eight.\n\nNext time: bread."


def test_changes_in_two_places_are_both_there_and_nobody_has_to_look() -> None:
    theirs = BASE.replace("eight", "nine")
    mine = BASE + "\nAnd soup."
    found = merged(BASE, theirs, mine)
    assert found.text == "# Tonight\n\nWe were nine.\n\nNext time: bread.\nAnd soup." and not found.clashed


def test_changes_to_one_line_are_kept_one_below_the_other() -> None:
    found = merged(BASE, BASE.replace("eight", "nine"), BASE.replace("eight", "ten"))
    assert found.text == "# Tonight\n\nWe were nine.\nWe were ten.\n\nNext time: bread." and found.clashed
    pieces = difference(BASE.replace("eight", "nine"), found.text)
    assert [(one.kind, one.lines) for one in pieces if one.kind != "same"] == [("mine", ("We were ten.",))]


def test_saving_without_a_change_undoes_nobody() -> None:
    theirs = BASE + "\nMore."
    assert merged(BASE, theirs, BASE).text == theirs
    assert merged(BASE, theirs, theirs).text == theirs
    assert not merged("", "", "all mine").clashed


def test_a_note_of_very_many_lines_is_kept_whole_beneath() -> None:
    theirs, mine = "a\n" * (MOST_LINES + 5), "b\n"
    found = merged("", theirs, mine)
    assert found.clashed and theirs in found.text and mine in found.text
    assert [one.kind for one in difference(theirs, mine)] == ["theirs", "mine"]


lines = st.lists(st.sampled_from("abcdef "), max_size=8)


@given(lines, lines, lines)
def test_nothing_that_either_wrote_is_lost(base: list[str], theirs: list[str], mine: list[str]) -> None:
    found = merged("\n".join(base), "\n".join(theirs), "\n".join(mine)).text.split("\n")
    for one in (theirs, mine):
        new = {line for line in one if line.strip()} - set(base)
        assert new <= set(found)
    if theirs == base:
        assert found == "\n".join(mine).split("\n")


@given(lines, lines)
def test_a_difference_holds_both_texts(before: list[str], after: list[str]) -> None:
    pieces = difference("\n".join(before), "\n".join(after))
    old = [line for one in pieces if one.kind != "mine" for line in one.lines]
    new = [line for one in pieces if one.kind != "theirs" for line in one.lines]
    assert "\n".join(old) == "\n".join(before) and "\n".join(new) == "\n".join(after)


def test_of_many_savings_hours_ago_each_writers_last_stays() -> None:
    now = datetime(2026, 5, 12, 22, tzinfo=UTC)
    old = now - timedelta(hours=3)
    versions = [Version(n, writer, old) for n, writer in enumerate([1, 1, 1, 2, 2, 1], start=1)]
    versions.append(Version(7, 1, now))
    assert needless(versions, now) == [1, 2, 4, 6]
    assert not needless(versions[-1:], now)
