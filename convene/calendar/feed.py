"""Feeds exist so that a calendar can follow a line-up by itself, and learn cheaply that nothing changed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version

from icalendar import Timezone, TimezoneStandard, vDatetime, vDuration, vUTCOffset

from convene.calendar.invite import Entry, calendar, public_event
from convene.calendar.series import Series, blocks, components
from convene.calendar.values import Text, plain, uri

REFRESH = timedelta(hours=6)

# Part of every mark: raised when the same facts are written in other bytes (tests/calendar/test_feed.py watches it).
WRITER = f"2 {version('icalendar')} {version('tzdata')}"
REMEMBERED = 1500  # events in words, 3 kB each with what they were made of: 4 MB of a process at most
CLOSING = b"END:VCALENDAR\r\n"


class BadRefresh(ValueError):
    """A feed cannot be fetched more often than once a minute."""


def written(entry: Entry) -> bytes:
    """The VEVENT that a feed shows: the one that a stranger may read, CANCELLED where it is called off."""
    text: bytes = public_event(entry).to_ical()
    return text


# An entry is its facts, so what was written for it stays true for as long as the process lives.
remembered = lru_cache(maxsize=REMEMBERED)(written)


def feed(
    name: str,
    entries: Iterable[Entry],
    refresh: timedelta = REFRESH,
    url: str | None = None,
    write: Callable[[Entry], bytes] = remembered,
    series: Sequence[Series] = (),
) -> bytes:
    """One calendar of many events, without METHOD: with it each would show as an unanswered invitation.

    `url` is the page a person would open for the same events; leave it out where the page is private. Entries
    come out by start and UID whatever order they came in, and of two with one UID only the later revision. An
    event called off stays, as STATUS:CANCELLED, so that calendars take it away. What concerns one person alone is
    given `written` to write with, and nothing of it is remembered. `series` come first, each whole and under a UID
    that no entry has, with the zones they name. Raises BadRefresh, values.BadAddress.
    """
    if refresh < timedelta(minutes=1):
        raise BadRefresh("a feed is refreshed once a minute at most")
    title = Text(plain(name) or "Events")
    head: dict[str, object] = {
        "NAME": title,
        "X-WR-CALNAME": title,
        "REFRESH-INTERVAL": vDuration(refresh, params={"VALUE": "DURATION"}),
        "X-PUBLISHED-TTL": vDuration(refresh),
    }
    if url and (address := uri(url)):
        head["URL"] = address
    latest: dict[str, Entry] = {}
    for entry in entries:
        other = latest.get(entry.uid)
        latest[entry.uid] = entry if other is None else max(other, entry, key=_revision)
    if not latest and not series:
        return calendar(head, [_nothing()])
    many = [part for one in series for part in components(one)]
    ordered = sorted(latest.values(), key=lambda entry: (entry.starts_at, entry.uid))
    return b"".join(
        (calendar(head, [*blocks(series), *many]).removesuffix(CLOSING), *map(write, ordered), CLOSING)
    )


def _revision(entry: Entry) -> tuple[int, datetime, bytes]:
    # The bytes decide between two that claim one revision, so that the file never hangs on row order.
    return entry.sequence, entry.stamp, written(entry)


def _nothing() -> Timezone:
    # RFC 5545 wants at least one component; a zone that no event uses makes an empty feed a valid calendar.
    always = TimezoneStandard(
        {
            "DTSTART": vDatetime(datetime.fromisoformat("1970-01-01")),
            "TZOFFSETFROM": vUTCOffset(timedelta()),
            "TZOFFSETTO": vUTCOffset(timedelta()),
            "TZNAME": Text("UTC"),
        }
    )
    zone = Timezone({"TZID": Text("UTC")})
    zone.add_component(always)
    return zone


def etag(data: bytes) -> str:
    """The same for the same bytes, unquoted: Werkzeug's `set_etag` adds the quotes."""
    return sha256(data).hexdigest()[:32]


def mark(*facts: str) -> str:
    """An ETag, unquoted, from all that a feed would be made of, so that it is known before anything is written."""
    return etag("\x1f".join((WRITER, *facts)).encode("utf-8", "replace"))
