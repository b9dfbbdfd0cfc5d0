"""Every page of the desk answers, none reaches another host's rows, and looking at one changes nothing."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import event, func, select

from convene import clock
from convene.access.models import SignIn
from convene.events.models import Event
from convene.extensions import db
from convene.groups import settings
from convene.mail.models import OutgoingMail
from convene.mail.wording import Words
from convene.messages import actions as messages
from convene.people.actions import keep_apart, keep_together, meet
from convene.people.models import Organisation, Person, Role, Separation, Tag
from convene.signups import helping
from convene.signups.models import Question, Signup
from tests.web.organise.conftest import OTHER_OWNER, World

# Pages that send on where there is nothing to do on them.
ELSEWHERE = ("organise_sign_in.sent", "organise_second_step.show", "organise_second_step_set_up.app")


def desk_rules(world: World, method: str) -> list:
    rules = [rule for rule in world.app.url_map.iter_rules() if rule.rule.startswith("/organise")]
    return [rule for rule in rules if method in (rule.methods or ())]


def path(rule: str, ids: Mapping[str, object]) -> str:
    return re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda found: str(ids[found[1]]), rule)


def things_of(world: World, host_id: int) -> dict[str, Any]:
    """One of everything that has an id, at this host."""
    event_id = world.event(host_id)
    signup_id = world.add(event_id, "Cy Dune")[0]
    with world.writing():
        host = db.session.get_one(Organisation, host_id)
        first, second = (meet(host, f"{n}@example.com", n, clock.now()) for n in ("Eli", "Fay"))
        keep_apart(first, second, "said at the door", "test", clock.now())
        keep_together(first, second, "test", clock.now())
        rule_id = db.session.scalars(select(Separation.id).where(Separation.organisation_id == host_id)).one()
        need = settings.set_need(db.session.get_one(Event, event_id), None, "captions", 1, (), ())
        need_id = need.id
        event = db.session.get_one(Event, event_id)
        link_id = helping.give(event, "Mia", "test", clock.now()).id
        words = Words("The side door", "Come by the side door.")
        message_id = messages.draft(host_id, event, ["confirmed"], words, "test", clock.now()).id
        question = Question(
            organisation_id=host_id,
            kind="text",
            words="Tea?",
            purpose="For the kitchen",
            created_at=clock.now(),
        )
        tag = Tag(organisation_id=host_id, name="Bakers", folded="bakers")
        third = meet(host, "gus@example.com", "Gus", clock.now())
        db.session.add_all([question, tag])
        db.session.flush()
        person_id = db.session.get_one(Signup, signup_id).person_id
        role = select(Role.id).join(Person).where(Person.organisation_id == host_id).limit(1)
        more = {
            "link_id": link_id, "message_id": message_id, "question_id": question.id, "tag_id": tag.id,
            "person_id": person_id, "other_id": third.id, "role_id": db.session.scalars(role).one(),
        }  # fmt: skip
    mail = select(OutgoingMail.id).where(OutgoingMail.organisation_id == host_id)
    mail_id = world.read(lambda: db.session.scalars(mail).one())
    found = {"event_id": event_id, "signup_id": signup_id, "mail_id": mail_id, "rule_id": rule_id}
    none = {"passkey_id": 1, "merge_id": 1, "kind": "organiser", "letter": "reminder"}
    return {**found, **more, **none, "need_id": need_id, "number": 1}


def rows(world: World) -> dict[str, int]:
    def count() -> dict[str, int]:
        tables = db.metadata.sorted_tables
        return {
            table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        }

    return world.read(count)


@pytest.mark.one_database
def test_nobody_reaches_another_hosts_rows(world: World) -> None:
    foreign = things_of(world, world.other_host_id)
    world.signed_in(OTHER_OWNER, world.other_host_id)
    foreign["sign_in_id"] = world.read(
        lambda: db.session.scalars(select(SignIn.id).where(SignIn.address == OTHER_OWNER)).one()
    )
    for method in ("GET", "POST"):
        for rule in desk_rules(world, method):
            if "<int" not in rule.rule:
                continue
            before = rows(world)
            answer = world.client.open(
                path(rule.rule, foreign), method=method, data={"here": "yes", "name": "X"}
            )
            assert answer.status_code == 404, f"{method} {rule.rule}: {answer.status_code}"
            assert "Cy Dune" not in answer.text
            assert rows(world) == before, rule.rule


def test_every_page_answers_and_looking_at_it_changes_nothing(world: World) -> None:
    ids = things_of(world, world.host_id)
    world.client.post(f"/organise/events/{ids['event_id']}/groups/deal")
    before = rows(world)
    for rule in desk_rules(world, "GET"):
        address = path(rule.rule, {**ids, "token": "no-such-token"})
        expected = 410 if "token" in rule.rule else 302 if rule.endpoint in ELSEWHERE else 200
        assert world.client.get(address).status_code == expected, address
        assert world.client.head(address).status_code == expected, address
    for rule in desk_rules(world, "POST"):
        if "GET" not in (rule.methods or ()):
            world.client.head(path(rule.rule, {**ids, "token": "x", "sign_in_id": 1}))
    assert rows(world) == before


@pytest.mark.one_database
def test_every_page_sends_a_stranger_to_the_door_and_back_again(world: World) -> None:
    ids = things_of(world, world.host_id)
    stranger = world.app.test_client()
    for method in ("GET", "POST"):
        for rule in desk_rules(world, method):
            if rule.endpoint.startswith(("organise_sign_in.", "organise_second_step.")):
                continue
            answer = stranger.open(path(rule.rule, {**ids, "sign_in_id": 1}), method=method)
            assert answer.status_code == 302, rule.rule
            assert answer.location.startswith("/organise/sign-in?next="), rule.rule


@pytest.mark.one_database
def test_a_number_too_long_for_the_database_is_simply_not_there(world: World) -> None:
    for tail in ("", "/edit", "/signups", "/attendance", "/groups"):
        assert world.client.get(f"/organise/events/{'9' * 24}{tail}").status_code == 404
    assert world.client.get(f"/organise/outbox/{'9' * 24}").status_code == 404
    assert world.client.get(f"/organise/outbox?before={'9' * 24}").status_code == 200


@pytest.mark.one_database
def test_the_desk_asks_the_database_no_more_for_many_events_than_for_one(world: World) -> None:
    asked: list[str] = []
    with world.app.app_context():
        engine = db.engine
    listener = lambda *rest: asked.append(rest[2])  # noqa: E731 - removed below by the same name
    counts = []
    for _ in range(2):
        for number in range(6):
            world.event(title=f"Event {number}")
        event.listen(engine, "before_cursor_execute", listener)
        assert world.client.get("/organise/").status_code == 200
        event.remove(engine, "before_cursor_execute", listener)
        counts.append(len(asked))
        asked.clear()
    assert counts[0] == counts[1] <= 12, counts


@pytest.mark.one_database
def test_a_post_without_the_forms_token_is_asked_for_once_more(world: World) -> None:
    world.app.config["WTF_CSRF_ENABLED"] = True
    event_id = world.event(publish=False)
    answer = world.client.post(f"/organise/events/{event_id}/publish")
    assert answer.status_code == 400
    assert "Please press once more" in answer.text
    assert world.event_row(event_id).state == "draft"
    page = world.client.get(f"/organise/events/{event_id}").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    world.client.post(f"/organise/events/{event_id}/publish", data={"csrf_token": token[1]})
    assert world.event_row(event_id).state == "published"


@pytest.mark.one_database
def test_an_organiser_of_two_hosts_can_change_desks_but_not_sit_at_a_third(world: World) -> None:
    world.organiser("ada@example.org", "organiser", host_id=world.other_host_id)
    world.event(world.other_host_id, title="Only elsewhere")
    assert "Only elsewhere" not in world.client.get("/organise/").text
    world.client.post("/organise/switch", data={"organisation_id": str(world.other_host_id)})
    assert "Only elsewhere" in world.client.get("/organise/").text
    for chosen in ("77", "x", ""):
        assert world.client.post("/organise/switch", data={"organisation_id": chosen}).status_code == 404
