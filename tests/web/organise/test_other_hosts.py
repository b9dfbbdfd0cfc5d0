"""Every id of another host, in every path, query and field there is, opens nothing, shows nothing, changes nothing.

The pages come from the route table, so a new one is covered the day it is added; one with a new kind of id fails here
until a foreign one is made in `foreign_things`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.routing import Rule

from convene import clock
from convene.access.models import Passkey, SignIn
from convene.events.models import Event
from convene.extensions import db
from convene.groups import settings
from convene.mail.models import OutgoingMail
from convene.mail.wording import Words
from convene.messages import actions as messages
from convene.offers import actions as offers
from convene.people import merging, tags, worries
from convene.people.actions import keep_apart, keep_together, meet
from convene.people.models import Involvement, Lock, Organisation, Person, Role, Separation, Worry
from convene.people.pointing import pointers
from convene.signups import helping, questions
from convene.signups.models import Invitation, Signup
from tests.factories import a_circle, a_member, a_session
from tests.web.organise.conftest import OTHER_OWNER, World
from tests.web.test_hostile import field_names

CANARY = "Xanthippe"
ASKED = {
    "kind": "text",
    "options": "",
    "purpose": "To know",
    "seen_by": "organisers",
    "kept_days": 30,
    "event_id": None,
}
KINDS = ("person", "event", "signup")
# It may end the visit that the others are made with.
ENDS_THE_VISIT = ("sign-out", "/devices/end")


def things(world: World, host_id: int, name: str) -> dict[str, int]:
    """One of everything that an address of the desk can name, at this host; every word of it holds the name."""
    event_id = world.event(host_id, title=f"{name} speaks")
    signup_id = world.add(event_id, f"{name} One")[0]
    now = clock.now()
    with world.writing():
        host = db.session.get_one(Organisation, host_id)
        event = db.session.get_one(Event, event_id)
        who = [meet(host, f"{name}{n}@example.com", f"{name} {n}", now) for n in range(4)]
        keep_apart(who[0], who[1], f"{name} fears", "test", now)
        keep_together(who[0], who[1], "test", now)
        worries.tell(who[0], event_id, f"{name} fears", now)
        merge = merging.merge(who[2], who[3], who[2].name, who[2], "test", now)
        link = helping.give(event, f"{name} at the door", "test", now)
        need = settings.set_need(event, None, f"{name} captions", 1, (), ())
        words = Words(f"{name} writes", f"{name} writes")
        message = messages.draft(host_id, event, ["confirmed"], words, "test", now)
        question = questions.ask(host_id, {**ASKED, "words": f"{name}?"}, "test", now)
        wish = {
            "kind": "speak",
            "words": f"{name} speaks",
            "confirmed_at": now,
            "promised_by": now,
            "created_at": now,
        }
        hosting = Role(person_id=who[1].id, kind="host", event_id=event_id, created_at=now)
        db.session.add(hosting)
        db.session.flush()
        db.session.add(Involvement(organisation_id=host_id, person_id=who[0].id, **wish))
        tag_id = tags.put(who[0], f"{name} tag", "test", now).id
        circle = a_circle(host, title=f"{name} circle", about=f"{name} gathers")
        session = a_session(circle, title=f"{name} session")
        a_member(circle, who[1])  # beside whom who[0] is kept apart from
        invited = Invitation(
            event_id=event_id, name=f"{name} guest", address=f"{name}@example.net", created_at=now, created_by="test"
        )  # fmt: skip
        db.session.add(invited)
        db.session.flush()
        found = {
            "event_id": event_id, "signup_id": signup_id, "person_id": who[0].id, "known_id": who[1].id,
            "other_id": who[1].id, "link_id": link.id, "need_id": need.id, "message_id": message.id,
            "question_id": question.id, "tag_id": tag_id, "merge_id": merge.id, "number": 1,
            "host_role_id": hosting.id,
            "involvement_id": one_of(Involvement, host_id), "circle_id": circle.id,
            "challenge_id": circle.challenge_id, "member_id": a_member(circle, who[0]).id,
            "circle_dates.event_id": session.id, "invitation_id": invited.id,
            "term_id": offers.define(host_id, f"{name} mends", "").id,
            "apart.rule_id": one_of(Separation, host_id), "together.rule_id": one_of(Lock, host_id),
            "worry_id": one_of(Worry, host_id), "mail_id": one_of(OutgoingMail, host_id),
        }  # fmt: skip
        role = (
            select(Role.id).join(Person, Person.id == Role.person_id).where(Person.organisation_id == host_id)
        )
        found["role_id"] = db.session.scalars(role.order_by(Role.id).limit(1)).one()
        owner = db.session.scalars(select(Person).join(Role, Role.person_id == Person.id).where(
            Person.organisation_id == host_id, Role.kind == "owner")).first()  # fmt: skip
        address = owner.address if owner else ""
        if host_id != world.host_id:  # ours has none, or its owner would be asked for it at every page
            key = Passkey(address=address, credential_id=b"x", public_key=b"x", name=name, created_at=now)
            db.session.add(key)
            db.session.flush()
            found["passkey_id"] = key.id
    world.signed_in(address or "", host_id)
    found["sign_in_id"] = world.read(
        lambda: db.session.scalars(select(SignIn.id).where(SignIn.address == address).order_by(-SignIn.id)).first()
    ) or 0  # fmt: skip
    return found


def one_of(table: Any, host_id: int) -> int:
    return db.session.scalars(
        select(table.id).where(table.organisation_id == host_id).order_by(table.id).limit(1)
    ).one()


def desk_rules(world: World, method: str) -> Iterator[Rule]:
    for rule in world.app.url_map.iter_rules():
        ends = any(part in rule.rule for part in ENDS_THE_VISIT)
        if rule.rule.startswith("/organise") and method in (rule.methods or ()) and not ends:
            yield rule


def ids_in(rule: Rule) -> list[str]:
    return [
        text for is_part, text in rule._trace if is_part and text not in ("token", "letter", "kind", "rule")
    ]


def address(rule: Rule, ids: Mapping[str, int]) -> str:
    page = rule.endpoint.partition(".")[0].removeprefix("organise_")
    words = {"token": "x", "letter": "reminder", "kind": "organiser", "rule": "thank_you"}

    def part(name: str) -> str:
        known = words.get(name) or ids.get(f"{page}.{name}", ids.get(name))
        assert known is not None, f"{rule.rule}: {name} is not made in `things`"
        return str(known)

    return "".join(part(text) if is_part else text for is_part, text in rule._trace if text != "|")


def known_of(world: World, foreign: Mapping[str, int]) -> dict[str, list[str]]:
    """All that stands in any row about the foreign host's people, events and sign-ups."""

    def rows() -> dict[str, list[str]]:
        found = {}
        for target, table in (("person", Person), ("event", Event), ("signup", Signup)):
            mine = select(table.id)
            if table is Signup:
                mine = mine.join(Event, Event.id == Signup.event_id)
            host = Person.organisation_id if table is Person else Event.organisation_id
            ids = db.session.scalars(mine.where(host == foreign["host_id"])).all()
            found[target] = [str(tuple(row)) for row in db.session.execute(
                select(table.__table__).where(table.id.in_(ids)).order_by(table.id))]  # fmt: skip
            for one, column in pointers(target):
                count = select(func.count()).select_from(one).where(column.in_(ids))
                found[f"{target} in {one.name}.{column.name}"] = [str(db.session.scalar(count))]
        return found

    return world.read(rows)


