"""Ways into a calendar as the pages offer them: one event to add, many to follow."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from convene import clock, links
from convene.events import actions as events
from convene.extensions import db, start_write
from tests.factories import a_signup, an_event
from tests.web.browsing import Browsing, path_of
from tests.web.visit.programme import ROOM, Programme


def hrefs(visitor: Browsing, host: str) -> list[dict[str, Any]]:
    """The questions of all links to this host, as lists by name."""
    found = []
    for piece in visitor.page.text.split('href="')[1:]:
        url = urlsplit(piece.partition('"')[0].replace("&amp;", "&"))
        if url.hostname == host:
            found.append(parse_qs(url.query))
    return found


SITES = ("calendar.google.com", "outlook.live.com", "outlook.office.com", "calendar.yahoo.com")


def test_an_events_page_offers_the_file_first_and_then_four_calendars(
    visitor: Browsing, programme: Programme
) -> None:
    visitor.open(f"/events/{programme.event.slug}")
    html = visitor.page.text
    places = [html.index(f'href="/events/{programme.event.slug}.ics"'), *(html.index(site) for site in SITES)]
    assert places == sorted(places)
    assert "video.example.org" not in html, "the link to join is for those with a place"
    (google,) = hrefs(visitor, "calendar.google.com")
    begins = f"{programme.event.starts_at:%Y%m%dT%H%M%SZ}"
    assert google["dates"][0].startswith(begins) and google["text"] == ["An open evening"]


def test_a_place_offers_them_with_the_link_to_join(visitor: Browsing, programme: Programme) -> None:
    visitor.open(path_of(links.place(programme.signup.id, 1)))
    join = links.join(programme.signup.id, 1)
    for site in SITES:
        (asked,) = hrefs(visitor, site)
        assert join in json.dumps(asked) and ROOM not in json.dumps(asked), site


@pytest.mark.one_database
@pytest.mark.parametrize(
    "facts", [{"state": "called_off"}, {"starts_in": -timedelta(days=2)}], ids=["off", "over"]
)
def test_what_is_called_off_or_over_is_added_nowhere(visitor: Browsing, facts: dict[str, Any]) -> None:
    event = an_event(**facts)
    for path in (f"/events/{event.slug}", path_of(links.place(a_signup(event).id, 1))):
        visitor.open(path)
        assert not any(site in visitor.page.text for site in SITES)


def test_the_pages_tell_programs_and_people_of_their_calendars(
    visitor: Browsing, programme: Programme
) -> None:
    feeds = programme.feeds()
    for page, kinds in (
        ("/", ("line-up", "atom")),
        (f"/circles/{programme.circle.slug}", ("circle",)),
        (f"/events/{programme.event.slug}", ("host",)),
    ):
        visitor.open(page)
        for kind in kinds:
            assert f'href="{feeds[kind]}"' in visitor.page.text
            webcal = links.webcal(links.absolute(feeds[kind]))
            assert kind == "atom" or f'href="{webcal}"' in visitor.page.text, kind


@pytest.mark.one_database
def test_a_hostile_title_stays_a_title_in_every_link(visitor: Browsing, programme: Programme) -> None:
    start_write()
    events.edit(programme.event, {"title": "\"><script>alert(1)</script> & #x 'y"}, clock.now())
    db.session.commit()
    visitor.open(f"/events/{programme.event.slug}")
    assert "<script>alert" not in visitor.page.text
    (google,) = hrefs(visitor, "calendar.google.com")
    assert google["text"] == ["\"><script>alert(1)</script> & #x 'y"]
