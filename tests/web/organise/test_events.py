"""An event is written, looked over, published, changed and called off; what cannot be is said beside its field."""

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from convene import clock
from convene.access.models import AuditEntry
from convene.events.models import Event
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.signups.models import Signup
from tests.web.organise.conftest import World, form_values, text, typed


def letters(world: World, kind: str) -> list[str]:
    rows = select(OutgoingMail.to_address).where(OutgoingMail.letter == kind).order_by(OutgoingMail.id)
    return world.read(lambda: list(db.session.scalars(rows)))


def verbs(world: World) -> set[str]:
    return world.read(lambda: set(db.session.scalars(select(AuditEntry.verb))))


def test_an_event_is_drafted_looked_over_and_published(world: World) -> None:
    answer = world.client.post("/organise/events/new", data=typed())
    assert answer.status_code == 303
    path = answer.location
    visitor = world.app.test_client()
    assert visitor.get("/events/power-and-who-has-it").status_code == 404
    preview = world.client.get(path + "/preview")
    assert "Power, and who has it" in preview.text and "<em>talk</em>" in preview.text
    assert "only you and your co-organisers" in preview.text
    assert "Publish the event" in world.client.get(path).text
    world.client.post(path + "/publish")
    assert visitor.get("/events/power-and-who-has-it").status_code == 200
    assert "could not be published" in text(world.client.post(path + "/publish", follow_redirects=True))
    assert {"event.drafted", "event.published"} <= verbs(world)


def test_wall_time_is_kept_as_the_moment_it_is_there(world: World) -> None:
    path = world.client.post("/organise/events/new", data=typed(zone="America/New_York")).location
    event = world.event_row(int(path.rpartition("/")[2]))
    local = event.starts_at.astimezone(ZoneInfo("America/New_York"))
    assert (local.hour, local.minute) == (18, 30)
    form = world.client.get(path + "/edit").text
    assert 'value="18:30"' in form and 'value="20:00"' in form
    assert re.search(r'<option selected value="America/New_York">', form)


@pytest.mark.one_database
@pytest.mark.parametrize(("starts", "ends", "hours"), [("22:00", "01:00", 3), ("18:00", "01:59", 7.9833)])
def test_an_end_after_midnight_is_the_next_days(world: World, starts: str, ends: str, hours: float) -> None:
    path = world.client.post(
        "/organise/events/new", data=typed(starts=starts, ends=ends, zone="UTC")
    ).location
    event = world.event_row(int(path.rpartition("/")[2]))
    assert (event.ends_at - event.starts_at) / timedelta(hours=1) == pytest.approx(hours, abs=0.001)
    form = world.client.get(path + "/edit").text
    assert f'value="{starts}"' in form and f'value="{ends}"' in form
    assert "22:00 to 01:00" in form, "and the form says that this can be done"
    assert "Nothing was different" in world.save(path, {}, follow_redirects=True).text


def test_an_end_at_midnight_is_the_end_of_the_evening(world: World) -> None:
    path = world.client.post("/organise/events/new", data=typed(starts="22:00", ends="00:00")).location
    event = world.event_row(int(path.rpartition("/")[2]))
    assert event.ends_at - event.starts_at == timedelta(hours=2)


