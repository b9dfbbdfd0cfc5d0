"""A word in confidence reaches the lead and nobody else, and becomes a rule; who comes back is asked about."""

import json
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from convene import clock, links
from convene.access.models import AuditEntry
from convene.events.models import Event
from convene.extensions import db
from convene.groups.models import Group
from convene.mail.models import OutgoingMail
from convene.people import worries
from convene.people.actions import keep_apart
from convene.people.models import Person, Separation, Worry
from convene.privacy import my_data
from convene.privacy.erasure import erase
from convene.signups.actions import add
from convene.signups.helping import give
from tests.web.organise.conftest import World, text
from tests.web.rows import all_rows

DESK = "/organise/safeguarding"
WORDS = "Please not with Cy Dune, he hurt me."


def place(world: World, signup_id: int) -> str:
    signup = world.signup(signup_id)
    return "/place/" + world.read(lambda: links.place_token(signup.id, signup.generation))


def told(world: World, words: str = WORDS) -> tuple[int, int, int]:
    """Bo told the lead about Cy: the worry, Bo and Cy."""
    bo, _ = world.add(world.event(), "Bo Ash", "Cy Dune")
    answer = world.app.test_client().post(place(world, bo) + "/worry", data={"words": words})
    assert answer.status_code == 303
    worry = world.read(lambda: db.session.scalars(select(Worry.id).order_by(Worry.id.desc())).first())
    return worry or 0, world.person("Bo Ash"), world.person("Cy Dune")


def verbs(world: World) -> list[str]:
    return world.read(lambda: list(db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id))))


def test_what_is_told_on_the_place_page_is_sealed_and_read_by_the_lead_who_is_written_down(
    world: World,
) -> None:
    worry, _, _ = told(world)
    row = world.read(lambda: db.session.get_one(Worry, worry))
    assert b"Cy Dune" not in row.words, "encrypted in its own table"
    listed = world.client.get(DESK)
    assert "Bo Ash" in text(listed) and "hurt me" not in listed.text
    assert "hurt me" not in world.client.get(f"{DESK}/{worry}").text and "worry.read" not in verbs(world)
    assert WORDS in text(world.client.post(f"{DESK}/{worry}/read"))
    assert verbs(world).count("worry.read") == 1
    world.client.post(f"{DESK}/{worry}/read")
    assert verbs(world).count("worry.read") == 2, "each reading"


def test_the_page_is_linked_from_the_place_and_shows_nothing_of_what_was_said(world: World) -> None:
    bo = world.add(world.event(), "Bo Ash")[0]
    visitor, path = world.app.test_client(), place(world, bo)
    assert f'href="{path}/worry"' in visitor.get(path).text
    before = [text(visitor.get(path)), text(visitor.get(path + "/worry"))]
    assert "Only Ada Bell can read" in text(visitor.get(path + "/worry"))
    assert visitor.post(path + "/worry", data={"words": " "}).status_code == 422
    shown = visitor.post(path + "/worry", data={"words": WORDS}, follow_redirects=True)
    assert "Thank you for telling us" in text(shown) and "hurt me" not in shown.text
    other = world.app.test_client()
    assert [text(other.get(path)), text(other.get(path + "/worry"))] == before, (
        "to whoever opens the link later"
    )


def test_nobody_else_can_tell_that_anything_was_said(world: World) -> None:
    event = world.event()
    bo, _ = world.add(event, "Bo Ash", "Cy Dune")
    person, helper = world.person("Bo Ash"), world.organiser("helper@example.org", "organiser")
    export = f"/organise/events/{event}/export"
    pages = ("/organise/", "/organise/people", f"/organise/people/{person}", "/organise/outbox", export,
             f"/organise/events/{event}", f"/organise/events/{event}/signups", DESK, "/organise/log")  # fmt: skip

    def seen() -> list[str]:
        return [text(helper.get(page)) for page in pages]

    def own_copy() -> str:
        return world.read(lambda: json.dumps(my_data.of(db.session.get_one(Person, person))))

    before = seen(), own_copy(), len(verbs(world))
    letters = world.read(lambda: len(db.session.scalars(select(OutgoingMail.id)).all()))
    world.app.test_client().post(place(world, bo) + "/worry", data={"words": WORDS})
    assert (seen(), own_copy(), len(verbs(world))) == before
    assert world.read(lambda: len(db.session.scalars(select(OutgoingMail.id)).all())) == letters
    assert world.read(lambda: len(db.session.scalars(select(Worry.id)).all())) == 1


