"""The list at the door behind a helper's link takes whatever is sent to it without falling over, and shows little."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from convene import clock, links
from convene.extensions import begin_write, db
from convene.signups import helping, presses
from tests.factories import a_person, a_signup, an_event, an_organisation


@pytest.fixture
def door(app: Flask) -> str:
    """The path of a helper's link to an evening that Ann has a place at."""
    app.config["WTF_CSRF_ENABLED"] = False  # whoever has the link has the page's token too
    with app.app_context():
        begin_write()
        event = an_event(an_organisation(), starts_in=timedelta(minutes=5), capacity=3)
        ann = a_person(event.organisation, name="Ann Ash", called="Annie")
        a_signup(event, ann, access_needs="a chair with arms")
        path = links.helper(helping.give(event, "Mia", "person:1", clock.now()).id)
        db.session.commit()
        return path.partition("localhost")[2]


def test_it_shows_what_people_are_called_and_neither_address_nor_need(client: FlaskClient, door: str) -> None:
    page = client.get(door).text
    assert "Annie" in page
    assert "@" not in page.partition("<main")[2].partition("</main")[0] and "chair" not in page


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b'{"presses": 1}', b'{"presses":' + b"[" * 60_000, b"\xff\xfe", b"{" * 5000],
)
def test_what_no_script_of_ours_sends_is_refused(client: FlaskClient, door: str, body: bytes) -> None:
    assert client.post(f"{door}/presses", data=body, content_type="application/json").status_code == 400


@pytest.mark.parametrize(
    "press",
    [
        {"key": "x" * 8 + "\x00", "verb": "here", "id": 1, "age": 0},
        {"key": "x" * 41, "verb": "here", "id": 1, "age": 0},
        {"key": "x" * 32, "verb": "erase", "id": 1, "age": 0},
        {"key": "x" * 32, "verb": "here", "id": 10**24, "age": 0},
        {"key": "x" * 32, "verb": "here", "id": "1", "age": float("nan")},
        {"key": "x" * 32, "verb": "here", "id": 1, "age": -1},
        {"key": "x" * 32, "verb": "walk_in", "name": {"a": 1}, "age": 0},
        {"key": "x" * 32, "verb": "walk_in", "name": "N" * 100_000, "age": 1e300},
        "here",
        None,
    ],
)
def test_an_odd_press_harms_nothing(client: FlaskClient, door: str, press: object) -> None:
    answer = client.post(f"{door}/presses", json={"presses": [press], "unsent": 0})
    assert answer.status_code == 200
    assert not any(one["here"] for one in answer.get_json()["people"] if one["name"] == "Annie")


def test_walk_ins_end_before_they_fill_the_town(
    client: FlaskClient, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presses, "MOST_WALK_INS", 5)
    many = [{"key": f"key-{k:04d}", "verb": "walk_in", "name": f"Wes {k}", "age": 0} for k in range(9)]
    people = client.post(f"{door}/presses", json={"presses": many, "unsent": 0}).get_json()["people"]
    assert sum(one["here"] for one in people) == 5


def test_a_forged_link_opens_nothing(client: FlaskClient, door: str) -> None:
    assert client.get(f"{door}x").status_code in (404, 410)
    assert client.get("/door/WzFd.forged").status_code in (404, 410)
