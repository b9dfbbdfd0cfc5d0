"""Who chooses a language on the page of notices gets their letters in it from then on, with the reason they came."""

import pytest
from flask import Flask

from convene import clock, links
from convene.extensions import begin_write, db
from convene.mail.languages import LANGUAGES
from convene.mail.models import OutgoingMail
from convene.people.models import Person
from convene.signups.actions import sign_up
from tests.factories import a_person, an_event
from tests.web.browsing import Browsing, path_of


def letters_to(person: Person) -> list[OutgoingMail]:
    rows = OutgoingMail.query.filter_by(to_address=person.address_typed).order_by(OutgoingMail.id)
    return list(rows)


def test_letters_come_in_the_language_that_was_chosen_and_in_the_house_s_again(visitor: Browsing) -> None:
    at = an_event()
    person = a_person(at.organisation)
    said = []
    for code in ("fr", "en-GB", "fr"):
        visitor.open(path_of(links.preferences(person.id, person.generation)))
        assert visitor.press("Save", language=code).status_code == 200
        db.session.commit()
        begin_write()
        sign_up(at.id, person.address_typed or "", "Pat", None, clock.now())
        db.session.commit()
        said.append(letters_to(person)[-1].html)
    assert [html.split('lang="')[1].split('"')[0] for html in said] == ["fr", "en-GB", "fr"]
    assert "Confirmer mon inscription" in said[0] and "Confirm" not in said[0].replace("Confirmer", "")


def test_the_reason_a_letter_came_is_told_in_the_language_of_the_letter(visitor: Browsing) -> None:
    at = an_event()
    person = a_person(at.organisation, language="fr")
    db.session.commit()
    begin_write()
    sign_up(at.id, person.address_typed or "", "Pat", None, clock.now())
    (letter,) = letters_to(person)
    letter.state, letter.sent_at, letter.organisation_id = "sent", clock.now(), at.organisation_id
    db.session.commit()
    page = visitor.open(path_of(links.preferences(person.id, person.generation)))
    assert '<span lang="fr">Quelqu' in page.text


@pytest.mark.parametrize("code", ["tlh", "../fr", ""])
def test_a_language_that_there_is_not_is_the_house_s_own(visitor: Browsing, app: Flask, code: str) -> None:
    person = a_person()
    page = visitor.open(path_of(links.preferences(person.id, person.generation)))
    assert all(f">{name}</option>" in page.text for name in LANGUAGES.values())
    assert visitor.press("Save", language=code).status_code == 200
    db.session.commit()
    db.session.refresh(person)
    assert person.language is None
