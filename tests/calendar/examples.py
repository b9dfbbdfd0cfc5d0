"""One event and one person that every calendar test starts from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from convene.calendar.invite import Entry, Guest
from convene.calendar.zones import utc

STAMP = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
GUEST = Guest("Zoë Marsh", "zoe@guests.example")

EVENT = Entry(
    uid="1c7f0b6e-6f6f-4a4e-9d5e-0a2f4f3b9c11@convene.example",
    sequence=3,
    stamp=STAMP,
    starts_at=datetime(2026, 7, 14, 17, 30, tzinfo=UTC),
    ends_at=datetime(2026, 7, 14, 19, tzinfo=UTC),
    zone="Europe/London",
    title="High streets, friendlier; how?",
    description="Bring a photograph.\nTea from six.",
    location="Hall, 1 High Street",
    url="https://convene.example/events/high-streets",
    conference_url="https://rooms.example/high-streets",
    organiser_name="Ann Lee",
    organiser_address="rsvp+7@convene.example",
    created_at=datetime(2026, 4, 1, 8, tzinfo=UTC),
)

# Half past six in the evening by the clocks of each place, in its summer and its winter, and the same moments
# in UTC, worked out by hand from each zone's published offsets.
EVENINGS = [
    ("Europe/London", datetime(2026, 7, 14, 18, 30), "2026-07-14T17:30:00+00:00"),
    ("Europe/London", datetime(2027, 1, 12, 18, 30), "2027-01-12T18:30:00+00:00"),
    ("Europe/Berlin", datetime(2027, 7, 14, 18, 30), "2027-07-14T16:30:00+00:00"),
    ("Europe/Berlin", datetime(2027, 1, 12, 18, 30), "2027-01-12T17:30:00+00:00"),
    ("America/New_York", datetime(2026, 7, 14, 18, 30), "2026-07-14T22:30:00+00:00"),
    ("America/New_York", datetime(2027, 1, 12, 18, 30), "2027-01-12T23:30:00+00:00"),
    ("Australia/Sydney", datetime(2026, 7, 14, 18, 30), "2026-07-14T08:30:00+00:00"),
    ("Australia/Sydney", datetime(2027, 1, 12, 18, 30), "2027-01-12T07:30:00+00:00"),
    ("Asia/Kolkata", datetime(2026, 7, 14, 18, 30), "2026-07-14T13:00:00+00:00"),
    ("Asia/Kolkata", datetime(2027, 1, 12, 18, 30), "2027-01-12T13:00:00+00:00"),
    # Casablanca is at +1 but in Ramadan, in 2027 a month from 8 February; Sao Paulo has had no summer time since 2019.
    ("Africa/Casablanca", datetime(2026, 7, 14, 18, 30), "2026-07-14T17:30:00+00:00"),
    ("Africa/Casablanca", datetime(2027, 2, 23, 18, 30), "2027-02-23T18:30:00+00:00"),
    ("America/Sao_Paulo", datetime(2026, 7, 14, 18, 30), "2026-07-14T21:30:00+00:00"),
    ("America/Sao_Paulo", datetime(2027, 1, 12, 18, 30), "2027-01-12T21:30:00+00:00"),
    # Beyond 2037, where the tables of many programs end.
    ("Europe/London", datetime(2050, 7, 12, 18, 30), "2050-07-12T17:30:00+00:00"),
    ("Europe/Berlin", datetime(2050, 1, 11, 18, 30), "2050-01-11T17:30:00+00:00"),
    ("America/New_York", datetime(2050, 7, 12, 18, 30), "2050-07-12T22:30:00+00:00"),
    ("Australia/Sydney", datetime(2050, 1, 11, 18, 30), "2050-01-11T07:30:00+00:00"),
]


def event(**changes: Any) -> Entry:
    return replace(EVENT, **changes)


def evening(zone: str, wall: datetime) -> Entry:
    starts = utc(wall, zone)
    return event(zone=zone, starts_at=starts, ends_at=starts + timedelta(minutes=90))