YESTERDAY = (clock.now() - timedelta(days=1)).date().isoformat()
SPRING = next(
    f"{year}-03-{day}" for year, day in ((2027, 28), (2028, 26), (2029, 25)) if year > clock.now().year
)
BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"title": ""}, "title", "Enter a title"),
    ({"title": "x" * 100_000}, "title", "140 characters or fewer"),
    ({"title": "nul\x00here"}, "title", "cannot be shown"),
    ({"title": "turned \u202eround"}, "title", "hidden marks"),
    ({"title": b"broken \xff\xfe"}, "title", "broken letters"),
    ({"description": "\x07"}, "description", "cannot be shown"),
    ({"ends": "18:00"}, "ends", "The end must be after the start"),
    ({"ends": "18:30"}, "ends", "The end must be after the start"),
    ({"starts": "18:00", "ends": "10:00"}, "ends", "The end must be after the start"),
    ({"starts": "18:00", "ends": "02:00"}, "ends", "The end must be after the start"),
    ({"day": "9999-12-31", "starts": "22:00", "ends": "01:00"}, "day", "five years"),
    ({"day": YESTERDAY}, "day", "in the past"),
    ({"day": "2199-01-01"}, "day", "five years"),
    ({"day": "9999-12-31", "ends": "00:00"}, "day", "five years"),
    ({"day": "0001-01-01"}, "day", "in the past"),
    ({"day": "2026-02-30"}, "day", "Enter a date that exists"),
    ({"day": "\x00"}, "day", "Enter"),
    ({"day": ""}, "day", "Enter the date"),
    ({"starts": "25:00"}, "starts", "Enter a time such as"),
    ({"ends": ""}, "ends", "Enter the time it ends"),
    ({"zone": "Mars/Base"}, "zone", "Choose a time zone"),
    ({"zone": "../etc/passwd"}, "zone", "Choose a time zone"),
    ({"zone": ""}, "zone", "Choose a time zone"),
    ({"day": SPRING, "starts": "01:30", "ends": "04:00"}, "starts", "clocks go forward"),
    ({"format": "hologram"}, "format", "Choose in person or online"),
    ({"venue": ""}, "venue", "Enter where it is"),
    ({"online_url": "http://meet.example/x"}, "online_url", "beginning with https://"),
    ({"online_url": "javascript:alert(1)"}, "online_url", "beginning with https://"),
    ({"online_url": "https://["}, "online_url", "beginning with https://"),
    ({"capacity": "0"}, "capacity", "whole number"),
    ({"capacity": "9" * 24}, "capacity", "whole number"),
    ({"capacity": "ten"}, "capacity", "whole number"),
    ({"group_size": "7"}, "group_size", "from 2 to 6"),
    ({"round_count": "13"}, "round_count", "from 1 to 12"),
]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("change", "field", "words"), BAD, ids=[f"{next(iter(c))}-{n}" for n, (c, _, _) in enumerate(BAD)]
)
def test_bad_input_is_said_at_its_field_and_the_rest_is_kept(
    world: World, change: dict, field: str, words: str
) -> None:
    answer = world.client.post("/organise/events/new", data=typed(**change))
    assert answer.status_code == 422
    error = re.search(rf'id="{field}-error">(.*?)</p>', answer.text, re.DOTALL)
    assert error and words in error[1]
    assert f'href="#{field}' in answer.text and "<title>Error: " in answer.text
    assert "An evening about power." in answer.text
    assert world.read(lambda: db.session.scalar(select(func.count()).select_from(Event))) == 0


@pytest.mark.one_database
def test_the_bad_values_of_a_new_event_are_refused_for_an_old_one_too(world: World) -> None:
    event_id = world.event()
    for change, _, _ in BAD:
        answer = world.client.post(f"/organise/events/{event_id}/edit", data=typed(**change))
        assert answer.status_code == 422, change
    assert world.event_row(event_id).title == "Ideas over soup"


@pytest.mark.one_database
def test_a_date_and_time_may_be_typed_as_people_write_them(world: World) -> None:
    day = (clock.now() + timedelta(days=40)).date()
    data = typed(day=f"{day:%d/%m/%Y}", starts="6.30pm", ends="8 pm")
    path = world.client.post("/organise/events/new", data=data).location
    assert "6.30pm to 8pm" in text(world.client.get(path))