@pytest.fixture
def foreign(world: World) -> dict[str, int]:
    assert OTHER_OWNER
    return {**things(world, world.other_host_id, CANARY), "host_id": world.other_host_id}


def test_every_page_with_another_hosts_id_in_its_address_is_not_there(
    world: World, foreign: dict[str, int]
) -> None:
    own = things(world, world.host_id, "Ours")
    before = known_of(world, foreign)
    for method in ("GET", "POST"):
        for rule in desk_rules(world, method):
            names = [name for name in ids_in(rule) if name != "number"]
            for swapped in [names, *([name] for name in names if len(names) > 1)]:
                page = rule.endpoint.partition(".")[0].removeprefix("organise_")
                keys = [key for name in swapped for key in (name, f"{page}.{name}")]
                ids = {"passkey_id": 1, **own, **{key: foreign[key] for key in keys if key in foreign}}
                if not swapped:
                    continue
                path = address(rule, ids)
                sent: dict[str, Any] = {"data": {"here": "yes", "name": "X"}} if method == "POST" else {}
                answer = world.client.open(path, method=method, **sent)
                assert answer.status_code == 404, f"{method} {path} ({rule.rule}): {answer.status_code}"
                assert CANARY.encode() not in answer.data, path
    assert known_of(world, foreign) == before


@pytest.mark.one_database
@pytest.mark.parametrize("kind", KINDS)
def test_another_hosts_id_in_any_field_or_question_shows_and_changes_nothing(
    world: World, foreign: dict[str, int], kind: str
) -> None:
    own = things(world, world.host_id, "Ours")
    number = str(foreign[f"{kind}_id"])
    sent = dict.fromkeys([*field_names(), f"question-{number}", f"to-{number}", "organisation_id"], number)
    before = known_of(world, foreign)
    for method in ("GET", "POST"):
        for rule in desk_rules(world, method):
            if world.event_row(own["event_id"]).state != "published":
                own["event_id"] = world.event(title="Ours again")
                own["signup_id"] = world.add(own["event_id"], "Ours Again")[0]
            how: dict[str, Any] = {"query_string": sent} if method == "GET" else {"data": sent}
            answer = world.client.open(address(rule, {"passkey_id": 1, **own}), method=method, **how)
            assert answer.status_code < 500, rule.rule
            assert CANARY.encode() not in answer.data, f"{method} {rule.rule}"
            answer.close()
    assert known_of(world, foreign) == before
    assert "The Warm Hall" in world.client.get("/organise/").text, "and the visit went on to the end"


@pytest.mark.one_database
def test_the_desk_of_another_host_is_not_switched_to(world: World, foreign: dict[str, int]) -> None:
    rule = next(rule for rule in desk_rules(world, "POST") if rule.endpoint == "organise_desk.switch")
    world.client.post(rule.rule, data={"organisation_id": str(foreign["host_id"])})
    shown = world.client.get("/organise/").text
    assert "The Warm Hall" in shown and CANARY not in shown and "Elsewhere" not in shown
