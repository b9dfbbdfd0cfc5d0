"""Every page of the desk answers, and none of them reaches another host's rows or changes anything by being looked at."""

import re

import pytest
from sqlalchemy import func, select

from convene import clock
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.people.actions import keep_apart, keep_together
from convene.people.models import Lock, Organisation, Person, Separation
from convene.people.actions import meet
from tests.web.organise.conftest import World


def desk_rules(world: World, method: str) -> list:
    rules = [rule for rule in world.app.url_map.iter_rules() if rule.rule.startswith("/organise")]
    return [rule for rule in rules if method in (rule.methods or ())]


def path(rule: str, ids: dict[str, int]) -> str:
    return re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda found: str(ids[found[1]]), rule)


def things_of(world: World, host_id: int) -> dict[str, int]:
    """One of everything that has an id, at this host."""
    event_id = world.event(host_id)
    signup_id = world.add(event_id, "Cy Dune")[0]
    with world.writing():
        host = db.session.get_one(Organisation, host_id)
        first, second = (meet(host, f"{n}@example.com", n, clock.now()) for n in ("Eli", "Fay"))
        keep_apart(first, second, "said at the door", "test", clock.now())
        keep_together(first, second, "test", clock.now())
        rule_id = db.session.scalars(select(Separation.id).where(Separation.organisation_id == host_id)).one()
    mail_id = world.read(
        lambda: db.session.scalar(select(OutgoingMail.id).where(OutgoingMail.organisation_id == host_id))
    )
    return {"event_id": event_id, "signup_id": signup_id, "mail_id": mail_id, "rule_id": rule_id, "number": 1}


def rows(world: World) -> dict[str, int]:
    def count() -> dict[str, int]:
        tables = db.metadata.sorted_tables
        return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}

    return world.read(count)


@pytest.mark.one_database
def test_nobody_reaches_another_hosts_rows(world: World) -> None:
    foreign = things_of(world, world.other_host_id)
    foreign["sign_in_id"] = world.read(lambda: 999_999)
    for method in ("GET", "POST"):
        for rule in desk_rules(world, method):
            if "<int" not in rule.rule:
                continue
            before = rows(world)
            answer = world.client.open(path(rule.rule, foreign), method=method, data={"here": "yes", "name": "X"})
            assert answer.status_code in (404, 422), f"{method} {rule.rule}: {answer.status_code}"
            assert "Cy Dune" not in answer.text
            assert rows(world) == before, rule.rule
