"""The code on the wall: whoever reads a mailbox with others says their first name, and nobody is told a name there."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from convene import clock, links
from convene.extensions import db
from convene.people.actions import keep_apart
from convene.signups import mailbox
from convene.signups.checking_in import meant
from convene.signups.models import Attendance
from tests.factories import a_person, a_signup, an_event
from tests.web.browsing import Browsing, path_of, without_tokens


@pytest.mark.parametrize(("typed", "found"), [
    ("Ann", {1}), (" ann ", {1}), ("Ann and Ben", {1, 2}), ("ann, BEN & zoë", {1, 2, 5}), ("Zoe", {5}),
    ("Cy", set()), ("Cy Hart", {3}), ("Cy Lund and Cy Hart", {3, 4}), ("Benny", {2}), ("Nobody", set()), ("", set()),
    ("Hart", set()), ("Kim", {6}), ("Kim Ash", {7}), ("小龍", {8}),
    ("Maria Rose", {9}), ("Rose", {10}), ("Maria Rose and Rose", {9, 10}), ("Thomas James", {11}), ("James", {12}),
])  # fmt: skip
def test_a_first_name_is_enough_where_it_is_one_persons(typed: str, found: set[int]) -> None:
    names = {
        1: ["Ann Hart"], 2: ["Benjamin Hart", "Ben", "Benny"], 3: ["Cy Hart"], 4: ["Cy Lund"], 5: ["Zoë"],
        6: ["Kim"], 7: ["Kim Ash"], 8: ["小龍"], 9: ["Maria Rose"], 10: ["Rose"],
        11: ["Thomas James"], 12: ["James Thomas"],
    }  # fmt: skip
    assert meant(typed, names) == found


def marked() -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(select(Attendance.signup_id).where(Attendance.state == "attended")))


def test_who_shares_a_mailbox_says_their_name_and_nobody_is_told_one(visitor: Browsing) -> None:
    event = an_event(starts_in=timedelta(minutes=30), self_check_in=True)
    host, now = event.organisation, clock.now()
    ann = a_signup(event, a_person(host, name="Ann", address="home@example.org"))
    ben, cy, di = (mailbox.sign_up_another(ann.id, name, now) for name in ("Ben", "Cy", "Di"))
    alone = a_signup(event, a_person(host, name="Eve", address="eve@example.org"))
    single = a_signup(event, a_person(host, name="Flo", address="flo@example.org"))
    keep_apart(di.person, alone.person, "", "test", now)
    ids = {one.person.name: one.id for one in (ann, ben, cy, di, alone, single)}
    db.session.commit()
    path = path_of(links.check_in(event.id))
    # Whatever is typed that is not one of them, and whoever may not check in here, reads the very same page.
    told = set()
    for typed in (
        {"email": "stranger@example.org"}, {"email": "home@example.org"}, {"email": "home@example.org", "name": "Mo"},
        {"email": "home@example.org", "name": "Di"}, {"email": "eve@example.org"},
    ):  # fmt: skip
        nosy = Browsing(visitor.client.application.test_client())
        nosy.open(path)
        nosy.press("I am here", **typed)
        assert nosy.heading == "Thank you" and "type your first name" in nosy.words, typed
        told.add(without_tokens(nosy.page.text))
        assert not set(ids) & set(nosy.words.split()), "no name is told"
    assert len(told) == 1 and marked() == set()
    visitor.open(path)
    visitor.press("I am here", email=" Home@Example.org", name="ben")
    assert marked() == {ids["Ben"]} and "Good: you are on the list." in visitor.words
    assert "Ann" not in visitor.words and "Cy" not in visitor.words.split()
    visitor.open(path)
    visitor.press("I am here", email="home@example.org", name="Ann and Di")
    assert marked() == {ids["Ann"], ids["Ben"]}, "on one phone, one after the other or at once"
    assert "Ann, you are on the list." in visitor.words and "Ben, you are on the list." in visitor.words
    # The one who is left is not marked by whoever types the address again.
    other = Browsing(visitor.client.application.test_client())
    other.open(path)
    other.press("I am here", email="home@example.org")
    other.open(path)
    other.press("I am here", email="home@example.org", name="Ann")
    assert marked() == {ids["Ann"], ids["Ben"]} and "on the list" not in other.words
    other.open(path)
    other.press("I am here", email="flo@example.org")
    assert "Good: you are on the list." in other.words and "Flo" not in other.words, (
        "who reads alone needs no name"
    )
