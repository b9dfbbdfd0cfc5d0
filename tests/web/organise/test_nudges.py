"""When small asks go out: set by a host for all, or for one event; and what the next four weeks would bring."""

from datetime import timedelta

from sqlalchemy import select

from convene import clock
from convene.extensions import db
from convene.nudges.models import NudgeSetting
from convene.nudges.rules.registry import RULES
from tests.web.organise.conftest import World, text

PATH = "/organise/nudges"
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
        assert (f'href="{PATH}/{rule.kind}"' in page.text) == (not rule.private)
    assert "1 day before the start" in text(page) and "Not sent" in text(page), "a plan is off by default"
    assert "Reminder, Ideas &amp; soup" in page.text.replace("<bdi>", "").replace("</bdi>", "")
    assert "1 person: Pat Quill" in text(page) and "they have a place at this event" in text(page)
    assert world.client.get(f"{PATH}/what_came").status_code == 404, "between two people, and theirs alone"
    assert world.client.get(f"{PATH}/nothing").status_code == 404

    answer = world.client.post(f"{PATH}/reminder", data=SET, follow_redirects=True)
    assert "Saved" in text(answer) and "2 days before the start" in text(answer)
    world.client.post(f"{PATH}/thank_you?event={event_id}", data={**SET, "on": "off"})
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
        ({"unit": "years"}, "Not a valid choice"),
        ({"words": "x" * 501}, "500 characters"),
    ):
        answer = world.client.post(f"{PATH}/reminder", data={**SET, **typed})
        assert answer.status_code == 422 and said in text(answer), typed
    assert settings(world) == []
    theirs = world.event(world.other_host_id)
    for path in (f"{PATH}/reminder?event={theirs}", f"{PATH}/reminder?circle=99"):
        assert world.client.get(path).status_code == 404
        assert world.client.post(path, data=SET).status_code == 404
    world.client.post(f"{PATH}/reminder", data=SET)
    answer = world.client.post(f"{PATH}/reminder/usual", follow_redirects=True)
    assert "It is as usual again." in text(answer) and settings(world) == []
