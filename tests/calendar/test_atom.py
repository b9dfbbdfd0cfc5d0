"""What the Atom feed promises those who follow the line-up in a feed reader."""

from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from convene.calendar.atom import feed
from convene.calendar.invite import Entry
from tests.calendar.examples import EVENT, STAMP, event
from tests.calendar.readers import xml
from tests.calendar.test_invite import HOSTILE

ATOM = "{http://www.w3.org/2005/Atom}"
PAGE, OWN = "https://convene.example/", "https://convene.example/line-up.atom"
LATER = event(
    uid="5f4d8e0a-0b1c-4c55-8d7e-9a0b1c2d3e4f", stamp=STAMP + timedelta(days=1), title="Tea & <b>talk</b>"
)


def read(*entries: Entry) -> ElementTree.Element:
    return xml(feed("What's on", entries, PAGE, OWN))


def text(element: ElementTree.Element, name: str) -> str:
    found = element.findall(ATOM + name)
    assert len(found) == 1, f"{len(found)} times {name}"
    return found[0].text or ""


def test_the_feed_has_what_rfc_4287_asks_of_it() -> None:
    whole = read(EVENT, LATER)
    assert whole.tag == f"{ATOM}feed"
    assert text(whole, "title") == "What's on"
    assert text(whole, "updated") == "2026-05-02T09:30:00Z", "the time of the latest revision"
    links = {one.get("rel"): one.get("href") for one in whole.findall(f"{ATOM}link")}
    assert links == {"self": OWN, "alternate": PAGE}
    assert urlsplit(text(whole, "id")).scheme == "urn"


def test_an_event_keeps_its_id_for_life_and_is_updated_when_it_is_revised() -> None:
    revised = event(uid=LATER.uid, stamp=LATER.stamp + timedelta(hours=1), title="Another title")
    (before,), (after,) = read(LATER).findall(f"{ATOM}entry"), read(revised).findall(f"{ATOM}entry")
    assert text(before, "id") == text(after, "id") == f"urn:uuid:{LATER.uid}"
    assert (text(before, "updated"), text(after, "updated")) == (
        "2026-05-02T09:30:00Z",
        "2026-05-02T10:30:00Z",
    )
    assert text(before, "published") == "2026-04-01T08:00:00Z"
    author = before.find(f"{ATOM}author")
    assert author is not None and text(author, "name") == "Ann Lee"


def test_an_entry_says_when_and_where_in_words_and_leads_to_its_page() -> None:
    (entry,) = read(EVENT).findall(f"{ATOM}entry")
    assert text(entry, "content").splitlines() == [
        "When: Tuesday 14 July 2026, 6.30pm to 8pm (London)",
        "Where: Hall, 1 High Street",
        "",
        "Bring a photograph.",
        "Tea from six.",
    ]
    link = entry.find(f"{ATOM}link")
    assert link is not None and link.get("href") == EVENT.url


def test_an_event_called_off_stays_and_says_so_and_no_link_to_join_is_told() -> None:
    whole = feed("What's on", [event(called_off=True)], PAGE, OWN)
    assert "Called off: High streets" in whole.decode()
    assert "rooms.example" not in whole.decode()


def test_the_latest_revised_comes_first_whatever_order_they_came_in() -> None:
    assert feed("Ideas", [EVENT, LATER], PAGE, OWN) == feed("Ideas", [LATER, EVENT], PAGE, OWN)
    titles = [text(entry, "title") for entry in read(EVENT, LATER).findall(f"{ATOM}entry")]
    assert titles == ["Tea & <b>talk</b>", EVENT.title]


def test_an_empty_feed_is_a_feed() -> None:
    whole = read()
    assert whole.findall(f"{ATOM}entry") == []
    assert text(whole, "updated") == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize("words", [*HOSTILE, "]]></content><entry>", "\ufffe\uffff &#0; &amp; \"'>"])
def test_no_text_breaks_out_of_its_element(words: str) -> None:
    hostile = event(title=words, description=words, location=words, organiser_name=words)
    (entry,) = read(hostile).findall(f"{ATOM}entry")
    assert [one.tag.removeprefix(ATOM) for one in entry] == [
        "id", "title", "updated", "published", "author", "link", "content",
    ]  # fmt: skip
    assert all(len(one) == (1 if one.tag.endswith("author") else 0) for one in entry)