def test_moving_a_published_event_tells_everybody_and_moves_their_calendars(world: World) -> None:
    event_id = world.event(capacity=2)
    world.add(event_id, "Bo Ash", "Cy Dune", "Di Elm")
    with world.writing():
        db.session.execute(update(OutgoingMail).values(state="sent"))
    page = world.save(f"/organise/events/{event_id}", typed(capacity="2"), follow_redirects=True)
    assert "3 people hear of it by mail at" in text(page)
    assert letters(world, "changed") == []
    assert "Tell them now" in text(page)
    told = world.client.post(f"/organise/events/{event_id}/tell", follow_redirects=True)
    assert "3 people get a letter now" in text(told) and "Tell them now" not in text(told)
    assert len(letters(world, "changed")) == 3
    assert world.event_row(event_id).sequence == 1
    again = world.save(f"/organise/events/{event_id}", typed(capacity="2"), follow_redirects=True)
    assert "Nothing was different" in text(again)
    more = world.save(f"/organise/events/{event_id}", typed(capacity="3"), follow_redirects=True)
    assert "Saved. 1 place was offered to the first in line, by mail." in text(more)
    assert letters(world, "place_offered") == ["di.elm@example.net"]


def test_two_who_change_one_event_at_once_both_keep_what_they_wrote(world: World) -> None:
    path = f"/organise/events/{world.event(venue='12 Mill Lane, Leeds', capacity=20)}"
    event_id = int(path.rpartition("/")[2])
    world.save(path, {"starts": "18:30", "ends": "20:00"})
    mine, theirs = world.opened(path), world.opened(path)
    assert world.client.post(path + "/edit", data={**theirs, "venue": "The new hall"}).status_code == 303
    # What only one of them changed is nobody's choice to make.
    assert world.client.post(path + "/edit", data={**mine, "title": "My better title"}).status_code == 303
    event = world.event_row(event_id)
    assert (event.title, event.venue) == ("My better title", "The new hall")
    # What both changed is asked, with all that either wrote.
    long = "soup " * 400
    mine, theirs = world.opened(path), world.opened(path)
    new = {"venue": "The old barn", "starts": "19:15", "ends": "21:00", "description": long, "capacity": "25"}
    world.client.post(path + "/edit", data={**theirs, **new})
    own = {"venue": "The library", "starts": "18:00", "description": "Stew", "title": "Mine"}
    stale = world.client.post(path + "/edit", data={**mine, **own})
    assert stale.status_code == 409 and "<title>Error: " in stale.text
    words = text(stale)
    for said in ("You both changed this", "The old barn", "The library", "19:15", "18:00", long.strip()):
        assert said in words, said
    assert set(re.findall(r'id="take-(\w+)"', stale.text)) == {"venue", "starts", "description"}
    assert set(re.findall(r'id="(\w+)-error"', stale.text)) == {"venue", "starts", "description"}
    assert 'value="The library"' in stale.text and 'value="21:00"' in stale.text, "theirs alone is in its box"
    assert world.event_row(event_id).title == "My better title", "nothing was saved"
    chosen = {**form_values(stale), "take": ["venue", "description"]}
    assert world.client.post(path + "/edit", data=chosen).status_code == 303
    event = world.event_row(event_id)
    assert (event.title, event.venue, event.capacity) == ("Mine", "The old barn", 25)
    assert event.description == long.strip()
    shown = world.opened(path)
    assert (shown["starts"], shown["ends"]) == ("18:00", "21:00")


@pytest.mark.one_database
def test_what_does_not_go_together_is_said_and_nothing_is_lost(world: World) -> None:
    path = f"/organise/events/{world.event()}"
    world.save(path, {"starts": "18:30", "ends": "20:00"})
    mine, theirs = world.opened(path), world.opened(path)
    world.client.post(path + "/edit", data={**theirs, "starts": "19:30", "ends": "21:00"})
    asked = world.client.post(path + "/edit", data={**mine, "ends": "19:00", "title": "Mine"})
    assert asked.status_code == 409 and 'value="19:30"' in asked.text
    refused = world.client.post(path + "/edit", data=form_values(asked))
    assert refused.status_code == 422 and "The end must be after the start" in text(refused)
    assert 'value="Mine"' in refused.text and 'value="19:00"' in refused.text


