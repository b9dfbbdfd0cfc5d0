"""What was done at the desk can be read there in words and sifted; nothing secret and nothing of another host."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from convene import clock
from convene.access import audit
from convene.events.models import Event
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.people.models import Lock, Separation, Worry
from convene.signups import helping
from convene.signups.models import Invitation, Question, Signup
from convene.web.organise import log, log_subjects
from tests.web.organise.conftest import World, text

LOG = "/organise/log"


def did(world: World, verb: str, subject: str = "event:1", actor: str = "worker", days: int = 0) -> None:
    with world.writing():
        audit.record(world.host_id, actor, verb, subject, clock.now() - timedelta(days=days))


def rows(page: str) -> str:
    return page.partition("To what")[2]


def test_it_says_who_did_what_to_what_in_words(world: World) -> None:
    event = world.event(title="Power and soup")
    did(world, "event.published", f"event:{event}", f"person:{world.owner_id}")
    did(world, "brand.new_verb", "thing:7", "command")
    shown = rows(text(world.client.get(LOG)))
    assert "Ada Bell published Power and soup, " in shown, (
        "with its day: the dates of a series are called the same"
    )
    assert "Whoever runs the server brand: new verb thing 7" in shown, "also what has no words yet"
    assert shown.index("brand") < shown.index("published"), "the newest first"


@pytest.mark.one_database
def test_every_act_that_is_written_down_has_words() -> None:
    """A line without words can neither be read nor be sifted for."""
    bare = []
    for file in Path(log.__file__).parents[2].rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text())):
            if not isinstance(call, ast.Call) or ast.unparse(call.func) not in ("audit.record", "written"):
                continue
            verb = call.args[2 if ast.unparse(call.func) == "audit.record" else 0]
            if isinstance(verb, ast.Constant):
                name = str(verb.value)
                known = name in log.WORDS or f"circle.{name}" in log.WORDS
                bare += [] if known else [name]
    assert bare == []


@pytest.mark.one_database
def test_whatever_a_line_is_about_has_words() -> None:
    """A bare "helper 3" tells an organiser nothing."""
    kinds = set()
    for file in Path(log.__file__).parents[2].rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.record":
                kinds |= set(re.findall(r"^f'([a-z_]+):", ast.unparse(call.args[3])))
    assert len(kinds) > 12 and kinds <= set(log_subjects.OTHERWISE)


@pytest.mark.both_databases
def test_it_names_what_the_desk_knows_and_to_the_lead_alone_who_is_kept_apart(world: World) -> None:
    event = world.event(title="Power and soup")
    world.add(event, "Bo Ash", "Cy Dune")
    bo, cy, now = world.person("Bo Ash"), world.person("Cy Dune"), clock.now()
    with world.writing():
        of = {"organisation_id": world.host_id}
        question = Question(**of, kind="text", words="What do you bring?", purpose="To plan.", created_at=now)
        link = helping.give(db.session.get_one(Event, event), "the back door", "test", now)
        invited = Invitation(
            event_id=event, name="Di Elm", address="di@example.net", created_at=now, created_by="test"
        )
        worry = Worry(**of, person_id=bo, words=b"?", created_at=now)
        lock = Lock(**of, first_id=bo, second_id=cy, created_at=now, created_by="test")
        rule = Separation(**of, first_id=bo, second_id=cy, created_at=now, created_by="test")
        db.session.add_all([question, invited, worry, lock, rule])
        db.session.flush()
        signup = db.session.scalars(select(Signup.id).where(Signup.person_id == cy)).one()
        mail = db.session.scalars(
            select(OutgoingMail.id).where(OutgoingMail.letter == "place_confirmed")
        ).first()
        for verb, subject in (
            ("question.asked", f"question:{question.id}"), ("helper.given", f"helper:{link.id}"),
            ("signup.uninvited", f"invitation:{invited.id}"), ("signup.answered", f"signup:{signup}"),
            ("mail.again", f"mail:{mail}"), ("wording.changed", "letter:reminder"), ("nudges.set", "rule:thank_you"),
            ("worry.read", f"worry:{worry.id}"), ("lock.made", f"lock:{lock.id}"),
            ("separation.made", f"separation:{rule.id}"),
            ("signups.exported", f"organisation:{world.host_id}"), ("event.told", f"separation:{rule.id}"),
        ):  # fmt: skip
            audit.record(world.host_id, f"person:{world.owner_id}", verb, subject, now)
    everybody = (
        "asked a question of their own What do you bring?", "gave a helper a link the back door, Power and soup, ",
        "took an invitation back Di Elm, Power and soup, ", "who asked to come Cy Dune, Power and soup, ",
        "sent a letter again Place kept, Power and soup, ", "changed the words of a letter Reminder",
        "changed when a letter goes Thank you", "keeps two people together Bo Ash and Cy Dune",
        "took sign-ups away as a file Your whole organisation",
    )  # fmt: skip
    lead_alone = ("read what was told in confidence Bo Ash", "keeps two people apart Bo Ash and Cy Dune")
    world.organiser("helper@example.org", "organiser")
    shown = rows(text(world.client.get(LOG)))
    assert [one for one in everybody + lead_alone if one not in shown] == []
    others = rows(text(world.signed_in("helper@example.org", world.host_id).get(LOG)))
    assert [one for one in everybody if one not in others] == []
    assert "confidence Bo" not in others and others.count("Bo Ash and Cy Dune") == 1, "the pair kept together"
    assert "of a change A rule that is gone" in others, (
        "whatever the verb, of a rule the lead alone reads whose it is"
    )


def test_it_is_sifted_by_act_by_person_and_by_day(world: World) -> None:
    did(world, "event.published", days=3)
    did(world, "groups.dealt", actor=f"person:{world.owner_id}")
    day = (clock.now() - timedelta(days=3)).date().isoformat()
    for asked, there, gone in (
        ("?verb=groups.dealt", "dealt the groups", "published An event"),
        (f"?actor=person:{world.owner_id}", "dealt the groups", "published An event"),
        (f"?until={day}", "published An event that is gone", "dealt the groups"),
    ):
        shown = rows(text(world.client.get(LOG + asked)))
        assert there in shown and gone not in shown, asked
    assert "Nothing like that was done" in text(world.client.get(LOG + "?since=2000-01-01&until=2000-01-02"))


@pytest.mark.one_database
@pytest.mark.parametrize(
    "asked",
    [
        "since=2026-02-30",
        "since=0001-01-01&until=9999-12-31",
        "before=-1",
        "before=9" * 30,
        "verb=%00",
        "actor=%00",
    ],
)
def test_what_is_no_question_is_passed_over(world: World, asked: str) -> None:
    assert world.client.get(f"{LOG}?{asked}").status_code == 200


def test_it_is_read_page_by_page_and_asks_little_of_the_database(world: World, statements: list[str]) -> None:
    with world.writing():
        for number in range(120):
            audit.record(world.host_id, "worker", "mail.again", f"test:{number}", clock.now())
    seen, path = [], LOG
    for _ in range(9):
        statements.clear()
        page = world.client.get(path)
        assert len(statements) <= 20
        seen += [one for one in range(120) if f">test {one}<" in page.text]
        if "Older" not in page.text:
            break
        path = page.text.rpartition('">Older')[0].rpartition('href="')[2].replace("&amp;", "&")
    assert sorted(seen) == list(range(120)), "each once"


@pytest.mark.parametrize("verb", ["separation.made", "worry.read", "likeness.same", "groups.refused"])
def test_what_tells_of_somebodys_fear_is_there_for_the_lead_alone(world: World, verb: str) -> None:
    helper = world.organiser("helper@example.org", "organiser")
    before = text(helper.get(LOG))
    did(world, verb, "separation:77", f"person:{world.owner_id}")
    for asked in ("", f"?verb={verb}", f"?actor=person:{world.owner_id}"):
        shown = text(helper.get(LOG + asked))
        assert "separation" not in shown and "apart" not in shown and "confidence" not in shown
    assert text(helper.get(LOG)) == before
    assert "A rule that is gone" in text(world.client.get(LOG))


def test_another_hosts_log_is_not_there(world: World) -> None:
    event = world.event(title="Power and soup")
    did(world, "event.published", f"event:{event}")
    theirs = world.signed_in("olu@elsewhere.example", world.other_host_id)
    with world.writing():  # an id of ours in a line of theirs
        audit.record(
            world.other_host_id, f"person:{world.owner_id}", "event.told", f"event:{event}", clock.now()
        )
    shown = text(theirs.get(f"{LOG}?actor=person:{world.owner_id}"))
    assert "Power and soup" not in shown and "Ada" not in shown and "told people of a change" in shown
    with world.app.app_context():
        kinds = [f"{kind}:1" for kind in log_subjects.FOUND]
        told = log_subjects.named(world.other_host_id, kinds, "UTC", is_lead=True)
        assert {one: log_subjects.otherwise(one) for one in kinds} == told, "of ours, in every kind there is"
    assert world.app.test_client().get(LOG).status_code == 302, "and strangers go to the door"
