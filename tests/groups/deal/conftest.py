"""A busy machine must not change what is tested here: the clock's safety is given a minute instead of half a second."""

import pytest

from convene.groups.deal import engine


@pytest.fixture(autouse=True, scope="session")
def patient_clock() -> None:
    engine.GRACE = 60
