"""The desk opens on what needs an organiser now, each with its one button; the programme is a list or a month."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from convene import clock
from convene.events.models import Event
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.signups.models import Signup
from tests.journey.visitor import Reader
from tests.web.organise.conftest import World, text


def todays(world: World) -> str:
    page = world.client.get("/organise/").text
    return text_of(page.partition('id="today"')[2].partition("</section>")[0])


def text_of(html: str) -> str:
    return " ".join("".join(Reader(f"<main>{html}</main>").words).split())


def test_nothing_needs_her_and_the_desk_says_so(world: World) -> None:
    assert 'id="today"' not in world.client.get("/organise/").text, (
        "an empty desk says how to begin, and no more"
    )
    world.event()
    assert "Nothing needs you now." in todays(world)


def test_each_thing_that_needs_her_has_one_button_and_leaves_when_it_is_done(world: World) -> None:
    close = clock.now() + timedelta(hours=20)
    tomorrow = world.event(title="Soup", starts_at=close)
    full = world.event(title="Bread", capacity=1)
    asked = world.event(title="Salt")
    world.event(title="Another host's", host_id=world.other_host_id, starts_at=close)
    world.add(tomorrow, "Bo Ash")
    world.add(full, "Cy Dune", "Di Elm")
    signup_id = world.add(asked, "Ed Fir")[0]
    with world.writing():
        signup = db.session.get_one(Signup, signup_id)
        signup.state, signup.needs_answer, signup.queue_number = "waitlisted", True, 1
        db.session.execute(
            update(OutgoingMail).where(OutgoingMail.letter == "waitlisted").values(state="failed")
        )
    said = todays(world)
    assert "One letter did not leave" in said and "No groups yet, and it is close: Soup" in said
    assert "Full, and 1 person waits: Bread" in said and "One person waits for your answer: Salt" in said
    assert "Another host" not in said
    page = world.client.get("/organise/").text
    box = page.partition('id="today"')[2].partition("</section>")[0]
    links = [part.partition('"')[0] for part in box.split('href="')[1:]]
    assert len(links) == 4 and all(world.client.get(link).status_code == 200 for link in links)
    with world.writing():
        db.session.execute(update(OutgoingMail).values(state="sent"))
        db.session.get_one(Event, full).capacity = 2
        db.session.get_one(Signup, signup_id).needs_answer = False
        db.session.get_one(Event, tomorrow).state = "called_off"
    assert "Nothing needs you now." in todays(world)


def test_who_came_is_asked_for_a_fortnight(world: World) -> None:
    event_id = world.event(title="Soup", starts_at=clock.now() - timedelta(days=2))
    world.event()
    assert "Who came is not complete: Soup" in todays(world)
    with world.writing():
        db.session.get_one(Event, event_id).attendance_complete_at = clock.now()
    assert "Nothing needs you now." in todays(world)


@pytest.mark.one_database
def test_the_programme_is_a_month_of_weeks_in_a_table(world: World) -> None:
    starts = clock.now() + timedelta(days=40)
    world.event(title="Soup", starts_at=starts)
    world.event(title="A draft of bread", starts_at=starts, publish=False)
    page = world.client.get(f"/organise/?month={starts:%Y-%m}").text
    table = page.partition('<table class="month">')[2].partition("</table>")[0]
    assert "Soup" in table and "A draft of bread</bdi> (draft)" in table and f"{starts:%B %Y}" in page
    assert table.count('<th scope="col">') == 7 and table.count("<td") % 7 == 0
    assert table.count('<tr class="month-free">') == table.count("<td") // 7 - 1, "weeks with nothing on"
    other = world.client.get("/organise/?month=2031-02").text
    assert "Nothing is on in February 2031" in other
    assert "February 2031" in other and "month=2031-01" in other and "month=2031-03" in other
    assert "January 2032" in world.client.get("/organise/?month=2031-12").text.replace(
        "2032-01", "January 2032"
    )


@pytest.mark.one_database
@pytest.mark.parametrize(
    "month", ["now", "", "2031-13", "9999-12", "0000-01", "2031-1", "\uff12031-01", "2100-12", "2000-01"]
)
def test_any_other_month_is_this_one(world: World, month: str) -> None:
    world.event()
    answer = world.client.get("/organise/", query_string={"month": month})
    assert answer.status_code == 200 and '<table class="month">' in answer.text


@pytest.mark.one_database
def test_the_desk_asks_the_database_no_more_with_fifty_events(world: World, statements: list[str]) -> None:
    for number in range(50):
        world.event(title=f"Soup {number}", starts_at=clock.now() + timedelta(hours=20 + number), capacity=1)
    statements.clear()
    assert "Soup 7" in text(world.client.get("/organise/"))
    assert len(statements) <= 17
