"""Somebody asked to host one event opens its people, door, groups and messages; for them there is nothing else.

What they may open is read off the route table: a new page of the desk is closed to them until it is named here.
"""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from convene import clock
from convene.access.models import AuditEntry, Passkey
from convene.events.models import Event
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.mail.wording import Words
from convene.messages import actions as messages
from convene.people import team
from convene.people.models import Organisation, Person, Role
from tests.web.organise.conftest import World, text
from tests.web.organise.test_other_hosts import address, desk_rules, things

HELEN = "helen@example.org"
# Nothing to do with an event: their own sign-in, and the pages that keep to their events by themselves.
OWN = ("sign_in", "second_step", "second_step_set_up", "devices", "hosting", "messages")
OPEN = {
    *("signups.show", "signups.ask_cancel", "signups.cancel", "questions.answers"),
    *("attendance.show", "attendance.mark", "attendance.walk_in", "attendance.complete", "attendance.reopen"),
    *(
        "groups.show",
        "groups.save_rooms",
        "mixing.show",
        "mixing.save",
        "needs.new",
        "needs.add",
        "needs.show",
    ),
    *("needs.change", "needs.remove", "changes.ask", "changes.move", "changes.pin", "changes.take_back"),
    *("compare.compare", "compare.choose", "rounds.ask_publish", "rounds.deal_groups", "rounds.hold"),
    *("rounds.on_paper", "rounds.publish", "rounds.tell", "looking_on.improve"),
    *("timer.show", "timer.start", "timer.more", "timer.end", "wall.show"),
    *(f"paper.{one}" for one in ("show", "everything", "register", "list", "sheets", "signs", "badges")),
}


def invited(world: World, event_id: int) -> FlaskClient:
    """Helen, asked to host this event alone, and signed in."""
    path = f"/organise/events/{event_id}/hosts"
    asked = world.client.post(path, data={"name": "Helen", "email": HELEN}, follow_redirects=True)
    assert "Helen is asked to host this event" in text(asked)
    return world.signed_in(HELEN, world.host_id)


@pytest.mark.one_database
def test_nothing_of_the_desk_is_theirs_but_that_event(world: World) -> None:
    mine = things(world, world.host_id, "Ours")
    other_event = world.event(title="Another evening of ours")
    (elsewhere,) = world.add(other_event, "Otto Elsewhere")
    theirs = {**mine, "event_id": other_event, "signup_id": elsewhere}
    helen = invited(world, mine["event_id"])
    opened = set()
    for method in ("GET", "POST"):
        for rule in desk_rules(world, method):
            name = rule.endpoint.removeprefix("organise_")
            if name.partition(".")[0] in OWN or name == "desk.switch":
                continue
            press = getattr(helen, method.lower())
            there = press(address(rule, theirs))
            lead_on = name == "desk.show"
            assert there.status_code == (302 if lead_on else 404), f"{method} {rule.rule} of another event"
            assert "Otto" not in there.text and "Another evening" not in there.text, rule.rule
            here = press(address(rule, mine))
            if here.status_code != 404:
                opened.add(name)
    assert opened <= {*OPEN, "desk.show", "events.show"}, opened - OPEN
    shut = {
        "signups.show",
        "attendance.show",
        "groups.show",
        "paper.register",
        "timer.show",
        "wall.show",
    } - opened
    assert not shut, shut
    # What is not in the address but in the question or the form.
    words = Words("To the others", "Hello {name}")
    with world.writing():
        host, event = db.session.get_one(Organisation, world.host_id), db.session.get_one(Event, other_event)
        secret = messages.draft(host.id, event, ["confirmed"], words, "test", clock.now()).id
        news = messages.draft(host.id, None, [], words, "test", clock.now()).id
    for path in (
        f"/{secret}",
        f"/{secret}/edit",
        f"/{news}",
        "/new",
        f"/new?event={other_event}",
        "/new?event=x",
    ):
        assert helen.get(f"/organise/messages{path}").status_code == 404, path
    for path in (f"/{secret}/send", f"/{secret}/recall", f"/{secret}/test", f"/{news}/send", "/new"):
        assert (
            helen.post(f"/organise/messages{path}", data={"subject": "x", "words": "y"}).status_code == 404
        ), path
    page = text(helen.get("/organise/messages"))
    assert "To the others" not in page and "Another evening" not in page and "asked to hear" not in page


