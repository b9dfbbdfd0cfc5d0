"""What the tests of this folder are given."""

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene.events.models import Event
from tests.factories import a_signup, an_event


@pytest.fixture
def event(session: scoped_session[Session]) -> Event:
    """An evening of twelve people, in groups of four over three rounds."""
    made = an_event(capacity=40, group_size=4, round_count=3)
    for _ in range(12):
        a_signup(made)
    return made
