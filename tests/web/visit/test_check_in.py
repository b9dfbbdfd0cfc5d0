"""The code on the wall: an address that several people read finds all of them, and tells nobody else anything."""

from datetime import timedelta

from sqlalchemy import select

from convene import clock, links
from convene.extensions import db
from convene.people.actions import keep_apart
from convene.signups import mailbox
from convene.signups.models import Attendance
from tests.factories import a_person, a_signup, an_event
from tests.web.browsing import Browsing, path_of


def marked() -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(select(Attendance.signup_id).where(Attendance.state == "attended")))


def test_whoever_reads_the_mailbox_is_asked_after_and_only_those_ticked_are_marked(visitor: Browsing) -> None:
    event = an_event(starts_in=timedelta(minutes=30), self_check_in=True)
    host, now = event.organisation, clock.now()
    ann = a_signup(event, a_person(host, name="Ann", address="home@example.org"))
    ben, cy, di = (mailbox.sign_up_another(ann.id, name, now) for name in ("Ben", "Cy", "Di"))
    alone = a_signup(event, a_person(host, name="Eve", address="eve@example.org"))
    keep_apart(di.person, alone.person, "", "test", now)
    ids = {one.person.name: one.id for one in (ann, ben, cy, di, alone)}
    db.session.commit()
    path = path_of(links.check_in(event.id))
    visitor.open(path)
    visitor.press("I am here", email=" Home@Example.org")
    assert visitor.heading == "Who is here?" and marked() == set()
    assert all(name in visitor.words for name in ("Ann", "Ben", "Cy")) and "Di" not in visitor.words.split()
    visitor.press("We are here")
    assert "Tick whoever is here" in visitor.words and marked() == set()
    visitor.press("We are here", here=[str(ids["Ben"]), str(ids["Di"]), "999999", "x"])
    assert marked() == {ids["Ben"]} and "Ben, you are on the list." in visitor.words
    assert visitor.heading == "Thank you" and "Is anybody else here with you?" in visitor.words
    visitor.press("We are here", here=[str(ids["Ann"])])
    assert marked() == {ids["Ann"], ids["Ben"]}
    # On another phone the one who is left is found by the address, though it is not the one whom it belongs to.
    other = Browsing(visitor.client.application.test_client())
    other.open(path)
    other.press("I am here", email="home@example.org")
    assert other.heading == "Thank you" and "Cy, you are on the list." in other.words
    assert marked() == {ids["Ann"], ids["Ben"], ids["Cy"]}
    for address in ("home@example.org", "eve@example.org", "stranger@example.org"):
        nosy = Browsing(visitor.client.application.test_client())
        nosy.open(path)
        nosy.press("I am here", email=address)
        assert nosy.heading == "Thank you" and "on the list" not in nosy.words, address
    assert marked() == {ids["Ann"], ids["Ben"], ids["Cy"]}
