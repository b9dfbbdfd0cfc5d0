"""An inbox is set up in every test here: without one no letter has a return path of its own."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session


@pytest.fixture(autouse=True)
def inbox(request: pytest.FixtureRequest) -> None:
    if "app" in request.fixturenames:
        request.getfixturevalue("app").config["INBOX_URL"] = "pipe:"


@pytest.fixture
def trusting(app: Flask, inbox: None, session: scoped_session[Session]) -> str:
    """The name of the mail server whose word on senders is believed."""
    app.config["INBOX_URL"] = "pipe:?trust=mx.example.org"
    return "mx.example.org"
