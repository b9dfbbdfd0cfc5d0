"""One evening on the dates of a pattern: the same wall time all the year, drafts first, each an event of its own."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene.calendar import zones
from convene.events import actions, series
from tests.factories import an_event

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TUESDAY = datetime(
    2026, 3, 10, 18, 30, tzinfo=UTC
)  # the second Tuesday of March, before the clocks go forward


def test_a_series_keeps_its_hour_is_drafted_published_and_seen(session: scoped_session[Session]) -> None:
    event = an_event(starts_at=TUESDAY, capacity=12, access_list="step_free", guests_each=1, now=NOW)
    weekly = series.dates(event, "week", 3, NOW)
    assert [f"{zones.local(one, event.zone):%a %d %b %H:%M}" for one in weekly.starts] == [
        "Tue 17 Mar 18:30", "Tue 24 Mar 18:30", "Tue 31 Mar 18:30",
    ]  # fmt: skip
    assert weekly.starts[2] - weekly.starts[1] == timedelta(days=7, hours=-1), "summer time began in between"
    monthly = series.dates(event, "month", 2, NOW)
    assert [f"{one:%d %b}" for one in monthly.starts] == ["14 Apr", "12 May"]
    with pytest.raises(series.NotOnIt):
        series.dates(event, "month_end", 2, NOW)
    late = NOW + timedelta(days=40)
    assert [f"{one:%d %b}" for one in series.dates(event, "fortnight", 4, late).starts] == [
        "21 Apr",
        "05 May",
    ]
    night = an_event(event.organisation, starts_at=datetime(2026, 3, 22, 1, 30, tzinfo=UTC), now=NOW)
    assert len(series.dates(night, "week", 2, NOW).left_out) == 1, "01:30 does not exist on 29 March"

    made = series.make(event, "month", 2, NOW)
    assert [one.state for one in made] == ["draft", "draft"] and {one.series_id for one in made} == {
        event.series_id
    }
    assert len({event.slug, *(one.slug for one in made)}) == 3
    assert {(one.capacity, one.access_list, one.guests_each) for one in made} == {(12, "step_free", 1)}
    assert series.further_dates(event, NOW) == [], "nobody is told of a draft"
    with pytest.raises(series.InSeries):
        series.make(event, "week", 2, NOW)
    assert series.publish_all(event, NOW) == 2 and series.publish_all(event, NOW) == 0
    assert list(series.further_dates(event, NOW)) == made
    actions.edit(made[0], {"title": "One of its own"}, NOW)
    assert event.title != made[0].title and [one.id for one in series.of(made[1])] == [
        event.id,
        *(o.id for o in made),
    ]
