"""When small asks go out: set by a host for all, or for one event; and what the next four weeks would bring."""

import re
from datetime import datetime, timedelta

from sqlalchemy import select

from convene import clock
from convene.events.models import Event
from convene.extensions import db
from convene.network.models import Tie
from convene.nudges.finders import FINDERS
from convene.nudges.finding import Case, Look
from convene.nudges.finding import settings as settings_
from convene.nudges.models import Nudge, NudgeSetting
from convene.nudges.rules.registry import RULES
from convene.people.models import Organisation
from convene.signups import attendance
from tests.factories import a_circle, a_member, a_person, a_session, a_signup
from tests.web.organise.conftest import World, text

PATH = "/organise/nudges"
DAY = timedelta(days=1)
SET = {"on": "on", "number": "2", "unit": "days", "again": "no", "words": "Bring a cup."}


def settings(world: World) -> list[tuple[str, int | None, bool | None, int | None, str]]:
    rows = select(NudgeSetting).order_by(NudgeSetting.id)
    return world.read(
        lambda: [
            (one.rule, one.event_id, one.on, one.away_minutes, one.words) for one in db.session.scalars(rows)
        ]
    )


def test_what_is_sent_and_when_is_listed_and_set_for_all_or_for_one(world: World) -> None:
    event_id = world.event(title="Ideas & soup", starts_at=clock.now() + timedelta(days=5))
    world.add(event_id, "Pat Quill")
    page = world.client.get(PATH)
    assert page.status_code == 200
    for rule in RULES:
        assert (f'href="{PATH}/{rule.kind}"' in page.text) == (rule.kind != "what_came")
    assert "1 day before the start" in text(page) and "Not sent" in text(page), "a plan is off by default"
    assert "Reminder, Ideas &amp; soup" in page.text.replace("<bdi>", "").replace("</bdi>", "")
    assert "1 person: Pat Quill" in text(page) and "they have a place at this event" in text(page)
    assert world.client.get(f"{PATH}/what_came").status_code == 404, "between two people, and theirs alone"
    assert world.client.get(f"{PATH}/nothing").status_code == 404
    assert re.search(r"soup , from ([0-9.]+[ap]m|noon): 1 person", text(page)), "its day stands above it"
    alike = text(world.client.get(f"{PATH}/to_do"))
    assert "one event or circle may differ" not in alike, "it is about people, whatever they come to"
    assert "At most 23 hours." in alike

    answer = world.client.post(f"{PATH}/reminder", data=SET, follow_redirects=True)
    assert "Saved" in text(answer) and "2 days before the start" in text(answer)
    assert (
        f'<option value="event-{event_id}">Ideas &amp; soup, ' in world.client.get(f"{PATH}/thank_you").text
    )
    assert "This page is for Ideas" in text(world.client.get(f"{PATH}/thank_you?at=event-{event_id}"))
    world.client.post(f"{PATH}/thank_you?event={event_id}", data={**SET, "on": "off"})
    again = world.client.get(f"{PATH}/did_you_meet?event={event_id}")
    assert "Outside circles a group is asked only where you ask it" in text(again)
    assert 'value="14"' in again.text and 'value="off" checked' in again.text.replace(' id="on-1"', "")
    assert settings(world) == [
        ("reminder", None, True, 2880, "Bring a cup."),
        ("thank_you", event_id, False, 2880, "Bring a cup."),
    ]
    page = world.client.get(PATH)
    assert "Thank you: Ideas &amp; soup" in page.text.replace("<bdi>", "").replace("</bdi>", "")
    assert "18 hours after the end" in text(page), "elsewhere as it was"


def test_what_helps_nobody_is_refused_in_words_and_a_foreign_event_is_not_there(world: World) -> None:
    for typed, said in (
        ({"number": "-5", "unit": "minutes"}, "Choose from 2 hours to 7 days"),
        ({"number": "3650", "unit": "days"}, "Choose from 2 hours to 7 days"),
        ({"number": "9" * 40}, "Enter a whole number"),
        ({"number": "soon"}, "Enter a whole number"),
        ({"unit": "years"}, "Choose one of the answers"),
        ({"words": "x" * 501}, "500 characters"),
    ):
        answer = world.client.post(f"{PATH}/reminder", data={**SET, **typed})
        assert answer.status_code == 422 and said in text(answer), typed
    assert settings(world) == []
    theirs, mine = world.event(world.other_host_id), world.event()
    for path in (
        f"{PATH}/reminder?event={theirs}",
        f"{PATH}/reminder?at=event-{theirs}",
        f"{PATH}/reminder?circle=99",
        f"{PATH}/reminder?event=99999999999",
        f"{PATH}/reminder?event=-1",
        f"{PATH}/still_true?event={mine}",
    ):
        assert world.client.get(path).status_code == 404
        assert world.client.post(path, data=SET).status_code == 404
    world.client.post(f"{PATH}/reminder", data=SET)
    answer = world.client.post(f"{PATH}/reminder/usual", follow_redirects=True)
    assert "It is as usual again." in text(answer) and settings(world) == []


