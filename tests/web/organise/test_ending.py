"""An event that will not be held is called off, apart from what comes up; a draft nobody saw is thrown away."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from convene import clock, worker
from convene.access.models import AuditEntry
from convene.events.models import Event
from convene.extensions import db
from convene.groups import settings
from convene.mail.models import OutgoingMail
from convene.signups import upheaval
from tests.factories import a_signup
from tests.web.organise.conftest import World, text, typed


def events(world: World) -> list[int]:
    return world.read(lambda: list(db.session.scalars(select(Event.id).order_by(Event.id))))


def verbs(world: World) -> list[str]:
    return world.read(lambda: list(db.session.scalars(select(AuditEntry.verb))))


def test_a_draft_is_thrown_away_after_a_question_with_all_that_was_planned_for_it(world: World) -> None:
    draft, other = world.event(publish=False, title="A slip of the pen"), world.event()
    with world.writing():
        settings.set_need(db.session.get_one(Event, draft), None, "captions", 1, (), ())
    path = f"/organise/events/{draft}/throw-away"
    assert f'href="{path}"' in world.client.get(f"/organise/events/{draft}").text
    asked = world.client.get(path)
    assert "Throw the draft “ A slip of the pen ” away?" in text(asked) and "Keep it" in asked.text
    assert world.client.head(path).status_code == 200
    assert events(world) == [draft, other], "the question throws nothing away"
    page = world.client.post(path, follow_redirects=True)
    assert "The draft “A slip of the pen” is thrown away." in text(page) and "Your events" in text(page)
    assert events(world) == [other]
    assert "event.thrown_away" in verbs(world)
    assert [world.client.get(path).status_code, world.client.post(path).status_code] == [404, 404]


@pytest.mark.parametrize("what", ["published", "called_off", "signed up to"])
def test_what_people_may_know_of_is_not_thrown_away(world: World, what: str) -> None:
    event_id = world.event(publish=what != "signed up to")
    with world.writing():
        event = db.session.get_one(Event, event_id)
        if what == "called_off":
            event.state = what
        if what == "signed up to":
            a_signup(event, state="cancelled")
    assert "Throw this draft away" not in world.client.get(f"/organise/events/{event_id}").text
    asked = world.client.get(f"/organise/events/{event_id}/throw-away")
    assert asked.status_code == 200 and "<button" not in asked.text.partition("<main")[2]
    page = world.client.post(f"/organise/events/{event_id}/throw-away", follow_redirects=True)
    assert "Only a draft that nobody has signed up to can be thrown away." in text(page)
    assert events(world) == [event_id] and "event.thrown_away" not in verbs(world)


@pytest.mark.one_database
def test_a_called_off_event_stands_apart_from_what_comes_up(world: World) -> None:
    gone = world.event(title="Soup by the water")
    world.client.post(f"/organise/events/{gone}/call-off")
    alone = text(world.client.get("/organise/"))
    assert "Nothing is coming up" in alone and "Nothing is announced yet" not in alone
    world.event(title="Ideas by the fire")
    world.event(title="Long over", starts_at=clock.now() - timedelta(days=2))
    page = world.client.get("/organise/").text
    up, _, rest = page.partition('<h2 id="called-off">')
    off, _, past = rest.partition('<h2 id="past">')
    assert "Ideas by the fire" in up and "Soup by the water" not in up
    assert "Soup by the water" in off and "Long over" in past


@pytest.mark.one_database
def test_calling_off_a_crowd_says_that_the_letters_are_being_written_until_they_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upheaval, "AT_ONCE", 2)
    event_id = world.event()
    world.add(event_id, "Bo Ash", "Cy Dune", "Di Elm")
    page = world.client.post(f"/organise/events/{event_id}/call-off", follow_redirects=True)
    assert "3 people had a place or stood in line: their letters are written" in text(page)
    assert "3 people with a place or in line are still to be written to" in text(page)
    assert worker.run_job(world.app, "tell_the_untold", worker.tell_the_untold)
    assert "Everybody with a place or in line was told." in text(
        world.client.get(f"/organise/events/{event_id}")
    )
    told = select(OutgoingMail.to_address).where(OutgoingMail.letter == "called_off")
    assert len(world.read(lambda: db.session.scalars(told).all())) == 3


@pytest.mark.one_database
def test_a_change_that_nobody_has_to_be_told_of_says_only_that_it_is_saved(world: World) -> None:
    event_id = world.event()
    path = f"/organise/events/{event_id}"
    page = text(world.save(path, {"venue": "The Old Library"}, follow_redirects=True))
    assert "Saved." in page and "of it by mail" not in page
    world.add(event_id, "Bo Ash", address=False)
    page = text(world.save(path, {"venue": "The New Library"}, follow_redirects=True))
    assert "Saved." in page and "of it by mail" not in page
    world.add(event_id, "Cy Dune")
    assert "1 person hears of it by mail" in text(
        world.save(path, {"venue": "The Old Library"}, follow_redirects=True)
    )


@pytest.mark.one_database
def test_the_desk_shows_a_draft_whole_and_leads_to_its_preview_by_one_name(world: World) -> None:
    facts = typed(access_info="Two steps, and a ramp on the left.", description="Bring *one* question.")
    path = world.client.post("/organise/events/new", data=facts).location
    page = world.client.get(path)
    assert "Two steps, and a ramp on the left." in text(page) and "<em>one</em>" in page.text
    names = [part.partition("<")[0] for part in page.text.split(f'href="{path}/preview">')[1:]]
    assert set(names) == {"See it as visitors will"}
    online = world.event(format="online", venue="", online_url="https://video.example.org/1")
    assert "https://video.example.org/1" in text(world.client.get(f"/organise/events/{online}"))


@pytest.mark.one_database
def test_a_draft_is_published_from_its_preview(world: World) -> None:
    path = world.client.post("/organise/events/new", data=typed()).location
    preview = world.client.get(path + "/preview").text
    assert f'action="{path}/publish"' in preview and "Publish the event" in preview
    world.client.post(path + "/publish")
    assert "Publish the event" not in world.client.get(path + "/preview").text
    past = world.event(publish=False, starts_at=clock.now() - timedelta(days=1))
    assert "Publish the event" not in world.client.get(f"/organise/events/{past}/preview").text
