"""Erased means erased: nothing tells of the person any more, the counts stay, and nobody else is touched."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from convene.access.models import AuditEntry
from convene.extensions import db, start_write
from convene.groups.models import Group, Round, Seat
from convene.mail.models import OutgoingMail
from convene.network import actions as network
from convene.network import queries as ties
from convene.network.models import Tie
from convene.nudges.models import Answer
from convene.offers import actions as offers
from convene.offers.models import Offer
from convene.people.actions import consent, give_role, keep_apart
from convene.people.models import Consent, Person, Separation, Tag, Tagged
from convene.privacy import erased, erasure
from convene.signups import actions, mailbox
from convene.signups.models import Attendance, Question, Response, Signup
from tests.factories import a_person, a_signup, an_event, an_organisation
from tests.web.rows import all_rows

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
TELLING = ("Zebedee", "zebedee@example.net", "Zoo Trust", "zoology", "Zennor", "Zulu ramp", "Zither")


def zebedee() -> Person:
    """Somebody who left a trace in every room there is."""
    host = an_organisation(now=NOW)
    person = a_person(
        host, name="Zebedee", address="Zebedee@example.net", affiliation="Zoo Trust", field="zoology", place="Zennor",
        now=NOW,
    )  # fmt: skip
    past = an_event(host, starts_in=-timedelta(days=2), now=NOW)
    there = a_signup(
        past, person, now=NOW - timedelta(days=9), access_needs="Zulu ramp", reply_words="Zither"
    )
    other = a_person(host, now=NOW)
    db.session.add(Attendance(signup_id=there.id, state="attended", marked_at=NOW, marked_by="test"))
    question = Question(
        organisation_id=host.id, kind="text", words="What?", purpose="to know", created_at=NOW
    )
    round_ = Round(event_id=past.id, number=1, state="held", created_at=NOW)
    tag = Tag(organisation_id=host.id, name="regular", folded="regular")
    db.session.add_all([question, round_, tag])
    db.session.flush()
    group = Group(round_id=round_.id, number=1, label="Table 1")
    db.session.add(group)
    db.session.flush()
    db.session.add_all(
        [
            Response(question_id=question.id, signup_id=there.id, words="Zither", answered_at=NOW),
            Seat(round_id=round_.id, group_id=group.id, person_id=person.id, position=0),
            Tagged(tag_id=tag.id, person_id=person.id),
            answer(past.id, person.id, "helped", "good", words="Zither"),
            answer(past.id, person.id, "touch", "yes", about=other.id, contact="zebedee@example.net"),
            answer(past.id, other.id, "touch", "yes", about=person.id),
        ]
    )
    for one, two in ((person, other), (other, person)):
        side = network.tie(past, one, two, [1], "email", NOW)
        network.say(side, "started", "Zither" if one is person else "", "story", NOW)
    offers.say(person, "offer", "Zither, zoology", "group", NOW)
    consent(person, "access_needs", True, "You may keep my Zulu ramp", "place page", NOW)
    keep_apart(person, other, "", "test", NOW)
    db.session.flush()
    return person


def answer(
    event_id: int, person_id: int, question: str, value: str, about: int | None = None, **more: str
) -> Answer:
    key = f"{question}:{event_id}:{person_id}:{about}"
    return Answer(
        key=key, event_id=event_id, person_id=person_id, about_id=about, question=question, value=value,
        answered_at=NOW, **more,
    )  # fmt: skip


def everything() -> str:
    """Every row of every table, in small letters."""
    db.session.commit()
    found = str(all_rows()).lower()
    start_write()
    return found


def test_nothing_that_tells_of_them_is_left_and_the_counts_are(session: scoped_session[Session]) -> None:
    person = zebedee()
    coming = an_event(person.organisation, now=NOW)
    actions.confirm(actions.sign_up(coming.id, "zebedee@example.net", "Zebedee", None, NOW).id, NOW)
    there = everything()
    assert [word for word in TELLING if word.lower() not in there] == []
    assert erasure.erase(person.id, f"person:{person.id}", NOW)
    left = everything()
    assert [word for word in TELLING if word.lower() in left] == []
    db.session.expire_all()
    assert (person.name, person.state, person.reachable) == ("Erased person", "erased", "")
    assert db.session.scalars(select(Attendance.state)).all() == ["attended"]
    assert db.session.scalar(select(func.count()).select_from(Seat)) == 1
    assert db.session.scalars(select(Answer.value)).all() == ["good"]
    assert [one.came for one in db.session.scalars(select(Tie))] == ["started", "started"], "a number stays"
    friend = db.session.scalars(select(Tie.person_id).where(Tie.other_id == person.id)).one()
    assert ties.of_person(friend) == [], "and no name"
    assert db.session.scalar(select(Offer.id)) is None
    assert db.session.scalar(select(Consent.id)) is None
    assert db.session.scalar(select(Separation.id)), "somebody else's protection stays, unseen"
    assert "person.erased" in db.session.scalars(select(AuditEntry.verb)).all()
    assert {mail.state for mail in db.session.scalars(select(OutgoingMail))} == {"dropped"}


def test_a_second_time_changes_nothing(session: scoped_session[Session]) -> None:
    person = zebedee()
    assert erasure.erase(person.id, "test", NOW)
    before = everything()
    assert not erasure.erase(person.id, "test", NOW)
    assert everything() == before
    assert not erasure.erase(10**9, "test", NOW)


def test_their_place_goes_to_the_first_in_line(session: scoped_session[Session]) -> None:
    event = an_event(capacity=1, now=NOW)
    leaving = a_signup(event, now=NOW)
    waiting = a_signup(event, state="waitlisted", now=NOW)
    erasure.erase(leaving.person_id, "test", NOW)
    states = {one.id: one.state for one in db.session.scalars(select(Signup))}
    assert states == {leaving.id: "cancelled", waiting.id: "offered"}


def test_an_organiser_hands_over_first(session: scoped_session[Session]) -> None:
    person = a_person(now=NOW)
    give_role(person, "owner", NOW)
    with pytest.raises(erasure.StillOrganises):
        erasure.erase(person.id, "test", NOW)


def test_erasing_one_of_a_mailbox_leaves_the_other_their_letters_and_their_calendar(
    session: scoped_session[Session],
) -> None:
    event = an_event(now=NOW)
    first = a_signup(
        event, a_person(event.organisation, name="Ann", address="Home@example.org", now=NOW), now=NOW
    )
    second = mailbox.sign_up_another(first.id, "Ben", NOW)
    third = mailbox.sign_up_another(first.id, "Cy", NOW)
    uid = f"{second.id}.{event.uid}".encode()
    erasure.erase(first.person_id, "test", NOW)
    ben = db.session.get_one(Person, second.person_id)
    assert (ben.address, ben.address_typed) == ("home@example.org", "Home@example.org")
    assert db.session.get_one(Person, third.person_id).mailbox_id == ben.id
    actions.cancel(second.id, NOW)
    (letter,) = db.session.scalars(
        select(OutgoingMail).where(OutgoingMail.letter == "cancelled", OutgoingMail.state == "queued")
    )
    assert letter.invite and uid in letter.invite.replace(b"\r\n ", b"")
    erasure.erase(third.person_id, "test", NOW)
    assert db.session.get_one(Person, ben.id).reachable == "home@example.org"


def test_a_letter_in_a_workers_hand_is_blanked_by_the_next_sweep(session: scoped_session[Session]) -> None:
    event = an_event(now=NOW)
    signup = actions.sign_up(event.id, "pat@example.org", "Pat", None, NOW)
    mail = db.session.scalars(select(OutgoingMail)).one()
    mail.state = "sending"
    db.session.flush()
    erasure.erase(signup.person_id, "test", NOW)
    db.session.refresh(mail)
    assert mail.to_address == "pat@example.org" and erasure.letters_left() == []
    mail.state = "sent"
    db.session.flush()
    assert erasure.letters_left() == [signup.person_id]
    erasure.blank_letters(signup.person_id)
    db.session.refresh(mail)
    assert (mail.to_address, mail.text, mail.state) == ("", "", "sent")


def test_the_list_beside_the_database_erases_them_again(
    session: scoped_session[Session], tmp_path: Path
) -> None:
    file = tmp_path / "convene.sqlite.erased"
    person, other = a_person(now=NOW), a_person(now=NOW)
    erased.note(file, person.id, person.created_at, NOW)
    erased.note(file, other.id, NOW - timedelta(days=3), NOW)  # another installation's person of that number
    with file.open("a") as list_:
        list_.write('{"person": 4')
    db.session.commit()
    assert erased.of_list(file) == [person.id]
    assert erased.apply_again(person.id, NOW)
    db.session.commit()
    assert erased.of_list(file) == []
    assert person.name not in file.read_text() and "@" not in file.read_text()
    start_write()


def test_no_file_is_no_list(tmp_path: Path) -> None:
    assert erased.listed(None) == {} and erased.listed(tmp_path / "none") == {}
