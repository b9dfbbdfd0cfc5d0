"""What people tell of themselves on the page of their place: kept, taken back, refused beside its box."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from convene.extensions import db
from convene.people.models import Consent
from convene.web.visit.place import ACCESS_WORDING
from tests.factories import a_person, a_signup, an_event
from tests.web.browsing import Browsing
from tests.web.rows import all_rows
from tests.web.visit.places import STATES, link


def test_an_answer_that_is_none_of_those_offered_is_refused_in_the_house_s_words(visitor: Browsing) -> None:
    visitor.open(link(a_signup()))
    visitor.press("Save", first_time="maybe")
    assert visitor.page.status_code == 422
    assert "Choose one of the answers that stand here" in visitor.words


def test_what_they_tell_of_themselves_is_kept_and_shown_again(visitor: Browsing) -> None:
    signup = a_signup()
    visitor.open(link(signup))
    typed = {
        "name": "Ngozi A.", "affiliation": "Leeds Tenants", "field": "housing", "place": "Leeds",
        "first_time": "yes", "access_needs": "Captions, please.\nAnd no stairs.", "zone": "Africa/Lagos",
    }  # fmt: skip
    visitor.press("Save", **typed)
    assert "Saved. Thank you." in visitor.words
    db.session.commit()
    person = signup.person
    assert (person.name, person.affiliation, person.field, person.place) == (
        "Ngozi A.",
        "Leeds Tenants",
        "housing",
        "Leeds",
    )
    assert (signup.first_time, signup.access_needs, person.zone) == (
        True,
        "Captions, please.\nAnd no stairs.",
        "Africa/Lagos",
    )
    values = dict(visitor.form("Save")[0].values)
    assert {name: values[name].replace("\r\n", "\n") for name in typed} == typed


def test_consent_to_keep_access_needs_is_written_down_when_given_and_when_taken_back(
    visitor: Browsing,
) -> None:
    signup = a_signup()
    for needs in ("Captions", "Captions and tea", ""):
        visitor.open(link(signup))
        visitor.press("Save", access_needs=needs)
    rows = db.session.scalars(select(Consent).order_by(Consent.id)).all()
    assert [(row.purpose, row.given, row.wording) for row in rows] == [
        ("access_needs", True, ACCESS_WORDING),
        ("access_needs", False, ACCESS_WORDING),
    ]
    assert {row.person_id for row in rows} == {signup.person_id}


TAKE_BACK = "Take back what I wrote about access"


@pytest.mark.one_database
@pytest.mark.parametrize("facts", [{}, {"state": "called_off"}, {"starts_in": -timedelta(days=2)}], ids=str)
@pytest.mark.parametrize("state", STATES)
def test_access_needs_can_be_taken_back_however_things_stand(
    visitor: Browsing, facts: dict, state: str
) -> None:
    signup = a_signup(an_event(**facts), state=state, access_needs="Captions")
    visitor.open(link(signup))
    assert "Captions" in visitor.page.text
    assert visitor.form("Send me a new link")
    if not facts and state in ("confirmed", "waitlisted", "offered"):
        visitor.press("Save", access_needs="")
    else:
        visitor.press(TAKE_BACK)
    assert "Captions" not in visitor.page.text
    db.session.commit()
    assert (signup.access_needs, signup.state) == ("", state)
    rows = db.session.scalars(select(Consent)).all()
    assert [(row.purpose, row.given, row.wording) for row in rows] == [
        ("access_needs", False, ACCESS_WORDING)
    ]
    assert TAKE_BACK not in visitor.words
    visitor.post(f"{link(signup)}/take-back", {"csrf_token": visitor.token()} if facts == {} else {})
    db.session.rollback()
    assert len(db.session.scalars(select(Consent)).all()) == 1, "there was nothing more to take back"


def test_a_zone_under_an_old_name_survives_a_save(visitor: Browsing) -> None:
    signup = a_signup(person=a_person(zone="Asia/Calcutta"))
    visitor.open(link(signup))
    visitor.press("Save", field="housing")
    db.session.commit()
    assert (signup.person.field, signup.person.zone) == ("housing", "Asia/Calcutta")


BAD_DETAILS = {
    "name": "",
    "affiliation": "x" * 121,
    "field": "hou\0sing",
    "place": "Le\u202eeds",
    "access_needs": "x" * 1001,
    "zone": "Mars/Olympus",
    "first_time": "perhaps",
}


@pytest.mark.one_database
@pytest.mark.parametrize(("name", "text"), BAD_DETAILS.items(), ids=BAD_DETAILS)
def test_what_cannot_be_kept_is_refused_beside_its_box_and_the_rest_stays_typed(
    visitor: Browsing, name: str, text: str
) -> None:
    signup = a_signup()
    visitor.open(link(signup))
    before = all_rows()
    visitor.press("Save", **{"name": "Ngozi", "place": "Leeds", name: text})
    assert visitor.page.status_code == 422
    assert visitor.title.startswith("Error: ")
    assert f'id="{name}-error"' in visitor.page.text
    if name != "place":
        assert dict(visitor.form("Save")[0].values)["place"] == "Leeds"
    assert all_rows() == before
