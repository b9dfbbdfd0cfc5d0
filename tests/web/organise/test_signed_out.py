"""A sign-in that ends while a form is being filled in costs no words."""

from flask import Flask
from flask.testing import FlaskClient


def test_what_was_typed_is_kept_when_the_sign_in_has_ended(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post("/organise/events/new", data={"title": "A supper <for> people", "venue": "The hall"})
    assert answer.status_code == 401
    assert "Please press once more" in answer.text and "sign in again" in answer.text
    assert 'name="title" value="A supper &lt;for&gt; people"' in answer.text
    assert 'action="/organise/events/new"' in answer.text


def test_a_press_that_carries_nothing_leads_to_the_sign_in(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post("/organise/devices/end-all", data={"csrf_token": "x"})
    assert answer.status_code == 302 and "/organise/sign-in" in answer.headers["Location"]