def test_they_run_their_evening_and_know_nobody_else(world: World) -> None:
    event_id, other = world.event(title="Soup and stars"), world.event(title="Another")
    world.add(event_id, "Ann Ash")
    world.add(other, "Otto Elsewhere")
    helen = invited(world, event_id)
    (letter,) = world.read(
        lambda: db.session.scalars(select(OutgoingMail).where(OutgoingMail.letter == "invited")).all()
    )
    assert letter.to_address == HELEN and "the host of an event" in letter.text
    home = helen.get("/organise/", follow_redirects=True)
    assert (
        "The events you host" in text(home) and "Soup and stars" in text(home) and "Another" not in text(home)
    )
    assert re.findall(r'href="(/organise/(?:people|team|outbox|wording)[^"]*)"', home.text) == []
    people = helen.get(f"/organise/events/{event_id}", follow_redirects=True)
    assert "Ann Ash" in text(people) and "Add a person" not in text(people)
    assert "/export" not in people.text and "/care" not in people.text
    door = f"/organise/events/{event_id}/attendance/walk-in"
    by_address = helen.post(door, data={"name": "Otto", "email": "otto.elsewhere@example.net"})
    assert by_address.status_code == 422 and "Leave the address empty" in text(by_address)
    assert "is this them?" in text(helen.post(door, data={"name": "Ann Ash"}))
    new = helen.post(door, data={"name": "Otto Elsewhere"}, follow_redirects=True)
    assert new.status_code == 200 and "is this them?" not in text(new), (
        "nobody of other events is named to them"
    )
    draft = helen.get(f"/organise/messages/new?event={event_id}")
    assert draft.status_code == 200
    again = world.client.post(f"/organise/events/{event_id}/hosts", data={"name": "Helen", "email": HELEN})
    assert again.status_code == 409 and "have a part here" in text(again)
    with world.writing():
        key = Passkey(address=HELEN, credential_id=b"x", public_key=b"x", name="Key", created_at=clock.now())
        db.session.add(key)
    asked = helen.get(f"/organise/events/{event_id}/signups")
    assert asked.status_code == 303 and "second-step" in asked.headers["Location"], "as of anybody at a desk"
    with world.writing():
        db.session.execute(delete(Passkey))
    (role_id,) = world.read(lambda: [one.id for one in team.hosts_of(world.host_id, event_id)])
    assert world.client.post(f"/organise/events/{other}/hosts/{role_id}/end").status_code == 404
    ended = world.client.post(f"/organise/events/{event_id}/hosts/{role_id}/end", follow_redirects=True)
    assert "Helen does not host this event any more" in text(ended)
    assert helen.get(f"/organise/events/{event_id}/signups").status_code == 302, "signed out"
    assert world.read(lambda: db.session.scalars(select(Role).where(Role.kind == "host")).all()) == []
    verbs = world.read(lambda: set(db.session.scalars(select(AuditEntry.verb))))
    assert {"role.host", "role.ended"} <= verbs


@pytest.mark.one_database
def test_it_is_over_a_month_after_the_event_and_is_less_than_an_organiser_s_part(world: World) -> None:
    old, event_id = world.event(), world.event()
    helen = invited(world, old)
    with world.writing():
        event = db.session.get_one(Event, old)
        event.starts_at = clock.now() - timedelta(days=40)
        event.ends_at = event.starts_at + timedelta(hours=2)
    assert helen.get(f"/organise/events/{old}/signups").status_code == 302, (
        "there is no desk for them any more"
    )
    organiser = world.organiser(HELEN, "organiser")
    assert organiser.get(f"/organise/events/{event_id}/signups").status_code == 200
    answer = world.client.post(f"/organise/events/{event_id}/hosts", data={"name": "Helen", "email": HELEN})
    assert answer.status_code == 409
    assert "You host no single event" in text(organiser.get("/organise/hosting"))
    assert world.read(lambda: db.session.scalars(select(Person.id).where(Person.address == HELEN)).one())
