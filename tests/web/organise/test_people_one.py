"""One person's page: their history, an address put right, a letter sent again, tags, and two entries made one."""

import re
from datetime import timedelta

from sqlalchemy import select

from convene import clock, links
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.people.actions import keep_apart, keep_together
from convene.people.models import Merge, Person, Separation, Tag
from convene.signups import actions
from convene.signups.models import Signup
from tests.factories import a_circle, a_member, a_signup, an_event
from tests.web.browsing import path_of
from tests.web.organise.conftest import World, text
from tests.web.visit.test_answer import nudge_to

PEOPLE = "/organise/people"


def at(world: World, name: str) -> str:
    return f"{PEOPLE}/{world.person(name)}"


def test_the_list_leads_to_one_page_a_person_with_what_happened_and_nothing_private(world: World) -> None:
    event = world.event(title="Soup")
    world.add(event, "Bo Ash", "Cy Dune", here=True)
    with world.writing():
        bo, cy = (db.session.get_one(Person, world.person(name)) for name in ("Bo Ash", "Cy Dune"))
        keep_apart(bo, cy, "said at the door", "test", clock.now())
    for list_of_people in (PEOPLE, f"/organise/events/{event}/signups"):
        assert f'href="{at(world, "Bo Ash")}"' in world.client.get(list_of_people).text, list_of_people
    said = text(world.client.get(at(world, "Bo Ash")))
    for words in ("Soup", "Place kept", "Came", "Place confirmed", "Nothing beyond their places"):
        assert words in said, words
    assert "Cy Dune" not in said and "said at the door" not in said


def test_a_person_of_another_host_is_not_there_by_any_door(world: World) -> None:
    theirs = world.event(world.other_host_id)
    (signup,) = world.add(theirs, "Zed Far")
    mine = world.add(world.event(), "Bo Ash") and world.person("Bo Ash")
    zed = world.person("Zed Far")
    for path in (
        f"{PEOPLE}/{zed}",
        f"{PEOPLE}/{zed}/merge",
        f"{PEOPLE}/{mine}/merge/{zed}",
        f"{PEOPLE}/{zed}/merge/{mine}",
    ):
        assert world.client.get(path).status_code == 404, path
    for path, data in (
        (f"{PEOPLE}/{zed}/address", {"email": "new@example.org"}),
        (f"{PEOPLE}/{zed}/tags", {"tag": "x"}),
        (f"{PEOPLE}/{mine}/merge/{zed}", {"name": str(mine), "address": str(mine)}),
        (f"{PEOPLE}/{mine}/signups/{signup}/send-again", {}),
    ):
        assert world.client.post(path, data=data).status_code == 404, path


def test_an_address_put_right_gets_the_letters_and_kills_the_links_sent_to_the_old_one(world: World) -> None:
    event = world.event()
    with world.writing():
        signup = actions.sign_up(event, "bo@exmaple.org", "Bo Ash", None, clock.now())
        before, generation = signup.generation, signup.person.generation
        signup_id = signup.id
        host = signup.event.organisation
        was_there = a_signup(an_event(host, starts_in=-timedelta(days=2)), signup.person)
        circle = a_member(a_circle(host, title="The street circle"), signup.person)
        old = [
            links.place(was_there.id, 1),
            links.answer(nudge_to(was_there).id, 1),
            links.member(circle.id, 1),
        ]
        old = [path_of(link) for link in old]
    stranger = world.app.test_client()  # who reads that mailbox
    assert [stranger.get(link).status_code for link in old] == [200] * 3
    answer = world.client.post(
        f"{at(world, 'Bo Ash')}/address", data={"email": "Bo@Example.org"}, follow_redirects=True
    )
    assert "We have written to it: 2 new links" in text(answer)
    assert [stranger.get(link).status_code for link in old] == [404] * 3, "whatever it opened"
    signup = world.signup(signup_id)
    assert signup.generation == before + 1

    def look() -> tuple[str | None, int, list[tuple[str, str]]]:
        bo = db.session.get_one(Person, world.person("Bo Ash"))
        rows = select(OutgoingMail.to_address, OutgoingMail.state).order_by(OutgoingMail.id)
        return bo.address, bo.generation, [tuple(row) for row in db.session.execute(rows)]  # type: ignore[misc] # pairs

    address, now_generation, mails = world.read(look)
    assert (address, now_generation) == ("bo@example.org", generation + 1)
    assert mails == [
        ("bo@exmaple.org", "dropped"),
        ("Bo@example.org", "queued"),
        ("Bo@example.org", "queued"),
    ]


def test_an_address_that_is_taken_or_signs_in_at_the_desk_or_is_none_is_not_put(world: World) -> None:
    world.add(world.event(), "Bo Ash", "Cy Dune")
    path = f"{at(world, 'Bo Ash')}/address"
    taken = world.client.post(path, data={"email": "cy.dune@example.net"})
    assert taken.status_code == 409 and "make them one" in text(taken)
    assert world.client.post(path, data={"email": "no address"}).status_code == 422
    owner = world.client.post(f"{PEOPLE}/{world.owner_id}/address", data={"email": "thief@example.org"})
    assert owner.status_code == 409
    assert world.read(lambda: db.session.get_one(Person, world.owner_id).address) == "ada@example.org"


def test_a_letter_is_sent_again_with_a_new_link(world: World) -> None:
    (signup,) = world.add(world.event(), "Bo Ash")
    before = world.signup(signup).generation
    answer = world.client.post(f"{at(world, 'Bo Ash')}/signups/{signup}/send-again", follow_redirects=True)
    assert "Sent again" in text(answer)
    assert world.signup(signup).generation == before + 1


