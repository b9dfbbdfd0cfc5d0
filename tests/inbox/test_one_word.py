"""A plain yes or no by mail is the press on the page, for the one it was put to; all else is for a human."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene import clock
from convene.extensions import db
from convene.inbox.actions import take
from convene.inbox.models import Inbound
from convene.inbox.read import read
from convene.mail import outbox
from convene.mail.models import OutgoingMail
from convene.network import actions as network
from convene.network.models import Tie
from convene.nudges import letters
from convene.nudges.models import Answer, Nudge
from convene.offers import actions as offers
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event

SAYS = {
    "yes": "yes", "Yes!": "yes", "  OUI.  ": "yes", "Yes, we are": "yes", "No": "no", "Pas encore.": "no",
    "yes\n\nOn Tue, 12 May 2026 at 18:00, Open Table <e@example.org> wrote:\n> Did anything come of it?": "yes",
    "Yes, but he never wrote back": "", "no idea": "", "": "", "yes no": "", "y" * 90: "",
}  # fmt: skip


def reply(words: str, sender: str, to: str, name: str = "1") -> bytes:
    head = f"From: Pat <{sender}>\nTo: convene@example.org\nSubject: Re: x\nMessage-ID: <{name}@mail.example.net>\n"
    return f"{head}In-Reply-To: {to}\nReferences: {to}\n\n{words}\n".replace("\n", "\r\n").encode()


@pytest.mark.parametrize(("words", "word"), SAYS.items())
def test_one_word_is_read_and_nothing_more(words: str, word: str) -> None:
    found = read(reply(words, "pat@example.net", "<a@example.org>"))
    assert (found.kind, found.word) == (("word", word) if word else ("other", ""))
    alone = read(b"From: pat@example.net\r\nMessage-ID: <b@x.example>\r\n\r\nyes\r\n")
    assert alone.kind == "other", "it answers nothing"


@pytest.mark.one_database
def test_it_does_what_the_press_does_for_whom_it_was_put_to(session: scoped_session[Session]) -> None:
    now = clock.now()
    event = an_event(starts_in=-timedelta(days=42))
    people = [a_signup(event).person for _ in range(3)]
    side = network.tie(event, people[0], people[1], [1], "email", now - timedelta(days=42))
    network.tie(event, people[1], people[0], [1], "email", now - timedelta(days=42))
    message = asked(side, now)
    stranger = a_person(event.organisation)
    for number, sender in enumerate((stranger.reachable, people[1].reachable)):
        assert taken(reply("no", sender, message, f"s{number}")) == ("other", "left"), "they were not asked"
    assert taken(reply("no", people[0].reachable, "<nothing@example.org>", "n")) == ("other", "left")
    assert side.answered_at is None
    assert taken(reply("Yes.", people[0].reachable.upper(), message, "y")) == ("word", "applied")
    assert (side.came, side.use) == ("in_touch", "private")
    rows = db.session.query(Inbound).all()
    assert all(row.organisation_id is None and row.person_id is None and not row.words for row in rows)
    network.tie(event, people[0], people[2], [1], "email", now)
    assert taken(reply("no", people[0].reachable, message, "z")) == ("other", "left"), "which of the two?"
    assert side.came == "in_touch"


@pytest.mark.one_database
def test_whether_a_group_met_is_answered_by_a_word_too(session: scoped_session[Session]) -> None:
    now = clock.now()
    signup = a_signup(an_event(starts_in=-timedelta(hours=30)))
    nudge = a_nudge("thank_you", signup.person_id, signup.event_id, 0)
    letter = letters.thank_you(nudge, signup, "unknown", True)
    nudge.rule = "did_you_meet"
    message = posted(letter, nudge)
    assert taken(reply("not yet", signup.person.reachable, message)) == ("word", "applied")
    kept = db.session.query(Answer).one()
    assert (kept.question, kept.value, nudge.state) == ("again", "no", "acted"), "outside a circle: again"
    signup.event.ends_at = now - timedelta(days=31)
    signup.event.starts_at = now - timedelta(days=32)
    db.session.flush()
    assert taken(reply("yes", signup.person.reachable, message, "late")) == ("other", "left")
    assert kept.value == "no"


@pytest.mark.one_database
def test_what_is_still_true_and_whether_a_pause_is_wanted_are_answered_by_a_word(
    session: scoped_session[Session],
) -> None:
    now = clock.now()
    signup = a_signup(an_event(starts_in=-timedelta(hours=30)))
    person = signup.person
    offers.say(person, "offer", "Grant writing", "group", now - timedelta(days=80))
    nudge, message = put("still_true", signup, 0)
    assert taken(reply("no", person.reachable, message)) == ("other", "left"), "which part is not?"
    assert taken(reply("yes", person.reachable, message, "y")) == ("word", "applied")
    (kept,) = offers.mine(person.id, "offer")
    db.session.refresh(kept)
    assert kept.expires_at > now + timedelta(days=89) and nudge.state == "acted"

    person.state = "paused"
    _, message = put("welcome_back", signup, 1)
    assert taken(reply("no", person.reachable, message, "p")) == ("word", "applied")
    assert (person.state, person.paused_until) == ("active", None)
    assert taken(reply("Oui", person.reachable, message, "q")) == ("word", "applied")
    assert person.paused_until and person.paused_until > now + timedelta(days=29)
    paused, message = put("welcome_back", signup, 2)
    paused.step = "2026-05-01-2"
    assert taken(reply("yes", person.reachable, message, "z")) == ("other", "left"), "it asked nothing"


def put(rule: str, signup: Signup, number: int) -> tuple[Nudge, str]:
    """A question about nothing but the person, in words that do not matter here."""
    nudge = a_nudge("thank_you", signup.person_id, signup.event_id, number)
    letter = letters.thank_you(nudge, signup, "unknown", True)
    nudge.rule, nudge.event_id = rule, None
    return nudge, posted(letter, nudge)


def a_nudge(rule: str, person_id: int, event_id: int | None, subject_id: int) -> Nudge:
    made = Nudge(
        key=f"{rule}:{subject_id}:{person_id}:1", rule=rule, event_id=event_id, subject_id=subject_id,
        person_id=person_id, state="sent", reason="they and somebody both said yes to staying in touch",
        due_at=clock.now(), decided_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def asked(side: Tie, now: object) -> str:
    nudge = a_nudge("what_came", side.person_id, None, side.id)
    letter = letters.what_came(nudge, side.person, [side], "Europe/London", clock.now() + timedelta(days=9))
    assert letter.reply_to is None, "an answer comes to us, and not to a host"
    return posted(letter, nudge)


def posted(letter: letters.Letter, nudge: Nudge) -> str:
    mail_id = outbox.post(letter, key=f"nudge:{nudge.key}", now=clock.now(), person_id=nudge.person_id)
    mail = db.session.get_one(OutgoingMail, mail_id)
    mail.letter = nudge.rule
    nudge.letter_key = mail.key
    db.session.flush()
    return mail.message_id


def taken(raw: bytes) -> tuple[str, str]:
    row = take(read(raw), clock.now())
    assert row is not None
    db.session.flush()
    return row.kind, row.outcome
