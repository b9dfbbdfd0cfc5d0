"""Yes, No and Maybe pressed in a calendar do what the button on a page does, for nobody's place but one's own."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from convene.events.models import Event
from convene.extensions import db
from convene.inbox.models import Inbound
from convene.signups import actions, queries
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event, an_organisation
from tests.inbox.messages import NOW, SHAPES, apple, gmail, letter, outlook, thunderbird
from tests.inbox.taking import outcome, take
from tests.signups.reading import kinds_of, last_of, line_of

PAT = "Pat@Example.net"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def event(session: scoped_session[Session]) -> Event:
    return an_event(capacity=1, now=NOW)


@pytest.fixture
def signup(event: Event) -> Signup:
    """Pat has the only place."""
    return a_signup(event, a_person(event.organisation, address=PAT), now=NOW)


@pytest.fixture
def next_in_line(event: Event, signup: Signup) -> Signup:
    return a_signup(event, state="waitlisted", now=NOW)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_no_frees_the_place_and_the_line_moves_in_the_same_breath(
    shape: str, event: Event, signup: Signup, next_in_line: Signup
) -> None:
    raw = SHAPES[shape](event.uid, PAT.lower(), "DECLINED", at=NOW + MINUTE)
    assert outcome(raw, NOW + MINUTE) == "applied"
    assert (signup.state, signup.reply, signup.invite_open) == ("cancelled", "declined", False)
    assert next_in_line.state == "offered"
    assert kinds_of(next_in_line) == ["place_offered"]
    letter = last_of(signup, "declined")
    assert letter.invite is None, (
        "their calendar knows: a CANCEL would only take the entry out of their sight"
    )
    assert "/place/" in letter.text


@pytest.mark.parametrize("shape", SHAPES)
def test_a_yes_is_written_down_and_posts_nothing(shape: str, event: Event, signup: Signup) -> None:
    assert outcome(SHAPES[shape](event.uid, PAT, "ACCEPTED")) == "applied"
    assert (signup.state, signup.reply) == ("confirmed", "accepted")
    assert kinds_of(signup) == []


@pytest.mark.parametrize("shape", SHAPES)
def test_a_maybe_keeps_the_place(shape: str, event: Event, signup: Signup, next_in_line: Signup) -> None:
    assert outcome(SHAPES[shape](event.uid, PAT, "TENTATIVE")) == "applied"
    assert (signup.state, signup.reply) == ("confirmed", "tentative")
    assert next_in_line.state == "waitlisted"


def test_words_beside_an_answer_are_kept_for_the_host(event: Event, signup: Signup) -> None:
    row = take(outlook(event.uid, PAT, "TENTATIVE"))
    assert row is not None
    assert signup.reply_words == row.words == "Ich komme, wenn der Zug kommt.\nPat"
    assert (row.organisation_id, row.event_id, row.person_id) == (
        event.organisation_id,
        event.id,
        signup.person_id,
    )


def test_a_yes_after_a_no_takes_the_place_again_while_it_is_free(event: Event, signup: Signup) -> None:
    take(gmail(event.uid, PAT, "DECLINED"))
    assert outcome(gmail(event.uid, PAT, "ACCEPTED", at=NOW + MINUTE), NOW + MINUTE) == "applied"
    assert signup.state == "confirmed"
    assert kinds_of(signup) == ["declined", "place_confirmed"]
    assert line_of(last_of(signup, "place_confirmed"), "SEQUENCE") == "1"


def test_a_yes_after_a_no_joins_the_line_once_the_place_is_gone(
    event: Event, signup: Signup, next_in_line: Signup
) -> None:
    take(gmail(event.uid, PAT, "DECLINED"))
    take(gmail(event.uid, PAT, "ACCEPTED", at=NOW + MINUTE), NOW + MINUTE)
    assert signup.state == "waitlisted"
    assert kinds_of(signup) == ["declined", "waitlisted"]
    take(gmail(event.uid, PAT, "DECLINED", at=NOW + 2 * MINUTE), NOW + 2 * MINUTE)
    assert (signup.state, signup.queue_number) == ("cancelled", None)
    assert "left the waiting list" in last_of(signup, "declined").text


def test_a_yes_takes_an_offer_and_a_no_passes_it_on(event: Event) -> None:
    pat = a_person(event.organisation, address=PAT)
    offered = a_signup(event, pat, state="offered", now=NOW, invite_sequence=2)
    assert outcome(gmail(event.uid, PAT, "ACCEPTED", sequence=2)) == "applied"
    assert offered.state == "confirmed" and kinds_of(offered) == ["place_confirmed"]
    other = an_event(event.organisation, capacity=1, now=NOW)
    first = a_signup(other, pat, state="offered", now=NOW, invite_sequence=2)
    second = a_signup(other, state="waitlisted", now=NOW)
    assert outcome(gmail(other.uid, PAT, "DECLINED", sequence=2)) == "applied"
    assert (first.state, second.state) == ("cancelled", "offered")


def test_a_yes_to_an_offer_that_is_over_takes_nothing(event: Event) -> None:
    pat = a_person(event.organisation, address=PAT)
    offered = a_signup(event, pat, state="offered", now=NOW, invite_sequence=0)
    late = NOW + timedelta(days=2)
    outcome(gmail(event.uid, PAT, "ACCEPTED", at=late), late)
    assert offered.state == "offered", "for the next sweep to end"
    assert kinds_of(offered) == []


def test_a_place_given_back_on_the_page_is_not_taken_again_by_an_old_yes(
    event: Event, signup: Signup
) -> None:
    actions.cancel(signup.id, NOW)
    assert outcome(gmail(event.uid, PAT, "ACCEPTED", at=NOW + MINUTE)) == "stale"
    assert signup.state == "cancelled"


# Late, twice, and out of order


def test_the_same_message_twice_is_one(event: Event, signup: Signup) -> None:
    raw = gmail(event.uid, PAT, "DECLINED")
    take(raw)
    actions.confirm(signup.id, NOW)
    assert take(raw) is None
    assert signup.state == "confirmed"
    assert db.session.scalar(select(func.count(Inbound.id))) == 1


def test_an_answer_to_an_older_invite_or_older_than_one_read_is_written_down_alone(
    event: Event, signup: Signup
) -> None:
    signup.invite_sequence = 4
    assert outcome(gmail(event.uid, PAT, "DECLINED", sequence=3)) == "stale"
    assert signup.state == "confirmed" and signup.reply is None
    assert outcome(gmail(event.uid, PAT, "ACCEPTED", sequence=4, at=NOW)) == "applied"
    for at in (NOW, NOW - MINUTE):
        assert outcome(gmail(event.uid, PAT, "DECLINED", sequence=4, at=at)) == "stale"
    assert signup.state == "confirmed"
    assert signup.reply == "accepted"


def test_a_clock_that_runs_ahead_does_not_make_later_answers_stale(event: Event, signup: Signup) -> None:
    take(gmail(event.uid, PAT, "TENTATIVE", at=NOW + timedelta(days=400)))
    assert outcome(apple(event.uid, PAT, "DECLINED", at=NOW + MINUTE), NOW + MINUTE) == "applied"


def test_after_the_end_or_once_it_is_called_off_nothing_changes(event: Event, signup: Signup) -> None:
    late = event.ends_at + MINUTE
    assert outcome(gmail(event.uid, PAT, "DECLINED", at=late), late) == "late"
    event.state = "called_off"
    assert outcome(gmail(event.uid, PAT, "DECLINED")) == "late"
    assert signup.state == "confirmed"


def test_a_calendar_that_says_yes_and_no_in_turn_is_not_answered_for_ever(
    app: Flask, event: Event, signup: Signup
) -> None:
    most = app.config["LIMITS"]["CONVENE_LIMIT_PRESSES_PER_PLACE"][0]
    for number in range(most + 3):
        pressed = "DECLINED" if signup.state == "confirmed" else "ACCEPTED"
        at = NOW + timedelta(seconds=number)
        said = outcome(gmail(event.uid, PAT, pressed, at=at, sequence=signup.invite_sequence), at)
        assert said == ("applied" if number < most else "too_many")
    assert len(kinds_of(signup, state=None)) == most
    assert (signup.state == "confirmed") == (signup.reply == "accepted"), "what was not heard is not shown"
    later = NOW + timedelta(hours=2)
    again = "DECLINED" if signup.state == "confirmed" else "ACCEPTED"
    assert (
        outcome(gmail(event.uid, PAT, again, at=later, sequence=signup.invite_sequence), later) == "applied"
    )
    assert (signup.state == "confirmed") == (again == "ACCEPTED")


# Whose answer it is


def test_nobody_answers_for_somebody_else(event: Event, signup: Signup) -> None:
    for shape in SHAPES.values():
        assert outcome(shape(event.uid, PAT, "DECLINED", sender="eve@example.net")) == "unmatched"
    two = gmail(event.uid, PAT, "DECLINED", head="From: eve@example.net\n")
    assert outcome(two) == "unmatched"
    assert signup.state == "confirmed" and signup.reply is None


def test_an_unmatched_answer_is_shown_to_the_host_whose_event_it_names(event: Event, signup: Signup) -> None:
    row = take(gmail(event.uid, PAT, "DECLINED", sender="eve@example.net"))
    assert row is not None and row.organisation_id == event.organisation_id
    assert row.detail == "eve@example.net answered for Pat@Example.net; only they can."
    assert row.person_id is None
    row = take(gmail("nobody-knows-it", PAT, "DECLINED"))
    assert row is not None and row.outcome == "unmatched" and row.organisation_id is None


def test_who_was_never_invited_changes_nothing(event: Event) -> None:
    assert outcome(gmail(event.uid, "eve@example.net", "ACCEPTED")) == "unmatched"
    waiting = a_signup(event, a_person(event.organisation, address=PAT), state="waitlisted", now=NOW)
    assert outcome(gmail(event.uid, PAT, "DECLINED")) == "unmatched"
    assert waiting.state == "waitlisted"


def test_the_same_address_at_another_host_is_another_person(event: Event, signup: Signup) -> None:
    other = a_signup(an_event(an_organisation(), now=NOW), now=NOW)
    other.person.address = PAT.lower()
    take(gmail(event.uid, PAT, "DECLINED"))
    assert (signup.state, other.state) == ("cancelled", "confirmed")


SENT_BY = 'ATTENDEE;PARTSTAT={answer};SENT-BY="mailto:%s":mailto:{guest}'


@pytest.mark.parametrize(
    ("address", "sender"),
    [
        ("pat@example.net", "help@example.net"),
        ("pat@hotmail.co.uk", "eve@hotmail.co.uk"),
        ("pat@students.example.edu", "eve@students.example.edu"),
        ("pat@example.net", "eve@evil.org"),
    ],
)
def test_an_answer_by_an_assistant_is_a_note_to_the_host_and_moves_nothing(
    address: str, sender: str, event: Event, signup: Signup, next_in_line: Signup
) -> None:
    signup.person.address = address
    row = take(gmail(event.uid, address, "DECLINED", sender=sender, attendee=SENT_BY % sender))
    assert row is not None and row.outcome == "note"
    assert row.detail == f"{sender} answered no in their name, and only their own answer changes their place."
    assert (row.person_id, row.organisation_id) == (signup.person_id, event.organisation_id)
    assert (signup.state, signup.reply, next_in_line.state) == ("confirmed", None, "waitlisted")
    assert kinds_of(signup) == []


def test_who_is_no_sender_is_nobodys_assistant(event: Event, signup: Signup) -> None:
    two = gmail(event.uid, PAT, "DECLINED", head="From: eve@example.net\n", attendee=SENT_BY % "")
    assert outcome(two) == "unmatched"


def test_an_assistant_whom_our_server_does_not_vouch_for_is_not_heard_at_all(
    trusting: str, event: Event, signup: Signup
) -> None:
    row = take(gmail(event.uid, PAT, "DECLINED", sender="help@evil.org", attendee=SENT_BY % "help@evil.org"))
    assert row is not None and (row.outcome, row.person_id) == ("unmatched", None)


def test_other_guests_in_the_file_are_left_alone(event: Event, signup: Signup) -> None:
    eve = a_person(event.organisation, address="eve@example.net")
    event.capacity = 2
    hers = a_signup(event, eve, now=NOW)
    more = "ATTENDEE;PARTSTAT=DECLINED:mailto:pat@example.net"
    assert outcome(gmail(event.uid, "eve@example.net", "ACCEPTED", more=more)) == "applied"
    assert (hers.reply, signup.reply) == ("accepted", None)


@pytest.mark.parametrize("shape", SHAPES)
def test_where_our_server_is_named_its_word_decides(
    shape: str, trusting: str, event: Event, signup: Signup
) -> None:
    for said in ("", f"Authentication-Results: {trusting}; dmarc=fail header.from=example.net\n",
                 "Authentication-Results: mx.evil.org; dmarc=pass header.from=example.net\n"):  # fmt: skip
        row = take(SHAPES[shape](event.uid, PAT, "DECLINED", head=said))
        assert row is not None and row.outcome == "unmatched"
        assert row.organisation_id == event.organisation_id
    assert signup.state == "confirmed"
    said = f"Authentication-Results: {trusting}; dkim=pass header.d=example.net\n"
    assert outcome(SHAPES[shape](event.uid, PAT, "DECLINED", head=said)) == "applied"


# What moves nothing


def test_another_time_is_a_note_and_the_event_stays(event: Event, signup: Signup) -> None:
    starts = event.starts_at
    for pressed in ("TENTATIVE", "DECLINED"):
        row = take(gmail(event.uid, PAT, pressed, method="COUNTER", more="COMMENT:Later?"))
        assert row is not None and row.outcome == "note"
        assert "They propose another time: Monday 11 May 2026, 10.30am (London)." in row.detail
        assert (row.words, row.person_id) == ("Later?", signup.person_id)
    assert (event.starts_at, signup.state, signup.reply) == (starts, "confirmed", None)


def test_one_date_of_a_series_that_is_none_is_a_note(event: Event, signup: Signup) -> None:
    assert outcome(thunderbird(event.uid, PAT, "DECLINED", more="RECURRENCE-ID:20260511T093000Z")) == "note"
    assert signup.state == "confirmed"


@pytest.mark.parametrize("pressed", ["DELEGATED", "NEEDS-ACTION", "X-PERHAPS", ""])
def test_what_is_neither_yes_no_nor_maybe_is_a_note(pressed: str, event: Event, signup: Signup) -> None:
    assert outcome(gmail(event.uid, PAT, pressed)) == "note"
    assert signup.state == "confirmed" and signup.reply is None


def test_automatic_and_other_mail_is_counted_and_never_answered(event: Event, signup: Signup) -> None:
    away = letter(PAT, head="Auto-Submitted: auto-replied\n", words="I am away.")
    row = take(away)
    assert row is not None and (row.kind, row.outcome) == ("automatic", "ignored")
    row = take(letter(PAT))
    assert row is not None and (row.kind, row.outcome, row.words, row.detail) == ("other", "left", "", "")
    assert kinds_of(signup) == []
    assert queries.places(event).taken == 1
