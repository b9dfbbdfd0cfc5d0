"""Hearing of new events: an unticked box on the line-up, a button by mail, one press to stop; the same for all."""

from sqlalchemy import select

from convene import links
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.messages import news
from convene.messages.queries import hears_of_events
from convene.people.models import Consent, Organisation, Person
from tests.factories import a_person, an_event, an_organisation
from tests.web.browsing import Browsing, path_of
from tests.web.rows import all_rows


def newest(address: str) -> OutgoingMail:
    db.session.rollback()
    to = (OutgoingMail.letter == "news_confirm", OutgoingMail.to_address == address)
    return db.session.scalars(select(OutgoingMail).where(*to)).all()[-1]


def test_from_the_box_on_the_line_up_to_a_yes_that_is_kept_in_its_words_and_stopped_again(
    visitor: Browsing,
) -> None:
    soup, bread = an_organisation("Soup Hall"), an_organisation("Bread House")
    an_event(soup)
    known = a_person(soup, name="Kay Known", address="kay@example.org")
    quiet_id = bread.id
    host_id, known_id = soup.id, known.id
    visitor.open("/")
    assert "Soup Hall. You can stop it in one press." in visitor.words and "Bread House" in visitor.words
    form, _ = visitor.form("Ask for it")
    assert "of" not in dict(form.values), "no box is ticked before"
    visitor.press("Ask for it", name="", email="pat")
    assert visitor.page.status_code == 422 and visitor.heading == "Hear of new events"
    for words in ("Tick whose events", "Enter your name", "Bread House"):
        assert words in visitor.words, words
    visitor.press("Ask for it", name="Pat Quill", email="pat@example.org", of=[str(host_id), "999", "x"])
    assert visitor.page.status_code == 422, "there is no such host"
    # The page after it is the same for a new address, a known one, and what a machine filled in.
    said = set()
    for address, extra in (
        ("Pat@example.org", {}),
        ("kay@example.org", {}),
        ("bot@example.org", {"website": "x"}),
    ):
        visitor.open("/news")
        visitor.press("Ask for it", name="Pat Quill", email=address, of=[str(host_id)], **extra)
        assert visitor.heading == "Now look for our mail"
        said.add(visitor.words.replace(address, ""))
    assert len(said) == 1
    db.session.rollback()
    assert db.session.scalar(select(Person.id).where(Person.address == "bot@example.org")) is None
    assert newest("kay@example.org").person_id == known_id
    letter = newest("Pat@example.org")
    assert "/unsubscribe/never/" in letter.text and db.session.scalars(select(Consent.id)).all() == []
    person_id = letter.person_id or 0
    path = path_of(links.news(person_id, 1))
    assert path in letter.text
    before = all_rows()
    visitor.open(path)
    visitor.client.head(path)
    assert all_rows() == before and visitor.heading == "One press, and you hear of new events"
    twice = Browsing(visitor.client.application.test_client())
    twice.open(path)
    visitor.press("Yes, write to me")
    twice.press("Yes, write to me")
    assert visitor.heading == "You hear of new events from now on"
    db.session.rollback()
    (yes,) = db.session.scalars(select(Consent))
    assert (yes.person_id, yes.given, yes.purpose) == (person_id, True, "announcements")
    assert yes.wording == news.wording(db.session.get_one(Organisation, host_id)) and yes.how.startswith(
        "line-up"
    )
    assert db.session.get_one(Person, person_id).state == "active"
    stop = path_of(links.unsubscribe(person_id, 1, 100))
    visitor.client.post(stop)  # as their mail program does: no cookie, no token
    db.session.rollback()
    assert not hears_of_events(person_id) and quiet_id
    assert visitor.open("/news/forged").status_code == 404


def test_a_stranger_s_address_is_not_filled_with_letters(visitor: Browsing) -> None:
    host = an_organisation("Soup Hall")
    host_id = str(host.id)
    for _ in range(8):
        visitor.open("/news")
        visitor.press("Ask for it", name="visit www.example.com", email="victim@example.org", of=[host_id])
        assert visitor.heading == "Now look for our mail"
    db.session.rollback()
    found = db.session.scalars(
        select(OutgoingMail).where(OutgoingMail.to_address == "victim@example.org")
    ).all()
    assert len(found) == 5 and not any("www.example" in one.text for one in found)