def test_somebody_known_by_telephone_alone_is_told_by_the_host_and_the_pages_say_so(world: World) -> None:
    world.add(world.event(), "Bo Ash", address=False)
    assert "None: told by you" in text(world.client.get(PEOPLE))
    assert "the host tells them" in text(world.client.get(at(world, "Bo Ash")))


def test_tags_are_put_on_found_by_and_taken_off(world: World) -> None:
    world.add(world.event(), "Bo Ash", "Cy Dune")
    for typed in ("Baker", "  baker "):
        put = world.client.post(f"{at(world, 'Bo Ash')}/tags", data={"tag": typed}, follow_redirects=True)
        assert "is put on." in text(put), "a status line says what was done"
    (tag,) = world.read(lambda: list(db.session.scalars(select(Tag.id))))
    said = text(world.client.get(f"{PEOPLE}?tag={tag}"))
    assert "Bo Ash" in said and "Cy Dune" not in said and "Baker (1)" in said
    assert "Nobody here is tagged" in text(world.client.get(f"{PEOPLE}?tag={tag}&q=cy"))
    assert world.client.get(f"{PEOPLE}?tag=999").status_code == 404
    assert world.client.post(f"{at(world, 'Bo Ash')}/tags", data={"tag": " "}).status_code == 422
    world.client.post(f"{at(world, 'Bo Ash')}/tags/{tag}/remove")
    assert world.read(lambda: list(db.session.scalars(select(Tag.id)))) == []


def merge(world: World, kept: str, gone: str, **chosen: str):  # type: ignore[no-untyped-def] # an answer
    first, second = world.person(kept), world.person(gone)
    data = {"name": str(first), "address": str(first), **chosen}
    return world.client.post(f"{PEOPLE}/{first}/merge/{second}", data=data, follow_redirects=True)


def test_two_entries_are_found_laid_side_by_side_made_one_and_parted_again(world: World) -> None:
    one, two = world.event(title="Soup"), world.event(title="Bread")
    world.add(one, "Bo Ash")
    world.add(two, "Beau Ash")
    bo, beau = world.person("Bo Ash"), world.person("Beau Ash")
    assert "Beau Ash" in text(world.client.get(f"{PEOPLE}/{bo}/merge?q=ash"))
    side = text(world.client.get(f"{PEOPLE}/{bo}/merge/{beau}"))
    assert "Which name stays?" in side and "beau.ash@example.net" in side
    done = text(merge(world, "Bo Ash", "Beau Ash", name=str(beau), address=str(beau)))
    assert "They are one person now: Beau Ash" in done and "Soup" in done and "Bread" in done
    assert world.client.get(f"{PEOPLE}/{beau}").status_code == 404
    assert text(world.client.get(PEOPLE)).count("Beau Ash") == 1
    (made,) = world.read(lambda: list(db.session.scalars(select(Merge.id))))
    assert "two people again" in text(
        world.client.post(f"{PEOPLE}/merges/{made}/undo", follow_redirects=True)
    )
    for name, event in (("Bo Ash", one), ("Beau Ash", two)):
        where = select(Signup.event_id).where(Signup.person_id == world.person(name))
        assert world.read(lambda where=where: db.session.scalars(where).all()) == [event]  # type: ignore[misc] # read now
    assert "cannot be undone" in text(
        world.client.post(f"{PEOPLE}/merges/{made}/undo", follow_redirects=True)
    )


def test_nobody_is_made_one_with_themself(world: World) -> None:
    world.add(world.event(), "Bo Ash")
    bo = world.person("Bo Ash")
    assert world.client.get(f"{PEOPLE}/{bo}/merge/{bo}").status_code == 404
    assert "one person already" in text(merge(world, "Bo Ash", "Bo Ash"))


def test_whichever_rule_stands_between_two_the_refusal_is_the_same_to_the_byte(world: World) -> None:
    world.add(world.event(), "Bo Ash", "Cy Dune", "Di Elm")
    helper = world.organiser("helper@example.org", "organiser")
    bo, cy, di = (world.person(name) for name in ("Bo Ash", "Cy Dune", "Di Elm"))
    with world.writing():
        people = [db.session.get_one(Person, one) for one in (bo, cy, di)]
        keep_apart(people[0], people[1], "", "test", clock.now())
        keep_together(people[0], people[2], "test", clock.now())
    answers = [
        helper.post(f"{PEOPLE}/{bo}/merge/{other}", data={"name": str(bo), "address": str(bo)})
        for other in (cy, di)
    ]
    assert [one.status_code for one in answers] == [409, 409]
    problems = [re.findall(r'<div class="error-summary".*?</div>', one.text, re.DOTALL) for one in answers]
    assert problems[0] == problems[1] and "Not possible here." in problems[0][0]
    assert world.read(lambda: len(db.session.scalars(select(Separation)).all())) == 1
    told = text(world.client.get(f"{PEOPLE}/apart"))
    assert "Refused in the last thirty days" in told and ": 2 times" in told, (
        "who tries it out is not seen to"
    )
    assert "was refused a change" not in text(helper.get("/organise/log"))


def test_somebody_with_a_part_at_the_desk_is_not_made_one_with_anybody(world: World) -> None:
    world.add(world.event(), "Bo Ash")
    said = text(merge(world, "Ada Bell", "Bo Ash"))
    assert "has a part at your desk" in said