@pytest.mark.one_database
@pytest.mark.parametrize("revision", ["", "x", "....................", "\x00", "9" * 5000])
def test_a_form_that_does_not_say_what_it_was_shown_with_is_taken_for_stale(
    world: World, revision: str
) -> None:
    path = f"/organise/events/{world.event()}"
    answer = world.client.post(path + "/edit", data=typed(revision=revision))
    assert answer.status_code == 409
    assert world.client.post(path + "/edit", data=form_values(answer)).status_code == 303


@pytest.mark.one_database
def test_a_form_pressed_twice_is_not_stale(world: World) -> None:
    path = f"/organise/events/{world.event()}"
    mine = {**world.opened(path), "title": "Pressed twice"}
    assert [world.client.post(path + "/edit", data=mine).status_code for _ in range(2)] == [303, 303]


def test_there_are_never_fewer_places_than_people_who_hold_one(world: World) -> None:
    event_id = world.event()
    world.add(event_id, "Bo Ash", "Cy Dune", "Di Elm")
    answer = world.save(f"/organise/events/{event_id}", typed(capacity="2", title="Half changed"))
    assert answer.status_code == 422
    assert "3 places are held already; enter 3 or more" in answer.text
    assert 'value="Half changed"' in answer.text
    assert world.event_row(event_id).title == "Ideas over soup"
    assert letters(world, "changed") == []


def test_calling_off_tells_everybody_once_and_ends_the_changing(world: World) -> None:
    event_id = world.event(capacity=1)
    world.add(event_id, "Bo Ash", "Cy Dune")
    asked = world.client.get(f"/organise/events/{event_id}/call-off")
    assert "2 people with a place or in line" in text(asked)
    long = world.client.post(f"/organise/events/{event_id}/call-off", data={"words": "x" * 1001})
    assert long.status_code == 422 and "1000 characters or fewer" in long.text
    for _ in range(2):
        world.client.post(f"/organise/events/{event_id}/call-off", data={"words": "The hall has flooded."})
    assert sorted(letters(world, "called_off")) == ["bo.ash@example.net", "cy.dune@example.net"]
    assert world.event_row(event_id).state == "called_off"
    answer = world.client.post(f"/organise/events/{event_id}/edit", data=typed())
    assert answer.status_code == 422 and "cannot be changed any more" in answer.text
    for tail in ("groups/deal", "groups/settings", "attendance/complete", "publish"):
        data = {"group_size": "3", "round_count": "2", "minutes": "15"}
        page = world.client.post(f"/organise/events/{event_id}/{tail}", data=data, follow_redirects=True)
        assert page.status_code == 200 and "notice-bad" in page.text, tail
    assert "event.called_off" in verbs(world)


@pytest.mark.one_database
def test_a_draft_whose_day_is_past_says_so_instead_of_publishing(world: World) -> None:
    event_id = world.event(publish=False, starts_at=clock.now() - timedelta(days=1))
    assert "This day is past" in world.client.get(f"/organise/events/{event_id}").text
    page = world.client.post(f"/organise/events/{event_id}/publish", follow_redirects=True)
    assert "Its start is in the past" in page.text
    assert world.event_row(event_id).state == "draft"


@pytest.mark.one_database
def test_an_event_that_is_over_keeps_its_times_and_may_be_put_in_other_words(world: World) -> None:
    """Figures are counted on set days after the end: a host who moved it would choose when they are."""
    begun = clock.now().replace(second=0, microsecond=0) - timedelta(hours=2, minutes=1)
    event_id = world.event(starts_at=begun)
    path, ended_at = f"/organise/events/{event_id}", world.event_row(event_id).ends_at
    shown = world.opened(path)
    assert "This event is over, so its day and times stay" in text(world.client.get(f"{path}/edit"))
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
    later = f"{(ended_at + timedelta(hours=1)).astimezone(ZoneInfo('Europe/London')):%H:%M}"
    whole_day = {"day": tomorrow, "starts": "00:01", "ends": "23:59"}
    for change in ({"ends": later}, {"day": tomorrow}, {"zone": "America/New_York"}, whole_day):
        refused = world.client.post(f"{path}/edit", data={**shown, "title": "Kept as typed", **change})
        assert refused.status_code == 422 and "This event is over" in text(refused), change
        assert 'value="Kept as typed"' in refused.text
    assert world.event_row(event_id).ends_at == ended_at
    assert world.client.post(f"{path}/edit", data={**shown, "title": "As it was"}).status_code == 303
    assert (world.event_row(event_id).title, world.event_row(event_id).ends_at) == ("As it was", ended_at)


