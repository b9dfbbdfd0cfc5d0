"""`python -m bench.invites NUMBER` builds so many invites, each for another guest, and prints how many a second."""

import sys
import time
from datetime import UTC, datetime

from convene.calendar.invite import Entry, Guest, request

ENTRY = Entry(
    uid="1c7f0b6e-6f6f-4a4e-9d5e-0a2f4f3b9c11",
    sequence=0,
    stamp=datetime(2026, 5, 1, 9, 30, tzinfo=UTC),
    starts_at=datetime(2026, 7, 14, 17, 30, tzinfo=UTC),
    ends_at=datetime(2026, 7, 14, 19, tzinfo=UTC),
    zone="Europe/London",
    title="What a high street is for",
    description="What one street learnt when it asked everybody who lives there, and what it did next.",
    location="The Hall, 1 Long Row, Manchester",
    url="https://convene.example.org/events/what-a-high-street-is-for",
    conference_url=None,
    organiser_name="The Long Table",
    organiser_address="convene@example.org",
)


def main(number: int) -> float:
    guests = [Guest(f"Person {one}", f"person-{one}@example.org") for one in range(number)]
    request(ENTRY, guests[0])  # the first loads the zone
    began = time.perf_counter()
    for guest in guests:
        request(ENTRY, guest)
    return number / (time.perf_counter() - began)


if __name__ == "__main__":
    print(main(int(sys.argv[1])))