@pytest.mark.parametrize("kinds", [("organiser",), ("owner",)])
def test_to_everybody_but_the_lead_there_is_no_such_page(world: World, kinds: tuple[str, ...]) -> None:
    worry, _, cy = told(world)
    world.organiser("lena@example.org", "organiser", "safeguarding")
    other = world.client if kinds == ("owner",) else world.organiser("helper@example.org", *kinds)
    nothing = text(other.get("/organise/no-such-page"))
    before = all_rows_of(world)
    for answer in every_act(other, worry, cy):
        assert (answer.status_code, text(answer)) == (404, nothing)
    assert all_rows_of(world) == before
    lead = world.signed_in("lena@example.org", world.host_id)
    assert WORDS in text(lead.post(f"{DESK}/{worry}/read"))


def test_another_hosts_lead_reaches_nothing(world: World) -> None:
    worry, bo, cy = told(world)
    theirs = world.organiser("far@elsewhere.example", "owner", host_id=world.other_host_id)
    before = all_rows_of(world)
    assert "Bo Ash" not in theirs.get(DESK).text
    assert {answer.status_code for answer in every_act(theirs, worry, cy)[1:]} == {404}
    assert theirs.post(f"{DESK}/like/{bo}/{cy}/same").status_code == 404
    assert all_rows_of(world) == before
    stranger = world.person("Olu Far")
    assert world.client.post(f"{DESK}/{worry}/link", data={"person": stranger}).status_code == 404


def every_act(client: FlaskClient, worry: int, person: int) -> list:
    posts = [(f"{DESK}/{worry}/{act}", {"person": str(person)}) for act in ("read", "link", "aside")]
    posts += [(f"{DESK}/like/{person}/{person}/{act}", {}) for act in ("same", "another")]
    gets = [client.get(DESK), client.get(f"{DESK}/{worry}")]
    return gets + [client.post(path, data=data) for path, data in posts]


def all_rows_of(world: World) -> dict:
    return world.read(lambda: {name: rows for name, rows in all_rows().items() if name != "sign_in"})


def test_the_lead_links_it_to_a_person_and_the_two_are_kept_apart(world: World) -> None:
    worry, bo, cy = told(world)
    found = world.client.get(f"{DESK}/{worry}?q=cy")
    assert "Cy Dune" in text(found) and "Keep the two apart" in text(found)
    assert world.client.post(f"{DESK}/{worry}/link", data={}).status_code == 422
    assert world.client.post(f"{DESK}/{worry}/link", data={"person": bo}).status_code == 422, (
        "not from themself"
    )
    answer = world.client.post(f"{DESK}/{worry}/link", data={"person": cy}, follow_redirects=True)
    assert "never share a group" in text(answer)
    rule = world.read(lambda: db.session.scalars(select(Separation)).one())
    assert {rule.first_id, rule.second_id} == {bo, cy} and rule.note and b"hurt" not in rule.note
    read = world.client.post(f"/organise/people/apart/{rule.id}/note")
    assert WORDS in text(read), "their own words are the note where the lead wrote none"
    assert world.read(lambda: db.session.get_one(Worry, worry).state) == "linked"
    again = world.client.post(f"{DESK}/{worry}/link", data={"person": cy}, follow_redirects=True)
    assert "dealt with meanwhile" in text(again)
    assert "worry.linked" in verbs(world)


