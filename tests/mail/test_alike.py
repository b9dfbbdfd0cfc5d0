"""Letters rendered with others are, to the byte, what each would be by itself."""

from collections import Counter
from typing import Any

import pytest
from flask import Flask

from convene.mail import alike, letter
from convene.mail.alike import Sheet, in_common, is_plain, shared
from convene.nudges.letters import reminder, thank_you
from convene.nudges.rules.registry import KINDS
from tests.mail.every_letter import event, every_letter, host, nudge, person, signup
from tests.parts.application import writing


def test_every_letter_is_the_same_by_itself_and_among_others(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    again: Counter[str] = Counter()

    def twice(kind: Any, facts: dict[str, Any], render: Any) -> Sheet:
        alone = render(facts)
        with in_common():
            for _ in range(2):  # the second time from the sheet that the first one left
                assert shared(kind, facts, lambda said: (again.update([kind[0]]), render(said))[1]) == alone
        return alone

    monkeypatch.setattr(letter.alike, "shared", twice)
    with writing(sqlite_app):
        letters = list(every_letter("Tea & <cake>, “half” & 'half'", "Zebedee Quirk"))
    written = Counter(one.kind for one in letters)
    alone = {kind for kind in written if again[kind] == 2 * written[kind]}
    assert not alone & {*KINDS, "digest"}, "what goes to many is not rendered for each"


def test_each_reads_their_own_name_and_finds_their_own_links(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also whoever's name is no plain word, is read in another language or clock, or shares a mailbox."""
    render = letter.render
    names = (
        ("Ann & Co", None, None), ("Bo  Two", None, None), ("\ue002place_url\ue003", None, None), ("Zoë", "fr", None),
        ("Cy", None, "America/New_York"), ("<b>Di</b>", None, None),
    )  # fmt: skip
    rendered = []

    def counted(kind: str, name: str, facts: dict[str, Any]) -> str:
        rendered.append(kind)
        return render(kind, name, facts)

    with writing(sqlite_app):
        at = event(host("A host"), "Tea & <cake>", online=False)
        places = [signup(at, person(at.organisation, name, zone, speech)) for name, speech, zone in names]
        guest = signup(at, person(at.organisation, "Guest"))
        guest.person.address = None
        places.append(guest)
        for kind, why, make in (
            ("reminder", "they have a place at this event", reminder),
            ("thank_you", "they had a place", lambda row, one: thank_you(row, one, "attended", True)),
        ):
            rows = [(nudge(kind, one, why), one) for one in places]
            alone = [make(*one) for one in rows]
            monkeypatch.setattr(letter, "render", counted)
            with in_common():
                among = [make(*one) for one in rows]
            monkeypatch.undo()
            assert among == alone
            assert len({one.html for one in among}) == len(among)
            assert "<bdi>&lt;b&gt;Di&lt;/b&gt;</bdi>" in among[5].html and "Hello <b>Di</b>," in among[5].text
    # Ann and Di share one sheet; the blanks, the marks, French, New York and the guest make one each.
    assert rendered.count("reminder") == rendered.count("thank_you") == 6 * 2


def test_what_is_not_plain_is_never_put_in_afterwards() -> None:
    for text in ("two  blanks", " before", "after ", "a\nline", "\ue002to_name\ue003", "\u202ereversed"):
        assert not is_plain(text)
    assert is_plain("Zoë O'Neill-李") and is_plain("https://example.org/place/WzEsMV0.abc")
    marks = Sheet("\ue002to_name\ue003", "\ue002to_name\ue003 \ue002other\ue003", "\ue002place_url\ue003")
    found = alike.filled(marks, {"to_name": "\ue002place_url\ue003", "place_url": "a&b"})
    assert found == Sheet("\ue002place_url\ue003", "\ue002place_url\ue003 \ue002other\ue003", "a&amp;b")
