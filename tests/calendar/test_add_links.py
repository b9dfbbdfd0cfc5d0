"""What the links to calendars on the web promise: the event's own facts, whole and in UTC, and nothing else."""

from urllib.parse import parse_qs, urlsplit

import pytest

from convene.calendar.add_links import SERVICES, add_links, google, office, outlook, yahoo
from convene.calendar.zones import utc
from tests.calendar.examples import EVENINGS, EVENT, evening, event
from tests.calendar.test_invite import HOSTILE

# Under which name each service takes a fact.
NAMES = {
    "Google Calendar": ("text", "details", "location"),
    "Outlook.com": ("subject", "body", "location"),
    "Office 365": ("subject", "body", "location"),
    "Yahoo": ("title", "desc", "in_loc"),
}


def asked(url: str) -> dict[str, str]:
    """What stands after the question mark, each name once."""
    parts = urlsplit(url)
    assert parts.scheme == "https" and not parts.fragment
    found = parse_qs(parts.query, strict_parsing=True)
    assert all(len(values) == 1 for values in found.values()), found
    return {name: values[0] for name, values in found.items()}


def test_there_are_four_each_on_its_makers_own_host() -> None:
    assert [(name, urlsplit(url).hostname) for name, url in add_links(EVENT)] == [
        ("Google Calendar", "calendar.google.com"),
        ("Outlook.com", "outlook.live.com"),
        ("Office 365", "outlook.office.com"),
        ("Yahoo", "calendar.yahoo.com"),
    ]


def test_each_carries_title_words_and_place() -> None:
    for name, url in add_links(EVENT):
        title, words, where = NAMES[name]
        found = asked(url)
        assert (found[title], found[words], found[where]) == (EVENT.title, EVENT.description, EVENT.location)


@pytest.mark.parametrize(("zone", "wall", "moment"), EVENINGS)
def test_the_moment_is_right_in_every_zone_summer_and_winter(zone: str, wall: object, moment: str) -> None:
    shown = evening(zone, wall)  # type: ignore[arg-type] # a time, as EVENINGS has it
    basic = moment[:19].replace("-", "").replace(":", "") + "Z"
    assert asked(google(shown))["dates"].startswith(f"{basic}/")
    assert asked(yahoo(shown))["st"] == basic
    for microsoft in (outlook, office):
        assert asked(microsoft(shown))["startdt"] == moment[:19] + "Z"


def test_an_end_after_midnight_is_on_the_next_day() -> None:
    night = event(
        starts_at=utc(EVENINGS[0][1].replace(hour=23), "Europe/London"),
        ends_at=utc(EVENINGS[0][1].replace(day=15, hour=1), "Europe/London"),
    )
    assert asked(google(night))["dates"] == "20260714T223000Z/20260715T003000Z"
    assert asked(outlook(night))["enddt"] == "2026-07-15T00:30:00Z"


@pytest.mark.parametrize("words", HOSTILE)
def test_no_text_adds_a_fact_or_leaves_the_address(words: str) -> None:
    plain = {name: set(asked(link(EVENT))) for name, link in SERVICES}
    for name, url in add_links(event(title=words, description=words, location=words)):
        assert url.isascii() and not set(url) & set(" \r\n\"'<>+\\"), url
        assert set(asked(url)) <= plain[name]


def test_a_title_of_nothing_is_an_event_all_the_same() -> None:
    assert asked(google(event(title=" ")))["text"] == "Event"


def test_an_event_called_off_is_added_nowhere() -> None:
    assert add_links(event(called_off=True)) == ()


def test_the_room_is_only_told_where_the_words_tell_it() -> None:
    assert all("rooms.example" not in url for _, url in add_links(EVENT))
