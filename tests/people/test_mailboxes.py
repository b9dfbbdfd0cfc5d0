"""A mailbox that several people read outlives the one whose address it was: moved, made one with another, erased."""

import json
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import db, start_write
from convene.mail.models import OutgoingMail
from convene.people import mailboxes, merging
from convene.people.models import Merge, Person
from convene.people.queries import by_address, sharing
from convene.privacy import erasure
from convene.signups import actions, mailbox, mending
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event
from tests.web.rows import all_rows

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def household() -> tuple[Signup, Signup, Signup]:
    event = an_event(now=NOW)
    ann = a_signup(
        event, a_person(event.organisation, name="Ann", address="Home@example.org", now=NOW), now=NOW
    )
    return ann, mailbox.sign_up_another(ann.id, "Ben", NOW), mailbox.sign_up_another(ann.id, "Cy", NOW)


def test_who_has_the_mailbox_may_leave_it_to_the_others(session: scoped_session[Session]) -> None:
    ann, ben, cy = household()
    mending.mend(ann.person, "ann@example.org", "test", NOW)
    assert (ann.person.address, ann.person.mailbox_id) == ("ann@example.org", None)
    assert by_address(ann.person.organisation_id, "home@example.org") == ben.person
    assert ben.person.address_typed == "Home@example.org" and cy.person.mailbox_id == ben.person_id
    mailboxes.move(cy.person, "cy@example.org", "Cy@example.org")
    assert cy.person.mailbox_id == cy.person_id, "their entries in calendars keep UIDs of their own"
    assert cy.person.reachable == "cy@example.org" and sharing(ben.person_id) == []
    actions.cancel(cy.id, NOW)
    (letter,) = db.session.scalars(select(OutgoingMail).where(OutgoingMail.letter == "cancelled"))
    assert letter.to_address == "Cy@example.org" and letter.invite
    assert f"{cy.id}.{ann.event.uid}".encode() in letter.invite.replace(b"\r\n ", b"")


def test_made_one_with_somebody_of_another_address_they_hand_it_on_and_undoing_gives_it_back(
    session: scoped_session[Session],
) -> None:
    ann, ben, cy = household()
    anna = a_person(ann.person.organisation, name="Anna", address="anna@example.org", now=NOW)
    before = all_rows()
    start_write()
    merge = merging.merge(anna, ann.person, "Anna", anna, "test", NOW)
    assert anna.address == "anna@example.org" and ben.person.address == "home@example.org"
    assert ben.person.mailbox_id == cy.person.mailbox_id == ben.person_id
    assert merging.formerly(anna.organisation_id, "home@example.org") is None, "it is Ben's now, not Anna's"
    merging.undo(merge, "test", NOW)
    after = all_rows()
    start_write()
    for table in ("person", "signup"):
        assert after[table] == before[table], table
    # The other way about, and with the address of the one who goes.
    merging.merge(ann.person, anna, "Anna", anna, "test", NOW)
    assert ann.person.address == "anna@example.org" and ben.person.address == "home@example.org"


def test_made_one_with_somebody_who_reads_it_too_the_mailbox_stays_theirs(
    session: scoped_session[Session],
) -> None:
    ann, ben, cy = household()
    merging.merge(ben.person, ann.person, "Ben", ben.person, "test", NOW)
    db.session.expire_all()
    assert ben.person.address == "home@example.org" and cy.person.mailbox_id == ben.person_id
    assert cy.person.reachable == "home@example.org"


def test_erasing_somebody_leaves_nothing_of_them_in_what_undoing_needs(
    session: scoped_session[Session],
) -> None:
    ann, ben, _ = household()
    host = ann.person.organisation
    anna = a_person(host, name="Anna", address="anna@example.org", now=NOW)
    other = a_person(host, name="Zita", address="zita@example.org", now=NOW)
    parted = merging.merge(anna, other, "Anna", anna, "test", NOW)
    merging.undo(parted, "test", NOW)
    assert parted.gone_name == "Zita"
    erasure.erase(other.id, "test", NOW)
    assert db.session.get_one(Merge, parted.id).gone_name == ""
    merge = merging.merge(anna, ann.person, "Anna", anna, "test", NOW)
    assert "Home@example.org" in merge.undo
    steps = len(json.loads(merge.undo)["steps"])
    erasure.erase(ben.person_id, "test", NOW)  # to whom the mailbox was handed on by that merge
    left = json.loads(db.session.get_one(Merge, merge.id).undo)
    assert len(left["steps"]) == steps - 1
    assert [one for one in left["steps"] if one[1] == "person" and one[2] == {"id": ben.person_id}] == []
    erasure.erase(anna.id, "test", NOW)
    assert db.session.scalars(select(Merge.undo).where(Merge.undo.contains("Anna"))).all() == []
    assert db.session.scalars(select(Merge.gone_name).where(Merge.gone_name == "Ann")).all() == []
    assert db.session.scalars(select(Person.name).where(Person.name.startswith("Ann"))).all() == []
