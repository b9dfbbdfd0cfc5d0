"""The morning after on one page: true to the rows, bounded where people are silent, and blind to who said what."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext
from sqlalchemy import event as happening

from convene import clock
from convene.events.models import Event
from convene.extensions import db
from convene.groups import actions as groups
from convene.nudges.models import Answer
from convene.people.actions import keep_apart
from convene.people.models import Organisation, Person
from convene.signups import attendance
from convene.signups.models import Signup
from tests.factories import a_person, a_signup
from tests.journey import evening
from tests.journey.watching import DESK, DESK_AT_NIGHT, PHONE, PHONE_AT_NIGHT, Watch
from tests.parts import browser as chromium
from tests.web.organise.conftest import World, text
from tests.web.organise.test_paper import pages_of, through

DAY = timedelta(days=1)
NAMES = [f"{first} {last}" for first in ("Bo", "Cy", "Di", "Ed") for last in ("Ash", "Elm", "Oak")]


def after(event_id: int) -> str:
    return f"/organise/events/{event_id}/after"


def an_evening(world: World, names: list[str] = NAMES, ago: timedelta = 10 * DAY, **facts: Any) -> int:
    """An event some days ago to which all of these came, sat together in every round, and went home."""
    with world.writing():
        host = db.session.get_one(Organisation, world.host_id)
        now = clock.now()
        event, here = evening.begin(host, names, now, **facts)
        for number in range(1, event.round_count + 1):
            groups.hold(event, number)
        event.starts_at, event.ends_at = now - ago - timedelta(hours=2), now - ago
        for signup in here:
            signup.started_at = event.starts_at - 3 * DAY
        return event.id


def people(event_id: int) -> list[Person]:
    rows = db.session.query(Person).join(Signup, Signup.person_id == Person.id)
    return rows.filter(Signup.event_id == event_id).order_by(Person.id).all()


def said_yes(world: World, event_id: int, pairs: int, since_end: timedelta = DAY) -> None:
    with world.writing():
        event = db.session.get_one(Event, event_id)
        for _ in range(pairs):
            one, two = (a_person(event.organisation).id for _ in range(2))
            for person, about in ((one, two), (two, one)):
                answer(event, person, "touch", "yes", about, event.ends_at + since_end)


def answered(world: World, event_id: int, *faces: str) -> None:
    with world.writing():
        event = db.session.get_one(Event, event_id)
        for person, face in zip(people(event_id), faces, strict=False):
            answer(event, person.id, "helped", face)


def answer(
    event: Event, person: int, question: str, value: str, about: int | None = None, at: Any = None
) -> None:
    row = Answer(
        key=f"{question}:{event.id}:{person}:{about or ''}", event_id=event.id, person_id=person, about_id=about,
        question=question, value=value, answered_at=at or clock.now(), released_at=at,
    )  # fmt: skip
    db.session.add(row)


def words(world: World, event_id: int) -> str:
    page = world.client.get(after(event_id))
    assert page.status_code == 200
    return text(page)


def of_row(page: str, head: str) -> str:
    """What the tables say beside this head."""
    found = re.search(rf'<th scope="row">{head}(?: <small>[^<]*</small>)?</th><td>(.*?)</td>', page)
    assert found, head
    return found[1]


# What is counted


def test_the_page_tells_who_came_who_met_and_how_mixed_they_were(world: World) -> None:
    event_id = an_evening(world, [f"Person {number}" for number in range(16)], round_count=2)
    page = world.client.get(after(event_id)).text
    for head, number in (("Signed up", "16"), ("Had a place", "16"), ("Came", "16"), ("Did not come", "0")):
        assert of_row(page, head) == number
    said = text(world.client.get(after(event_id)))
    assert "48 pairs sat together for the first time" in said, "4 tables of 4 in two rounds, nobody twice"
    assert "People whom each one meets" in said and "This deal" in said


@pytest.mark.one_database
def test_whoever_met_at_an_earlier_event_does_not_meet_anew(world: World) -> None:
    an_evening(world, NAMES[:4], ago=30 * DAY, round_count=1)
    with world.writing():
        host = db.session.get_one(Organisation, world.host_id)
        known = db.session.query(Person).filter(Person.name.in_(NAMES[:4])).all()
        now = clock.now()
        event, _ = evening.begin(host, ["Nan New", "Noel New"], now, round_count=1, group_size=6)
        for person in known:
            attendance.mark(a_signup(event, person), "attended", "test", now)
        evening.publish(event, now)
        event.starts_at, event.ends_at = now - DAY, now - DAY / 2
        event_id = event.id
    assert "9 pairs sat together for the first time" in words(world, event_id)
    assert "6 had met before" in words(world, event_id)


@pytest.mark.one_database
def test_where_nobody_was_marked_every_figure_is_a_bound_and_the_page_says_why(world: World) -> None:
    event_id = an_evening(world, round_count=1)
    with world.writing():
        for signup in db.session.query(Signup).filter(Signup.event_id == event_id):
            signup.attendance = None
    page = words(world, event_id)
    assert "Came 0 to 12" in page and "0 to 18 pairs" in page
    assert "Of those with a place, came between 0% and 100%" in page
    assert "Complete the attendance" in page


@pytest.mark.one_database
def test_who_is_known_to_have_stayed_away_met_nobody(world: World) -> None:
    event_id = an_evening(world, NAMES[:4], round_count=1)
    with world.writing():
        signup = db.session.query(Signup).filter(Signup.event_id == event_id).first()
        assert signup
        attendance.mark(signup, "no_show", "test", clock.now())
    assert "3 pairs sat together" in words(world, event_id)


@pytest.mark.one_database
def test_first_timers_are_bounded_by_those_who_did_not_say(world: World) -> None:
    event_id = an_evening(world, NAMES[:4], round_count=1)
    with world.writing():
        for signup, said in zip(
            db.session.query(Signup).filter(Signup.event_id == event_id), (True, False), strict=False
        ):
            signup.first_time = said
    page = words(world, event_id)
    assert "For the first time 1 to 3" in page
    assert "Of those who came, first time between 25% and 75%" in page


# When there is little to tell


@pytest.mark.one_database
def test_an_event_without_groups_or_attendance_or_people_has_its_page_too(world: World) -> None:
    alone, empty = world.event(), world.event()
    world.add(alone, "Bo Ash", "Cy Elm")
    with world.writing():
        for event_id in (alone, empty):
            event = db.session.get_one(Event, event_id)
            event.starts_at, event.ends_at = clock.now() - 2 * DAY, clock.now() - DAY
    assert "There were no groups at this event" in words(world, alone)
    assert "Nobody signed up, and nobody walked in" in words(world, empty)


@pytest.mark.one_database
def test_until_it_is_over_the_page_says_so_and_no_tab_leads_there(world: World) -> None:
    event_id = world.event(starts_at=clock.now() - timedelta(minutes=5))
    assert "once it is over" in words(world, event_id)
    assert after(event_id) not in world.client.get(f"/organise/events/{event_id}/signups").text
    assert "It is a draft still" in words(world, world.event(publish=False))
    with world.writing():
        db.session.get_one(Event, event_id).state = "called_off"
    assert "This event was called off" in words(world, event_id)
    ended = an_evening(world, NAMES[:2], round_count=1)
    assert after(ended) in world.client.get(f"/organise/events/{ended}/signups").text


def test_another_hosts_morning_after_is_not_found(world: World) -> None:
    assert world.client.get(after(world.event(world.other_host_id))).status_code == 404


# What nobody may read out of it


@pytest.mark.one_database
def test_no_figure_tells_four_mutual_yeses_from_none_or_nine_from_five(world: World) -> None:
    event_id = an_evening(world, NAMES[:4], round_count=1)
    none = words(world, event_id)
    said_yes(world, event_id, 4)
    assert words(world, event_id) == none and "Fewer than five pairs" in none
    said_yes(world, event_id, 1)
    five = words(world, event_id)
    assert "At least 5 pairs both said yes" in five
    said_yes(world, event_id, 4)
    assert words(world, event_id) == five


@pytest.mark.one_database
def test_an_answer_of_today_changes_nothing_on_todays_page(world: World) -> None:
    event_id = an_evening(world, NAMES[:4], round_count=1)
    before = words(world, event_id)
    said_yes(world, event_id, 25, since_end=10 * DAY)
    assert words(world, event_id) == before, "it counts from the fourteenth day on"


@pytest.mark.one_database
def test_what_people_said_is_shown_from_five_on_and_the_same_as_on_the_events_own_page(world: World) -> None:
    event_id = an_evening(world, round_count=1)
    answered(world, event_id, "glad", "glad", "good", "not_for_me")
    page = words(world, event_id)
    assert "4 of 12 answered. What they said is shown from five answers on" in page
    assert "I am glad" not in page and "Of those asked" not in page
    with world.writing():
        db.session.query(Answer).delete()
    answered(world, event_id, "glad", "glad", "good", "not_for_me", "skipped")
    page = world.client.get(after(event_id)).text
    own = text(world.client.get(f"/organise/events/{event_id}"))
    assert "Between 25% and 92% of those asked" in words(world, event_id)
    assert of_row(page, "I am glad I came") == "2" and "2 I am glad I came" in own
    assert of_row(page, "It was not for me") == "1" and "1 It was not for me" in own


@pytest.mark.one_database
def test_nobody_is_named_on_the_page(world: World) -> None:
    event_id = an_evening(world, round_count=1)
    answered(world, event_id, *["glad"] * 6)
    page = words(world, event_id)
    assert not any(name in page for name in NAMES)


@pytest.mark.one_database
def test_the_page_is_the_same_with_and_without_a_rule_that_two_be_kept_apart(world: World) -> None:
    event_id = an_evening(world, round_count=1)
    before = words(world, event_id)
    with world.writing():
        one, two = people(event_id)[:2]
        keep_apart(one, two, "", "test", clock.now())
    assert words(world, event_id) == before


# How it is made


def test_the_page_asks_few_questions_however_many_came(world: World) -> None:
    asked: list[str] = []

    def note(*facts: Any) -> None:
        asked.append(facts[2])

    small, large = an_evening(world, NAMES[:4]), an_evening(world, [f"P {n}" for n in range(40)])
    engine = world.read(lambda: db.engine)
    counts = []
    for event_id in (small, large):
        answered(world, event_id, *["glad"] * 5)
        happening.listen(engine, "before_cursor_execute", note)
        assert world.client.get(after(event_id)).status_code == 200
        happening.remove(engine, "before_cursor_execute", note)
        counts.append(len(asked))
        asked.clear()
    assert max(counts) <= 20, counts


@pytest.mark.one_database
def test_each_picture_has_its_title_and_the_same_figures_in_a_table_beside_it(world: World) -> None:
    event_id = an_evening(world, round_count=1)
    answered(world, event_id, *["glad"] * 6)
    page = world.client.get(after(event_id)).text
    pictures = re.findall(r'<svg class="chart after-chart".*?</svg>\s*<table.*?</table>', page, re.DOTALL)
    assert len(pictures) == 2
    for both in pictures:
        picture, _, table = both.partition("</svg>")
        said = re.search(r"<title[^>]*>([^<]+)</title>\s*<desc[^>]*>([^<]+)</desc>", picture)
        assert said
        for fact in said[2].strip(". ").split(". "):
            head, _, number = fact.partition(": ")
            assert of_row(table, head) == number


# Each table of the page with as many rows as any event can have: the last one, again and again.
AS_FULL_AS_IT_GETS = """rows => Object.entries(rows).forEach(([id, most]) => {
    const body = document.querySelector(`section[aria-labelledby=${id}] tbody`);
    while (body.rows.length < most) body.append(body.rows[body.rows.length - 1].cloneNode(true));
})"""


@pytest.fixture
def looked_at(world: World, context: BrowserContext) -> Iterator[tuple[int, Any]]:
    event_id = an_evening(world)
    answered(world, event_id, *["glad"] * 6)
    context.add_init_script(path=chromium.AXE)
    page = context.new_page()
    through(world.client, page)
    yield event_id, page
    page.unroute_all(behavior="ignoreErrors")


@pytest.mark.one_database
def test_it_is_whole_on_any_screen_and_prints_on_one_sheet(looked_at: tuple[int, Any]) -> None:
    event_id, page = looked_at
    page.emulate_media(reduced_motion="reduce")
    watch = Watch(page, "http://localhost")
    page.goto(f"http://localhost{after(event_id)}", wait_until="networkidle")
    for look in (PHONE, PHONE_AT_NIGHT, DESK, DESK_AT_NIGHT):
        watch.turn(look)
        watch.look_over(look)
    watch.assert_clean()
    page.evaluate(AS_FULL_AS_IT_GETS, {"turnout": 12, "shares": 3, "met": 7, "said": 4})
    assert pages_of(page.pdf(prefer_css_page_size=True)) == 1
