"""The team, the organisation's own settings and the host's questions, at the desk and on the page of a place."""

import re
from typing import Any

from sqlalchemy import select

from convene import links
from convene.extensions import db
from convene.people.models import Organisation, Person, Role
from convene.signups.models import Question, Response
from tests.web.organise.conftest import World, text

TEAM, HOST, QUESTIONS = "/organise/team", "/organise/host", "/organise/questions"


def role_of(world: World, address: str) -> int:
    rows = select(Role.id).join(Person, Role.person_id == Person.id).where(Person.address == address)
    return world.read(lambda: db.session.scalars(rows).one())


def a_question(**more: Any) -> dict[str, Any]:
    plain = {
        "words": "Will you eat?",
        "kind": "yes_no",
        "options": "",
        "purpose": "so that there is enough soup",
    }
    return {**plain, "seen_by": "organisers", "kept_days": "30", "event_id": "", **more}


def test_somebody_is_asked_made_an_owner_and_out_at_once_when_their_part_ends(world: World) -> None:
    asked = {"name": "Nia", "email": "nia@example.org", "part": "organiser"}
    assert "told by mail" in text(world.client.post(TEAM, data=asked, follow_redirects=True))
    nia = world.signed_in("nia@example.org", world.host_id)
    assert nia.get("/organise/").status_code == 200
    role = role_of(world, "nia@example.org")
    world.client.post(f"{TEAM}/{role}/owner")
    assert text(world.client.get(TEAM)).count("Owner ") >= 2
    assert world.client.get(f"{TEAM}/{role}/end").status_code == 200
    assert "signed out everywhere" in text(world.client.post(f"{TEAM}/{role}/end", follow_redirects=True))
    assert nia.get("/organise/").status_code == 302
    last = role_of(world, "ada@example.org")
    assert "last owner" in text(world.client.post(f"{TEAM}/{last}/end", follow_redirects=True))
    foreign = role_of(world, "olu@elsewhere.example")
    assert world.client.post(f"{TEAM}/{foreign}/end").status_code == 404


def test_an_organiser_neither_makes_owners_nor_changes_the_organisation(world: World) -> None:
    helper = world.organiser("helper@example.org", "organiser")
    data = {"name": "X", "email": "x@example.org", "part": "owner"}
    assert "Only an owner" in text(helper.post(TEAM, data=data))
    owner = role_of(world, "ada@example.org")
    assert "Only an owner" in text(helper.post(f"{TEAM}/{owner}/end", follow_redirects=True))
    assert helper.get(HOST).status_code == 200 and helper.post(HOST, data={"name": "Mine"}).status_code == 404


def test_the_organisation_says_who_it_is_and_takes_no_colour_that_cannot_be_read(world: World) -> None:
    good = {"name": "The Warm Hall", "zone": "Europe/London", "controller": "The Warm Hall Trust", "accent": "#F6B73C",
            "privacy_contact": "privacy@example.org", "privacy_url": "https://example.org/privacy",
            "reply_to": "ada@example.org", "about": ""}  # fmt: skip
    assert world.fill(HOST, good).status_code == 303
    host = world.read(lambda: db.session.get_one(Organisation, world.host_id))
    assert (host.controller, host.accent) == ("The Warm Hall Trust", "#f6b73c")
    for wrong in (
        {"accent": "#8a7a7a"},
        {"accent": "red"},
        {"privacy_url": "javascript:1"},
        {"name": ""},
        {"zone": "x"},
    ):
        assert world.client.post(HOST, data={**good, **wrong}).status_code == 422, wrong


def test_a_question_is_asked_on_the_page_of_a_place_with_its_purpose_and_answered(world: World) -> None:
    event = world.event(title="Soup")
    assert re.search(
        rf'<option value="{event}">Soup, \w+day \d+ \w+ \d{{4}}</option>', world.client.get(QUESTIONS).text
    )
    (signup,) = world.add(event, "Bo Ash")
    assert world.client.post(QUESTIONS, data=a_question()).status_code == 303
    assert (
        world.client.post(
            QUESTIONS, data=a_question(words="Which?", kind="one", options="Red\nRed")
        ).status_code
        == 422
    )
    (question,) = world.read(lambda: list(db.session.scalars(select(Question.id))))
    with world.app.app_context():
        path = "/place/" + links.place_token(signup, 1)
    visitor = world.app.test_client()
    said = text(visitor.get(path))
    for words in (
        "Will you eat?",
        "so that there is enough soup",
        "Seen by the organisers, kept for 30 days",
    ):
        assert words in said, words
    saved = visitor.post(f"{path}/questions", data={f"question-{question}": "Yes"}, follow_redirects=True)
    assert "Saved" in text(saved)
    assert world.client.post(QUESTIONS, data=a_question(words="Why?", kind="text")).status_code == 303
    why = max(world.read(lambda: list(db.session.scalars(select(Question.id)))))
    for answer, words, box, told in (
        ("Perhaps", "yyy", f"question-{question}-0", "None of the answers"),
        ("No", "y" * 1001, f"question-{why}", "1,000 characters or fewer"),
    ):
        typed = {f"question-{question}": answer, f"question-{why}": words}
        refused = visitor.post(f"{path}/questions", data=typed)
        assert refused.status_code == 422 and told in text(refused)
        assert "<title>Error: " in refused.text and f'href="#{box}"' in refused.text
        assert f">{words}</textarea>" in refused.text, "nothing typed is lost"
    assert re.search(r'value="No" checked', refused.text), "nor what was chosen"
    assert world.read(lambda: list(db.session.scalars(select(Response.words)))) == ["Yes"]
    assert "Bo Ash Yes" in text(world.client.get(f"{QUESTIONS}/event/{event}"))
    changed = world.fill(f"{QUESTIONS}/{question}", a_question(words="Bread?"), follow_redirects=True)
    assert "Bread?" in text(changed) and "Will you eat?" not in text(changed)
    assert "Will you eat?" in text(world.client.get(f"{QUESTIONS}/event/{event}"))
    stale = {f"question-{question}": "No", f"question-{why}": "Hunger"}
    told = text(visitor.post(f"{path}/questions", data=stale, follow_redirects=True))
    assert "changed or taken away while your page was open" in told and "Saved" not in told
    assert world.read(lambda: list(db.session.scalars(select(Response.words)))) == ["Yes", "Hunger"]
    unmoved = {**stale, f"question-{question}": "Yes"}
    assert "Saved" in text(visitor.post(f"{path}/questions", data=unmoved, follow_redirects=True))


def test_questions_of_another_host_are_not_there(world: World) -> None:
    world.client.post(QUESTIONS, data=a_question())
    (question,) = world.read(lambda: list(db.session.scalars(select(Question.id))))
    theirs = world.signed_in("olu@elsewhere.example", world.other_host_id)
    assert theirs.get(f"{QUESTIONS}/{question}").status_code == 404
    assert theirs.post(f"{QUESTIONS}/{question}/retire").status_code == 404
    foreign = world.event(world.other_host_id)
    refused = world.client.post(QUESTIONS, data=a_question(event_id=str(foreign)))
    assert refused.status_code == 422
