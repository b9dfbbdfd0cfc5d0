"""A busy machine must not change what is tested here: the clock's safety is given a minute instead of half a second."""

from collections.abc import Iterator

import pytest

from convene.groups.deal import engine, schedule


@pytest.fixture(autouse=True, scope="session")
def patient_clock() -> None:
    engine.GRACE = 60


@pytest.fixture(scope="module")
def short_schedules() -> Iterator[None]:
    """What is promised of every deal does not depend on how long it was searched for."""
    unit, schedule.UNIT = schedule.UNIT, schedule.UNIT / 10
    yield
    schedule.UNIT = unit
