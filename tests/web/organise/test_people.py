"""A rule about two people is lifted after a question that names both; who may not see the rule is asked nothing."""

import pytest
from sqlalchemy import select

from convene import clock
from convene.access.models import AuditEntry
from convene.extensions import db
from convene.people.actions import keep_apart, keep_together
from convene.people.models import Lock, Person, Separation
from tests.web.organise.conftest import World, text

PEOPLE = "/organise/people"


def bo_and_cy(world: World, kind: str, note: str = "") -> int:
    """The id of a rule about them."""
    world.add(world.event(), "Bo Ash", "Cy Dune")
    with world.writing():
        bo, cy = (db.session.get_one(Person, world.person(name)) for name in ("Bo Ash", "Cy Dune"))
        if kind == "apart":
            keep_apart(bo, cy, note, "test", clock.now())
        else:
            keep_together(bo, cy, "test", clock.now())
    return rules(world, kind)[0]


def rules(world: World, kind: str) -> list[int]:
    table = Separation if kind == "apart" else Lock
    return world.read(lambda: list(db.session.scalars(select(table.id))))


@pytest.mark.parametrize("kind", ["apart", "together"])
def test_lifting_a_rule_is_asked_first_with_both_names_and_a_look_lifts_nothing(
    world: World, kind: str
) -> None:
    rule = bo_and_cy(world, kind)
    path = f"{PEOPLE}/{kind}/{rule}/lift"
    listed = world.client.get(f"{PEOPLE}/{kind}").text
    assert f'href="{path}"' in listed and f'action="{path}"' not in listed
    asked = world.client.get(path)
    assert f"No longer keep Bo Ash and Cy Dune {kind}?" in text(asked)
    assert f'<form method="post" action="{path}">' in asked.text and "Leave it as it is" in asked.text
    assert world.client.head(path).status_code == 200
    assert rules(world, kind) == [rule]
    assert "lifted" in text(world.client.post(path, follow_redirects=True))
    assert rules(world, kind) == []
    assert [world.client.get(path).status_code, world.client.post(path).status_code] == [404, 404]
    verbs = world.read(lambda: set(db.session.scalars(select(AuditEntry.verb))))
    assert ("separation.lifted" if kind == "apart" else "lock.lifted") in verbs


def test_a_note_is_spoken_of_where_there_is_one_and_not_read_by_the_asking(world: World) -> None:
    rule = bo_and_cy(world, "apart", "said at the door")
    asked = text(world.client.get(f"{PEOPLE}/apart/{rule}/lift"))
    assert "The note is deleted with the rule" in asked and "said at the door" not in asked
    verbs = world.read(lambda: set(db.session.scalars(select(AuditEntry.verb))))
    assert "separation.read" not in verbs
    with world.writing():
        db.session.get_one(Separation, rule).note = None
    assert "note" not in text(world.client.get(f"{PEOPLE}/apart/{rule}/lift")).lower()


@pytest.mark.one_database
def test_to_another_organiser_the_question_about_two_kept_apart_is_not_there(world: World) -> None:
    rule = bo_and_cy(world, "apart")
    helper = world.organiser("helper@example.org", "organiser")
    nothing = text(helper.get(f"{PEOPLE}/no-such-page"))
    for number in (rule, rule + 1):
        answer = helper.get(f"{PEOPLE}/apart/{number}/lift")
        assert (answer.status_code, text(answer)) == (404, nothing)
