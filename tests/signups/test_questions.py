"""A host's own questions: ten at most, replaced once answered, and forgotten when that was promised."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from convene import clock
from convene.extensions import db
from convene.signups import questions
from convene.signups.models import Question, Response
from tests.factories import a_signup, an_event, an_organisation

pytestmark = pytest.mark.usefixtures("session")


def facts(**more: object) -> dict[str, object]:
    plain = {
        "words": "Soup?",
        "kind": "yes_no",
        "options": "",
        "purpose": "Enough soup",
        "seen_by": "organisers",
    }
    return {**plain, "kept_days": 30, "event_id": None, **more}


def a_question(host_id: int, **more: object) -> Question:
    return questions.ask(host_id, facts(**more), "test", clock.now())


def test_no_event_asks_more_than_ten() -> None:
    event, other = (an_event(an_organisation("One")) for _ in range(2))
    host = event.organisation_id
    for number in range(6):
        a_question(host, words=f"Everywhere {number}")
    for number in range(4):
        a_question(host, words=f"Here {number}", event_id=event.id)
    with pytest.raises(questions.TooMany):
        a_question(host, event_id=event.id)
    with pytest.raises(questions.TooMany):
        a_question(host)
    a_question(host, event_id=other.id)
    assert [len(questions.asked_at(one)) for one in (event, other)] == [10, 7]


def test_a_question_changed_after_answers_is_replaced_and_old_answers_keep_their_words() -> None:
    signup = a_signup()
    host = signup.event.organisation_id
    asked = a_question(host)
    assert questions.change(asked, facts(words="Soup at all?"), "test", clock.now()) is asked
    questions.answer(signup, asked, ["Yes"], clock.now())
    db.session.flush()
    new = questions.change(asked, facts(words="Bread?"), "test", clock.now())
    assert new.id != asked.id and (new.words, asked.words) == ("Bread?", "Soup at all?")
    assert [one.id for one in questions.of_host(host)] == [new.id]
    ((question, given),) = questions.answers_at(signup.event_id, ["organisers"])
    assert (question.words, given) == ("Soup at all?", [(signup, "Yes")])
    assert questions.change(new, facts(words="Bread?"), "test", clock.now()) is new


@pytest.mark.parametrize(
    ("kind", "options", "good", "bad"),
    [
        ("yes_no", "", ["Yes"], ["Perhaps"]),
        ("one", "Red\nBlue", ["Blue"], ["Red", "Blue"]),
        ("several", "Red\nBlue", ["Red", "Blue"], ["Red", "Green"]),
        ("text", "", ["Two spoons"], ["x" * 1001]),
    ],
)
def test_only_what_is_offered_is_an_answer_and_none_takes_it_back(
    kind: str, options: str, good: list[str], bad: list[str]
) -> None:
    signup = a_signup()
    asked = a_question(signup.event.organisation_id, kind=kind, options=options)
    questions.answer(signup, asked, good, clock.now())
    db.session.flush()
    assert questions.answers_of(signup.id) == {asked.id: "\n".join(good)}
    with pytest.raises(questions.NoSuchAnswer):
        questions.answer(signup, asked, bad, clock.now())
    questions.answer(signup, asked, [""], clock.now())
    assert questions.answers_of(signup.id) == {}


def test_answers_are_read_by_those_they_were_given_to() -> None:
    signup = a_signup()
    for reader in ("organisers", "hosts"):
        asked = a_question(signup.event.organisation_id, seen_by=reader)
        questions.answer(signup, asked, ["Yes"], clock.now())
    db.session.flush()
    assert len(questions.answers_at(signup.event_id, ["hosts"])) == 1
    assert len(questions.answers_at(signup.event_id, ["hosts", "organisers"])) == 2


def test_answers_go_when_their_days_are_over_and_no_sooner() -> None:
    now = clock.now()
    host = an_organisation()
    old, new = (a_signup(an_event(host, starts_in=-timedelta(days=days))) for days in (31, 29))
    asked = a_question(host.id, kept_days=30)
    for signup in (old, new):
        questions.answer(signup, asked, ["Yes"], now)
    db.session.flush()
    assert questions.forget(now) == 1
    assert list(db.session.scalars(select(Response.signup_id))) == [new.id]
