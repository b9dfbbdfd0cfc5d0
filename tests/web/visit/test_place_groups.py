"""What the page of a place shows of the room and the groups, and of others."""

import re
from datetime import timedelta

import pytest

from convene import clock
from convene.extensions import db, start_write
from convene.signups.models import Attendance
from tests.factories import a_signup, an_event, sat
from tests.web.browsing import Browsing
from tests.web.visit.places import STATES, link


@pytest.mark.one_database
def test_the_link_to_join_is_shown_with_a_place_and_not_without(visitor: Browsing) -> None:
    event = an_event(format="online", venue="", online_url="https://video.example.org/hall")
    for state, path in [(state, link(a_signup(event, state=state))) for state in STATES]:
        visitor.open(path)
        assert "video.example.org" not in visitor.page.text
        assert ("Join online" in visitor.words) == (state == "confirmed"), state


ROOM = "https://video.example.org/room"


def test_groups_are_shown_once_published_to_those_in_them_with_names_and_no_addresses(
    visitor: Browsing,
) -> None:
    event = an_event()
    mine, theirs, other = (a_signup(event) for _ in range(3))
    round_ = sat(theirs.event, [theirs.person, mine.person], state="draft", room=ROOM)
    visitor.open(link(mine))
    assert theirs.person.name not in visitor.words
    start_write()
    db.session.refresh(round_)
    round_.state = "published"
    visitor.open(link(mine))
    assert f"With {theirs.person.name}. {theirs.person.name} starts." in visitor.words
    assert str(theirs.person.address_typed) not in visitor.page.text
    visitor.open(link(theirs))
    assert f"With {mine.person.name}. You start." in visitor.words
    visitor.open(link(other))
    assert "Your groups" not in visitor.words


@pytest.mark.one_database
@pytest.mark.parametrize("state", ["cancelled", "lapsed", "waitlisted"])
def test_who_gave_their_place_back_sees_no_group_and_no_room(visitor: Browsing, state: str) -> None:
    event = an_event(format="online", venue="")
    mine, theirs = a_signup(event, state=state), a_signup(event)
    sat(theirs.event, [theirs.person, mine.person], room=ROOM)
    visitor.open(link(mine))
    assert theirs.person.name not in visitor.page.text
    assert "video.example.org" not in visitor.page.text


def test_a_walk_in_who_was_there_sees_the_group_all_the_same(visitor: Browsing) -> None:
    event = an_event(starts_in=-timedelta(minutes=20))
    mine, theirs = a_signup(event, state="waitlisted"), a_signup(event)
    mine.attendance = Attendance(state="attended", marked_at=clock.now(), marked_by="test")
    sat(theirs.event, [theirs.person, mine.person], room=ROOM)
    visitor.open(link(mine))
    assert theirs.person.name in visitor.words


def test_the_page_never_tells_of_others_but_how_many_are_before(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    others = [a_signup(event), a_signup(event, state="waitlisted")]
    mine = a_signup(event, state="waitlisted")
    visitor.open(link(mine))
    for other in others:
        assert other.person.name not in visitor.page.text
        assert str(other.person.address_typed) not in visitor.page.text
    assert re.search("1 person is before you", visitor.words)
