"""People are found by any part of a name or address, as it is typed, inside one host alone."""

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene.people.finding import search
from tests.factories import a_person, an_organisation


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("siobhan", ["Siobhán Keane"]),
        ("KEANE", ["Bo Keane", "Siobhán Keane"]),
        ("zoë", ["Zoe Ash"]),
        ("jo_ash@", ["Zoe Ash"]),
        ("JO_ASH", ["Zoe Ash"]),
        ("%", []),
        ("erased", []),
        ("", ["Bo Keane", "Siobhán Keane", "Zoe Ash"]),
    ],
)
def test_people_are_found_by_name_or_address_in_the_order_of_their_names(
    session: scoped_session[Session], typed: str, found: list[str]
) -> None:
    host = an_organisation()
    a_person(host, name="Zoe Ash", address="jo_ash@example.org")
    a_person(host, name="Siobhán Keane")
    a_person(host, name="Bo Keane")
    a_person(host, name="Erased", state="erased")
    a_person(name="Siobhán Elsewhere")
    assert [person.name for person in search(host.id, typed)] == found


def test_no_more_are_found_than_were_asked_for(session: scoped_session[Session]) -> None:
    host = an_organisation()
    for number in range(5):
        a_person(host, name=f"Zoë {number}")
    assert [person.name for person in search(host.id, "zoe", limit=2)] == ["Zoë 0", "Zoë 1"]
