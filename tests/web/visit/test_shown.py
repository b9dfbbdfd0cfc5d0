"""How people are shown to others is theirs to say: a name, what a group is told, a number on the wall."""

import pytest

from convene import clock, links
from convene.extensions import db, start_write
from convene.groups.letters import your_group
from convene.groups.models import Group, Round, Seat
from convene.groups.queries import seats_of
from convene.people.models import Person
from convene.signups.called import names
from convene.signups.letters import confirm, place_confirmed
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event
from tests.web.browsing import Browsing, path_of
from tests.web.rows import all_rows


def path(signup: Signup) -> str:
    return path_of(links.place(signup.id, signup.generation))


@pytest.fixture
def table(visitor: Browsing) -> list[Signup]:
    """Two who sit at one table and share a field, a place and an organisation."""
    event, now = an_event(), clock.now()
    round_ = Round(event_id=event.id, number=1, state="published", created_at=now, published_at=now)
    db.session.add(round_)
    db.session.flush()
    group = Group(round_id=round_.id, number=1, label="Table 1")
    db.session.add(group)
    db.session.flush()
    made = []
    for position, name in enumerate(("Margaret Ash", "Cy Dune")):
        person = a_person(
            event.organisation, name=name, field="Libraries", place="Leeds", affiliation="The Hub"
        )
        made.append(a_signup(event, person))
        db.session.add(Seat(round_id=round_.id, group_id=group.id, person_id=person.id, position=position))
    db.session.commit()
    return made


def saved(visitor: Browsing, signup: Signup, **typed: str | list[str]) -> int:
    visitor.open(path(signup) + "/shown")
    return visitor.press("Save", **typed).status_code


def person(signup: Signup) -> Person:
    db.session.rollback()
    return db.session.get_one(Person, signup.person_id)


def test_what_somebody_wants_to_be_called_is_read_by_their_group_and_in_their_letters(
    visitor: Browsing, table: list[Signup]
) -> None:
    one, other = table
    visitor.open(path(one))
    assert 'href="' + path(one) + '/shown"' in visitor.page.text
    assert saved(visitor, one, called="Peg") == 200
    assert person(one).called == "Peg"
    for page in (path(other), path(other) + "/now"):
        visitor.open(page)
        assert "Margaret" not in visitor.words
    visitor.open(path(other))
    assert "Peg" in visitor.words
    letter = your_group(other, seats_of(other.event_id, other.person_id))
    assert "Peg" in letter.text and "Margaret" not in letter.text + letter.html
    start_write()
    for mine in (place_confirmed(one, 0, clock.now()), confirm(one)):
        assert mine.to_name == "Peg" and "Hello Peg" in mine.text and "Margaret" not in mine.text + mine.html
    db.session.rollback()


@pytest.mark.parametrize("hidden", ["field", "place"])
def test_an_answer_is_told_to_the_group_until_its_tick_is_taken_away(
    visitor: Browsing, table: list[Signup], hidden: str
) -> None:
    one, other = table
    words = {"field": "Libraries", "place": "Leeds"}
    visitor.open(path(other))
    assert all(word in visitor.words for word in words.values())
    saved(visitor, one, **{hidden: []})
    assert person(one).hides == hidden
    visitor.open(path(other))
    told = visitor.words.partition("Your groups")[2].partition("Three questions")[0]
    assert words[hidden] not in told and all(words[name] in told for name in words if name != hidden)
    assert person(one).field == "Libraries", "and it is kept, to seat them well"
    saved(visitor, one, **{hidden: "y"})
    assert person(one).hides == ""


def test_by_number_the_page_tells_the_number_that_the_wall_shows(
    visitor: Browsing, table: list[Signup]
) -> None:
    one, other = table
    saved(visitor, one, by_number="y")
    number = f"Number {one.id}"
    assert number in visitor.words
    known = names(one.event_id)
    assert known.of(person(one)) == number and known.of(person(other)) == "Cy Dune"
    visitor.open(path(other))
    assert "Margaret Ash" in visitor.words, "their own group reads a name"


@pytest.mark.one_database
@pytest.mark.parametrize("called", ["www.bad.example", "ring 020 7946 0000", "x" * 61, "nu\0l", "a/b"])
def test_what_could_be_a_link_in_a_letter_to_others_is_no_name(
    visitor: Browsing, table: list[Signup], called: str
) -> None:
    before = all_rows()
    assert saved(visitor, table[0], called=called) == 422
    assert 'id="called-error"' in visitor.page.text
    assert all_rows() == before


@pytest.mark.one_database
def test_a_forged_link_shows_and_changes_nobody(visitor: Browsing, table: list[Signup]) -> None:
    before = all_rows()
    assert visitor.open("/place/forged/shown").status_code == 404
    visitor.open(path(table[0]) + "/shown")
    assert all_rows() == before, "and a look changes nothing"
