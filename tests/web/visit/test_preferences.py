"""One page shows what a person gets by mail, sets it, and says why each letter came; only their own link opens it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from convene import clock, links
from convene.extensions import begin_write, db
from convene.mail.models import OutgoingMail
from convene.messages import actions as messages
from convene.messages.letters import STOPS
from convene.nudges import actions as nudges
from convene.nudges.models import Nudge
from convene.nudges.rules import KINDS
from convene.nudges.rules.registry import RULES
from convene.people.models import Consent, Person
from convene.signups.actions import sign_up
from convene.web.visit.preferences import ANNOUNCEMENTS_WORDING
from tests.factories import a_person, a_signup, an_event, an_organisation
from tests.web.browsing import Browsing, path_of
from tests.web.rows import all_rows

# What anybody may get besides; what goes to those who host is offered to them alone.
OTHERS = [rule.kind for rule in RULES if not rule.for_hosts and rule.kind not in ("reminder", "thank_you")]
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> object:
    with time_machine.travel(NOON, tick=False):
        yield


def link(person: Person) -> str:
    return path_of(links.preferences(person.id, person.generation))


def fresh(person: Person) -> Person:
    db.session.commit()
    db.session.refresh(person)
    return person


def yeses(person: Person) -> list[tuple[bool, str, str]]:
    db.session.commit()
    rows = select(Consent).where(Consent.person_id == person.id).order_by(Consent.id)
    return [(one.given, one.wording, one.how) for one in db.session.scalars(rows)]


def writing() -> None:
    db.session.rollback()
    begin_write()


# Looking


def test_a_look_changes_nothing_and_shows_how_it_is(visitor: Browsing) -> None:
    person = a_person(muted="thank_you")
    before = all_rows()
    assert visitor.open(link(person)).status_code == 200
    assert visitor.client.head(link(person)).status_code == 200
    assert all_rows() == before
    assert visitor.heading == "Your notices"
    form, _ = visitor.form("Save")
    assert [value for name, value in form.values if name == "kinds"] == ["reminder", *OTHERS]
    assert "announcements" not in dict(form.values), "nobody is asked with the tick made already"
    assert "Besides these you get reminders the day before; letters a week before" in visitor.words
    assert "No letter in the last 30 days" in visitor.words
    assert visitor.page.headers["Cache-Control"] == "no-store"
    assert visitor.page.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("act", ["", "/only-places", "/end-pause"])
def test_a_link_that_is_forged_or_dead_opens_nothing(visitor: Browsing, act: str) -> None:
    person, gone = a_person(), a_person(state="erased")
    visitor.open(link(person))
    token = {"csrf_token": visitor.token()}
    before = all_rows()
    for parts in ([person.id, 2], [10**6, 1], [person.id], [gone.id, 1]):
        path = f"/preferences/{links.signer('preferences').dumps(parts)}"
        assert visitor.post(path + act, token).status_code == 404, parts
        assert visitor.open(path).status_code == 404
    other = links.signer("unsubscribe").dumps([person.id, 1])
    assert visitor.open(f"/preferences/{other}").status_code == 404, (
        "a link for one purpose is good for no other"
    )
    assert visitor.client.post(link(person) + act).status_code == 400, (
        "nor does a post without the form's token"
    )
    assert all_rows() == before


# Kinds and news


def test_one_kind_is_stopped_and_started_and_undone(visitor: Browsing) -> None:
    person = a_person()
    visitor.open(link(person))
    visitor.press("Save", kinds=["reminder", *OTHERS])
    assert re.search('role="status"[^>]* autofocus>Saved', visitor.page.text), "a screen reader begins there"
    assert "Saved" in visitor.words and fresh(person).muted == "thank_you"
    visitor.press("Undo")
    assert fresh(person).muted == ""
    visitor.press("Save", kinds=["thank_you", *OTHERS])
    assert fresh(person).muted == "reminder"


def test_a_letter_of_a_kind_stopped_here_that_has_not_left_stays_here(visitor: Browsing) -> None:
    event = an_event(starts_at=NOON + timedelta(hours=23), zone="UTC", now=NOON - timedelta(days=9))
    signup = a_signup(event, now=NOON - timedelta(days=3))
    nudges.post_due(event.id, "reminder", NOON)
    visitor.open(link(signup.person))
    visitor.press("Save", kinds=["thank_you", *OTHERS])
    (letter,) = db.session.scalars(select(OutgoingMail))
    assert (letter.letter, letter.state) == ("reminder", "dropped")


def test_news_is_a_yes_of_its_own_kept_in_the_words_shown(visitor: Browsing) -> None:
    person = a_person()
    visitor.open(link(person))
    assert ANNOUNCEMENTS_WORDING in visitor.words
    visitor.press("Save", announcements="y")
    visitor.press("Save")
    assert yeses(person) == [(True, ANNOUNCEMENTS_WORDING, "preferences page")], (
        "once, however often it is saved"
    )
    visitor.press("Save", announcements=[])
    assert [given for given, _, _ in yeses(person)] == [True, False], (
        "a withdrawal is added, nothing is rewritten"
    )
    visitor.press("Undo")
    assert [given for given, _, _ in yeses(person)] == [True, False, True]


def elsewhere(visitor: Browsing, person: Person, kind: int) -> None:
    """Their mail program stops a kind while the page is open."""
    program = visitor.client.application.test_client(use_cookies=False)
    path = path_of(links.unsubscribe(person.id, 1, kind))
    assert program.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200


def test_a_page_opened_before_a_stop_does_not_take_it_back(visitor: Browsing) -> None:
    person = a_person(zone="Europe/London")
    messages.agree(person, "Yes", "a test", NOON)
    visitor.open(link(person))
    elsewhere(visitor, person, STOPS)
    elsewhere(visitor, person, KINDS.index("reminder"))
    assert visitor.press("Save", zone="Mars/Olympus").status_code == 422, (
        "an error keeps what was shown first"
    )
    visitor.press("Save", zone="Asia/Tokyo")
    assert [given for given, _, _ in yeses(person)] == [True, False], "nobody asked for news again"
    assert (fresh(person).muted, person.zone) == ("reminder", "Asia/Tokyo")
    elsewhere(visitor, person, KINDS.index("thank_you"))
    visitor.press("Undo")
    assert (fresh(person).muted, person.zone) == ("reminder thank_you", "Europe/London")
    assert not yeses(person)[-1][0]


def test_a_page_opened_before_a_pause_or_a_zone_leaves_both(visitor: Browsing) -> None:
    person = a_person(zone="Europe/London")
    visitor.open(link(person))
    other = Browsing(visitor.client)
    other.open(link(person))
    other.press("Save", pause="2026-06-03", zone="Asia/Tokyo")
    visitor.press("Save", kinds=["reminder", *OTHERS])
    assert (fresh(person).muted, person.zone) == ("thank_you", "Asia/Tokyo")
    assert person.paused_until is not None


@pytest.mark.parametrize("shown", ["", "zone", "%ff=%00&" * 500, "[" * 9000, "pause=x&zone=&kinds="])
def test_a_page_that_tells_nothing_of_what_it_showed_is_taken_at_its_word(
    visitor: Browsing, shown: str
) -> None:
    person = a_person()
    visitor.open(link(person))
    assert visitor.press("Save", kinds=["reminder", *OTHERS], shown=shown).status_code == 200
    assert fresh(person).muted == "thank_you"


def test_only_letters_about_my_places_is_one_press_and_can_be_undone(visitor: Browsing) -> None:
    person = a_person()
    messages.agree(person, "Yes", "a test", NOON)
    visitor.open(link(person))
    visitor.press("Only letters about my places")
    assert "You now get only letters about your places" in visitor.words
    assert "Besides these you get nothing." in visitor.words
    assert fresh(person).muted.split() == sorted(["reminder", "thank_you", *OTHERS])
    assert not yeses(person)[-1][0]
    visitor.press("Undo")
    assert fresh(person).muted == "" and yeses(person)[-1][0]


def test_letters_about_a_place_come_whatever_is_switched_off(visitor: Browsing) -> None:
    signup = a_signup(an_event(now=NOON), state="started", now=NOON)
    visitor.open(link(signup.person))
    visitor.press("Only letters about my places")
    visitor.press("Save", pause="2026-06-03")
    visitor.open(path_of(links.place(signup.id, 1)))
    visitor.press("Keep my place")
    (letter,) = db.session.scalars(select(OutgoingMail))
    assert (letter.letter, letter.state) == ("place_confirmed", "queued")


# A pause


def test_a_pause_holds_until_the_morning_of_its_day_where_they_are(visitor: Browsing) -> None:
    person = a_person(zone="America/New_York")
    visitor.open(link(person))
    visitor.press("Save", pause="3 June 2026")
    assert fresh(person).paused_until == datetime(2026, 6, 3, 12, tzinfo=UTC)
    assert "You asked for quiet until Wednesday 3 June 2026." in visitor.words
    visitor.press("Save", zone="Asia/Tokyo")
    assert fresh(person).paused_until == datetime(2026, 6, 2, 23, tzinfo=UTC), "the same day, elsewhere"
    visitor.press("End the pause now")
    assert fresh(person).paused_until is None
    visitor.press("Undo")
    assert fresh(person).paused_until is not None
    visitor.press("Save", pause="")
    assert fresh(person).paused_until is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2026-05-04", "Choose a date after today"),
        ("1 May 2026", "Choose a date after today"),
        ("next week", "Enter a date that exists"),
        ("2026-02-30", "Enter a date that exists"),
        ("9999-12-31", "Choose a date within the next two years"),
    ],
)
def test_a_day_that_is_none_says_so_beside_the_field_and_stays_there(
    visitor: Browsing, typed: str, words: str
) -> None:
    person = a_person()
    visitor.open(link(person))
    answer = visitor.press("Save", kinds=["reminder", *OTHERS], pause=typed)
    assert answer.status_code == 422
    assert words in visitor.words and visitor.title.startswith("Error: ")
    assert f'value="{typed}"' in answer.text
    assert 'href="#pause"' in answer.text
    assert (fresh(person).muted, person.paused_until) == ("", None), "and nothing else was saved either"


def test_a_zone_that_is_none_is_refused(visitor: Browsing) -> None:
    person = a_person()
    visitor.open(link(person))
    assert visitor.press("Save", zone="Mars/Olympus").status_code == 422
    assert visitor.press("Save", zone="Asia/Tokyo", pause="").status_code == 200
    assert fresh(person).zone == "Asia/Tokyo"


def test_a_pause_takes_a_waiting_reminder_back_and_its_end_sends_it_once(visitor: Browsing) -> None:
    event = an_event(starts_at=NOON + timedelta(hours=23), zone="UTC", now=NOON - timedelta(days=9))
    signup = a_signup(event, now=NOON - timedelta(days=3))
    nudges.post_due(event.id, "reminder", NOON)
    visitor.open(link(signup.person))
    visitor.press("Save", pause="2026-06-03")
    letters = select(OutgoingMail).order_by(OutgoingMail.id)
    (letter,) = db.session.scalars(letters)
    assert letter.state == "dropped"
    assert letter.last_answer == "not sent: they asked for quiet until Wednesday 3 June 2026"
    writing()
    assert nudges.post_due(event.id, "reminder", NOON) == 0
    (nudge,) = db.session.scalars(select(Nudge))
    assert (nudge.state, nudge.reason) == ("stopped", "they asked for quiet until Wednesday 3 June 2026")
    visitor.open(link(signup.person))
    assert "you asked for quiet until Wednesday 3 June 2026" in visitor.words
    visitor.press("End the pause now")
    writing()
    assert nudges.post_due(event.id, "reminder", NOON) == 1
    assert nudges.post_due(event.id, "reminder", NOON) == 0
    assert [one.state for one in db.session.scalars(letters)] == ["dropped", "queued"]


def test_a_letter_that_may_have_left_is_not_written_twice(visitor: Browsing) -> None:
    event = an_event(starts_at=NOON + timedelta(hours=23), zone="UTC", now=NOON - timedelta(days=9))
    signup = a_signup(event, now=NOON - timedelta(days=3))
    nudges.post_due(event.id, "reminder", NOON)
    (letter,) = db.session.scalars(select(OutgoingMail))
    letter.state, letter.tries = "retry", 1
    visitor.open(link(signup.person))
    visitor.press("Save", pause="2026-06-03")
    visitor.press("End the pause now")
    writing()
    assert nudges.post_due(event.id, "reminder", NOON) == 0
    assert [one.state for one in db.session.scalars(select(OutgoingMail))] == ["dropped"]


def test_a_pause_that_ends_in_time_only_delays_a_thank_you(visitor: Browsing) -> None:
    ended = NOON - timedelta(hours=15)  # 9pm, so that its thanks are due from 3pm to 9am
    event = an_event(
        starts_at=ended - timedelta(hours=2), ends_at=ended, zone="UTC", now=NOON - timedelta(days=9)
    )
    signup = a_signup(event, now=NOON - timedelta(days=3))
    visitor.open(link(signup.person))
    visitor.press("Save", pause="2026-05-05", zone="UTC")
    writing()
    assert nudges.post_due(event.id, "thank_you", NOON + timedelta(hours=4)) == 0
    waits = db.session.scalars(select(Nudge)).one()
    assert (waits.state, waits.reason) == ("held", "they asked for quiet until Tuesday 5 May 2026")
    assert nudges.post_due(event.id, "thank_you", NOON + timedelta(hours=20, minutes=5)) == 1


# Why did I get this?


def test_each_letter_of_thirty_days_is_listed_with_its_reason(visitor: Browsing) -> None:
    host = an_organisation("The Table")
    event = an_event(host, title="An <idea>", starts_at=NOON + timedelta(hours=23), zone="UTC", now=NOON)
    signup = a_signup(event, now=NOON - timedelta(days=3))
    nudges.post_due(event.id, "reminder", NOON)
    sign_up(event.id, signup.person.address or "", "Again", None, NOON)
    other = sign_up(event.id, "other@example.org", "Other", None, NOON)
    old = signup.person
    for number, mail in enumerate(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))):
        mail.state, mail.sent_at = "sent", NOON - timedelta(hours=number)
    visitor.open(link(old))
    words = visitor.words
    assert "It came because you have a place at this event." in words
    assert "You signed up again, or asked for a new link to your place." in words
    assert "&lt;idea&gt;" in visitor.page.text and "<idea>" not in visitor.page.text
    assert words.index("It came because") < words.index("You signed up again")
    visitor.open(link(db.session.get_one(Person, other.person_id)))
    assert "It came because" not in visitor.words, "nobody reads of another's letters"
    writing()
    for kind in ("still_true", "action_due"):
        db.session.add(
            Nudge(
                key=f"{kind}:0:{old.id}:1", rule=kind, person_id=old.id, state="stopped", reason="they answered it",
                due_at=NOON, decided_at=NOON,
            )
        )  # fmt: skip
    visitor.open(link(fresh(old)))
    assert "Letters that ask whether what you told us is still true: you answered it." in visitor.words
    with time_machine.travel(NOON + timedelta(days=31), tick=False):
        visitor.open(link(old))
        assert "No letter in the last 30 days" in visitor.words


def test_the_page_of_one_host_tells_nothing_of_another(visitor: Browsing) -> None:
    here = a_person(an_organisation("Rosemary Hall"), address="pat@example.org", now=clock.now())
    there = a_person(an_organisation("Thyme Yard"), address="pat@example.org", now=clock.now())
    visitor.open(link(here))
    visitor.press("Only letters about my places")
    assert fresh(here).muted and not fresh(there).muted
    assert "Rosemary Hall" in visitor.words and "Thyme Yard" not in visitor.words


def test_the_page_behind_a_one_press_stop_leads_here(visitor: Browsing) -> None:
    person = a_person()
    visitor.open(path_of(links.unsubscribe(person.id, 1, 0)))
    assert f'href="{link(person)}"' in visitor.page.text


def test_news_can_be_stopped_in_one_press_too(visitor: Browsing) -> None:
    person = a_person()
    messages.agree(person, "Yes", "a test", NOON)
    visitor.open(path_of(links.unsubscribe(person.id, 1, 100)))
    visitor.press("Stop them")
    assert visitor.heading == "Stopped" and "no more news of events" in visitor.words
    assert [given for given, _, _ in yeses(person)] == [True, False]
    visitor.press("Start them again")
    assert yeses(person)[-1][0]
