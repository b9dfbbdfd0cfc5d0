"""From an empty desk to people who can sign up: one form, and then everything to bring it among people."""

import html
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from convene import clock
from convene.events.models import Event
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.people.models import Organisation
from tests.web.browsing import Browsing
from tests.web.organise.conftest import OWNER, World, text


def four(**changes: Any) -> dict[str, Any]:
    """The four answers, as the form sends them."""
    day = (clock.now() + timedelta(days=10)).date().isoformat()
    return {
        "title": "Ideas over bread", "day": day, "starts": "18:30", "ends": "", "zone": "Europe/London",
        "where": "12 Mill Lane, Leeds", "capacity": "24", **changes,
    }  # fmt: skip


def only_event(world: World) -> Event:
    return world.read(lambda: db.session.scalars(select(Event)).one())


def test_from_sign_in_to_published_in_one_form(world: World) -> None:
    organiser, visitor = Browsing(world.app.test_client()), world.app.test_client()
    organiser.open("/organise/sign-in")
    organiser.press("Send me a link", email=OWNER)
    letter = world.read(lambda: db.session.scalars(select(OutgoingMail)).one())
    link = next(word for word in letter.text.split() if "/organise/sign-in/" in word)
    organiser.open("/" + link.partition("://")[2].partition("/")[2])
    organiser.press("Sign in")
    organiser.open("/organise/events/announce")
    said = four()
    del said["zone"]
    organiser.press("Publish it", **said)
    assert organiser.heading == "Tell people" and "Published." in organiser.words
    event = only_event(world)
    assert event.state == "published" and event.ends_at - event.starts_at == timedelta(hours=2)
    assert event.host_name == "Ada Bell" and event.capacity == 24
    page = visitor.get("/events/ideas-over-bread")
    assert page.status_code == 200 and "Keep me a place" in page.text


def test_a_link_as_the_place_makes_it_online_and_is_told_to_nobody(world: World) -> None:
    world.client.post("/organise/events/announce", data=four(where="https://meet.example.org/soup"))
    event = only_event(world)
    assert event.format == "online" and event.online_url == "https://meet.example.org/soup"
    assert "meet.example.org" not in world.app.test_client().get(f"/events/{event.slug}").text
    assert "meet.example.org" not in world.client.get(f"/organise/events/{event.id}/share").text


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": ""}, "Enter a title"),
        ({"day": ""}, "Enter the date"),
        ({"starts": ""}, "Enter the time it starts"),
        ({"ends": "late"}, "Enter a time such as"),
        ({"where": ""}, "Enter where it is, or the link to join"),
        ({"where": "www.example.org/room"}, "Enter the whole link"),
        ({"where": "x" * 301}, "300 characters"),
        ({"capacity": "0"}, "Enter a whole number"),
        ({"day": "2020-01-01"}, "This is in the past"),
        ({"zone": "Nowhere/Else"}, "Choose a time zone"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    world: World, wrong: dict[str, str], words: str
) -> None:
    answer = world.client.post("/organise/events/announce", data=four(**wrong))
    assert answer.status_code == 422 and words in text(answer)
    assert ("Ideas over bread" in answer.text) == ("title" not in wrong)
    assert world.read(lambda: db.session.scalars(select(Event)).all()) == []


def test_who_answers_for_peoples_data_is_asked_there_and_once(world: World) -> None:
    with world.writing():
        host = db.session.get_one(Organisation, world.host_id)
        host.privacy_contact, host.reply_to = "", "ada@example.org"
    asking = world.client.get("/organise/events/announce").text
    assert "Who answers for people" in asking and "on your public pages" in asking
    assert 'value="The Warm Hall"' in asking and 'value="ada@example.org"' in asking, (
        "what is known stands there"
    )
    refused = world.client.post("/organise/events/announce", data=four(controller="The Warm Hall"))
    assert refused.status_code == 422 and "Enter an address or a number" in text(refused)
    assert world.read(lambda: db.session.scalars(select(Event)).all()) == []
    whole = four(controller="The Warm Hall", privacy_contact="0113 496 0000")
    assert world.client.post("/organise/events/announce", data=whole).status_code == 303
    host = world.read(lambda: db.session.get_one(Organisation, world.host_id))
    assert (host.controller, host.privacy_contact) == ("The Warm Hall", "0113 496 0000")
    assert "Who answers for people" not in world.client.get("/organise/events/announce").text
    world.client.post("/organise/events/announce", data=four(title="Another", controller="Somebody else"))
    host = world.read(lambda: db.session.get_one(Organisation, world.host_id))
    assert host.controller == "The Warm Hall", "asked once; from then on it is the owner's to change"


def test_the_other_button_keeps_it_as_a_draft(world: World) -> None:
    answer = world.client.post("/organise/events/announce", data=four(act="draft"), follow_redirects=True)
    assert "Saved as a draft" in text(answer) and only_event(world).state == "draft"


def test_the_next_page_has_the_link_words_to_paste_a_poster_and_a_picture(world: World) -> None:
    event_id = world.event(title="Ideas over bread", summary="Bring a loaf.")
    page = world.client.get(f"/organise/events/{event_id}/share")
    assert "/events/ideas-over-bread</a>" in page.text
    pasted = page.text.partition("readonly>")[2].partition("</textarea>")[0].splitlines()
    assert pasted[0] == "Ideas over bread" and pasted[2:4] == ["12 Mill Lane, Leeds", "Bring a loaf."]
    assert pasted[-1].startswith("Sign up: http") and pasted[-1].endswith("/events/ideas-over-bread")
    poster = world.client.get(f"/organise/events/{event_id}/poster.pdf")
    assert poster.mimetype == "application/pdf" and poster.data.startswith(b"%PDF-")
    address = page.text.partition('class="share-picture" src="')[2].partition('"')[0]
    assert world.client.get(address).data.startswith(b"\x89PNG")


@pytest.mark.one_database
def test_a_title_in_the_frame_stays_words_on_whatever_page_it_is_pasted_into(world: World) -> None:
    event_id = world.event(title='Ideas "over" <script>bread')
    shown = world.client.get(f"/organise/events/{event_id}/share").text
    pasted = html.unescape(
        shown.partition('id="frame-words"')[2].partition(">")[2].partition("</textarea>")[0]
    )
    assert pasted.count('"') == 8 and "<script>" not in pasted
    assert "Ideas &#34;over&#34; &lt;script&gt;bread" in pasted


def test_the_organiser_gets_what_people_will_get_and_nobodys_key(world: World) -> None:
    event_id = world.event(title="Ideas over bread")
    path = f"/organise/events/{event_id}/share"
    answer = world.client.post(f"{path}/letters", follow_redirects=True)
    assert "Three letters are on their way" in text(answer)
    rows = world.read(lambda: db.session.scalars(select(OutgoingMail)).all())
    assert len(rows) == 3 and {row.to_address for row in rows} == {OWNER}
    assert all(row.subject.startswith("Test: ") and "Ideas over bread" in row.text for row in rows)
    for row in rows:
        assert row.text.startswith("This is a test") and "This is a test" in row.html, (
            "no link or invite is promised"
        )
    assert "/events/ideas-over-bread" in next(row.text for row in rows if "place is kept" in row.text)
    assert not any("/place/" in row.text for row in rows)
    for _ in range(6):
        answer = world.client.post(f"{path}/letters", follow_redirects=True)
    assert "nothing was sent" in text(answer)
    count = world.read(lambda: len(db.session.scalars(select(OutgoingMail)).all()))
    assert count <= 20 and count % 3 == 0, "all three or none"
