"""What the tests of this folder are given."""

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene.events.models import Event
from tests.factories import an_event
from tests.signups.signing_up import NOW


@pytest.fixture
def event(session: scoped_session[Session]) -> Event:
    return an_event(capacity=2, now=NOW)
