"""A host has an owner at all times, and whose part ends is out at once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from convene import clock
from convene.access import sign_ins, tokens
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.people import colours, confidences, team, worries
from convene.people.models import Role
from convene.people.queries import reads_confidences, roles
from tests.factories import a_person, an_organisation, an_organiser

pytestmark = pytest.mark.usefixtures("session")

OWNER, ORGANISER = frozenset({"owner"}), frozenset({"organiser"})


def test_who_is_asked_has_a_part_and_a_letter_that_is_no_key() -> None:
    host = an_organiser().organisation
    role = team.invite(host, "New@Example.org", "Nia", "organiser", ORGANISER, "test", clock.now())
    assert (role.kind, role.person.address) == ("organiser", "new@example.org")
    (mail,) = db.session.scalars(select(OutgoingMail)).all()
    assert mail.to_address == "New@example.org" and "/organise/" in mail.text and "/sign-in/" not in mail.text
    again = team.invite(host, "new@example.org", "Nia", "owner", OWNER, "test", clock.now())
    assert again.id == role.id and again.kind == "owner"


def test_organisers_neither_make_nor_end_owners() -> None:
    owner = an_organiser()
    other = an_organiser(owner.organisation, kind="organiser")
    (owners, others) = (
        db.session.scalars(select(Role).where(Role.person_id == one.id)).one() for one in (owner, other)
    )
    for act in (
        lambda: team.invite(
            owner.organisation, "x@example.org", "X", "owner", ORGANISER, "test", clock.now()
        ),
        lambda: team.change(others, "owner", ORGANISER, "test", clock.now()),
        lambda: team.change(owners, "organiser", ORGANISER, "test", clock.now()),
        lambda: team.end(owners, ORGANISER, "test", clock.now()),
    ):
        with pytest.raises(team.OwnersOnly):
            act()


def test_the_last_owner_neither_goes_nor_steps_down_however_many_other_hosts_have_one() -> None:
    an_organiser()
    role = db.session.scalars(select(Role).where(Role.person_id == an_organiser().id)).one()
    with pytest.raises(team.LastOwner):
        team.end(role, OWNER, "test", clock.now())
    with pytest.raises(team.LastOwner):
        team.change(role, "organiser", OWNER, "test", clock.now())
    an_organiser(role.person.organisation)
    team.end(role, OWNER, "test", clock.now())


def test_ending_a_part_ends_sign_ins_and_links_at_once() -> None:
    owner = an_organiser()
    other = an_organiser(owner.organisation, kind="organiser")
    address, now = other.address or "", clock.now()
    secret = sign_ins.open_sign_in(address, other.organisation_id, "a test", now)
    link = tokens.issue("sign_in", address, timedelta(minutes=10), now)
    role = db.session.scalars(select(Role).where(Role.person_id == other.id)).one()
    team.end(role, OWNER, "test", now)
    assert sign_ins.find(secret, now) is None
    assert not tokens.usable("sign_in", link, now)


def test_a_part_of_another_host_is_not_found() -> None:
    role = db.session.scalars(select(Role).where(Role.person_id == an_organiser().id)).one()
    assert team.one(an_organisation().id, role.id) is None
    assert a_person().state == "active"


@pytest.mark.one_database
def test_a_colour_is_taken_where_words_are_read_on_it() -> None:
    assert colours.words_on("#f6b73c") == colours.INK
    assert colours.words_on("#0f5a60") == colours.PAPER
    assert colours.words_on("#8a7a7a") is None
    assert round(colours.contrast("#ffffff", "#000000"), 1) == 21.0


def test_a_lead_is_named_at_the_desk_and_leaving_it_leaves_no_confidence_unread() -> None:
    owner, now = an_organiser(), clock.now()
    second = an_organiser(owner.organisation, kind="organiser", name="Sade Second")
    role = db.session.scalars(select(Role).where(Role.person_id == second.id)).one()
    with pytest.raises(team.OwnersOnly):
        team.name_lead(role, ORGANISER, "test", now)
    team.name_lead(role, OWNER, "test", now)
    team.name_lead(role, OWNER, "test", now)
    mail = posted("invited")[-1]
    assert mail.person_id == second.id and "the safeguarding lead" in mail.text
    (replaced,) = posted("readers_changed")
    assert replaced.person_id == owner.id and "You cannot read it any more" in replaced.text
    assert "From now on Sade Second can read" in replaced.text and "Sade" not in replaced.subject
    assert replaced.organisation_id is None, "whoever ends the part could stop the letter at the desk"
    worries.tell(a_person(owner.organisation), None, "I fear somebody.", now)
    confidences.tell_leads(owner.organisation_id, now)
    assert list(worries.leads(owner.organisation_id)) == [second]
    assert not reads_confidences(owner.organisation_id, roles(owner.id)), (
        "two read what is told in confidence to one"
    )
    lead = db.session.scalars(select(Role).where(Role.kind == team.LEAD)).one()
    with pytest.raises(team.OwnersOnly):
        team.end(lead, ORGANISER, "test", now)
    secret = sign_ins.open_sign_in(second.address or "", second.organisation_id, "a test", now)
    later = now + timedelta(minutes=1)
    team.end(lead, OWNER, "test", later)
    assert [mail.state for mail in posted("in_confidence")] == ["dropped"], "it is nothing to them any more"
    told = {mail.person_id: mail.text for mail in posted("readers_changed")[1:]}
    assert f"From now on {owner.name} can read" in told[second.id] and "You cannot" in told[second.id]
    assert "You can still" not in told[second.id] and "whoever owns the desk reads it" in told[second.id]
    assert "You can" not in told[owner.id], "who reads from now on neither reads it still, nor no more"
    assert sign_ins.find(secret, now), "an end of the lead's part signs nobody out"
    assert reads_confidences(owner.organisation_id, roles(owner.id)) and not reads_confidences(
        second.organisation_id, roles(second.id)
    )
    team.name_lead(role, OWNER, "test", later + timedelta(minutes=1))
    team.end(role, OWNER, "test", later + timedelta(minutes=2))
    assert [mail.person_id for mail in posted("readers_changed")[-2:]] == [second.id, owner.id]
    assert reads_confidences(owner.organisation_id, roles(owner.id)), (
        "whoever left the desk is lead still, so that nobody reads what is told"
    )
    assert list(worries.leads(owner.organisation_id)) == [owner]


def posted(letter: str) -> list[OutgoingMail]:
    rows = select(OutgoingMail).where(OutgoingMail.letter == letter)
    return list(db.session.scalars(rows.order_by(OutgoingMail.id)))