@pytest.mark.one_database
def test_the_desk_names_the_next_step_of_each_event(world: World) -> None:
    assert "Nothing is announced yet" in world.client.get("/organise/").text
    now = clock.now()
    world.event(title="Draft", publish=False)
    world.event(title="Far")
    tonight = world.event(title="Tonight", starts_at=now + timedelta(hours=1))
    world.event(title="Over", starts_at=now - timedelta(days=1))
    page = text(world.client.get("/organise/"))
    for words in ("Look it over and publish : Draft", "See who is coming : Far", "Take attendance : Tonight"):
        assert words in page
    assert "Finish attendance : Over" in page
    world.add(tonight, "Bo Ash", "Cy Dune", here=True)
    assert "Deal the groups : Tonight" in text(world.client.get("/organise/"))
    world.client.post(f"/organise/events/{tonight}/groups/deal")
    assert "Publish the groups : Tonight" in text(world.client.get("/organise/"))


@pytest.mark.one_database
def test_mail_that_does_not_leave_is_said_at_the_desk_and_at_the_outbox(world: World) -> None:
    world.add(world.event(), "Bo Ash")
    for path in ("/organise/", "/organise/outbox"):
        assert "Mail is late" not in world.client.get(path).text
    with world.writing():
        db.session.execute(db.update(OutgoingMail).values(due_at=clock.now() - timedelta(minutes=25)))
    for path in ("/organise/", "/organise/outbox"):
        assert "has waited 25 minutes" in world.client.get(path).text


def test_people_are_added_and_taken_off_by_the_organiser(world: World) -> None:
    event_id = world.event(capacity=1)
    path = f"/organise/events/{event_id}/signups"
    added = world.client.post(path, data={"name": "Bo Ash", "email": "Bo@Example.net"}, follow_redirects=True)
    assert "Bo Ash has a place. We have written to them." in text(added)
    waits = world.client.post(path, data={"name": "Cy Dune", "email": ""}, follow_redirects=True)
    assert "Cy Dune is on the waiting list" in text(waits)
    again = world.client.post(path, data={"name": "Other", "email": "bo@example.net"}, follow_redirects=True)
    assert "Bo Ash has a place already." in text(again)
    first = world.read(lambda: db.session.scalars(select(Signup.id).order_by(Signup.id)).first())
    asked = world.client.get(f"{path}/{first}/cancel")
    assert "Take Bo Ash off the list?" in text(asked) and "first in line" in asked.text
    for _ in range(2):
        page = world.client.post(f"{path}/{first}/cancel", follow_redirects=True)
        assert "Bo Ash is off the list" in text(page)
    states = world.read(lambda: list(db.session.scalars(select(Signup.state).order_by(Signup.id))))
    assert states == ["cancelled", "confirmed"]
    assert letters(world, "cancelled") == ["Bo@example.net"]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": "", "email": ""}, "name"),
        ({"name": "x" * 100_000}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "Bo", "email": "bo@"}, "email"),
        ({"name": "Bo", "email": "bo"}, "email"),
    ],
)
def test_a_person_who_cannot_be_added_is_asked_about_again(world: World, data: dict, field: str) -> None:
    event_id = world.event()
    for tail in ("signups", "attendance/walk-in"):
        answer = world.client.post(f"/organise/events/{event_id}/{tail}", data=data)
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    closed = world.event(publish=False)
    answer = world.client.post(f"/organise/events/{closed}/signups", data={"name": "Bo"})
    assert answer.status_code == 409 and "must be published" in answer.text and 'value="Bo"' in answer.text
