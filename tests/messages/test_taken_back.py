"""A message that is recalled, or whose reader or event is gone before it leaves."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from convene import links
from convene.extensions import begin_write, db
from convene.mail.wording import Words
from convene.messages import actions
from convene.nudges.rules import KINDS, capped
from convene.nudges.stopping import stop
from convene.people.actions import mute
from convene.people.models import Person
from convene.signups import actions as signups
from convene.signups import replies, upheaval
from tests.factories import a_person, a_signup, an_event, an_organisation
from tests.messages.writing import (
    NOW,
    WORDS,
    a_message,
    an_announcement,
    go,
    letters,
    names,
    send_all,
    who_agreed,
)


def test_calling_the_event_off_takes_the_message_back(session: scoped_session[Session]) -> None:
    at = an_event()
    a_signup(at)
    message = a_message(at)
    due = go(message)
    begin_write()
    upheaval.call_off(at.id, "", NOW)
    send_all(due)
    assert not letters() and message.state == "recalled"
    with pytest.raises(actions.CalledOff):
        actions.set_to_go(message, due + actions.RECALL, capped, "person:1", due)


def test_what_was_to_be_said_before_an_event_is_not_said_after_it(session: scoped_session[Session]) -> None:
    at = an_event()
    a_signup(at)
    message = a_message(at)
    go(message)
    begin_write()
    send_all(at.ends_at + timedelta(minutes=1))
    assert not letters() and message.state == "recalled"


def test_it_can_be_recalled_until_its_moment_and_then_changed_and_sent(
    session: scoped_session[Session],
) -> None:
    at = an_event()
    a_signup(at)
    message = a_message(at)
    due = go(message)
    begin_write()
    with pytest.raises(actions.NotOpen):
        actions.edit(message, ["confirmed"], WORDS)
    assert actions.recall(message, "person:1", due - timedelta(seconds=2)) == 0
    with pytest.raises(actions.TooLate):
        actions.recall(message, "person:1", due - timedelta(seconds=1))
    send_all(due)
    assert not letters() and message.state == "recalled"
    actions.edit(message, ["confirmed"], Words("Anew", "Anew."))
    send_all(go(message, due))
    assert [mail.subject for mail in letters()] == ["Anew"]


def test_what_has_not_left_can_still_be_called_back(session: scoped_session[Session]) -> None:
    at = an_event()
    people = [a_signup(at).person_id for _ in range(3)]
    message, another = a_message(at), a_message(at)
    due = go(message)
    begin_write()
    go(another)
    begin_write()
    send_all(due)
    assert actions.recall(message, "person:1", due) == 0
    mine = [mail for mail in letters() if mail.key.startswith(f"message:{message.id}:")]
    assert [mail.state for mail in mine] == ["dropped"] * 3
    assert len([mail for mail in letters() if mail.state == "queued"]) == 3, "of the other"
    assert (message.state, message.posted) == ("recalled", 0)
    actions.edit(message, ["confirmed"], Words("Anew", "Anew."))
    due = go(message, due)
    begin_write()
    send_all(due)
    anew = [mail for mail in letters() if mail.subject == "Anew"]
    assert [(mail.person_id, mail.state) for mail in anew] == [(one, "queued") for one in people]
    anew[0].state = "sent"
    assert actions.recall(message, "person:1", due) == 1
    assert (message.state, message.posted) == ("sent", 1), "somebody has it: it is not changed any more"
    db.session.flush()
    db.session.expire_all()
    assert [row.state for row in letters() if row.subject == "Anew"] == ["sent", "dropped", "dropped"]
    with pytest.raises(actions.TooLate):
        actions.recall(message, "person:1", due)


def test_a_recall_between_two_batches_ends_it(
    session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    at = an_event()
    for _ in range(3):
        a_signup(at)
    message = a_message(at)
    due = go(message)
    begin_write()
    actions.post_batch(message.id, capped, due)
    assert actions.recall(message, "person:1", due) == 0
    assert actions.post_batch(message.id, capped, due) == 0
    assert [mail.state for mail in letters()] == ["dropped"] * 2


@pytest.mark.parametrize("how", ["called off", "given back", "declined"])
@pytest.mark.parametrize("tries", [0, 1])
def test_a_message_that_has_not_left_goes_to_nobody_whose_part_is_over(
    session: scoped_session[Session], how: str, tries: int
) -> None:
    at = an_event()
    place, other = a_signup(at), a_signup(at)
    due = go(a_message(at))
    begin_write()
    send_all(due)
    letters()[0].tries = tries
    if how == "called off":
        upheaval.call_off(at.id, "", due)
    elif how == "given back":
        signups.cancel(place.id, due)
    else:
        replies.declined(place, None, due)
    db.session.expire_all()
    gone = {place.person_id, other.person_id} if how == "called off" else {place.person_id}
    assert {mail.person_id for mail in letters() if mail.state == "dropped"} == gone


def test_a_message_after_the_event_can_be_stopped_as_our_own_letters_after_it(
    session: scoped_session[Session],
) -> None:
    past = an_event(starts_in=-timedelta(days=1))
    host = past.organisation
    ann, _, _ = (a_signup(past, a_person(host, name=name)) for name in ("Ann", "Bea", "Cid"))
    mute(a_signup(past, a_person(host, name="Stopped")).person, "thank_you")
    a_signup(past, a_person(host, name="Quiet", paused_until=NOW + timedelta(days=3)))
    message = a_message(past)
    assert names(message) == ["Ann", "Bea", "Cid"]
    due = go(message)
    begin_write()
    send_all(due)
    first = letters()[0]
    assert first.unsubscribe_url == links.unsubscribe(ann.person_id, 1, KINDS.index("thank_you"))
    assert first.list_id and f"<after.{host.slug}." in first.list_id
    assert first.unsubscribe_url in first.text and first.unsubscribe_url in first.html
    stop(ann.person, "thank_you")
    db.session.expire_all()
    assert [mail.state for mail in letters()] == ["dropped", "queued", "queued"]


def test_a_message_before_the_event_goes_to_those_too_who_stopped_letters_after_it(
    session: scoped_session[Session],
) -> None:
    at = an_event()
    person = a_signup(at).person
    mute(person, "thank_you")
    person.paused_until = NOW + timedelta(days=3)
    due = go(a_message(at))
    begin_write()
    send_all(due)
    stop(person, "thank_you")
    db.session.expire_all()
    assert [(mail.state, mail.unsubscribe_url) for mail in letters()] == [("queued", None)]
    assert "/unsubscribe/" not in letters()[0].text


def test_who_stops_news_while_a_batch_is_written_gets_none(postgres_app: Flask) -> None:
    def stops(app: Flask, person_id: int) -> None:
        with app.app_context():
            begin_write()
            actions.stop(db.session.get_one(Person, person_id), "a test", NOW)
            db.session.commit()
            db.session.remove()

    with postgres_app.app_context():
        begin_write()
        person = who_agreed(an_organisation())
        message = an_announcement(person.organisation)
        due = go(message)
        begin_write()
        actions.post_batch(message.id, capped, due)
        other = threading.Thread(target=stops, args=(postgres_app, person.id))
        other.start()
        other.join(0.5)
        assert other.is_alive(), "it waits for the batch, and finds the letter"
        db.session.commit()
        other.join()
        assert [mail.state for mail in letters()] == ["dropped"]
        db.session.rollback()
