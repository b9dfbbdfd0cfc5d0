"""Publishing the groups: whom the letter reaches, what it says, and what is never published."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, scoped_session

from convene import clock
from convene.events.models import Event
from convene.extensions import db
from convene.groups import actions, facts, publishing, queries, settings, undo
from convene.groups.actions import Changed, NotPossible
from convene.mail.models import OutgoingMail
from convene.people.actions import keep_apart, lift
from convene.people.models import Separation
from convene.signups.actions import cancel
from convene.signups.attendance import mark
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event
from tests.groups.evening import a_place, arrange, people, seated, start_again


def letters() -> list[OutgoingMail]:
    db.session.flush()
    rows = select(OutgoingMail).where(OutgoingMail.letter == "your_group").order_by(OutgoingMail.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def test_publishing_tells_each_person_once_of_all_their_rounds(event: Event) -> None:
    arrange(event)
    assert publishing.publish(event, clock.now()) == 12
    assert {round_.state for round_ in queries.board(event.id)} == {"published"}
    sent = letters()
    assert len(sent) == 12 == len({letter.person_id for letter in sent})
    assert all("ROUND 1" in letter.text and "ROUND 3" in letter.text for letter in sent)
    assert publishing.publish(event, clock.now()) == 0
    assert len(letters()) == 12


@pytest.mark.one_database
def test_a_group_letter_names_the_people_of_the_group_and_gives_no_address_of_theirs(event: Event) -> None:
    for person in people(event):
        person.affiliation = f"House of {person.id}"
    for signup in db.session.scalars(select(Signup).where(Signup.event_id == event.id)):
        signup.access_needs = "A secret need"
    arrange(event)
    publishing.publish(event, clock.now())
    rounds = seated(event)
    by_id = {person.id: person for person in people(event)}
    for letter in letters():
        assert letter.person_id is not None
        met = {one for round_ in rounds for group in round_ if letter.person_id in group for one in group}
        words = letter.text + letter.html
        for person in by_id.values():
            named = re.search(rf"{person.name}\b", letter.text) is not None
            assert named == (person.id in met), (letter.person_id, person.id)
            assert str(person.address_typed) not in words
        assert "House of" not in words and "A secret need" not in words


@pytest.mark.one_database
def test_two_to_be_kept_apart_since_the_deal_are_never_published_together(event: Event) -> None:
    arrange(event)
    group = queries.board(event.id)[0].groups[0]
    first, second = (seat.person for seat in group.seats[:2])
    keep_apart(first, second, "", "person:1", clock.now())
    with pytest.raises(NotPossible) as refused:
        publishing.publish(event, clock.now())
    assert refused.value.rule == "apart"
    assert letters() == []
    rule = db.session.scalars(select(Separation)).one()
    lift(Separation, rule.id, event.organisation_id, "person:1", clock.now())
    assert publishing.publish(event, clock.now()) == 12


@pytest.mark.one_database
def test_a_deal_again_sends_no_letter_until_it_is_published_and_then_one(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    db.session.execute(delete(OutgoingMail))
    arrange(event, seed=9)
    assert letters() == []
    publishing.publish_quietly(event, clock.now())
    assert letters() == []
    assert {round_.state for round_ in queries.board(event.id)} == {"published"}


def test_a_second_publication_reaches_everybody_again(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    for letter in letters():
        letter.state = "sent"
    start_again()
    arrange(db.session.get_one(Event, event.id), seed=9)
    publishing.publish(event, clock.now())
    assert [letter.state for letter in letters()] == ["sent"] * 12 + ["queued"] * 12


@pytest.mark.one_database
def test_a_letter_that_had_not_left_yet_gives_way_to_the_newer_one(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    start_again()
    arrange(db.session.get_one(Event, event.id), seed=9)
    publishing.publish(event, clock.now())
    assert [letter.state for letter in letters()] == ["dropped"] * 12 + ["queued"] * 12


@pytest.mark.one_database
@pytest.mark.parametrize("state", ["cancelled", "lapsed", "started", "waitlisted"])
def test_a_draft_that_seats_somebody_who_left_is_not_published(event: Event, state: str) -> None:
    arrange(event)
    gone = db.session.get_one(Signup, a_place(event))
    gone.state = state
    for publish in (publishing.publish, publishing.publish_quietly):
        with pytest.raises(Changed):
            publish(event, clock.now())
    assert letters() == []
    assert {round_.state for round_ in queries.board(event.id)} == {"draft"}
    mark(gone, "attended", "person:1", clock.now())
    assert publishing.publish(event, clock.now()) == 12, "whoever is here has not left"


@pytest.mark.one_database
def test_who_sat_in_a_round_held_and_gave_their_place_back_is_not_written_to(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    actions.hold(event, 1)
    db.session.execute(delete(OutgoingMail))
    signup = cancel(a_place(event), clock.now())
    arrange(event, seed=3)
    publishing.publish(event, clock.now())
    assert signup.person_id not in {letter.person_id for letter in letters()}
    assert len(letters()) == 11


@pytest.mark.one_database
def test_people_without_an_address_are_seated_and_not_written_to(event: Event) -> None:
    silent = a_person(event.organisation, address=None)
    a_signup(event, silent)
    arrange(event)
    assert publishing.publish(event, clock.now()) == 13
    assert len(letters()) == 12


@pytest.mark.one_database
def test_nobody_is_written_to_once_the_event_is_over(session: scoped_session[Session]) -> None:
    over = an_event(starts_in=-timedelta(days=1))
    for _ in range(4):
        a_signup(over)
    arrange(over)
    assert publishing.publish(over, clock.now()) == 4
    assert letters() == []


@pytest.mark.one_database
def test_people_keep_what_they_were_told_until_the_new_deal_is_published(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    told = [facts.as_keys(round_) for round_ in queries.rounds(event.id, "published")]
    a_signup(event)
    arrange(event, seed=9)
    assert [facts.as_keys(round_) for round_ in queries.rounds(event.id, "published")] == told
    assert {round_.state for round_ in queries.board(event.id)} == {"draft"}
    assert list(facts.problem(event, 1).told) == told, "and a third deal still knows what was told"


@pytest.mark.one_database
def test_facilitators_ticked_since_are_not_published_side_by_side_nor_brought_back(event: Event) -> None:
    arrange(event)
    undo.remember(event, "deal", clock.now())
    together = [seat.person_id for seat in queries.board(event.id)[0].groups[0].seats[:2]]
    settings.row(event).facilitated = True
    settings.set_facilitators(event, together, together)
    with pytest.raises(Changed):
        publishing.publish_quietly(event, clock.now())
    arrange(event, 2)
    with pytest.raises(Changed), db.session.begin_nested():
        undo.undo(event, queries.snapshots(event.id)[0].id, clock.now())
    assert publishing.publish_quietly(event, clock.now())
