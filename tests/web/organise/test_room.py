"""In the room: the timer that several helpers hold, the wall that everybody reads, and the line about who came late."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from convene import clock
from convene.access.models import AuditEntry
from convene.events.models import Event
from convene.extensions import db
from convene.groups import actions
from convene.groups.models import Round
from convene.people.actions import keep_apart
from convene.people.models import Organisation, Person
from convene.signups import attendance
from convene.signups.models import Signup
from tests.crowd import at_once, faults
from tests.factories import a_person, a_signup
from tests.journey import evening
from tests.web.browsing import Browsing
from tests.web.organise.conftest import World, text
from tests.web.organise.tonight import publish

NAMES = [f"{first} {last}" for first in ("Bo", "Cy", "Di", "Ed", "Fi", "Gus") for last in ("Ash", "Elm")]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def hands() -> Iterator[time_machine.Traveller]:
    """The clock stands still, a little before now, until a test moves it."""
    with time_machine.travel(clock.now(), tick=False) as moved:
        yield moved


def under_way(world: World, names: list[str] = NAMES, **facts: Any) -> int:
    with world.writing():
        host = db.session.get_one(Organisation, world.host_id)
        return evening.begin(host, names, clock.now(), **facts)[0].id


def timer(event_id: int) -> str:
    return f"/organise/events/{event_id}/groups/timer"


def wall(event_id: int) -> str:
    return f"/organise/events/{event_id}/groups/wall"


def rounds(world: World, event_id: int) -> dict[int, str]:
    rows = select(Round).where(Round.event_id == event_id).order_by(Round.number)
    found = world.read(lambda: db.session.scalars(rows).all())
    return {one.number: "on" if one.started_at and one.state == "published" else one.state for one in found}


def buttons(page: str) -> list[str]:
    """The one primary act of a page."""
    return re.findall(r'<(?:button|a) class="button button-primary"[^>]*>([^<]+)<', page)


# The timer


def test_an_evening_is_led_from_one_button(world: World, hands: time_machine.Traveller) -> None:
    event_id = under_way(world, round_count=2)
    helper = Browsing(world.client)
    helper.open(timer(event_id))
    assert helper.heading == "Round timer"
    assert "20 minutes from when you start" in helper.words
    helper.press("Start round 1")
    assert "Round 1 is on" in helper.words and "20 minutes left" in helper.words
    hands.shift(18 * MINUTE + timedelta(seconds=1))
    helper.open(timer(event_id))
    assert "2 minutes left" in helper.words
    helper.press("Two minutes more")
    assert "4 minutes left" in helper.words
    helper.press("Start round 2")
    assert rounds(world, event_id) == {1: "held", 2: "on"}
    hands.shift(25 * MINUTE)
    helper.open(timer(event_id))
    assert "Time is up" in helper.words and "this is the last round" in helper.words
    helper.press("End round 2")
    assert "Every round has been held" in helper.words
    assert rounds(world, event_id) == {1: "held", 2: "held"}
    verbs = world.read(lambda: list(db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id))))
    assert verbs[-4:] == ["round.started", "round.prolonged", "round.started", "round.ended"]


@pytest.mark.one_database
def test_the_timer_says_what_to_do_first(world: World) -> None:
    event_id = world.event(starts_at=clock.now() + timedelta(minutes=20))
    page = world.client.get(timer(event_id))
    assert "Nobody is in a group yet" in page.text and buttons(page.text) == ["Deal the groups"]
    world.add(event_id, *NAMES[:6], here=True)
    with world.writing():
        evening.draw(db.session.get_one(Event, event_id), clock.now())
    page = world.client.get(timer(event_id))
    assert "Nobody has been told their group yet" in page.text and buttons(page.text) == [
        "Publish the groups"
    ]
    publish(world, event_id, letters="no")
    page = world.client.get(timer(event_id))
    assert buttons(page.text) == ["Start round 1"] and "The event begins" in page.text


@pytest.mark.one_database
def test_drafts_beside_what_people_were_told_are_named_before_a_press_throws_them_away(world: World) -> None:
    event_id = under_way(world)
    assert "New groups are dealt" not in world.client.get(timer(event_id)).text
    with world.writing():
        evening.draw(db.session.get_one(Event, event_id), clock.now())
    helper = Browsing(world.client)
    helper.open(timer(event_id))
    assert "Publish them first, or they are thrown away" in helper.words
    helper.press("Start round 1")
    assert "New groups are dealt" not in helper.words
    assert rounds(world, event_id) == {1: "on", 2: "published", 3: "published"}


@pytest.mark.one_database
def test_a_press_from_a_page_that_was_overtaken_changes_nothing_and_says_so(world: World) -> None:
    event_id = under_way(world)
    slow, quick = Browsing(world.client), Browsing(world.organiser("helper@example.org", "organiser"))
    slow.open(timer(event_id))
    quick.open(timer(event_id))
    quick.press("Start round 1")
    slow.press("Start round 1")
    assert "Somebody else pressed first, so this press changed nothing" in slow.words
    assert rounds(world, event_id)[1] == "on" and rounds(world, event_id)[2] == "published"
    slow.press("Two minutes more")
    quick.press("Start round 2")
    assert "Somebody else pressed first" in quick.words, "the round before has more time now"
    for data in ({}, {"round": "x", "revision": "x"}, {"round": "9" * 24, "revision": "\0"}):
        for act in ("start", "more", "end"):
            answer = world.client.post(f"{timer(event_id)}/{act}", data=data, follow_redirects=True)
            assert "Somebody else pressed first" in text(answer)


def test_two_helpers_who_press_start_at_the_same_moment_start_one_round(world: World) -> None:
    event_id = under_way(world)
    helpers = [world.client, world.organiser("helper@example.org", "organiser")]
    pages = [Browsing(client) for client in helpers]
    for page in pages:
        page.open(timer(event_id))
    form, _ = pages[0].form("Start round 1")

    def press(which: int) -> str:
        return text(helpers[which].post(form.action, data=dict(form.values), follow_redirects=True))

    said = at_once(world.app, 2, press)
    assert faults(said) == []
    assert sorted("Round 1 is on. Say so" in words for words in said) == [False, True]
    assert sorted("Somebody else pressed first" in words for words in said) == [False, True]
    assert rounds(world, event_id) == {1: "on", 2: "published", 3: "published"}
    started = select(AuditEntry).where(AuditEntry.verb == "round.started")
    assert len(world.read(lambda: db.session.scalars(started).all())) == 1


@pytest.mark.one_database
def test_an_event_that_was_called_off_begins_no_round(world: World) -> None:
    event_id = under_way(world)
    helper = Browsing(world.client)
    helper.open(timer(event_id))
    form, _ = helper.form("Start round 1")
    with world.writing():
        db.session.get_one(Event, event_id).state = "called_off"
    helper.post(form.action, dict(form.values))
    assert "no round can begin" in helper.words and "Start round 1" not in helper.words
    assert rounds(world, event_id)[1] == "published"
    assert "Ash" not in world.client.get(wall(event_id)).text


@pytest.mark.one_database
def test_another_hosts_rooms_are_not_there(world: World) -> None:
    event_id = under_way(world)
    other = world.signed_in("olu@elsewhere.example", world.other_host_id)
    for path in (timer(event_id), wall(event_id)):
        assert other.get(path).status_code == 404
    for act in ("start", "more", "end"):
        assert (
            other.post(f"{timer(event_id)}/{act}", data={"round": "1", "revision": "0.0.1"}).status_code
            == 404
        )
    assert rounds(world, event_id)[1] == "published"


@pytest.mark.one_database
def test_the_pages_of_the_room_look_again_by_themselves_until_told_to_stand_still(world: World) -> None:
    event_id = under_way(world)
    for path in (timer(event_id), f"{wall(event_id)}?round=2"):
        moving = world.client.get(path).text
        assert (
            '<noscript><meta http-equiv="refresh" content="20"></noscript>' in moving
            and "data-every" in moving
        )
        still = world.client.get(path + ("&" if "?" in path else "?") + "still=1").text
        assert "http-equiv" not in still and "data-every" not in still
    assert "still=1&amp;round=2" in moving or "round=2&amp;still=1" in moving, (
        "standing still keeps the round"
    )


# The wall


def lines(client: FlaskClient, path: str) -> list[str]:
    """What stands on the wall, line by line."""
    page = client.get(path).text
    found = re.findall(r"<li>(.*?)</li>", page[page.index("wall-names") :], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", one).split()) for one in found]


@pytest.mark.one_database
def test_everybody_stands_on_the_wall_by_name_with_their_table_and_no_address(world: World) -> None:
    event_id = under_way(world, [*NAMES[:9], "Élodie Ash", "zoe elm", "Łuk Ash"])
    found = lines(world.client, wall(event_id))
    assert [line.rpartition(" Table ")[0] for line in found][:3] == ["Bo Ash", "Bo Elm", "Cy Ash"]
    names = [re.sub(r" Table \d$", "", line) for line in found]
    assert names.index("Ed Ash") < names.index("Élodie Ash") < names.index("Fi Ash"), (
        "accents do not send to the end"
    )
    assert len(names) == 12 and all(re.search(r" Table [1-3]$", line) for line in found)
    page = world.client.get(wall(event_id)).text
    assert "@" not in page.replace("@media", "")


@pytest.mark.one_database
def test_the_wall_shows_the_round_that_is_on_else_the_next_or_the_one_asked_for(world: World) -> None:
    event_id = under_way(world)
    assert "Round 1 of 3 comes next" in text(world.client.get(wall(event_id)))
    assert "Round 3 of 3 comes next" in text(world.client.get(f"{wall(event_id)}?round=3"))
    with world.writing():
        event = db.session.get_one(Event, event_id)
        evening.start(event, clock.now())
        evening.start(event, clock.now() - timedelta(minutes=5))
    assert "Round 2 of 3 15 minutes left" in text(world.client.get(wall(event_id)))
    assert "Round 1 of 3 is over" in text(world.client.get(f"{wall(event_id)}?round=1"))
    assert "Round 3 of 3 comes later" in text(world.client.get(f"{wall(event_id)}?round=3"))
    for odd in ("9", "x", "-1", "9" * 24):
        assert "Round 2 of 3" in text(world.client.get(f"{wall(event_id)}?round={odd}"))


@pytest.mark.one_database
def test_drafts_do_not_stand_on_the_wall_and_it_says_what_will(world: World) -> None:
    event_id = under_way(world)
    with world.writing():
        event = db.session.get_one(Event, event_id)
        evening.draw(event, clock.now())
        actions.drop(event, "published")
    page = text(world.client.get(wall(event_id)))
    assert "Your groups are on their way" in page and "Ash" not in page


@pytest.mark.one_database
def test_two_of_one_name_at_two_tables_are_told_apart_by_who_sits_with_them_and_by_nothing_else(
    world: World,
) -> None:
    event_id = under_way(world, ["Ann Lee", "ann  lee", *NAMES[:6]], round_count=2)
    with world.writing():
        for person in db.session.scalars(select(Person).where(Person.name.ilike("ann%lee"))):
            person.affiliation, person.field = "Leeds Tenants", "housing"
    for number in (1, 2):
        page = world.client.get(f"{wall(event_id)}?round={number}").text
        assert "Leeds Tenants" not in page and "housing" not in page
        found = lines(world.client, f"{wall(event_id)}?round={number}")
        anns = [line for line in found if line.lower().startswith("ann")]
        assert len(anns) == 2
        apart = len({line[-1] for line in anns}) == 2
        assert all((" with " in line) == apart for line in anns)
        for line in anns:
            if apart:
                companion = re.search(r" with (.+) Table (\d)$", line)
                assert companion and f"{companion[1]} Table {companion[2]}" in found


@pytest.mark.one_database
def test_groups_with_names_of_their_own_keep_them_whole_on_the_wall(world: World) -> None:
    event_id = under_way(world, NAMES[:8], round_count=1)
    with world.writing():
        first = db.session.scalars(select(Round).where(Round.event_id == event_id)).one().groups[0]
        first.label = "By the <window>"
    found = lines(world.client, wall(event_id))
    assert any(line.endswith("By the &lt;window&gt;") for line in found)
    assert any(line.endswith("Table 2") for line in found)


# Late-comers


def turns_up(world: World, event_id: int, name: str) -> None:
    with world.writing():
        event = db.session.get_one(Event, event_id)
        signup = a_signup(event, a_person(event.organisation, name=name))
        attendance.mark(signup, "attended", "person:1", clock.now())


def test_the_door_says_who_came_and_left_since_the_deal_and_deals_again(world: World) -> None:
    event_id = under_way(world)
    door = Browsing(world.client)
    path = f"/organise/events/{event_id}/attendance"
    assert "since the groups were dealt" not in door.open(path).text
    turns_up(world, event_id, "Wim Late")
    turns_up(world, event_id, "Zora Late")
    gone = world.read(
        lambda: db.session.scalars(select(Signup.id).join(Person).where(Person.name == "Bo Ash")).one()
    )
    world.client.post(f"{path}/{gone}", data={"here": "no"})
    door.open(path)
    assert "2 people have come since the groups were dealt (Wim Late, Zora Late)" in door.words
    assert "and 1 person with a seat is not here (Bo Ash)" in door.words
    door.press("Deal again")
    assert door.path.endswith("/groups")
    assert "since the groups were dealt" not in door.open(path).text, "the new draft has a seat for each"


@pytest.mark.one_database
def test_the_line_at_the_door_reads_the_same_whether_or_not_a_rule_keeps_people_apart(world: World) -> None:
    event_id = under_way(world)
    turns_up(world, event_id, "Wim Late")
    path = f"/organise/events/{event_id}/attendance"
    before = text(world.client.get(path))
    with world.writing():
        one, other = (db.session.get_one(Person, world.person(name)) for name in ("Wim Late", "Bo Ash"))
        keep_apart(one, other, "", "test", clock.now())
    assert text(world.client.get(path)) == before
