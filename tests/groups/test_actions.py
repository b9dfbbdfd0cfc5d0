"""From who is here to groups that people are told of: hard rules hold in every deal, move and publication."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import combinations

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, scoped_session

from convene import clock
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.groups import actions, facts, publishing, queries, reading, settings, undo
from convene.groups.actions import Changed, NotPossible
from convene.groups.deal import Plan, Problem
from convene.groups.deal.engine import deal
from convene.groups.facts import AlreadyHeld, NobodyHere
from convene.groups.models import Group, Round, Seat
from convene.groups.revision import refuse_outdated, revision
from convene.mail.models import OutgoingMail
from convene.people.actions import keep_apart, keep_together, lift
from convene.people.models import Person, Separation
from convene.signups.actions import cancel
from convene.signups.attendance import mark
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event

SECONDS = 0.001


@pytest.fixture
def event(session: scoped_session[Session]) -> Event:
    """An evening of twelve people, in groups of four over three rounds."""
    made = an_event(capacity=40, group_size=4, round_count=3)
    for _ in range(12):
        a_signup(made)
    return made


def people(event: Event) -> list[Person]:
    rows = select(Person).join(Signup).where(Signup.event_id == event.id).order_by(Person.id)
    return list(db.session.scalars(rows))


def arrange(event: Event, seed: int = 1) -> list[Round]:
    """Deal and keep, as the page does."""
    asked = facts.problem(event, seed)
    return actions.keep(event, asked, deal(asked, SECONDS), clock.now())


def tables(rounds: Sequence[Round]) -> list[list[list[int]]]:
    return [[[seat.person_id for seat in group.seats] for group in round_.groups] for round_ in rounds]


def seated(event: Event) -> list[list[list[int]]]:
    db.session.expire_all()
    return tables(queries.board(event.id))


def share(event: Event, first: Person, second: Person) -> bool:
    return any(first.id in group and second.id in group for round_ in seated(event) for group in round_)


def letters() -> list[OutgoingMail]:
    db.session.flush()
    rows = select(OutgoingMail).where(OutgoingMail.letter == "your_group").order_by(OutgoingMail.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def seat_of(event: Event, person: Person, number: int = 1) -> Seat:
    rows = select(Seat).join(Round).where(Round.event_id == event.id, Round.number == number)
    return db.session.scalars(rows.where(Seat.person_id == person.id)).one()


# The deal


@pytest.mark.one_database
def test_everybody_has_one_seat_in_each_round_and_nobody_meets_twice(event: Event) -> None:
    for _ in range(4):
        a_signup(event)
    arrange(event)
    rounds = seated(event)
    assert len(rounds) == 3
    met = []
    for round_ in rounds:
        assert sorted(person for group in round_ for person in group) == [one.id for one in people(event)]
        assert {len(group) for group in round_} == {4}
        met += [pair for group in round_ for pair in combinations(sorted(group), 2)]
    assert len(met) == len(set(met)) == 3 * 4 * 6


@pytest.mark.one_database
def test_nobody_starts_twice_while_somebody_at_the_table_has_not_started(event: Event) -> None:
    arrange(event)
    starts = [group[0] for round_ in seated(event) for group in round_]
    assert len(starts) == 9
    assert max(starts.count(one) for one in starts) <= 2
    assert len(set(starts)) >= 8


@pytest.mark.one_database
def test_groups_are_tables_in_a_room_and_rooms_online(event: Event) -> None:
    assert {group.label for group in arrange(event)[0].groups} == {"Table 1", "Table 2", "Table 3"}
    event.format = "online"
    assert arrange(event)[0].groups[0].label == "Room 1"


@pytest.mark.one_database
def test_those_marked_here_are_dealt_and_before_anybody_is_marked_those_with_a_place(event: Event) -> None:
    a_signup(event, state="waitlisted")
    a_signup(event, state="cancelled")
    assert len(facts.to_seat(event)) == 12
    signups = db.session.scalars(select(Signup).where(Signup.event_id == event.id)).all()
    for signup in signups[:5]:
        mark(signup, "attended", "person:1", clock.now())
    mark(signups[5], "no_show", "person:1", clock.now())
    assert len(facts.to_seat(event)) == 11, (
        "before the event begins, those who are not marked are on their way"
    )
    event.starts_at = clock.now() - reading.LATE
    arrange(event)
    assert {len(group) for round_ in seated(event) for group in round_} == {2, 3} or len(
        seated(event)[0]
    ) == 1
    assert sum(len(group) for group in seated(event)[0]) == 5


@pytest.mark.one_database
def test_nobody_is_put_together_with_nobody(event: Event) -> None:
    lonely = an_event()
    with pytest.raises(NobodyHere):
        facts.problem(lonely, 1)
    a_signup(lonely)
    with pytest.raises(NobodyHere):
        facts.problem(lonely, 1)


@pytest.mark.one_database
def test_separations_hold_over_many_deals_and_locks_with_them(event: Event) -> None:
    who = people(event)
    for first, second in ((0, 1), (0, 2), (3, 4), (5, 6)):
        keep_apart(who[first], who[second], "", "person:1", clock.now())
    keep_together(who[7], who[8], "person:1", clock.now())
    asked = facts.problem(event, 1)
    apart = {
        frozenset((facts.key(who[a].id), facts.key(who[b].id))) for a, b in ((0, 1), (0, 2), (3, 4), (5, 6))
    }
    lock = {facts.key(who[7].id), facts.key(who[8].id)}
    for seed in range(12):  # a thousand draws are the deal's own tests
        plan = deal(Problem(**{**fields(asked), "seed": seed}), 0.001)
        for round_ in plan.rounds:
            for group in round_:
                assert not any(pair <= set(group) for pair in apart), seed
                assert not lock & set(group) or lock <= set(group), seed


def fields(problem: Problem) -> dict:
    return {name: getattr(problem, name) for name in problem.__slots__}


@pytest.mark.one_database
def test_the_deal_learns_no_name_and_no_address(event: Event) -> None:
    person = people(event)[0]
    person.affiliation, person.field, person.place = " Leeds  Tenants ", "Housing", "LEEDS"
    asked = facts.problem(event, 1)
    guest = next(guest for guest in asked.people if guest.id == facts.key(person.id))
    assert (guest.organisation, guest.sector, guest.place) == ("leeds tenants", "housing", "leeds")
    assert person.name not in repr(asked) and "@" not in repr(asked)


@pytest.mark.one_database
def test_earlier_meetings_are_priced_into_the_next_deal(event: Event) -> None:
    earlier = an_event(event.organisation, starts_in=-timedelta(days=5), group_size=4, round_count=1)
    for person in people(event):
        a_signup(earlier, person)
    arrange(earlier)
    publishing.publish(earlier, clock.now())
    assert len(facts.problem(event, 1).met) == 3 * 6


def test_a_deal_again_replaces_the_drafts_whole(event: Event) -> None:
    arrange(event, seed=1)
    first = seated(event)
    arrange(event, seed=2)
    assert len(seated(event)) == 3
    assert seated(event) != first
    counts = {table: len(db.session.scalars(select(table.id)).all()) for table in (Round, Group, Seat)}
    assert counts == {Round: 3, Group: 9, Seat: 36}


# What changed while the deal was made


def two(event: Event) -> tuple[Person, Person]:
    first, second = people(event)[:2]
    return first, second


CHANGES: dict[str, Callable[[Event], object]] = {
    "somebody came": lambda event: a_signup(event),
    "somebody left": lambda event: cancel(a_place(event), clock.now()),
    "two must be kept apart": lambda event: keep_apart(*two(event), "", "person:1", clock.now()),
    "two must stay together": lambda event: keep_together(*two(event), "person:1", clock.now()),
    "another size": lambda event: setattr(event, "group_size", 3),
    "another number of rounds": lambda event: setattr(event, "round_count", 2),
}


def a_place(event: Event) -> int:
    return db.session.scalars(select(Signup.id).where(Signup.event_id == event.id).limit(1)).one()


@pytest.mark.parametrize("change", CHANGES)
def test_a_plan_made_for_other_facts_is_not_kept(event: Event, change: str) -> None:
    arrange(event)
    before = seated(event)
    asked = facts.problem(event, 2)
    plan = deal(asked, SECONDS)
    CHANGES[change](event)
    db.session.flush()
    with pytest.raises(Changed):
        actions.keep(event, asked, plan, clock.now())
    assert seated(event) == before


@pytest.mark.one_database
def test_a_plan_made_before_a_round_was_held_is_not_kept(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    asked = facts.problem(event, 2)
    plan = deal(asked, SECONDS)
    actions.hold(event, 1)
    db.session.flush()
    with pytest.raises(Changed):
        actions.keep(event, asked, plan, clock.now())


def test_a_plan_for_unchanged_facts_is_kept(event: Event) -> None:
    who = people(event)
    for other in who[1:4]:
        keep_apart(who[0], other, "", "person:1", clock.now())
    asked = facts.problem(event, 1)
    plan: Plan = deal(asked, SECONDS)
    start_again()
    assert len(actions.keep(db.session.get_one(Event, event.id), asked, plan, clock.now())) == 3


def start_again() -> None:
    """What the page does between the deal and keeping it: another transaction."""
    db.session.commit()
    start_write()


# Held rounds


def test_held_rounds_stay_as_they_were_and_the_rest_is_dealt_around_them(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    assert actions.hold(event, 1)
    db.session.flush()
    held = seated(event)[0]
    late = a_signup(event)
    arrange(event, seed=7)
    rounds = seated(event)
    assert rounds[0] == held
    assert [round_.state for round_ in queries.board(event.id)] == ["held", "draft", "draft"]
    assert [round_.number for round_ in queries.board(event.id)] == [1, 2, 3]
    assert all(late.person_id in {one for group in round_ for one in group} for round_ in rounds[1:])


@pytest.mark.parametrize("number", [2, 3])
def test_a_round_held_out_of_turn_stays_too(event: Event, number: int) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    actions.hold(event, number)
    db.session.flush()
    held = seated(event)[number - 1]
    arrange(event, seed=5)
    rounds = queries.board(event.id)
    assert [round_.number for round_ in rounds] == [1, 2, 3]
    assert [round_.state for round_ in rounds].index("held") == number - 1
    assert tables(rounds)[number - 1] == held


@pytest.mark.one_database
def test_caveats_stand_at_the_group_they_are_about(event: Event) -> None:
    who = people(event)
    for person in who[:6]:
        person.affiliation = "The same house"
    arrange(event)
    publishing.publish(event, clock.now())
    actions.hold(event, 2)
    db.session.flush()
    asked = facts.problem(event, 3)
    plan = deal(asked, SECONDS)
    rounds = actions.keep(event, asked, plan, clock.now())
    kept = [
        (number, group.number, caveat.text)
        for number, round_ in enumerate(rounds, 2)
        for group in round_.groups
        for caveat in group.caveats
    ]
    assert sorted(kept) == sorted((one.round, one.group, one.text) for one in plan.caveats)
    assert kept, "six of one house at three tables cannot be without a caveat"


@pytest.mark.one_database
def test_when_every_round_was_held_there_is_nothing_left_to_deal(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    for number in (1, 2, 3):
        assert actions.hold(event, number)
    db.session.flush()
    with pytest.raises(AlreadyHeld):
        facts.problem(event, 1)


@pytest.mark.one_database
def test_a_draft_cannot_be_held(event: Event) -> None:
    arrange(event)
    assert not actions.hold(event, 1)
    assert not actions.hold(event, 9)


# Moving by hand


def test_a_person_is_moved_to_another_group_of_the_same_round(event: Event) -> None:
    arrange(event)
    one = people(event)[0]
    seat = seat_of(event, one)
    target = next(group for group in queries.board(event.id)[0].groups if group.id != seat.group_id)
    actions.move(event, seat.id, target.id)
    first = seated(event)[0]
    assert sorted(len(group) for group in first) == [3, 4, 5]
    assert first[target.number - 1][-1] == one.id


@pytest.mark.one_database
def test_a_move_beside_somebody_to_be_kept_apart_from_is_not_possible(event: Event) -> None:
    who = people(event)
    keep_apart(who[0], who[1], "They fear each other", "person:1", clock.now())
    arrange(event)
    before = seated(event)
    with pytest.raises(NotPossible) as refused:
        actions.move(event, seat_of(event, who[0]).id, seat_of(event, who[1]).group_id)
    assert refused.value.rule == "apart"
    assert "fear" not in str(refused.value)
    assert seated(event) == before


@pytest.mark.one_database
def test_a_rule_made_since_hinders_no_move_that_does_not_break_it(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    first, second, third = queries.board(event.id)[0].groups
    one, other = (seat.person for seat in first.seats[:2])
    keep_apart(one, other, "", "person:1", clock.now())
    actions.move(event, second.seats[0].id, third.id)
    actions.move(event, seat_of(event, one).id, second.id)
    assert not any(one.id in group and other.id in group for group in seated(event)[0])
    with pytest.raises(NotPossible, match="apart"):
        actions.move(event, seat_of(event, other).id, second.id)


@pytest.mark.one_database
def test_the_groups_that_a_new_rule_finds_together_are_known_until_they_are_parted(event: Event) -> None:
    arrange(event)
    group = queries.board(event.id)[0].groups[0]
    one, other = (seat.person for seat in group.seats[:2])
    keep_apart(one, other, "", "person:1", clock.now())
    found = queries.against_rules(event.organisation_id, clock.now())
    both = [
        (event.id, round_.number, table.id)
        for round_ in queries.board(event.id)
        for table in round_.groups
        if {one.id, other.id} <= {seat.person_id for seat in table.seats}
    ]
    assert [(each.event.id, each.round.number, each.group.id) for each in found] == both
    assert both[0] == (event.id, 1, group.id)
    assert queries.against_rules(event.organisation_id, event.ends_at) == []
    assert queries.against_rules(an_event().organisation_id, clock.now()) == []
    arrange(event, seed=2)
    assert queries.against_rules(event.organisation_id, clock.now()) == []


@pytest.mark.one_database
def test_who_stays_together_is_not_moved_apart(event: Event) -> None:
    who = people(event)
    keep_together(who[0], who[1], "person:1", clock.now())
    arrange(event)
    seat = seat_of(event, who[0])
    target = next(group for group in queries.board(event.id)[0].groups if group.id != seat.group_id)
    with pytest.raises(NotPossible, match="together"):
        actions.move(event, seat.id, target.id)


@pytest.mark.one_database
def test_no_move_leaves_somebody_alone_or_a_table_too_full(event: Event) -> None:
    arrange(event)
    target = queries.board(event.id)[0].groups[0]
    moved = 0
    with pytest.raises(NotPossible, match="size"):
        for group in queries.board(event.id)[0].groups[1:]:
            for seat in list(group.seats):
                actions.move(event, seat.id, target.id)
                moved += 1
                db.session.expire_all()
    assert moved == 2, "four and two are six"


@pytest.mark.one_database
def test_a_move_to_another_round_or_event_or_to_nowhere_changes_nothing(event: Event) -> None:
    arrange(event)
    other = an_event(event.organisation)
    for person in people(event)[:4]:
        a_signup(other, person)
    arrange(other)
    seat = seat_of(event, people(event)[0])
    elsewhere = [queries.board(event.id)[1].groups[0].id, queries.board(other.id)[0].groups[0].id, 10**6]
    before = seated(event)
    for target in elsewhere:
        with pytest.raises(Changed):
            actions.move(event, seat.id, target)
    with pytest.raises(Changed):
        actions.move(other, seat.id, queries.board(event.id)[0].groups[0].id)
    with pytest.raises(Changed):
        actions.move(event, 10**6, seat.group_id)
    assert seated(event) == before


@pytest.mark.one_database
def test_a_held_round_is_not_changed_by_hand(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    actions.hold(event, 1)
    db.session.flush()
    seat = seat_of(event, people(event)[0])
    target = next(group for group in queries.board(event.id)[0].groups if group.id != seat.group_id)
    with pytest.raises(Changed):
        actions.move(event, seat.id, target.id)


# Publishing


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
def test_rooms_go_with_the_number_of_the_group_in_every_round(event: Event) -> None:
    arrange(event)
    actions.set_rooms(event, ["https://video.example.org/1", "https://video.example.org/2"])
    for round_ in queries.board(event.id):
        assert [group.room_url[-2:] for group in round_.groups] == ["/1", "/2", ""]


def test_names_stand_for_keys_in_what_the_organiser_reads() -> None:
    assert (
        facts.with_names("person-1 and person-12 meet again", {1: "Ann", 12: "Bob"})
        == "Ann and Bob meet again"
    )
    assert facts.with_names("person-3", {}) == "somebody"


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
def test_a_round_held_meanwhile_ends_drafts_that_did_not_know_of_it(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    arrange(event, seed=9)
    assert actions.hold(event, 1)
    assert [round_.state for round_ in queries.board(event.id)] == ["held", "published", "published"]


def test_people_on_their_way_are_dealt_until_the_list_is_complete_or_some_minutes_have_gone(
    event: Event,
) -> None:
    first, second, *_ = db.session.scalars(
        select(Signup).where(Signup.event_id == event.id).order_by(Signup.id)
    )
    for signup in (first, second):
        mark(signup, "attended", "person:1", clock.now())
    event.starts_at = clock.now() - timedelta(minutes=5)
    assert len(facts.to_seat(event)) == 12
    event.attendance_complete_at = clock.now()
    assert len(facts.to_seat(event)) == 2, "the organiser said that nobody else comes"
    event.attendance_complete_at = None
    event.starts_at = clock.now() - reading.LATE
    assert len(facts.to_seat(event)) == 2


def test_links_to_rooms_outlive_a_smaller_deal_and_going_back(event: Event) -> None:
    urls = [f"https://video.example.org/{number}" for number in (1, 2, 3)]
    arrange(event)
    actions.set_rooms(event, urls)
    publishing.publish_quietly(event, clock.now())
    event.group_size = 6
    for seed in (2, 3):
        undo.remember(event, "deal", clock.now())
        arrange(event, seed)
    assert [group.room_url for group in queries.rounds(event.id, "draft")[0].groups] == urls[:2]
    for _ in range(2):
        undo.undo(event, queries.snapshots(event.id)[0].id, clock.now())
    for round_ in queries.board(event.id):
        assert [group.room_url for group in round_.groups] == urls
    event.group_size = 4
    arrange(event, 4)
    assert [group.room_url for group in queries.rounds(event.id, "draft")[0].groups] == urls


@pytest.mark.one_database
def test_going_back_brings_no_old_links(event: Event) -> None:
    arrange(event)
    actions.set_rooms(event, ["https://video.example.org/old"])
    undo.remember(event, "deal", clock.now())
    arrange(event, 2)
    actions.set_rooms(event, ["https://video.example.org/new"])
    undo.undo(event, queries.snapshots(event.id)[0].id, clock.now())
    assert queries.board(event.id)[0].groups[0].room_url == "https://video.example.org/new"
    actions.set_rooms(event, [])
    undo.remember(event, "deal", clock.now())
    arrange(event, 3)
    undo.undo(event, queries.snapshots(event.id)[0].id, clock.now())
    assert {group.room_url for round_ in queries.board(event.id) for group in round_.groups} == {""}


def test_a_whole_pinned_group_with_somebody_away_holds_those_who_are_here_and_lets_others_in(
    event: Event,
) -> None:
    arrange(event)
    group = queries.board(event.id)[0].groups[0]
    actions.pin(event, True, group_id=group.id)
    away, *here = [seat.person_id for seat in group.seats]
    assert facts.problem(event, 1).pinned[0].whole
    mark(
        db.session.scalars(select(Signup).where(Signup.person_id == away)).one(), "excused", "p", clock.now()
    )
    mark(
        db.session.scalars(select(Signup).where(Signup.person_id == here[0])).one(),
        "attended",
        "p",
        clock.now(),
    )
    (pinned,) = facts.problem(event, 2).pinned
    assert not pinned.whole
    arrange(event, 2)
    assert set(here) <= set(seated(event)[0][0])


def test_a_word_for_the_groups_changes_with_every_act_and_not_by_looking(event: Event) -> None:
    def word() -> str:
        db.session.expire_all()
        return revision(event, queries.rounds(event.id))

    arrange(event)
    words = [word()]
    assert word() == words[0]
    undo.remember(event, "deal", clock.now())
    arrange(event, 2)
    words.append(word())
    undo.undo(event, queries.snapshots(event.id)[0].id, clock.now())
    words.append(word())
    undo.remember(event, "pin", clock.now())
    actions.pin(event, True, seat_id=queries.board(event.id)[0].groups[0].seats[0].id)
    words.append(word())
    publishing.publish_quietly(event, clock.now())
    words.append(word())
    assert len(set(words)) == 5
    refuse_outdated(event, words[-1])
    for old in (*words[:-1], ""):
        with pytest.raises(Changed):
            refuse_outdated(event, old)


@pytest.mark.one_database
def test_a_seed_tells_whether_the_facts_it_was_sown_with_have_changed(event: Event) -> None:
    asked = facts.sown(facts.problem(event, 0), 17)
    assert 0 < asked.seed < 2**31
    assert facts.same_facts(facts.problem(event, asked.seed))
    assert facts.sown(facts.problem(event, 0), 18).seed != asked.seed
    who = people(event)
    keep_together(who[0], who[1], "person:1", clock.now())
    assert not facts.same_facts(facts.problem(event, asked.seed))


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
