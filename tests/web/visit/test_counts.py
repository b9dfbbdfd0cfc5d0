"""A page asks the database a handful of things, and no more when there is more to show."""

from datetime import timedelta

from convene import clock, links
from convene.extensions import db, start_write
from convene.groups.models import Group, Round, Seat
from tests.factories import a_signup, an_event, an_organisation
from tests.web.browsing import Browsing, path_of


def asked(visitor: Browsing, statements: list[str], path: str) -> int:
    db.session.commit()
    statements.clear()
    assert visitor.client.get(path).status_code == 200
    return len(statements)


def test_the_line_up_of_fifty_events_takes_no_more_than_that_of_one(
    visitor: Browsing, statements: list[str]
) -> None:
    for number in range(50):
        event = an_event(an_organisation(), starts_in=timedelta(days=1, hours=number))
        for state in ("confirmed", "waitlisted"):
            a_signup(event, state=state)
    assert asked(visitor, statements, "/") <= 5
    assert asked(visitor, statements, "/line-up.ics") <= 3


def test_an_events_page_takes_three(visitor: Browsing, statements: list[str]) -> None:
    event = an_event()
    for _ in range(20):
        a_signup(event)
    assert asked(visitor, statements, f"/events/{event.slug}") <= 3
    assert asked(visitor, statements, f"/events/{event.slug}.ics") <= 1


def test_a_place_takes_a_few_whatever_the_number_of_groups(visitor: Browsing, statements: list[str]) -> None:
    event = an_event()
    signups = [a_signup(event) for _ in range(12)]
    path = path_of(links.place(signups[0].id, 1))
    bare = asked(visitor, statements, path)
    assert bare <= 7
    start_write()
    for number in range(1, 7):
        round_ = Round(event_id=event.id, number=number, state="published", created_at=clock.now())
        db.session.add(round_)
        db.session.flush()
        for table in range(3):
            group = Group(round_id=round_.id, number=table, label=f"Table {table}")
            db.session.add(group)
            db.session.flush()
            for position, one in enumerate(signups[table::3]):
                seat = Seat(round_id=round_.id, group_id=group.id, person_id=one.person_id, position=position)
                db.session.add(seat)
    assert asked(visitor, statements, path) <= 10
