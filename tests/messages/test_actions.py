"""A message to many reaches whom it should, once, when it should, and can be called back until then."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene import links, worker
from convene.access.models import AuditEntry
from convene.extensions import begin_write, db
from convene.mail.suppression import suppress
from convene.messages import actions, audience, queries
from convene.nudges import actions as nudges
from convene.nudges.rules import capped
from convene.people.actions import consent, mute
from convene.people.models import Consent
from convene.signups import actions as signups
from convene.signups import attendance
from tests.factories import a_person, a_signup, an_event, an_organisation
from tests.messages.writing import NOW, a_message, an_announcement, go, letters, names, send_all, who_agreed


def test_the_parts_people_have_in_an_event_are_told_apart(session: scoped_session[Session]) -> None:
    host = an_organisation()
    past = an_event(host, starts_in=-timedelta(days=1))
    states = {"Ann": "confirmed", "Bea": "waitlisted", "Cid": "offered", "Dan": "cancelled", "Eve": "started"}
    made = {name: a_signup(past, a_person(host, name=name), state=state) for name, state in states.items()}
    for name, mark in (("Fay", "attended"), ("Gus", "part"), ("Hal", "excused"), ("Ian", "")):
        made[name] = a_signup(past, a_person(host, name=name))
        if mark:
            attendance.mark(made[name], mark, "test", NOW)
    assert names(a_message(past, "confirmed")) == ["Ann", "Fay", "Gus", "Hal", "Ian"]
    assert names(a_message(past, "waiting")) == ["Bea", "Cid"]
    assert names(a_message(past, "attended")) == ["Fay", "Gus"]
    assert names(a_message(past, "absent")) == [], "who was not marked has not stayed away"
    attendance.complete(past, "test", NOW)
    assert names(a_message(past, "absent")) == ["Ann", "Ian"]
    assert names(a_message(past, "waiting", "attended")) == ["Bea", "Cid", "Fay", "Gus"]
    attendance.reopen(past)
    db.session.flush()
    assert names(a_message(past, "absent")) == []


def test_who_cannot_be_reached_is_counted_and_left_out(session: scoped_session[Session]) -> None:
    at = an_event()
    host = at.organisation
    a_signup(at, a_person(host, name="Ann"))
    a_signup(at, a_person(host, name="No address", address=None))
    a_signup(at, a_person(host, name="Bounced", address="gone@example.org"))
    a_signup(at, a_person(host, name="Erased", state="erased"))
    suppress("gone@example.org", "bounced", NOW)
    found = audience.of(a_message(at), NOW, capped)
    assert [one.name for one in found.people] == ["Ann"]
    assert (found.without_address, found.stopped) == (1, 1)


def test_announcements_go_to_those_alone_whose_newest_word_is_a_yes(session: scoped_session[Session]) -> None:
    host, other = an_organisation(), an_organisation()
    who_agreed(host, name="Yes")
    a_person(host, name="Never asked")
    who_agreed(other, name="Of another host")
    actions.stop(who_agreed(host, name="Stopped"), "a test", NOW)
    back = who_agreed(host, name="Back again")
    actions.stop(back, "a test", NOW)
    actions.agree(back, "Write to me", "a test", NOW)
    consent(a_person(host, name="Another purpose"), "access_needs", True, "words", "a test", NOW)
    mute(who_agreed(host, name="Muted"), audience.PURPOSE)
    for state in ("paused", "left", "erased"):
        who_agreed(host, name=state, state=state)
    who_agreed(host, name="Quiet for now", paused_until=NOW + timedelta(days=1))
    who_agreed(host, name="Quiet before", paused_until=NOW - timedelta(days=1))
    who_agreed(host, name="Complained", address="never@example.org")
    suppress("never@example.org", "never", NOW)
    assert names(an_announcement(host)) == ["Yes", "Back again", "Quiet before"]


def test_to_agree_twice_is_one_yes_in_the_words_that_were_shown(session: scoped_session[Session]) -> None:
    person = who_agreed(an_organisation())
    actions.agree(person, "Other words", "a test", NOW)
    rows = db.session.scalars(select(Consent).where(Consent.person_id == person.id)).all()
    assert [(row.given, row.wording) for row in rows] == [(True, "Write to me")]


def test_it_waits_five_minutes_and_goes_once_to_each(session: scoped_session[Session]) -> None:
    at = an_event()
    people = [a_signup(at).person for _ in range(3)]
    message = a_message(at)
    due = go(message)
    send_all(due - timedelta(seconds=2))
    assert not letters() and message.state == "waiting"
    for _ in range(3):
        send_all(due)
    assert [mail.person_id for mail in letters()] == [one.id for one in people]
    first = letters()[0]
    assert first.subject == f"About {at.title}" and f"Hello {people[0].name}," in first.text
    assert first.key == f"message:{message.id}:{people[0].id}"
    assert first.unsubscribe_url is None and "Letters about your own place always come." in first.text
    assert first.expires_at == at.ends_at
    assert (message.state, message.posted) == ("sent", 3) and message.sent_at == due
    verbs = session.scalars(
        select(AuditEntry.verb).where(AuditEntry.subject == f"message:{message.id}")
    ).all()
    assert list(verbs) == ["message.set_to_go", "message.sent"]


def test_a_crowd_is_written_to_in_batches_and_whatever_dies_each_gets_one(
    session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    at = an_event()
    people = [a_signup(at).person_id for _ in range(5)]
    message = a_message(at)
    due = go(message)
    assert actions.batches(due, capped) == [message.id] * 3
    db.session.rollback()
    begin_write()
    actions.post_batch(message.id, capped, due)
    db.session.commit()
    assert len(letters()) == 2 and message.state == "sending"
    db.session.rollback()
    begin_write()
    actions.post_batch(message.id, capped, due)
    db.session.rollback()  # it died here
    begin_write()
    send_all(due)
    assert [mail.person_id for mail in letters()] == people
    assert message.state == "sent" and message.posted == 5
    assert actions.post_batch(message.id, capped, due) == 0, "who comes late to it does nothing"


def test_who_gives_a_place_back_or_is_erased_meanwhile_gets_nothing(session: scoped_session[Session]) -> None:
    at = an_event()
    stays, leaves, erased = a_signup(at), a_signup(at), a_signup(at)
    due = go(a_message(at))
    begin_write()
    signups.cancel(leaves.id, NOW)
    erased.person.state = "erased"
    late = a_signup(at)
    send_all(due)
    assert [mail.person_id for mail in letters()] == [stays.person_id, late.person_id]


def test_it_does_not_go_at_once_nor_in_years_nor_to_nobody(session: scoped_session[Session]) -> None:
    at = an_event()
    message = a_message(at)
    for send_at, refused in (
        (NOW + timedelta(minutes=4), actions.TooSoon),
        (NOW + timedelta(days=400), actions.TooFar),
        (NOW + timedelta(days=1), actions.NobodyToReach),
    ):
        with pytest.raises(refused):
            actions.set_to_go(message, send_at, capped, "person:1", NOW)
    assert message.state == "draft"


def test_an_announcement_can_be_stopped_in_one_press_which_withdraws_the_yes(
    session: scoped_session[Session],
) -> None:
    host = an_organisation()
    person = who_agreed(host)
    due = go(an_announcement(host))
    begin_write()
    send_all(due)
    (mail,) = letters()
    assert mail.unsubscribe_url == links.unsubscribe(person.id, 1, 100)
    assert mail.list_id and f"<announcements.{host.slug}." in mail.list_id
    assert mail.quiet_zone == host.zone and mail.unsubscribe_url in mail.text
    actions.stop(person, "a test", due)
    assert not queries.hears_of_events(person.id)
    session.refresh(mail)
    assert mail.state == "dropped", "what still waits is not sent"
    assert names(an_announcement(host)) == []


def test_announcements_count_for_the_caps_of_all_that_nobody_asked_for(
    session: scoped_session[Session],
) -> None:
    host = an_organisation()
    person = who_agreed(host, name="Ann")
    first, second = an_announcement(host), an_announcement(host)
    due = go(first)
    begin_write()
    actions.set_to_go(second, due, capped, "person:1", NOW)
    send_all(due + timedelta(minutes=1))
    assert len(letters()) == 1
    assert audience.of(second, due + timedelta(minutes=1), capped).had_enough == 1
    assert names(second, due + timedelta(days=2)) == ["Ann"]
    found = nudges.nudges_of([person.address or ""], due + timedelta(hours=1))
    assert len(found[person.address or ""]) == 1, "so a thank-you waits"


def test_the_worker_sends_what_is_due(session: scoped_session[Session]) -> None:
    assert ("send_messages", None, worker.send_messages) in worker.TIMETABLE


def test_events_to_come_are_offered_before_those_that_are_over(session: scoped_session[Session]) -> None:
    host = an_organisation()
    made = {days: an_event(host, starts_in=timedelta(days=days)).id for days in (-90, -9, -2, 3, 8)}
    an_event(host, state="draft")
    found = [event.id for event in queries.events_to_write_about(host.id, NOW)]
    assert found == [made[3], made[8], made[-2], made[-9]]
