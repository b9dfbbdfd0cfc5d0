"""A person's group now and next: what it says in every state of an evening, and whom it never shows it to."""

from datetime import timedelta

import pytest
import time_machine

from convene import clock, links
from convene.events.models import Event
from convene.extensions import begin_write, db
from convene.groups import actions, timing
from convene.groups.letters import your_group
from convene.groups.queries import seats_of
from convene.signups.attendance import mark
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event, an_organisation
from tests.journey import evening
from tests.web.browsing import Browsing, path_of
from tests.web.rows import all_rows

NAMES = ["Bo Ash", "Cy Dune", "Di Elm", "Ed Fir", "Fi Gorse", "Gus Hazel", "Hal Ivy", "Ida Juniper"]
HOST = "The Warm Hall"
MINUTE = timedelta(minutes=1)


def write() -> None:
    """A page was opened meanwhile, and what was read for it is not written in."""
    db.session.commit()
    begin_write()


def start(event: Event) -> None:
    write()
    evening.start(event, clock.now())


def end(event: Event, number: int) -> None:
    write()
    timing.end(event, number, timing.of(event).revision, clock.now())


def now_link(signup: Signup) -> str:
    return path_of(links.now(signup.id, signup.generation))


@pytest.fixture
def here(visitor: Browsing) -> list[Signup]:
    """Eight people at an evening of two rounds, their groups published, no round begun."""
    return evening.begin(an_organisation(HOST), NAMES, clock.now(), round_count=2)[1]


def companions(signup: Signup, number: int) -> set[str]:
    """Whom somebody sits with in a round."""
    seat = next(
        one for one in seats_of(signup.event_id, signup.person_id) if one.group.round.number == number
    )
    return {other.person.name for other in seat.group.seats} - {signup.person.name}


def label(signup: Signup, number: int) -> str:
    return next(
        one.group.label
        for one in seats_of(signup.event_id, signup.person_id)
        if one.group.round.number == number
    )


def test_an_evening_as_one_person_lives_it(visitor: Browsing, here: list[Signup]) -> None:
    me, event = here[0], here[0].event
    place = path_of(links.place(me.id, me.generation))
    with time_machine.travel(clock.now(), tick=False) as hands:
        assert visitor.open(place).status_code == 200
        assert f'href="{now_link(me)}"' in visitor.page.text and "Your group now and next" in visitor.words

        visitor.open(now_link(me))
        assert visitor.heading == label(me, 1)
        assert "Next Round 1 of 2" in visitor.words and "Your host says when it begins" in visitor.words

        start(event)
        visitor.open(now_link(me))
        assert visitor.heading == label(me, 1)
        assert "Now Round 1 of 2" in visitor.words and "20 minutes left" in visitor.words
        assert companions(me, 1) <= {name for name in NAMES if name in visitor.words}
        assert f"Next Round 2 {label(me, 2)} With" in visitor.words
        assert ("You begin" in visitor.words) != (" begins" in visitor.words)

        hands.shift(21 * MINUTE)
        visitor.open(now_link(me))
        assert "Time is up" in visitor.words and "Finish your sentence" in visitor.words

        end(event, 1)
        visitor.open(now_link(me))
        assert visitor.heading == label(me, 2) and "Next Round 2 of 2" in visitor.words

        start(event)
        visitor.open(now_link(me))
        assert "This is the last round." in visitor.words

        end(event, 2)
        visitor.open(now_link(me))
        assert visitor.heading == "That was the last round"

        hands.shift(timedelta(hours=3))
        visitor.open(now_link(me))
        assert visitor.heading == "This event is over"


@pytest.mark.one_database
def test_before_anything_is_published_it_says_that_the_groups_will_appear(visitor: Browsing) -> None:
    event = an_event(an_organisation(HOST), starts_in=timedelta(minutes=10), group_size=3)
    me, *_ = [a_signup(event) for _ in range(6)]
    evening.draw(event, clock.now())
    before = all_rows()
    visitor.open(now_link(me))
    assert visitor.heading == "Your groups are not ready yet"
    assert "Table" not in visitor.words and all_rows() == before
    assert visitor.page.headers["Cache-Control"] == "no-store"
    visitor.open(path_of(links.place(me.id, me.generation)))
    assert "Your group now and next" not in visitor.words, "no link to a page that has nothing to say"


