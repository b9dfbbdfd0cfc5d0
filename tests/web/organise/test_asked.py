"""No page asks the database more than twenty things, however much there is to show: every page of the route table.

A new page is covered the day it is added. Of each kind there is more than twenty, so that a statement for each of them
is one too many; what `test_other_hosts.things` makes is made again and again here.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from convene import clock, links
from convene.access import tokens
from convene.events.models import Event
from convene.extensions import db
from convene.groups import actions as groups
from convene.groups import queries, settings, undo
from convene.mail.wording import Words
from convene.messages import actions as messages
from convene.nudges.models import Nudge
from convene.offers.models import Offer
from convene.people import tags, worries
from convene.people.actions import keep_apart, keep_together
from convene.people.models import Organisation
from convene.signups import helping, questions
from convene.signups.models import Question, Response, Signup
from tests.factories import a_circle, a_member, a_person, a_session, a_signup
from tests.journey import evening
from tests.web.house import House, a_house, rules
from tests.web.organise.conftest import World
from tests.web.organise.test_other_hosts import ASKED, address, things

pytestmark = pytest.mark.one_database

MOST = 20
MANY = 24  # of each kind: more than a page may ask
HERE = 48
FIRST, LAST = (
    ("Ada", "Bo", "Cy", "Di", "Ed", "Fi", "Gus", "Hal"),
    ("Ash", "Bell", "Cole", "Dune", "Elm", "Fox"),
)
NAMES = [f"{first} {last}" for first in FIRST for last in LAST]


def many_things(world: World) -> dict[str, int]:
    """What an address of the desk can name, each among many of its kind; the event is going on, in its first round."""
    made, now = [], clock.now()
    for number in range(MANY):
        made.append(things(world, world.host_id, f"Ours{number}"))
        with world.writing():  # asked at that event alone: for all of them only ten may be asked
            db.session.get_one(Question, made[-1]["question_id"]).event_id = made[-1]["event_id"]
    with world.writing():
        host = db.session.get_one(Organisation, world.host_id)
        event, here = evening.begin(host, NAMES, now)
        event.self_check_in = event.ask_consent = True
        dealing = settings.row(event)  # all that makes a deal ask more
        dealing.facilitated = dealing.match_offers = True
        evening.start(event, now)
        groups.set_rooms(event, [f"https://video.example.org/{number}" for number in range(12)])
        for signup in here:
            signup.person.field, signup.person.place = f"Field {signup.id % 5}", f"Place {signup.id % 3}"
            signup.access_needs = "A ramp"
        for state in ("waitlisted", "offered", "cancelled", "started"):
            for number in range(MANY):
                a_signup(event, a_person(host, name=f"{state} {number}", now=now), state=state, now=now)
        evening.draw(event, now)
        undo.remember(event, "deal", now)
        for number in range(9):
            question = questions.ask(host.id, {**ASKED, "words": f"Which {number}?"}, "test", now)
            for signup in here[:MANY]:
                db.session.add(
                    Response(signup_id=signup.id, question_id=question.id, words="Yes", answered_at=now)
                )
        words = Words("The side door", "Hello {name},\n\ncome by the side door.")
        for number in range(MANY):
            one, other = here[number].person, here[-1 - number].person
            if number < helping.MOST - 1:
                helping.give(event, f"Helper {number}", "test", now)
            message = messages.draft(host.id, event, ["confirmed"], words, "test", now)
            tags.put(here[0].person, f"Tag {number}", "test", now)
            worries.tell(here[0].person, event.id, "They stood too near", now)
            keep_apart(here[0].person, here[number + 1].person, "", "test", now)
            if number < settings.MOST_NEEDS:
                need = settings.set_need(event, None, f"Need {number}", 1, (one.id, other.id), ())
        link = helping.give(event, "The door", "test", now)
        keep_together(here[1].person, here[2].person, "test", now)
        return {
            **made[-1], "event_id": event.id, "signup_id": here[0].id, "person_id": here[0].person_id,
            "need_id": need.id, "link_id": link.id, "question_id": question.id, "message_id": message.id,
        }  # fmt: skip


def behind_every_door(world: World, ids: dict[str, int]) -> House:
    """The addresses for everybody, those of one person among many of that event."""
    now = clock.now()
    with world.writing():
        house = a_house(world.app)
    with world.writing():
        event = db.session.get_one(Event, ids["event_id"])
        signup = db.session.get_one(Signup, ids["signup_id"])
        circle = a_circle(event.organisation, now=now)
        for number in range(MANY):
            a_member(circle, now=now)
            a_session(circle, starts_in=timedelta(days=number - 5), now=now)
        for word in ("a van", "bread"):
            told = {"kind": "offer", "words": word, "folded": word, "created_at": now}
            when = now + timedelta(days=9)
            db.session.add(
                Offer(
                    organisation_id=event.organisation_id, person_id=signup.person_id, expires_at=when, **told
                )
            )
        nudge = Nudge(
            key="thank_you:x", rule="thank_you", event_id=event.id, person_id=signup.person_id, state="sent",
            reason="they had a place", due_at=now, decided_at=now, generation=1,
        )  # fmt: skip
        db.session.add(nudge)
        db.session.flush()
        place, was = links.place(signup.id, 1), links.place(int(house.good["signup_id"]), 1)
        mine = {
            "slug": event.slug, "circles.slug": circle.slug,
            "answer.token": links.answer(nudge.id, 1), "door.token": links.helper(ids["link_id"]),
            "check_in.token": links.check_in(event.id),
            "own_calendar.key": links.calendar(signup.person_id, 1).removesuffix(".ics"),
            "my_data.secret": tokens.issue("my_data", f"person:{signup.person_id}", timedelta(minutes=9), now),
            **{name: place for name, text in house.good.items() if text == key(was)},
        }  # fmt: skip
        return replace(house, good={**house.good, **{name: key(text) for name, text in mine.items()}})


def key(link: str) -> str:
    return link.rpartition("/")[2]


def pages(world: World, house: House, ids: dict[str, int]) -> Iterator[tuple[str, bool]]:
    """(path, whether it is of the desk) of every address that answers GET."""
    for rule in rules(world.app, "GET"):
        at_desk = rule.rule.startswith("/organise")
        if rule.endpoint not in ("static", "health.readyz"):
            path = address(rule, ids) if at_desk else house.address(rule)
            yield path, at_desk
            if rule.endpoint == "organise_groups.show":
                yield path + in_hand(world, ids["event_id"]), at_desk


def in_hand(world: World, event_id: int) -> str:
    """What the board is asked for while the first person of a draft is shown beside the second group."""
    found = world.read(lambda: [one for one in queries.rounds(event_id, "draft") if not one.has_begun])
    one, other, *_ = found[0].groups
    return f"?round={found[0].number}&seat={one.seats[0].id}&to={other.id}"


def test_no_page_asks_the_database_more_than_twenty_things(world: World, statements: list[str]) -> None:
    ids = many_things(world)
    house = behind_every_door(world, ids)
    counted: dict[str, int] = {}
    for path, at_desk in pages(world, house, ids):
        statements.clear()
        answer = (world.client if at_desk else house.outside).get(path)
        assert answer.status_code < 500, path
        if answer.status_code == 200:
            counted[path] = len(statements)
        answer.close()
    assert {path: number for path, number in counted.items() if number > MOST} == {}
    assert len(counted) > 80, "most doors open"
