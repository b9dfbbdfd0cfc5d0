"""People are known to one host by their address, told apart by it, and never renamed by a stranger."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from convene.access import audit
from convene.extensions import begin_write, db
from convene.mail.suppression import reason_for
from convene.people import actions, finding, queries
from convene.people.models import Consent, Lock, Organisation, Person, Separation
from tests.crowd import at_once, faults
from tests.factories import a_person, an_organisation, an_organiser

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@pytest.fixture
def host(session: scoped_session[Session]) -> Organisation:
    return an_organisation(now=NOW)


def test_an_address_is_met_once_however_it_is_written(host: Organisation) -> None:
    first = actions.meet(host, "Pat@Example.org", "Pat", NOW)
    assert actions.meet(host, " pat@example.ORG", "Pat", NOW).id == first.id
    assert (first.address, first.address_typed, first.state) == (
        "pat@example.org",
        "Pat@example.org",
        "provisional",
    )


def test_two_hosts_know_two_people_at_one_address(host: Organisation) -> None:
    other = an_organisation(now=NOW)
    assert (
        actions.meet(host, "pat@example.org", "Pat", NOW).id
        != actions.meet(other, "pat@example.org", "Pat", NOW).id
    )


def test_a_stranger_cannot_rename_a_person_we_know(host: Organisation) -> None:
    person = actions.meet(host, "pat@example.org", "Pat", NOW)
    for state in ("provisional", "active"):
        person.state = state
        actions.meet(host, "pat@example.org", "Rude words", NOW)
        assert person.name == "Pat", "the person can change it on the page of their place"


def test_two_of_one_name_without_an_address_are_two_people(host: Organisation) -> None:
    one, two = (actions.meet_without_address(host, "Pat", NOW) for _ in range(2))
    assert one.id != two.id


def test_ten_who_meet_one_address_at_once_meet_one_person(app: Flask) -> None:
    with app.app_context():
        begin_write()
        host_id = an_organisation(now=NOW).id
        db.session.commit()

    def meet(which: int) -> int:
        begin_write()
        person = actions.meet(
            db.session.get_one(Organisation, host_id), "pat@example.org", f"Pat {which}", NOW
        )
        db.session.commit()
        return person.id

    results = at_once(app, 10, meet)
    assert faults(results) == []
    assert len(set(results)) == 1


def test_an_organisation_of_one_name_is_found_not_made_again(session: scoped_session[Session]) -> None:
    first = actions.found_organisation("Open Table", "Europe/London", NOW)
    assert actions.found_organisation("Open Table", "Europe/Paris", NOW).id == first.id
    assert first.zone == "Europe/London"


def test_a_role_is_given_once_and_written_down(host: Organisation) -> None:
    person = an_organiser(host, now=NOW)
    actions.give_role(person, "owner", NOW)
    assert queries.roles(person.id) == {"owner"}
    assert [one.verb for one in audit.latest(host.id)] == ["role.owner"]
    assert queries.organisers(person.address or "") == [person]


def test_muting_stops_one_kind_and_can_be_taken_back(host: Organisation) -> None:
    person = a_person(host, now=NOW)
    for _ in range(2):
        actions.mute(person, "thank_you")
    actions.mute(person, "reminder")
    assert person.muted == "reminder thank_you"
    actions.unmute(person, "reminder")
    assert person.muted == "thank_you"


def test_never_means_the_address_on_the_whole_installation_in_any_case(host: Organisation) -> None:
    actions.never_mail(a_person(host, address="Pat@Example.org", now=NOW), NOW)
    assert reason_for("PAT@example.ORG") == "never"
    assert reason_for("other@example.org") is None
    actions.never_mail(a_person(host, address=None, now=NOW), NOW)


def test_consent_is_a_row_for_each_yes_and_each_withdrawal(
    host: Organisation, session: scoped_session[Session]
) -> None:
    person = a_person(host, now=NOW)
    for given in (True, False):
        actions.consent(person, "access_needs", given, "You may keep them.", "place page", NOW)
    session.flush()
    rows = session.scalars(select(Consent).order_by(Consent.id)).all()
    assert [(row.given, row.wording, row.how) for row in rows] == [
        (True, "You may keep them.", "place page"),
        (False, "You may keep them.", "place page"),
    ]


def test_a_separation_is_one_rule_whichever_is_named_first_and_its_note_is_sealed(
    host: Organisation, session: scoped_session[Session]
) -> None:
    one, two = a_person(host, now=NOW), a_person(host, now=NOW)
    actions.keep_apart(one, two, "An old quarrel", "person:1", NOW)
    actions.keep_apart(two, one, "", "person:1", NOW)
    rule = session.scalars(select(Separation)).one()
    assert b"quarrel" not in (rule.note or b"")
    assert actions.read_note(rule, "person:9", NOW) == "An old quarrel"
    session.flush()
    assert audit.latest(host.id)[0].verb == "separation.read", "every reading is written down"
    assert queries.pairs(Separation, [one.id, two.id]) == [(min(one.id, two.id), max(one.id, two.id))]


def test_without_a_key_a_rule_can_be_kept_but_no_note(app: Flask, host: Organisation) -> None:
    app.config["NOTES_KEY"] = ""
    one, two = a_person(host, now=NOW), a_person(host, now=NOW)
    with pytest.raises(actions.NoKey):
        actions.keep_apart(one, two, "A note", "person:1", NOW)
    actions.keep_apart(one, two, "", "person:1", NOW)


def test_nobody_is_kept_apart_from_or_together_with_themself(host: Organisation) -> None:
    person = a_person(host, now=NOW)
    with pytest.raises(actions.SamePerson):
        actions.keep_apart(person, person, "", "person:1", NOW)
    with pytest.raises(actions.SamePerson):
        actions.keep_together(person, person, "person:1", NOW)


def test_a_rule_is_lifted_by_its_own_organisation_alone(
    host: Organisation, session: scoped_session[Session]
) -> None:
    one, two = a_person(host, now=NOW), a_person(host, now=NOW)
    for _ in range(2):
        actions.keep_together(one, two, "person:1", NOW)
    rule = session.scalars(select(Lock)).one()
    assert not actions.lift(Lock, rule.id, an_organisation(now=NOW).id, "person:1", NOW)
    assert actions.lift(Lock, rule.id, host.id, "person:1", NOW)
    assert session.scalar(select(func.count(Lock.id))) == 0


def test_the_lead_alone_sees_separations_and_the_owner_until_one_is_named(host: Organisation) -> None:
    owner = an_organiser(host, now=NOW)
    other = an_organiser(host, kind="organiser", now=NOW)
    assert queries.reads_confidences(owner.organisation_id, queries.roles(owner.id))
    assert not queries.reads_confidences(other.organisation_id, queries.roles(other.id))
    actions.give_role(other, "safeguarding", NOW)
    assert queries.reads_confidences(other.organisation_id, queries.roles(other.id))
    assert not queries.reads_confidences(owner.organisation_id, queries.roles(owner.id))


def test_people_are_looked_for_inside_one_organisation(host: Organisation) -> None:
    pat = a_person(host, name="Pat O'Neil", now=NOW)
    a_person(an_organisation(now=NOW), name="Pat Elsewhere", now=NOW)
    a_person(host, name="Pat Gone", state="erased", now=NOW)
    assert finding.search(host.id, "pat") == [pat]
    assert finding.search(host.id, "o'n") == [pat]
    assert finding.search(host.id, "%") == [], "a wildcard typed is a letter, and stands for nothing"


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("\u00c9lodie Roux", "\u00e9lodie"),
        ("\u00c9lodie Roux", "E\u0301LODIE"),
        ("\u00d8yvind", "\u00f8yv"),
        ("\u015eule", "\u015fule"),
        ("\u0410\u043d\u043d\u0430", "\u0430\u043d\u043d\u0430"),
        ("Stra\u00dfer", "STRASSER"),
        ("\uff21\uff42\uff45  Mori", "abe mori"),
    ],
)
def test_people_are_found_in_any_case_of_any_script(host: Organisation, name: str, typed: str) -> None:
    known = a_person(host, name=name, now=NOW)
    met = actions.meet(host, "met@example.org", name, NOW)
    assert set(finding.search(host.id, typed)) == {known, met}, "however their row came to be"
    known.name = "Someone New"
    db.session.flush()
    assert finding.search(host.id, typed) == [met]
    assert finding.search(host.id, "someone") == [known]


def test_a_name_of_letters_that_fold_into_many_is_kept(host: Organisation) -> None:
    person = actions.meet_without_address(host, "\ufdfa" * 120, NOW)
    assert queries.of_name(host.id, "\ufdfa" * 120) == [person]


def test_people_of_one_name_are_found_however_it_is_cased_and_spaced(host: Organisation) -> None:
    one, two = a_person(host, name="Pat  Elm", now=NOW), a_person(host, name="PAT ELM", address=None, now=NOW)
    a_person(host, name="Pat Elmer", now=NOW)
    a_person(host, name="Pat Elm", state="erased", now=NOW)
    a_person(an_organisation(now=NOW), name="Pat Elm", now=NOW)
    assert queries.of_name(host.id, " pat elm") == [one, two]


def test_a_person_is_known_by_name_in_any_script(host: Organisation) -> None:
    for name in ("李", "O'Neil-Ångström", "عمر", "👩‍🚀"):
        person = actions.meet(host, f"p{ord(name[0])}@example.org", name, NOW)
        db.session.expire(person)
        assert db.session.get_one(Person, person.id).name == name