def test_what_needs_nothing_is_set_aside_and_can_be_linked_later(world: World) -> None:
    worry, _, cy = told(world)
    assert "Set aside" in text(world.client.post(f"{DESK}/{worry}/aside", follow_redirects=True))
    assert "Nothing waits for you" in text(world.client.get(DESK))
    assert "dealt with" in text(world.client.post(f"{DESK}/{worry}/aside", follow_redirects=True))
    world.client.post(f"{DESK}/{worry}/link", data={"person": cy, "note": "after all"})
    assert world.read(lambda: len(db.session.scalars(select(Separation)).all())) == 1


def test_without_a_key_the_page_says_whom_to_tell_and_keeps_nothing(world: World) -> None:
    bo = world.add(world.event(), "Bo Ash")[0]
    world.app.config["NOTES_KEY"] = ""
    path, visitor = place(world, bo) + "/worry", world.app.test_client()
    shown = text(visitor.get(path))
    assert "cannot be written safely here" in shown and "Ada Bell" in shown and "data@example.org" in shown
    answer = visitor.post(path, data={"words": WORDS})
    assert (answer.status_code, "cannot be written safely" in text(answer)) == (422, True)
    assert world.read(lambda: db.session.scalars(select(Worry.id)).all()) == []


def test_with_another_key_the_lead_is_told_so_and_nothing_fails(world: World) -> None:
    worry, _, cy = told(world)
    world.app.config["NOTES_KEY"] = "another-key-that-this-was-not-sealed-with"
    assert "another key" in text(world.client.post(f"{DESK}/{worry}/read"))
    assert world.client.post(f"{DESK}/{worry}/link", data={"person": cy}).status_code == 422
    assert world.client.post(f"{DESK}/{worry}/link", data={"person": cy, "note": "x"}).status_code == 303


def test_a_link_cannot_be_used_to_bury_the_lead(world: World) -> None:
    world.app.config["LIMITS"] = {**world.app.config["LIMITS"], "CONVENE_LIMIT_PRESSES_PER_PLACE": (2, 3600)}
    bo = world.add(world.event(), "Bo Ash")[0]
    path, visitor = place(world, bo) + "/worry", world.app.test_client()
    said = [text(visitor.post(path, data={"words": WORDS}, follow_redirects=True)) for _ in range(3)]
    assert ["was not kept" in one for one in said] == [False, False, True]
    assert world.read(lambda: len(db.session.scalars(select(Worry.id)).all())) == 2


def test_erasing_who_wrote_it_takes_it_with_them(world: World) -> None:
    worry, bo, _ = told(world)
    with world.writing():
        erase(bo, "test", clock.now())
    assert world.read(lambda: db.session.get(Worry, worry)) is None


# Who comes back under another name or address


def apart(world: World) -> tuple[int, int]:
    world.add(world.event(), "Bo Ash", "Cyrus Dune")
    bo, cy = world.person("Bo Ash"), world.person("Cyrus Dune")
    with world.writing():
        keep_apart(db.session.get_one(Person, bo), db.session.get_one(Person, cy), "", "test", clock.now())
    return bo, cy


@pytest.mark.parametrize(
    ("name", "address"),
    [("Cyrus Dunne", "new@example.net"), ("cyrus  dune", None), ("Dune Cyrus", "d@example.net"),
     ("Kim Nobody", "Cyrus.Dune+2@example.net"), ("Cýrus Dune", "e@example.net")],
)  # fmt: skip
def test_after_a_signup_of_a_like_name_or_a_reused_address_the_lead_is_asked(
    world: World, name: str, address: str | None
) -> None:
    bo, cy = apart(world)
    assert "Nobody here is called like" in text(world.client.get(DESK))
    event = world.event()
    with world.writing():
        add(event, name, address, clock.now())
    newcomer = world.read(lambda: db.session.scalars(select(Person.id).order_by(Person.id.desc())).first())
    asked = text(world.client.get(DESK))
    assert "kept apart from Bo Ash" in asked and ("uses the address" in asked) == (name == "Kim Nobody")
    world.client.post(f"{DESK}/like/{newcomer}/{cy}/same")
    pairs = world.read(lambda: [(r.first_id, r.second_id) for r in db.session.scalars(select(Separation))])
    assert (bo, newcomer) in pairs
    assert "Nobody here is called like" in text(world.client.get(DESK)), "and is not asked again"