def test_the_four_weeks_of_many_stay_short_and_what_is_held_now_stands_as_it_was_written(
    world: World, statements: list[str]
) -> None:
    now = clock.now()
    statements.clear()
    alone = len(world.client.get(PATH).data) and len(statements)
    for number in range(42):
        event_id = world.event(title=f"Soup {number}", starts_at=now + timedelta(days=2 + number % 25))
        with world.writing():
            host, event = db.session.get_one(Organisation, world.host_id), db.session.get_one(Event, event_id)
            for name in range(8):
                a_signup(
                    event, a_person(host, name=f"Pat {name} Longer-Name", now=now), state="confirmed", now=now
                )
    with world.writing():
        person = a_person(db.session.get_one(Organisation, world.host_id), name="Held Back", now=now)
        db.session.flush()
        db.session.add(
            Nudge(
                key=f"welcome_back:0:{person.id}:x", rule="welcome_back", person_id=person.id, state="held",
                reason="it is night where they are", look_at=now + timedelta(hours=9), decided_at=now, generation=1,
                due_at=now,
            )
        )  # fmt: skip
        tied, hidden = (a_person(person.organisation, name=name, now=now - timedelta(days=300))
                        for name in ("Keeps Atie", "Offers Unseen"))  # fmt: skip
        db.session.flush()
        facts = {"organisation_id": world.host_id, "title": "Soup", "channel": "email"}
        for mine, theirs in ((tied, hidden), (hidden, tied)):
            made_at = now - timedelta(days=181)
            db.session.add(Tie(**facts, person_id=mine.id, other_id=theirs.id, made_at=made_at))
        db.session.add(
            Nudge(
                key=f"still_true:0:{hidden.id}:x", rule="still_true", person_id=hidden.id, state="held", due_at=now,
                reason="it is night where they are", look_at=now + timedelta(hours=9), decided_at=now, generation=1,
            )
        )  # fmt: skip
    statements.clear()
    page = world.client.get(PATH)
    assert len(statements) <= min(20, alone + 4), "people cost no statements"
    assert len(page.data) < 60_000 and "more follow" in text(page) and "and 2 more" in text(page)
    for whose in ("Keeps Atie", "Offers Unseen"):
        assert whose not in text(page), (
            "it would tell the host that somebody has a tie, or an offer that nobody sees"
        )
    assert "Held Back" in text(page) and "It is night where they are; looked at again on" in text(page)


def test_what_goes_to_hosts_is_among_the_four_weeks_however_many_circles_there_are(
    world: World, statements: list[str]
) -> None:
    now = clock.now()

    def circles(how_many: int) -> None:
        with world.writing():
            host, began = db.session.get_one(Organisation, world.host_id), now - timedelta(days=60)
            for number in range(how_many):
                circle = a_circle(host, now=began, title=f"Streets {number}")
                kim, ben = (a_person(host, name=name, now=began) for name in ("Kim Keeper", "Ben Away"))
                circle.host_id = kim.id
                for person in (kim, ben):
                    a_member(circle, person, now=began)
                a_member(circle, a_person(host, name="Ann New"), now=now, state="asked", asked_at=now)
                for days in (-15, -1, 12):
                    event = a_session(circle, now=began, starts_at=now + timedelta(days=days))
                    for person in (kim, ben) if days < 0 else ():
                        state = "no_show" if person is ben else "attended"
                        signup = a_signup(event, person, state="confirmed", now=began)
                        attendance.mark(signup, state, "test", event.ends_at)

    circles(1)
    shown = text(world.client.get(PATH)).partition("The next four weeks")[2]
    for said in (
        "Asked to join, Streets 0",
        "Missed twice, Streets 0",
        "No action yet, Streets 0",
        "To do today",
    ):
        assert said in shown, said
    assert "1 person: Kim Keeper" in shown and "Ann New" not in shown
    assert "the list comes each day until all is done" in shown

    def found(kind: str, at: datetime) -> list[Case]:
        return world.read(lambda: FINDERS[kind].find(Look(at, settings_())))

    for kind, at in (
        ("missed_two", now + DAY),
        ("asked_to_join", now + 4 * DAY),
        ("no_action", now + 11 * DAY),
    ):
        assert [one for one in found(kind, at) if not one.call.stop], (
            f"{kind}: the sweep finds what was shown"
        )

    statements.clear()
    few = len(world.client.get(PATH).data) and len(statements)
    circles(6)
    statements.clear()
    assert world.client.get(PATH).status_code == 200 and len(statements) <= few <= 20, (
        "circles cost no statements"
    )
