"""An event's page says what, who, when, where and how many places are left, to people and to machines."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from convene import clock, links
from convene.extensions import db, start_write
from tests.factories import a_circle, a_session, a_signup, an_event, an_organisation
from tests.web.browsing import Browsing, path_of, without_tokens

pytestmark = pytest.mark.one_database

STARTS = datetime(2026, 5, 12, 17, 30, tzinfo=UTC)
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def the_fourth_of_may():
    with time_machine.travel(NOW, tick=False):
        yield


def linked_data(html: str) -> dict:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert len(found) == 1
    return json.loads(found[0])


def test_it_says_what_who_when_where_and_how_to_get_in(visitor: Browsing) -> None:
    host = an_organisation("The Long Table")
    event = an_event(
        host,
        title="A street that talks",
        summary="Ten years of one street.",
        description="Bring **one question**.",
        host_name="Hetty Host",
        starts_at=STARTS,
        venue="The Hall, 1 Long Row",
        access_info="Step-free from the side door.",
    )
    assert visitor.open(f"/events/{event.slug}").status_code == 200
    assert visitor.heading == "A street that talks"
    for words in (
        "Ten years of one street.",
        "Tuesday 12 May 2026, 6.30pm to 8pm (London)",
        "Hetty Host, The Long Table",
        "The Hall, 1 Long Row",
        "Step-free from the side door.",
    ):
        assert words in visitor.words, words
    assert "<strong>one question</strong>" in visitor.page.text
    assert "This event is run by The Long Table." in visitor.words


def test_the_time_where_the_visitor_is_stands_beside_the_events_own(visitor: Browsing) -> None:
    event = an_event(starts_at=STARTS)
    visitor.open(f"/events/{event.slug}?zone=America/New_York")
    assert "Tuesday 12 May 2026, 6.30pm to 8pm (London)" in visitor.words
    assert "Tuesday 12 May 2026, 1.30pm to 3pm (New York)" in visitor.words
    visitor.open(f"/events/{event.slug}?zone=nairobi")
    assert "Tuesday 12 May 2026, 8.30pm to 10pm (Nairobi)" in visitor.words


@pytest.mark.parametrize(
    ("typed", "there"),
    [
        ("Cardiff", None),
        ("leeds", None),
        ("Newcastle upon Tyne", None),
        ("Buffalo", "1.30pm to 3pm (New York)"),
        ("san francisco", "10.30am to noon (Los Angeles)"),
        ("München", "7.30pm to 9pm (Berlin)"),
        ("Kraków", "7.30pm to 9pm (Warsaw)"),
        ("São Paulo", "2.30pm to 4pm (Sao Paulo)"),
        ("mumbai", "11pm to"),
        ("St. John's", "3pm to 4.30pm (St Johns)"),
    ],
)
def test_a_large_city_without_a_zone_of_its_own_is_known(
    visitor: Browsing, typed: str, there: str | None
) -> None:
    event = an_event(starts_at=STARTS)
    visitor.open(f"/events/{event.slug}", query_string={"zone": typed})
    assert "own-zone-error" not in visitor.page.text
    assert "For you" not in visitor.words if there is None else there in visitor.words


def test_a_zone_with_the_same_hours_is_not_said_twice(visitor: Browsing) -> None:
    event = an_event(starts_at=STARTS)
    visitor.open(f"/events/{event.slug}?zone=Europe/Lisbon")
    assert "Lisbon)" not in visitor.words


@pytest.mark.parametrize("typed", ["Atlantis", "../../etc/passwd", "%00", "%ff", "%E2%80%AE", "x" * 5000])
def test_a_place_that_has_no_zone_is_said_so_beside_the_box_and_kept_there(
    visitor: Browsing, typed: str
) -> None:
    event = an_event(starts_at=STARTS)
    assert visitor.open(f"/events/{event.slug}?zone={typed}").status_code == 200
    box = re.search(r'<input id="own-zone"[^>]*>', visitor.page.text)
    assert box and 'aria-invalid="true"' in box[0] and "own-zone-error" in box[0]
    assert 'id="own-zone-error"' in visitor.page.text
    if typed == "Atlantis":
        assert 'value="Atlantis"' in box[0]


def test_search_engines_get_the_event_in_schema_orgs_words(visitor: Browsing) -> None:
    event = an_event(an_organisation("The Long Table"), title="A street that talks", starts_at=STARTS)
    visitor.open(f"/events/{event.slug}")
    data = linked_data(visitor.page.text)
    assert data["@context"] == "https://schema.org"
    assert data["@type"] == "Event"
    assert data["name"] == "A street that talks"
    assert data["url"] == f"http://localhost/events/{event.slug}"
    assert datetime.fromisoformat(data["startDate"]) == STARTS
    assert data["startDate"] == "2026-05-12T18:30:00+01:00", "the event's own wall time with its offset"
    assert datetime.fromisoformat(data["endDate"]) == event.ends_at
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert data["eventAttendanceMode"] == "https://schema.org/OfflineEventAttendanceMode"
    assert data["location"] == {"@type": "Place", "name": event.venue, "address": event.venue}
    assert data["organizer"]["name"] == "The Long Table"


def test_chat_programs_get_a_preview(visitor: Browsing) -> None:
    event = an_event(title="A street that talks", summary="Ten years of one street.", starts_at=STARTS)
    visitor.open(f"/events/{event.slug}")
    meta = dict(re.findall(r'<meta property="(og:[a-z_]+)" content="([^"]*)">', visitor.page.text))
    assert meta["og:title"] == "A street that talks"
    assert (
        "Tuesday 12 May 2026" in meta["og:description"]
        and "Ten years of one street." in meta["og:description"]
    )
    assert meta["og:url"] == f"http://localhost/events/{event.slug}"


def test_what_a_host_typed_stays_text_in_the_page_and_in_the_data(visitor: Browsing) -> None:
    nasty = '</script><script>alert(1)</script> & "O\'Neill"'
    event = an_event(
        title=nasty, summary=nasty, description=nasty, venue=nasty, host_name=nasty, access_info=nasty
    )
    visitor.open(f"/events/{event.slug}")
    assert "<script>alert" not in visitor.page.text
    assert linked_data(visitor.page.text)["name"] == nasty
    assert (
        visitor.heading == "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;O&#39;Neill&#34;"
    )


def test_markdown_can_hold_neither_script_nor_picture_nor_style(visitor: Browsing) -> None:
    words = "# Big\n\n[link](javascript:alert(1)) ![x](https://tracker.example/x.png) <b onclick=x>raw</b>\n\n[fine](https://example.org)"
    event = an_event(description=words)
    visitor.open(f"/events/{event.slug}")
    for bad in ("<img", 'tracker.example/x.png"', "<b onclick", 'href="javascript:'):
        assert bad not in visitor.page.text, bad
    assert "<h3>Big</h3>" in visitor.page.text, "headings stand below the page's own"
    assert 'href="https://example.org"' in visitor.page.text


def test_the_link_to_join_is_for_people_with_a_place_alone(visitor: Browsing) -> None:
    event = an_event(format="online", venue="", online_url="https://video.example.org/secret-hall")
    visitor.open(f"/events/{event.slug}")
    assert "secret-hall" not in visitor.page.text
    assert "Online. The link to join comes with your place." in visitor.words
    assert linked_data(visitor.page.text)["location"]["@type"] == "VirtualLocation"
    assert "secret-hall" not in visitor.open(f"/events/{event.slug}.ics").text


def test_places_left_are_counted_as_held_and_offered(visitor: Browsing) -> None:
    event = an_event(capacity=5)
    for state in ("confirmed", "offered", "started", "cancelled", "lapsed"):
        a_signup(event, state=state)
    visitor.open(f"/events/{event.slug}")
    assert "3 places left of 5" in visitor.words
    assert "Keep me a place" in visitor.words


def test_a_free_place_that_others_wait_for_is_not_shown_as_free(visitor: Browsing) -> None:
    event = an_event(capacity=2)
    a_signup(event)
    a_signup(event, state="waitlisted")
    visitor.open(f"/events/{event.slug}")
    assert "Full: join the waiting list" in visitor.words
    assert "(1 person is waiting now)" in visitor.words
    assert "1 of 2 place" not in visitor.words, (
        "one line of the page must not promise what the next one takes back"
    )


def test_nobody_reads_before_pressing_whether_a_circles_session_has_room(
    visitor: Browsing, app: Flask
) -> None:
    """Whoever waits for a circle because of a rule could else see that it is not full."""
    circle = a_circle()
    event = a_session(circle, listed=True, capacity=2)
    way = a_signup(event, state="started")
    db.session.commit()
    begun, slug, place = f"/events/{event.slug}", circle.slug, path_of(links.place(way.id, 1))

    def seen() -> list[str]:
        one = Browsing(app.test_client())
        pages = [
            without_tokens(one.open(path).text) for path in (begun, f"{begun}/embed", f"/circles/{slug}", "/")
        ]
        one.open(begun)
        one.press("Sign up", name="Pat", email="pat@example.net")
        assert one.heading == "Check your email"
        pages += [without_tokens(one.page.text), without_tokens(one.open(place).text)]
        return pages

    room = seen()
    assert "There may be room" in room[0] and "There may be room" in room[1]
    start_write()
    for state in ("confirmed", "confirmed", "waitlisted"):
        a_signup(event, state=state)
    db.session.commit()
    for before, now in zip(room, seen(), strict=True):
        assert before == now
        for told in (
            "place left",
            "places left",
            "places free",
            "Full",
            "waiting list",
            "very place is taken just",
        ):
            assert told not in now, told


def test_a_full_event_still_takes_people_into_the_line(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    a_signup(event)
    visitor.open(f"/events/{event.slug}")
    assert "All 1 place is taken" in visitor.words
    assert "Join the waiting list" in visitor.words
    assert "Your place in line is kept when you press the button in our mail." in visitor.words
    assert "Your place is kept" not in visitor.words
    assert visitor.form("Sign up")


def test_who_is_coming_is_not_public(visitor: Browsing) -> None:
    event = an_event()
    signup = a_signup(event)
    visitor.open(f"/events/{event.slug}")
    assert signup.person.name not in visitor.page.text
    assert str(signup.person.address_typed) not in visitor.page.text


def test_an_event_called_off_says_so_and_takes_nobody(visitor: Browsing) -> None:
    event = an_event(state="called_off")
    assert visitor.open(f"/events/{event.slug}").status_code == 200
    assert "This event was called off." in visitor.words
    assert "You sign up" not in visitor.words and "in your calendar" not in visitor.words
    assert "csrf_token" not in visitor.page.text
    assert linked_data(visitor.page.text)["eventStatus"] == "https://schema.org/EventCancelled"


def test_a_past_event_says_so_and_takes_nobody(visitor: Browsing) -> None:
    event = an_event(starts_in=-timedelta(days=3))
    assert visitor.open(f"/events/{event.slug}").status_code == 200
    assert "This event is over." in visitor.words
    assert "csrf_token" not in visitor.page.text
    for promise in ("You sign up", "in your calendar", "The time where you are", "after you have signed up"):
        assert promise not in visitor.words, promise


def test_an_event_takes_people_until_its_very_end(visitor: Browsing) -> None:
    event = an_event(starts_in=-timedelta(minutes=30))
    visitor.open(f"/events/{event.slug}")
    assert visitor.form("Sign up")


def test_a_draft_is_not_there(visitor: Browsing) -> None:
    event = an_event(state="draft")
    for path in (
        f"/events/{event.slug}",
        f"/events/{event.slug}.ics",
        f"/events/{event.slug}/check-your-email",
    ):
        assert visitor.open(path).status_code == 404, path


def test_the_calendar_file_of_one_event_is_downloaded(
    visitor: Browsing, session: scoped_session[Session]
) -> None:
    event = an_event(title="A street that talks", starts_at=STARTS)
    answer = visitor.open(f"/events/{event.slug}.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{event.slug}.ics"'
    assert f"UID:{event.uid}" in answer.text
    assert "SUMMARY:A street that talks" in answer.text
    assert "METHOD:REQUEST" not in answer.text and "ATTENDEE" not in answer.text
    assert clock.now() == NOW