def test_two_different_people_are_not_asked_about_again(world: World) -> None:
    _, cy = apart(world)
    world.add(world.event(), "Cyrus Dunes")
    newcomer = world.person("Cyrus Dunes")
    world.client.post(f"{DESK}/like/{newcomer}/{cy}/another")
    assert "Nobody here is called like" in text(world.client.get(DESK))
    assert world.client.post(f"{DESK}/like/{newcomer}/{cy}/another").status_code == 404
    assert "Nothing waits for you" in text(world.client.get(DESK)), "and it is no word in confidence"
    assert world.read(lambda: len(db.session.scalars(select(Separation)).all())) == 1


def test_others_are_not_asked_about_and_the_page_asks_little_of_the_database(
    world: World, statements: list[str]
) -> None:
    apart(world)
    world.add(world.event(), "Cyril Dane", "Bea Stone", "Ashley Bo")
    statements.clear()
    assert "Nobody here is called like" in text(world.client.get(DESK))
    assert len(statements) <= 20


@pytest.mark.one_database
def test_a_signup_asks_the_same_of_the_database_whether_or_not_somebody_like_it_is_kept_apart(
    world: World, statements: list[str]
) -> None:
    event = world.event()

    def sign_up(name: str) -> list[str]:
        statements.clear()
        slug = world.event_row(event).slug
        world.app.test_client().post(
            f"/events/{slug}/sign-up", data={"name": name, "email": f"{name[:3]}.{len(name)}@example.net"}
        )
        return list(statements)

    before = sign_up("Cyrus Dune X")
    apart(world)
    assert sign_up("Cyrus Dunne") == before


def test_leads_are_the_owners_until_one_is_named(world: World) -> None:
    assert world.read(lambda: [one.name for one in worries.leads(world.host_id)]) == ["Ada Bell"]
    world.organiser("lena@example.org", "safeguarding")
    assert world.read(lambda: [one.name for one in worries.leads(world.host_id)]) == ["Lena"]


def test_what_was_dealt_with_is_shown_for_a_year(world: World) -> None:
    worry, _, _ = told(world)
    world.client.post(f"{DESK}/{worry}/aside")
    assert "Dealt with in the last year" in text(world.client.get(DESK))
    with world.writing():
        db.session.get_one(Worry, worry).handled_at = clock.now() - timedelta(days=366)
    assert "Dealt with" not in text(world.client.get(DESK))


def test_a_walk_in_by_a_helpers_link_is_never_seated_with_whom_they_are_kept_apart_from(world: World) -> None:
    event = world.event(starts_at=clock.now() - timedelta(minutes=5), group_size=2)
    names = ["Bo Ash", "Di Elm", "Ed Fir", "Flo Gum", "Gil Hay"]
    world.add(event, *names, here=True)
    with world.writing():
        link = give(db.session.get_one(Event, event), "the door", "test", clock.now())
        token = links.helper(link.id).rpartition("/")[2]
    world.client.post(f"/organise/events/{event}/groups/deal")
    door = world.app.test_client()
    press = {"key": "a-key-of-a-press", "verb": "walk_in", "name": "Cy Dune", "age": 0}
    assert door.post(f"/door/{token}/presses", json={"presses": [press], "unsent": 0}).status_code == 200
    bo, cy = world.person("Bo Ash"), world.person("Cy Dune")
    with world.writing():
        keep_apart(db.session.get_one(Person, bo), db.session.get_one(Person, cy), "", "test", clock.now())
    for _ in range(10):
        world.client.post(f"/organise/events/{event}/groups/deal")
        tables = world.read(lambda: [seated(group) for group in db.session.scalars(select(Group)).all()])
        assert any(cy in one for one in tables), "they have a seat"
        assert not any({bo, cy} <= one for one in tables)


def seated(group: Group) -> set[int]:
    return {seat.person_id for seat in group.seats}