@pytest.mark.one_database
def test_who_came_late_or_misses_a_round_is_told_to_say_that_they_are_here(
    visitor: Browsing, here: list[Signup]
) -> None:
    event = here[0].event
    late = a_signup(event, a_person(event.organisation, name="Wim Late"))
    mark(late, "attended", "person:1", clock.now())
    visitor.open(now_link(late))
    assert visitor.heading == "You have no group yet" and not any(name in visitor.words for name in NAMES)
    start(event)
    visitor.open(now_link(late))
    assert visitor.heading == "You have no group yet" and not any(name in visitor.words for name in NAMES)
    second = timing.of(event).next
    assert second
    write()
    second.groups[0].seats[-1].person_id = late.person_id
    visitor.open(now_link(late))
    assert visitor.heading == "You have no group in this round"
    assert "they find you a seat" in visitor.words and f"Next Round 2 {label(late, 2)}" in visitor.words


@pytest.mark.one_database
@pytest.mark.parametrize("state", ["started", "waitlisted", "offered", "lapsed", "cancelled"])
def test_who_has_no_place_and_was_not_there_sees_no_names_and_no_rooms(
    visitor: Browsing, here: list[Signup], state: str
) -> None:
    me = here[0]
    mark(me, "unknown", "person:1", clock.now())
    me.state = state
    me.offered_until = me.event.ends_at if state == "offered" else None
    start(me.event)
    visitor.open(now_link(me))
    assert visitor.heading == "You have no group here"
    assert not any(name in visitor.words for name in NAMES) and "Table" not in visitor.words


@pytest.mark.one_database
def test_a_link_that_is_not_ours_or_was_replaced_shows_nothing(visitor: Browsing, here: list[Signup]) -> None:
    me = here[0]
    old = now_link(me)
    me.generation += 1
    for path in (old, "/place/x/now", "/place/%00/now", f"/place/{'.' * 300}/now"):
        assert visitor.open(path).status_code == 404
        assert not any(name in visitor.words for name in NAMES)
    assert visitor.open(now_link(me)).status_code == 200


@pytest.mark.one_database
def test_nobodys_address_and_nobody_from_another_group_is_on_the_page(
    visitor: Browsing, here: list[Signup]
) -> None:
    start(here[0].event)
    for me in here:
        visitor.open(now_link(me))
        assert "@" not in visitor.page.text
        shown = {name for name in NAMES if name in visitor.words}
        assert shown == (companions(me, 1) | companions(me, 2))


@pytest.mark.one_database
def test_the_room_to_join_is_there_until_the_event_is_over(visitor: Browsing) -> None:
    event, here = evening.begin(
        an_organisation(HOST),
        NAMES,
        clock.now(),
        format="online",
        online_url="https://video.example.org/hall",
    )
    actions.set_rooms(event, ["https://video.example.org/1", "https://video.example.org/2"])
    start(event)
    visitor.open(now_link(here[0]))
    assert f"Join {label(here[0], 1)}" in visitor.words and "https://video.example.org/" in visitor.page.text
    with time_machine.travel(event.ends_at + MINUTE):
        visitor.open(now_link(here[0]))
        assert visitor.heading == "This event is over" and "video.example.org" not in visitor.page.text


@pytest.mark.one_database
def test_a_round_that_runs_past_the_end_of_the_event_is_still_shown_while_it_has_time(
    visitor: Browsing,
) -> None:
    event, here = evening.begin(an_organisation(HOST), NAMES, clock.now())
    evening.start(event, event.ends_at - 5 * MINUTE)
    with time_machine.travel(event.ends_at + 5 * MINUTE, tick=False):
        visitor.open(now_link(here[0]))
        assert visitor.heading == label(here[0], 1) and "10 minutes left" in visitor.words


@pytest.mark.one_database
def test_an_event_that_was_called_off_says_so_and_names_nobody(visitor: Browsing, here: list[Signup]) -> None:
    here[0].event.state = "called_off"
    visitor.open(now_link(here[0]))
    assert visitor.heading == "This event was called off" and not any(name in visitor.words for name in NAMES)


@pytest.mark.one_database
def test_what_they_share_who_begins_and_the_question_stand_under_the_names(
    visitor: Browsing, here: list[Signup]
) -> None:
    for signup in here:
        signup.person.field = "housing"
    start(here[0].event)
    visitor.open(now_link(here[0]))
    assert "You all work in housing." in visitor.words
    assert "To begin with" in visitor.words and "All three questions of this round" in visitor.words


@pytest.mark.one_database
def test_the_letter_leads_here(visitor: Browsing, here: list[Signup]) -> None:
    me = here[0]
    letter = your_group(me, seats_of(me.event_id, me.person_id))
    link = links.now(me.id, me.generation)
    assert f"Your group now and next:\n{link}" in letter.text
    assert f'href="{link}"' in letter.html and "Your group now and next" in letter.html
    visitor.open(path_of(link))
    assert visitor.heading == label(me, 1)
