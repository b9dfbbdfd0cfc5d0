"""The way into a room online: for whoever has a place, to wherever the room is now."""

from datetime import timedelta

import pytest
import time_machine

from convene import links
from convene.extensions import db, start_write
from tests.factories import a_signup, an_event
from tests.web.browsing import Browsing, path_of

HALL, OTHER = "https://video.example.org/hall", "https://video.example.org/other?pass=a&room=1"


@pytest.mark.one_database
def test_it_leads_whoever_has_a_place_to_where_the_room_is_now_and_nobody_else(visitor: Browsing) -> None:
    event = an_event(format="online", venue="", online_url="")
    here = a_signup(event)
    others = {
        state: a_signup(event, state=state) for state in ("started", "waitlisted", "offered", "cancelled")
    }
    by_letter, by_page = path_of(links.join(here.id, 1)), path_of(links.place(here.id, 1)) + "/join"
    without = {state: path_of(links.join(one.id, 1)) for state, one in others.items()}
    db.session.commit()

    visitor.open(by_letter)
    assert visitor.heading == "The room is not open yet"
    for room in (HALL, OTHER):
        start_write()
        event.online_url = room
        db.session.commit()
        for path in (by_letter, by_page):
            for ask in (visitor.client.get, visitor.client.head):
                answer = ask(path)
                assert (answer.status_code, answer.location) == (302, room), "changed without a new letter"
                assert answer.headers["Cache-Control"] == "no-store"
    for state, path in without.items():
        page = visitor.open(path)
        assert visitor.heading == "This link opens with a place" and "video.example" not in page.text, state

    assert visitor.open(by_letter.removesuffix("/join")).status_code != 200, (
        "it opens the room and nothing else"
    )
    start_write()
    here.generation += 1
    db.session.commit()
    assert visitor.client.get(by_letter).status_code != 302, "a link that was ended leads nowhere"
    with time_machine.travel(event.ends_at + timedelta(minutes=1)):
        visitor.open(path_of(links.join(here.id, 2)))
        assert visitor.heading == "This event is over" and "video.example" not in visitor.page.text
    start_write()
    event.state = "called_off"
    db.session.commit()
    visitor.open(path_of(links.join(here.id, 2)))
    assert visitor.heading == "This event was called off"
