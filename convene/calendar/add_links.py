"""Links to "add an event" exist for people whose calendar is a web page, where a file to download helps little.

Each service takes the event's facts after the question mark of an address of its own, so no script of theirs is
needed. None of these addresses is documented by its maker but Google's; they were taken from what people report to
work (docs/decisions/add-to-calendar.md). Times are in UTC, and nothing is in a link that is not in the entry.
"""

from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote

from convene.calendar.invite import UNTITLED, Entry
from convene.calendar.values import plain, prose


def google(entry: Entry) -> str:
    facts = {
        "action": "TEMPLATE",
        "text": _title(entry),
        "dates": f"{_basic(entry.starts_at)}/{_basic(entry.ends_at)}",
        "details": prose(entry.description),
        "location": plain(entry.location),
    }
    return _address("https://calendar.google.com/calendar/render", facts)


def outlook(entry: Entry) -> str:
    """Outlook.com, for private accounts of Microsoft."""
    path = {"path": "/calendar/action/compose"}
    return _address("https://outlook.live.com/calendar/0/deeplink/compose", {**path, **_microsoft(entry)})


def office(entry: Entry) -> str:
    """Office 365, for accounts of a workplace or school. The address that serves Outlook.com stays blank here."""
    return _address("https://outlook.office.com/calendar/action/compose", _microsoft(entry))


def yahoo(entry: Entry) -> str:
    facts = {
        "v": "60",
        "title": _title(entry),
        "st": _basic(entry.starts_at),
        "et": _basic(entry.ends_at),
        "desc": prose(entry.description),
        "in_loc": plain(entry.location),
    }
    return _address("https://calendar.yahoo.com/", facts)


SERVICES = (
    ("Google Calendar", google),
    ("Outlook.com", outlook),
    ("Office 365", office),
    ("Yahoo", yahoo),
)


@lru_cache(maxsize=256)  # an event's page shows the same until somebody changes the event
def add_links(entry: Entry) -> tuple[tuple[str, str], ...]:
    """What each service is called, and its link; for an event that is called off there is none."""
    if entry.called_off:
        return ()
    return tuple((name, link(entry)) for name, link in SERVICES)


def _microsoft(entry: Entry) -> dict[str, str]:
    return {
        "rru": "addevent",
        "startdt": _extended(entry.starts_at),
        "enddt": _extended(entry.ends_at),
        "subject": _title(entry),
        "body": prose(entry.description),
        "location": plain(entry.location),
        "allday": "false",
    }


def _title(entry: Entry) -> str:
    return plain(entry.title) or UNTITLED


def _basic(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _extended(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _address(base: str, facts: dict[str, str]) -> str:
    # Not urlencode's plus for a blank: Outlook shows it as a plus.
    return f"{base}?{'&'.join(f'{name}={quote(text, safe=str())}' for name, text in facts.items() if text)}"
