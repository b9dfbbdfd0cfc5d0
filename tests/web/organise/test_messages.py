"""Writing to many: seen and counted before it goes, recalled in time, and never to people of another host."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from convene import clock, links, worker
from convene.extensions import db
from convene.mail import switch
from convene.mail.models import OutgoingMail
from convene.messages.models import Message
from convene.people.models import Person
from convene.web.organise.messages import revision
from tests.web.organise.conftest import World, text

PATH = "/organise/messages"
TYPED = {
    "states": ["confirmed"],
    "subject": "The side door",
    "words": "Hello {name},\n\ncome by the *side* door.",
}


def message(world: World) -> Message:
    return world.read(lambda: db.session.scalars(select(Message).order_by(Message.id.desc())).first())  # type: ignore[return-value] # there is one


def mails(world: World) -> list[OutgoingMail]:
    rows = select(OutgoingMail).where(OutgoingMail.letter.in_(("message", "announcement", "test")))
    return world.read(lambda: list(db.session.scalars(rows.order_by(OutgoingMail.id))))


def key(world: World, signup_id: int) -> str:
    return world.read(lambda: links.place(signup_id, 1)).rpartition("/")[2]


def written(world: World, event_id: int, **changes: object) -> str:
    """Write a message to the people of an event; returns the path of its page."""
    page = world.client.post(f"{PATH}/new?event={event_id}", data={**TYPED, **changes})
    assert page.status_code == 303, text(page)
    return str(page.headers["Location"])


def shown(world: World, path: str) -> dict[str, str]:
    """What the page of a message says of itself to whoever presses a button there."""
    found = re.search(r'name="revision" value="([^"]+)"', world.client.get(path).text)
    return {"revision": found[1]} if found else {}


def test_nothing_written_yet_says_how_to_begin(world: World) -> None:
    page = world.client.get(PATH)
    assert "No message yet" in text(page) and "Write an announcement" in text(page)
    assert f'href="{PATH}" aria-current="page"' in page.text
    event_id = world.event()
    assert f'<option value="{event_id}">Ideas over soup' in world.client.get(PATH).text


def test_it_is_written_looked_over_sent_in_five_minutes_and_told_of(world: World) -> None:
    event_id = world.event()
    world.add(event_id, "Ann Ash", "Bea Birch", "Cid Cedar", "Dan Dell")
    path = written(world, event_id)
    page = world.client.get(path)
    assert "4 people" in text(page) and "Such as Ann Ash , Bea Birch , Cid Cedar . It is asked again" in text(
        page
    )
    assert "Subject: The side door" in text(page) and "Hello Ann Ash," in text(page)
    assert "come by the side door." in text(page) and "/place/" not in page.text.partition("<main")[2]
    with time_machine.travel(clock.now(), tick=False) as clock_:
        page = world.client.post(
            path + "/send", data={"act": "soon", **shown(world, path)}, follow_redirects=True
        )
        assert "It waits to go to 4 people." in text(page)
        assert "It leaves in 5 minutes: " in text(page) and "Recall" in text(page)
        clock_.shift(timedelta(minutes=4, seconds=30))
        assert "It leaves in less than a minute: " in text(world.client.get(path))
        assert not worker.tick(world.app, clock.now) and not mails(world)
        clock_.shift(timedelta(minutes=1))
        assert "It is leaving now." in text(world.client.get(path))
        assert not worker.tick(world.app, clock.now)
        page = world.client.get(path)
    assert "It went to 4 people" in text(page)
    assert [mail.subject for mail in mails(world)] == ["The side door"] * 4
    listed = text(world.client.get(PATH))
    assert "The side door Those who have a place: Ideas over soup Sent" in listed


def test_a_recall_keeps_the_message_to_be_changed(world: World) -> None:
    event_id = world.event()
    world.add(event_id, "Ann Ash")
    path = written(world, event_id)
    world.client.post(path + "/send", data={"act": "soon", **shown(world, path)})
    assert "waits to go, or has gone" in text(
        world.client.post(path + "/edit", data={**TYPED, "subject": "Other"}, follow_redirects=True)
    )
    page = world.client.post(path + "/recall", follow_redirects=True)
    assert "Recalled: nobody gets it." in text(page) and "Send in 5 minutes" in text(page)
    again = world.client.post(path + "/recall", follow_redirects=True)
    assert "cannot be recalled any more" in text(again)
    assert "The side door" in world.client.get(path + "/edit").text
    world.client.post(path + "/edit", data={**TYPED, "subject": "Other"})
    assert (message(world).subject, message(world).state) == ("Other", "draft")


def test_what_waits_in_the_outbox_can_be_recalled_too(world: World) -> None:
    event_id = world.event()
    world.add(event_id, "Ann Ash", "Bea Birch")
    path = written(world, event_id)
    world.client.post(path + "/send", data={"act": "soon", **shown(world, path)})
    with world.writing():
        switch.throw("We move house.", clock.now())
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert not worker.tick(world.app, clock.now)
        assert "2 of them have not left yet." in text(world.client.get(path))
        with world.writing():
            first = select(OutgoingMail).where(OutgoingMail.letter == "message").order_by(OutgoingMail.id)
            db.session.scalars(first).first().state = "sent"  # type: ignore[union-attr] # there is one
        page = world.client.post(path + "/recall", follow_redirects=True)
    assert "Recalled: 1 letter had left already, and the others do not go." in text(page)
    assert "It went to 1 person" in text(page) and "Recall<" not in page.text
    assert sorted(mail.state for mail in mails(world)) == ["dropped", "sent"]


def test_nothing_goes_that_its_sender_has_not_seen(world: World) -> None:
    event_id = world.event()
    world.add(event_id, "Ann Ash")
    path = written(world, event_id)
    looked_over = shown(world, path)
    world.client.post(path + "/edit", data={**TYPED, "words": "Somebody else's words."})
    for way in ("/send", "/test"):
        page = world.client.post(path + way, data={"act": "soon", **looked_over}, follow_redirects=True)
        assert "Somebody has changed this message since you looked at it." in text(page)
        assert "Somebody else's words." in text(page)
    assert message(world).state == "draft" and mails(world) == []
    assert "changed this message" in text(
        world.client.post(path + "/send", data={"act": "soon"}, follow_redirects=True)
    ), "nor what does not say what was seen"


def test_a_hosts_own_links_stay_what_they_are(world: World) -> None:
    event_id = world.event()
    world.add(event_id, "Ann Ash")
    map_ = "https://www.google.com/maps/place/The+Warm+Hall/"
    path = written(world, event_id, words=f"Hello {{name}}, [the way]({map_}) is here.")
    assert map_ in text(world.client.get(path))
    world.client.post(path + "/test", data=shown(world, path))
    (mail,) = mails(world)
    assert map_ in mail.text and map_ in mail.html
    assert map_ in text(world.client.get(f"/organise/outbox/{mail.id}"))


def test_it_can_wait_for_a_day_and_time_in_the_events_own_zone(world: World) -> None:
    event_id = world.event(zone="Pacific/Auckland")
    world.add(event_id, "Ann Ash")
    path = written(world, event_id)
    day = (clock.now() + timedelta(days=3)).date()
    page = world.client.post(
        path + "/send",
        data={"act": "later", "day": day.isoformat(), "at": "18:30", **shown(world, path)},
        follow_redirects=True,
    )
    assert "6.30pm (Auckland)" in text(page) and "It leaves in " in text(page)


@pytest.mark.parametrize(
    ("day", "at", "said"),
    [
        ("", "18:30", "Enter the date"),
        ("2020-01-01", "18:30", "at least five minutes from now"),
        ("2399-01-01", "9am", "more than a year"),
    ],
)  # fmt: skip
def test_a_time_that_will_not_do_is_refused_in_words(world: World, day: str, at: str, said: str) -> None:
    event_id = world.event()
    world.add(event_id, "Ann Ash")
    path = written(world, event_id)
    page = world.client.post(
        path + "/send", data={"act": "later", "day": day, "at": at, **shown(world, path)}
    )
    assert page.status_code == 422 and said in text(page) and message(world).state == "draft"


def test_nobody_to_reach_is_said_and_nothing_is_sent(world: World) -> None:
    event_id = world.event()
    path = written(world, event_id)
    assert "There is nobody in this part of the event" in text(world.client.get(path))
    assert "Send in 5 minutes" not in text(world.client.get(path))
    seen = {"revision": world.read(lambda: revision(message(world)))}
    page = world.client.post(path + "/send", data={"act": "soon", **seen})
    assert page.status_code == 422 and "nothing was sent" in text(page)
    assert message(world).state == "draft", "what was written is kept"
    assert "nothing was sent" in text(world.client.post(path + "/test", data=seen, follow_redirects=True))


def test_what_cannot_be_kept_is_refused_beside_its_field_and_stays_typed(world: World) -> None:
    event_id = world.event()
    page = world.client.post(
        f"{PATH}/new?event={event_id}", data={"subject": "", "words": "Hi {you}, my text"}
    )
    assert page.status_code == 422
    for said in ("Choose who gets it", "Enter a subject", "There is no {you} in this letter."):
        assert said in text(page)
    assert "Hi {you}, my text</textarea>" in page.text
    odd = world.client.post(f"{PATH}/new?event={event_id}", data={**TYPED, "states": ["everybody"]})
    assert odd.status_code == 422 and "Choose who gets it" in text(odd)


def test_an_announcement_goes_to_those_who_ticked_the_box_on_their_place(world: World) -> None:
    event_id = world.event()
    yes, no = world.add(event_id, "Yes Please", "No Thanks")
    visitor = world.app.test_client()
    for signup_id, tick in ((yes, {"news": "y"}), (no, {})):
        path = "/place/" + key(world, signup_id)
        page = visitor.get(path)
        assert "Write to me about new events of The Warm Hall. You can stop it in one press." in text(page)
        assert 'id="news" name="news" type="checkbox" value="y">' in page.text, (
            "no tick is there before theirs"
        )
        saved = visitor.post(path + "/details", data={"name": "Somebody", "first_time": "", **tick})
        assert saved.status_code == 303
        assert ("Write to me about new events" in text(visitor.get(path))) == (not tick), "asked once"
    typed = {"subject": "News", "words": "Hello {name}, {organisation} has news."}
    location = world.client.post(f"{PATH}/new", data=typed).headers["Location"]
    assert "1 person" in text(world.client.get(location))
    world.client.post(location + "/send", data={"act": "soon", **shown(world, location)})
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        worker.tick(world.app, clock.now)
    (mail,) = mails(world)
    reader = world.read(lambda: db.session.get_one(Person, mail.person_id).address)
    assert reader == "yes.please@example.net"
    page = visitor.post(
        str(mail.unsubscribe_url).partition("localhost")[2], data={"List-Unsubscribe": "One-Click"}
    )
    assert page.status_code == 200
    assert "Nobody has asked for news of your events yet" in text(
        world.client.get(world.client.post(f"{PATH}/new", data=typed).headers["Location"])
    )


def test_a_test_goes_to_the_organiser_with_nobodys_key_in_it(world: World) -> None:
    event_id = world.event()
    world.add(event_id, "Ann Ash")
    path = written(world, event_id)
    page = world.client.post(path + "/test", data=shown(world, path), follow_redirects=True)
    assert "A test is on its way to ada@example.org" in text(page)
    (mail,) = mails(world)
    assert (mail.to_address, mail.subject) == ("ada@example.org", "Test: The side door")
    assert "/place/" not in mail.text + mail.html and "/preferences/" not in mail.text + mail.html


def test_another_hosts_events_and_messages_are_not_there(world: World) -> None:
    theirs = world.event(world.other_host_id)
    assert world.client.get(f"{PATH}/new?event={theirs}").status_code == 404
    assert world.client.post(f"{PATH}/new?event={theirs}", data=TYPED).status_code == 404
    for odd in ("x", "99999999999", "²"):
        assert world.client.get(f"{PATH}/new?event={odd}").status_code == 404
    event_id = world.event()
    world.add(event_id, "Ann Ash")
    path = written(world, event_id)
    other = world.signed_in("olu@elsewhere.example", world.other_host_id)
    for way in ("", "/edit"):
        assert other.get(path + way).status_code == 404
    for way in ("/edit", "/send", "/test", "/recall"):
        assert other.post(path + way, data={**TYPED, "act": "soon"}).status_code == 404
    assert message(world).state == "draft" and "The side door" not in other.get(PATH).text


def test_an_event_called_off_meanwhile_says_so(world: World) -> None:
    event_id = world.event()
    world.add(event_id, "Ann Ash")
    path = written(world, event_id)
    world.client.post(f"/organise/events/{event_id}/call-off", data={"words": ""})
    page = world.client.post(path + "/send", data={"act": "soon", **shown(world, path)})
    assert page.status_code == 422 and "cannot go any more" in text(page)
