"""Rules about two people at the desk: who makes them, who sees them, and what others see of them, which is nothing."""

import pytest
from sqlalchemy import select

from convene import clock
from convene.access.models import AuditEntry
from convene.extensions import db
from convene.people.actions import keep_apart
from convene.people.models import Lock, Person, Separation
from convene.signups.models import Signup
from tests.web.browsing import without_tokens
from tests.web.organise.conftest import World, text
from tests.web.organise.tonight import NAMES, seats, tonight


@pytest.mark.one_database
@pytest.mark.parametrize("door", ["signups", "attendance/walk-in"])
def test_a_name_alone_that_is_known_is_asked_about_alike_with_a_rule_and_without(
    world: World, door: str
) -> None:
    earlier, event_id = world.event(), tonight(world)
    world.add(earlier, "Bo Ash", "Cy Dune")
    with world.writing():
        db.session.get_one(Person, world.person("Bo Ash")).place = "Leeds"
    path = f"/organise/events/{event_id}/{door}"

    def asked() -> str:
        answer = world.client.post(path, data={"name": " bo  ASH", "email": ""})
        assert answer.status_code == 409
        return without_tokens(answer.text)

    before = asked()
    assert "We know somebody of that name: is this them?" in before
    assert "<bdi>Bo Ash</bdi> (<bdi>Leeds</bdi>)" in before and "Somebody else of that name" in before
    assert "bo.ash@example.net" not in before
    assert "no more is known" in world.client.post(path, data={"name": "cy dune"}).text
    with world.writing():
        first, second = (db.session.get_one(Person, world.person(one)) for one in ("Bo Ash", "Cy Dune"))
        keep_apart(
            first,
            second,
            "",
            "test",
            clock.now(),
        )
    assert asked() == before
    bo = world.person("Bo Ash")
    answer = {"name": "bo ash", "known_as": "bo ash", "known": str(bo)}
    assert world.client.post(path, data=answer).status_code == 303
    coming = select(Signup.person_id).where(Signup.event_id == event_id)
    assert world.read(lambda: list(db.session.scalars(coming))) == [bo]
    assert world.client.post(path, data={**answer, "known": "else"}).status_code == 303
    assert len(world.read(lambda: list(db.session.scalars(coming)))) == 2
    cy = str(world.person("Cy Dune"))
    for wrong in (cy, "9" * 24, "x"):
        assert world.client.post(path, data={**answer, "known": wrong}).status_code == 404
    assert world.client.post(path, data={**answer, "name": "Cy Dune"}).status_code == 409, "asked of another"


@pytest.mark.one_database
def test_an_organiser_sees_no_trace_of_who_is_kept_apart(world: World) -> None:
    event_id = tonight(world)
    world.add(event_id, *NAMES[:4], here=True)
    helper = world.organiser("helper@example.org", "organiser")
    assert "/people/apart" not in helper.get("/organise/people").text
    assert "/people/apart" in world.client.get("/organise/people").text
    nothing = helper.get("/organise/people/no-such-page")
    for method, path in (("GET", ""), ("POST", ""), ("POST", "/1/note"), ("POST", "/1/lift")):
        answer = helper.open("/organise/people/apart" + path, method=method)
        assert answer.status_code == 404
        assert text(answer) == text(nothing)

    def shown() -> list[str]:
        return [
            text(helper.get(f"/organise/events/{event_id}/{tail}"))
            for tail in ("groups", "signups", "attendance")
        ]

    before = shown()
    with world.writing():
        one, other = (db.session.get_one(Person, world.person(name)) for name in NAMES[:2])
        keep_apart(one, other, "afraid", "test", clock.now())
    assert shown() == before


@pytest.mark.one_database
def test_the_lead_keeps_people_apart_and_each_reading_of_a_note_is_written_down(world: World) -> None:
    world.add(tonight(world), "Bo Ash", "Cy Dune")
    found = world.client.get("/organise/people/apart?one=bo&other=dune").text
    assert "Bo Ash (bo.ash@example.net)" in found and "Cy Dune (cy.dune@example.net)" in found
    ids = world.person("Bo Ash"), world.person("Cy Dune")
    data = {
        "one": "bo",
        "other": "dune",
        "first": str(ids[0]),
        "second": str(ids[1]),
        "note": "said at the door",
    }
    assert world.client.post("/organise/people/apart", data=data).status_code == 303
    rule = world.read(lambda: db.session.scalars(select(Separation)).one())
    assert rule.note and b"door" not in rule.note
    listed = world.client.get("/organise/people/apart")
    assert "Bo Ash" in listed.text and "said at the door" not in listed.text
    shown = world.client.post(f"/organise/people/apart/{rule.id}/note")
    assert "said at the door" in shown.text and shown.headers["Cache-Control"] == "no-store"
    verbs = (
        select(AuditEntry.verb).where(AuditEntry.subject == f"separation:{rule.id}").order_by(AuditEntry.id)
    )
    assert world.read(lambda: list(db.session.scalars(verbs))) == ["separation.made", "separation.read"]
    world.client.post(f"/organise/people/apart/{rule.id}/lift")
    assert world.read(lambda: db.session.scalars(select(Separation)).all()) == []


@pytest.mark.one_database
@pytest.mark.parametrize("page", ["together", "apart"])
def test_two_people_are_chosen_well_or_asked_for_again(world: World, page: str) -> None:
    world.add(tonight(world), "Bo Ash", "Cy Dune")
    bo = str(world.person("Bo Ash"))
    path = f"/organise/people/{page}"
    for data, code in (
        ({}, 422),
        ({"first": bo}, 422),
        ({"first": bo, "second": bo}, 422),
        ({"first": bo, "second": "x"}, 404),
        ({"first": bo, "second": "999"}, 404),
        ({"first": bo, "second": "9" * 24}, 404),
    ):
        assert world.client.post(path, data={"one": "bo", "other": "bo", **data}).status_code == code, data
    other = world.read(
        lambda: db.session.scalar(select(Person.id).where(Person.organisation_id == world.other_host_id))
    )
    assert world.client.post(path, data={"first": bo, "second": str(other)}).status_code == 404
    for strange in ("%00", "%ff", "%25", "x" * 5000):
        assert world.client.get(f"{path}?one={strange}&other={strange}").status_code == 200
        assert world.client.get(f"/organise/people?q={strange}").status_code == 200
    assert world.read(lambda: db.session.scalars(select(Lock)).all()) == []


@pytest.mark.one_database
def test_two_people_are_kept_together_and_the_rule_is_lifted(world: World) -> None:
    event_id = tonight(world, group_size=3, round_count=2)
    world.add(event_id, *NAMES[:9], here=True)
    ids = [str(world.person(name)) for name in NAMES[:2]]
    page = world.client.post(
        "/organise/people/together", data={"first": ids[0], "second": ids[1]}, follow_redirects=True
    )
    assert "Bo Ash and Bo Elm are kept together" in text(page)
    world.client.post(f"/organise/events/{event_id}/groups/deal")
    for number in (1, 2):
        assert seats(world, number)["Bo Ash"] == seats(world, number)["Bo Elm"]
    rule = world.read(lambda: db.session.scalars(select(Lock.id)).one())
    world.client.post(f"/organise/people/together/{rule}/lift")
    assert world.client.post(f"/organise/people/together/{rule}/lift").status_code == 404
