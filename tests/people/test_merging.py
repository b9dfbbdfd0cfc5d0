"""Two rows that were one person: everything follows, no rule is lost, and for thirty days it can be taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from convene import clock
from convene.extensions import db, start_write
from convene.groups.models import Group, Round, Seat
from convene.network import actions as network
from convene.nudges.models import Answer, Nudge
from convene.offers import actions as offers
from convene.people import merging, pointing, tags
from convene.people.actions import SamePerson, consent, keep_apart, keep_together, read_note
from convene.people.models import Consent, Merge, Organisation, Person, Separation
from convene.signups import attendance
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event, an_organisation, an_organiser
from tests.web.rows import all_rows

pytestmark = pytest.mark.usefixtures("session")
CHANGED_BY_ANY_ACT = ("audit_entry", "merge")


def merged(kept: Person, gone: Person, name: str = "", address_of: Person | None = None) -> Merge:
    return merging.merge(kept, gone, name or kept.name, address_of or kept, "test", clock.now())


def two(host: Organisation | None = None) -> tuple[Person, Person]:
    host = host or an_organisation()
    return a_person(host, name="Pat Reed", address="pat@example.org"), a_person(host, name="Patricia Reed")


def a_full_life(person: Person, other: Person) -> None:
    """A row in as many tables as name a person."""
    now = clock.now()
    event = an_event(person.organisation)
    signup = a_signup(event, person)
    attendance.mark(signup, "attended", "test", now)
    round_ = Round(event_id=event.id, number=1, state="held", created_at=now)
    db.session.add(round_)
    db.session.flush()
    group = Group(round_id=round_.id, number=1, label="Table 1")
    db.session.add(group)
    db.session.flush()
    db.session.add(Seat(round_id=round_.id, group_id=group.id, person_id=person.id, position=0))
    db.session.add(
        Nudge(key=f"thank_you:{event.id}:{person.id}:1", rule="thank_you", event_id=event.id, person_id=person.id,
              state="sent", reason="came", due_at=now, decided_at=now)
    )  # fmt: skip
    db.session.add(
        Answer(key=f"touch:{event.id}:{person.id}:{other.id}", event_id=event.id, person_id=person.id,
               about_id=other.id, question="touch", value="yes", answered_at=now)
    )  # fmt: skip
    friend = a_person(person.organisation)
    for one, two in ((person, friend), (friend, person)):
        network.say(network.tie(event, one, two, [1], "email", now), "in_touch", "Tea.", "private", now)
    offers.say(person, "offer", f"Baking {person.id}", "group", now)
    consent(person, "announcements", True, "Write to me", "test", now)
    tags.put(person, "Baker", "test", now)
    db.session.flush()


def test_everything_about_the_one_is_about_the_other_and_can_be_taken_back_row_for_row() -> None:
    kept, gone = two()
    other = a_person(kept.organisation)
    a_full_life(kept, other)
    a_full_life(gone, other)
    keep_together(gone, other, "test", clock.now())
    for one, another in ((kept, gone), (gone, kept)):
        network.tie(an_event(kept.organisation), one, another, [1], "email", clock.now())
    address = gone.address
    before = all_rows()
    start_write()
    made = merged(kept, gone, "Patricia Reed", gone)
    for table, column in pointing.pointers("person"):
        assert pointing.rows(table, column == gone.id) == [], f"{table.name}.{column.name}"
    assert (kept.name, kept.address) == ("Patricia Reed", address)
    assert len(db.session.scalars(select(Signup).where(Signup.person_id == kept.id)).all()) == 2
    assert [one.name for one in tags.of_person(kept.id)] == ["Baker"]
    keys = [*db.session.scalars(select(Nudge.key)), *db.session.scalars(select(Answer.key))]
    assert {key.split(":")[2] for key in keys} == {str(kept.id)}
    assert merging.undo(made, "test", clock.now()) == gone.id
    db.session.flush()
    after = all_rows()
    for name, rows in before.items():
        if name not in CHANGED_BY_ANY_ACT:
            assert after[name] == rows, name
    start_write()


def test_of_two_places_at_one_event_the_better_stays_with_what_was_marked_and_answered() -> None:
    kept, gone = two()
    event = an_event(kept.organisation)
    a_signup(event, kept, state="waitlisted")
    better = a_signup(event, gone)
    attendance.mark(better, "attended", "test", clock.now())
    better_id = better.id
    made = merged(kept, gone)
    (left,) = db.session.scalars(select(Signup).where(Signup.event_id == event.id)).all()
    assert (left.id, left.person_id, left.state) == (better_id, kept.id, "confirmed")
    assert left.attendance and left.attendance.state == "attended"
    merging.undo(made, "test", clock.now())
    rows = db.session.execute(select(Signup.person_id, Signup.state).where(Signup.event_id == event.id))
    assert set(rows) == {(kept.id, "waitlisted"), (gone.id, "confirmed")}


def test_no_keep_apart_rule_is_lost_and_of_two_about_one_pair_both_notes_are_read() -> None:
    kept, gone = two()
    feared, third = a_person(kept.organisation), a_person(kept.organisation)
    keep_apart(kept, feared, "first words", "test", clock.now())
    keep_apart(gone, feared, "second words", "test", clock.now())
    keep_apart(third, gone, "", "test", clock.now())
    made = merged(kept, gone)
    rules = db.session.scalars(select(Separation)).all()
    pairs = {frozenset((one.first_id, one.second_id)) for one in rules}
    assert pairs == {frozenset((kept.id, feared.id)), frozenset((kept.id, third.id))}
    noted = next(one for one in rules if one.note)
    assert read_note(noted, "test", clock.now()) == "first words\n\nsecond words"
    fourth = a_person(kept.organisation)
    keep_apart(kept, fourth, "", "test", clock.now() + timedelta(seconds=5))
    merging.undo(made, "test", clock.now() + timedelta(days=1))
    pairs = {frozenset((one.first_id, one.second_id)) for one in db.session.scalars(select(Separation))}
    for one in (kept, gone):
        assert frozenset((one.id, feared.id)) in pairs
        assert frozenset((one.id, fourth.id)) in pairs, "a rule made since holds for both"
    assert frozenset((gone.id, third.id)) in pairs and frozenset((kept.id, third.id)) not in pairs


def test_nobody_is_merged_with_themself_or_across_a_rule_or_into_a_part_at_the_desk() -> None:
    kept, gone = two()
    with pytest.raises(SamePerson):
        merged(kept, kept)
    third = a_person(kept.organisation)
    keep_apart(kept, third, "", "test", clock.now())
    keep_together(gone, third, "test", clock.now())
    with pytest.raises(merging.RuleBetween):
        merged(kept, gone)
    with pytest.raises(merging.RuleBetween):
        merged(kept, third)
    with pytest.raises(merging.RuleBetween):
        merged(gone, third)
    owner = an_organiser(kept.organisation)
    for pair in ((owner, gone), (gone, owner)):
        with pytest.raises(merging.HasPart):
            merged(*pair)


def test_undo_ends_after_thirty_days_and_what_it_needed_is_blanked() -> None:
    kept, gone = two()
    gone_address = gone.address or ""
    made = merged(kept, gone)
    assert merging.formerly(kept.organisation_id, gone_address) == kept
    late = clock.now() + merging.UNDO + timedelta(minutes=1)
    with pytest.raises(merging.TooLate):
        merging.undo(made, "test", late)
    merging.forget(late)
    assert "steps" not in made.undo and "Reed" not in made.undo
    assert merging.formerly(kept.organisation_id, gone_address) == kept
    assert merging.formerly(an_organisation().id, gone_address) is None


def test_of_two_merges_into_one_person_the_later_is_undone_first() -> None:
    kept, gone = two()
    again = a_person(kept.organisation)
    first, second = merged(kept, gone), merged(kept, again)
    with pytest.raises(merging.TooLate):
        merging.undo(first, "test", clock.now())
    merging.undo(second, "test", clock.now())
    merging.undo(first, "test", clock.now())
    assert {one.state for one in (kept, gone, again)} == {"active"}
    with pytest.raises(merging.TooLate):
        merging.undo(first, "test", clock.now())


def test_the_newest_word_about_a_purpose_counts_whoever_gave_it() -> None:
    kept, gone = two()
    consent(kept, "announcements", True, "Write to me", "test", clock.now())
    consent(gone, "announcements", False, "Write to me", "test", clock.now())
    db.session.flush()
    merged(kept, gone)
    given = select(Consent.given).where(Consent.person_id == kept.id).order_by(Consent.id.desc())
    assert db.session.scalars(given).first() is False
