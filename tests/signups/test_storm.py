"""Whatever people, the host and the worker do at the same moment, places and calendars agree in the end."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import begin_write, db, start_write
from convene.mail.models import OutgoingMail
from convene.signups import actions, line, queries, upheaval
from convene.signups.models import Signup
from tests.crowd import at_once, faults
from tests.factories import a_signup, an_event
from tests.signups.reading import letters_of, line_of

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
PEOPLE = 14
REFUSALS = (line.NotOffered, upheaval.TooSmall)


def one_act(dice: random.Random, event_id: int, people: list[int], now: datetime) -> None:
    """One press by somebody, one edit by the host, or one sweep of the worker."""
    act = dice.choice(["confirm"] * 5 + ["cancel"] * 4 + ["again", "link", "lapse", "resize", "move"])
    signup_id = dice.choice(people)
    start_write()
    try:
        if act == "confirm":
            actions.confirm(signup_id, now)
        elif act == "cancel":
            actions.cancel(signup_id, now)
        elif act == "again":
            person = db.session.get_one(Signup, signup_id).person
            actions.sign_up(event_id, person.address or "", "Pat", None, now)
        elif act == "link":
            actions.new_link(db.session.get_one(Signup, signup_id), now)
        elif act == "lapse":
            locked(event_id)
            offers = update(OutgoingMail).where(OutgoingMail.letter == "place_offered")
            db.session.execute(offers.where(OutgoingMail.state == "queued").values(state="sent"))
            line.lapse_offers(event_id, now + timedelta(days=3))
        elif act == "resize":
            upheaval.change(event_id, {"capacity": dice.randint(2, 6)}, now)
        else:
            upheaval.change(event_id, {"venue": f"Hall {dice.randint(1, 99)}"}, now)
        db.session.commit()
    finally:
        db.session.rollback()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_storm_of_presses_leaves_no_place_twice_and_no_calendar_wrong(app: Flask, seed: int) -> None:
    with app.app_context():
        begin_write()
        event = an_event(capacity=4, starts_in=timedelta(days=9), now=NOW)
        people = [a_signup(event, state="started", now=NOW).id for _ in range(PEOPLE)]
        event_id = event.id
        db.session.commit()

    def press(which: int) -> list[Exception]:
        dice = random.Random(seed * 100 + which)
        found = []
        for number in range(12):
            try:
                one_act(dice, event_id, people, NOW + timedelta(minutes=number))
            except REFUSALS:
                continue
            except Exception as fault:
                found.append(fault)
        return found

    results = at_once(app, 6, press)
    assert faults(results) == []
    assert [fault for found in results for fault in found] == []
    with app.app_context():
        places = queries.places(db.session.get_one(Event, event_id))
        assert places.taken <= places.capacity
        assert places.waiting == 0 or places.left == 0, "nobody waits beside a free place"
        signups = db.session.scalars(select(Signup)).all()
        assert len(signups) == PEOPLE
        numbers = [one.queue_number for one in signups if one.state == "waitlisted"]
        assert None not in numbers
        assert len(set(numbers)) == len(numbers)
        for signup in signups:
            invites = [mail for mail in letters_of(signup, state=None) if mail.invite]
            sequences = [int(line_of(mail, "SEQUENCE")) for mail in invites]
            assert sequences == sorted(set(sequences)), "each invite is newer than the last"
            kept = [mail for mail in invites if mail.state == "queued"]
            holds = bool(kept) and kept[-1].invite_method == "REQUEST"
            assert holds == (signup.state == "confirmed"), "the calendar says what the list says"
            assert signup.letter_count == len(letters_of(signup, state=None)), (
                "no letter lost to a number given twice"
            )
