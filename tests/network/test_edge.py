"""Who to welcome next time: never a score, never somebody who is coming or asked for quiet."""

from datetime import UTC, datetime, timedelta

import pytest

from convene.network.edge import Path, reason

NOW = datetime(2026, 5, 12, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=60)


def path(*ends: datetime, **more: object) -> Path:
    return Path(came=dict(enumerate(ends)), **more)  # type: ignore[arg-type] # facts of a test


COMPANY = {0: {7}, 1: {7}}
FIELDS = ["health"] * 3


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (path(), None),
        (path(LONG_AGO, LONG_AGO), "nobody"),
        (path(LONG_AGO, LONG_AGO, sat_with={0: {7}}), None),
        (path(LONG_AGO, LONG_AGO, comes_again=True), None),
        (path(LONG_AGO, sat_with={0: {7}}), "once"),
        (path(NOW - timedelta(days=8), sat_with={0: {7}}), None),
        (path(LONG_AGO, LONG_AGO, sat_with=COMPANY, field_of_work="health", fields_met=FIELDS), "one_field"),
        (path(LONG_AGO, LONG_AGO, sat_with=COMPANY, field_of_work="health", fields_met=FIELDS[:2]), None),
        (
            path(LONG_AGO, LONG_AGO, sat_with=COMPANY, field_of_work="health", fields_met=[*FIELDS, "arts"]),
            None,
        ),
        (path(LONG_AGO, LONG_AGO, sat_with=COMPANY, field_of_work="", fields_met=FIELDS), None),
    ],
)
def test_why_a_word_of_welcome_would_be_kind(one: Path, why: str | None) -> None:
    assert reason(one, NOW - timedelta(days=2), NOW) == why


def test_whoever_came_to_the_last_event_there_was_had_no_chance_to_come_back() -> None:
    assert reason(path(LONG_AGO, sat_with={0: {7}}), LONG_AGO, NOW) is None
