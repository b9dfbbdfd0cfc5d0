"""My data: behind a fresh link alone, whole but for others, corrected, copied, withdrawn and erased."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from convene import clock, links
from convene.access.models import AuditEntry
from convene.extensions import db, start_write
from convene.groups.models import Group, Round, Seat
from convene.mail import suppression
from convene.mail.models import OutgoingMail
from convene.people.actions import consent, give_role, keep_apart
from convene.people.models import Person
from convene.privacy import erased
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event
from tests.web.browsing import Browsing, path_of
from tests.web.rows import all_rows


@pytest.fixture
def signup(visitor: Browsing) -> Iterator[Signup]:
    """Somebody with a place, access needs, a seat beside somebody else, and a rule about them."""
    made = a_signup(access_needs="A ramp, please")
    made.person.name, made.person.affiliation = "Ngozi Adeyemi", "The Allotment"
    other = a_person(made.event.organisation, name="Ravi Other")
    round_ = Round(
        event_id=made.event_id, number=1, state="published", created_at=clock.now(), published_at=clock.now()
    )
    db.session.add(round_)
    db.session.flush()
    group = Group(round_id=round_.id, number=1, label="Table 9")
    db.session.add(group)
    db.session.flush()
    for position, person in enumerate((made.person, other)):
        db.session.add(Seat(round_id=round_.id, group_id=group.id, person_id=person.id, position=position))
    consent(made.person, "access_needs", True, "You may keep my access needs", "place page", clock.now())
    keep_apart(made.person, other, "a secret note", "test", clock.now())
    db.session.flush()
    yield made


def link(signup: Signup) -> str:
    return path_of(links.place(signup.id, signup.generation))


def fresh(visitor: Browsing, signup: Signup) -> str:
    visitor.open(link(signup))
    visitor.press("Send me a link to my data")
    assert "on its way" in visitor.words
    db.session.rollback()
    mail = db.session.scalars(select(OutgoingMail).where(OutgoingMail.letter == "my_data")).all()[-1]
    found = re.search(r"http\S+/my-data/\S+", mail.text)
    assert found
    return path_of(found[0])


def come_in(visitor: Browsing, signup: Signup) -> None:
    visitor.open(fresh(visitor, signup))
    visitor.press("See my data")
    assert visitor.heading == "What we keep about you"


def test_a_link_shows_nothing_until_its_button_is_pressed_and_works_once(
    visitor: Browsing, signup: Signup
) -> None:
    path = fresh(visitor, signup)
    before = all_rows()
    visitor.open(path)
    visitor.client.head(path)
    assert "Ngozi" not in visitor.page.text and visitor.page.headers["Cache-Control"] == "no-store"
    assert all_rows() == before
    visitor.press("See my data")
    assert visitor.heading == "What we keep about you" and visitor.path == "/my-data/"
    stranger = Browsing(visitor.client.application.test_client())
    for where in (path, "/my-data/", "/my-data/erase"):
        stranger.open(where)
        assert stranger.page.status_code == 410 and "Ngozi" not in stranger.page.text


def test_it_ends_after_an_hour_and_after_half_an_hour_in_the_browser(
    visitor: Browsing, signup: Signup, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fresh(visitor, signup)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=61))
    visitor.open(path)
    assert visitor.page.status_code == 410
    monkeypatch.setattr(clock, "now", lambda: now)
    visitor.open(path)
    visitor.press("See my data")
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=31))
    visitor.open("/my-data/")
    assert visitor.page.status_code == 410


def test_everything_is_shown_but_nothing_of_others_and_no_note(visitor: Browsing, signup: Signup) -> None:
    come_in(visitor, signup)
    pages = [visitor.page.text]
    for words, kind in (("Download to read", "text/html"), ("Download for a machine", "application/json")):
        come_in(visitor, signup)
        visitor.press(words)
        assert visitor.page.mimetype == kind
        assert "attachment" in visitor.page.headers["Content-Disposition"]
        pages.append(visitor.page.text)
    for text in pages:
        for there in (
            "Ngozi Adeyemi",
            "A ramp, please",
            "The Allotment",
            "Table 9",
            "You may keep my access needs",
        ):
            assert there in text, there
        for hidden in ("Ravi", "secret", "separat", "apart"):
            assert hidden not in text.lower().replace("ravi", "Ravi"), hidden
    data = json.loads(pages[2])
    assert data["person"]["name"] == "Ngozi Adeyemi" and len(data["places"]) == 1
    assert data["consents"][0]["stands"] is True
    verbs = db.session.scalars(select(AuditEntry.verb)).all()
    assert verbs.count("person.exported") == 2


def test_what_is_wrong_can_be_corrected_and_a_bad_name_is_told(visitor: Browsing, signup: Signup) -> None:
    come_in(visitor, signup)
    visitor.press("Correct it", name=" ")
    assert visitor.page.status_code == 422 and "Enter your name" in visitor.words
    visitor.press("Correct it", name="Ngozi A.", affiliation="", zone="Africa/Lagos")
    db.session.rollback()
    person = db.session.get_one(Person, signup.person_id)
    assert (person.name, person.affiliation, person.zone) == ("Ngozi A.", "", "Africa/Lagos")


def test_a_consent_is_taken_back_with_what_was_kept_for_it(visitor: Browsing, signup: Signup) -> None:
    come_in(visitor, signup)
    visitor.press("Take it back")
    db.session.rollback()
    db.session.expire_all()
    assert db.session.get_one(Signup, signup.id).access_needs == ""
    assert "taken back" in visitor.words
    assert not re.search(r"<button[^>]*>Take it back", visitor.page.text)


def test_erasing_is_asked_once_and_done_for_good(
    visitor: Browsing, signup: Signup, app: Flask, tmp_path: Path
) -> None:
    app.config["ERASED"] = tmp_path / "erased"
    place, person_id = link(signup), signup.person_id
    come_in(visitor, signup)
    visitor.open("/my-data/erase")
    assert visitor.heading == "Erase me?" and "give back 1 place" in visitor.words
    visitor.press("Erase me for good")
    assert visitor.heading == "You are erased"
    db.session.rollback()
    db.session.expire_all()
    person = db.session.get_one(Person, person_id)
    assert (person.name, person.address, person.state) == ("Erased person", None, "erased")
    assert list(erased.listed(tmp_path / "erased")) == [person_id]
    for gone in ("/my-data/", "/my-data/erase"):
        visitor.open(gone)
        assert visitor.page.status_code == 410
    visitor.open(place)
    assert visitor.page.status_code != 200


def test_nothing_is_erased_where_it_could_not_be_written_down(
    visitor: Browsing, signup: Signup, app: Flask, tmp_path: Path
) -> None:
    (tmp_path / "a file").write_text("")
    app.config["ERASED"] = tmp_path / "a file" / "erased"
    come_in(visitor, signup)
    visitor.open("/my-data/erase")
    visitor.press("Erase me for good")
    assert visitor.page.status_code == 503 and visitor.heading == "Nothing was erased"
    db.session.rollback()
    assert db.session.get_one(Person, signup.person_id).state == "active"


def test_an_organiser_is_told_to_hand_over_first(visitor: Browsing, signup: Signup) -> None:
    give_role(signup.person, "organiser", clock.now())
    come_in(visitor, signup)
    visitor.open("/my-data/erase")
    visitor.press("Erase me for good")
    assert "Ask an owner to end that part first" in visitor.words


def test_asking_is_limited_and_who_has_no_mail_is_not_asked(
    visitor: Browsing, signup: Signup, app: Flask
) -> None:
    app.config["LIMITS"] = {**app.config["LIMITS"], "CONVENE_LIMIT_MAILS_PER_KNOWN_ADDRESS_HOUR": (1, 3600)}
    fresh(visitor, signup)
    visitor.press("Send me a link to my data")
    assert "several times" in visitor.words
    start_write()
    quiet = a_signup(an_event(), a_person(address=None))
    visitor.open(link(quiet))
    assert "My data" not in visitor.words


def test_a_second_person_signs_up_behind_the_first_ones_link(visitor: Browsing, signup: Signup) -> None:
    visitor.open(link(signup))
    visitor.open(f"{link(signup)}/another")
    visitor.press("Sign them up", name="ngozi adeyemi")
    assert visitor.page.status_code == 422 and "This is the name we have for you" in visitor.words
    visitor.press("Sign them up", name="Ben")
    assert visitor.heading == "Your place is kept" and "Ben, we look forward" in visitor.words
    assert visitor.path != link(signup)
    db.session.rollback()
    assert sorted(db.session.scalars(select(Signup.state))) == ["confirmed", "confirmed"]


def mailed(kind: str, address: str) -> OutgoingMail:
    db.session.rollback()
    to = (OutgoingMail.letter == kind, OutgoingMail.to_address == address)
    return db.session.scalars(select(OutgoingMail).where(*to)).all()[-1]


def test_ones_own_address_is_changed_from_the_new_mailbox_and_told_to_the_old_one(
    visitor: Browsing, signup: Signup
) -> None:
    old = signup.person.address_typed or ""
    taken = a_person(signup.event.organisation, address="taken@example.org").address or ""
    person_id, signup_id, generation = signup.person_id, signup.id, signup.generation
    come_in(visitor, signup)
    for typed, words in (("", "Enter your new address"), (old.upper(), "This is the address we have")):
        visitor.press("Write to the new address", new_address=typed)
        assert (
            visitor.page.status_code == 422 and words in visitor.words and visitor.title.startswith("Error")
        )
    # Whether somebody has an address already is said in that mailbox alone.
    said = set()
    for typed in (taken, "Ngozi.New@example.org"):
        visitor.press("Write to the new address", new_address=typed)
        said.add(visitor.words)
    assert len(said) == 1 and "We have written to the new address" in said.pop()
    assert "known there already" in mailed("new_address", taken).text
    letter = mailed("new_address", "Ngozi.New@example.org")
    assert "Ngozi" not in letter.text.replace("Ngozi.New", "") and letter.person_id is None
    found = re.search(r"http\S+/my-data/address/\S+", letter.text)
    never = re.search(r"http\S+/unsubscribe/never/\S+", mailed("new_address", taken).text)
    assert found and never
    before = all_rows()
    elsewhere = Browsing(visitor.client.application.test_client())
    elsewhere.open(path_of(never[0]))
    assert elsewhere.heading == "Never mail me again?" and all_rows() == before
    assert elsewhere.open(path_of(never[0])[:-1]).status_code == 404
    elsewhere.open(path_of(never[0]))
    elsewhere.press("Never mail me again")
    assert elsewhere.heading == "We will not write again"
    assert suppression.reason_for(taken) == "never" and suppression.reason_for(old) is None
    before = all_rows()
    elsewhere.open(path_of(found[0]))
    elsewhere.client.head(path_of(found[0]))
    assert all_rows() == before and elsewhere.heading == "Have your letters in this mailbox"
    elsewhere.press("Use this address")
    assert elsewhere.heading == "Your address is changed"
    db.session.rollback()
    person = db.session.get_one(Person, person_id)
    assert (person.address, person.address_typed) == ("ngozi.new@example.org", "Ngozi.New@example.org")
    told = mailed("address_changed", old)
    assert "another address now" in told.subject and "new@example" not in told.text.lower()
    assert (
        path_of(links.place(signup_id, generation + 1)) in mailed("place_link", "Ngozi.New@example.org").text
    )
    assert visitor.open(path_of(links.place(signup_id, generation))).status_code == 404
    assert visitor.open("/my-data/").status_code == 410, (
        "what was opened by a link to the old mailbox is closed"
    )
    assert elsewhere.open(path_of(found[0])).status_code == 410


def test_who_works_at_a_desk_and_who_asks_too_often_change_nothing(visitor: Browsing, signup: Signup) -> None:
    come_in(visitor, signup)
    for _ in range(5):
        visitor.press("Write to the new address", new_address="often@example.org")
    visitor.press("Write to the new address", new_address="often@example.org")
    assert visitor.page.status_code == 422 and "several times" in visitor.words
    start_write()
    give_role(db.session.get_one(Person, signup.person_id), "organiser", clock.now())
    db.session.commit()
    visitor.open("/my-data/")
    visitor.press("Write to the new address", new_address="other@example.org")
    assert visitor.page.status_code == 422 and "You sign in to a desk" in visitor.words
    # Notices lead here too, for somebody who has no place.
    visitor.open(path_of(links.preferences(signup.person_id, 1)))
    visitor.press("Send me a link to my data")
    assert "on its way" in visitor.words and visitor.path.startswith("/preferences/")
