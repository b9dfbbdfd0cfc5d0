"""Readers of a series exist so that four parsers, none of which wrote the file, say which sessions they see in it.

One of them is plain: it follows RFC 5545 to the letter with the zone block of the file alone, and refuses a file
that leans on anything else.
"""

import json
import subprocess
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import vobject
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from playwright._impl._driver import compute_driver_executable

from tests.calendar.readers import Component, Property, strict


class Seen(NamedTuple):
    """One session; times in UTC."""

    starts: datetime
    ends: datetime
    title: str
    location: str


class Block:
    """A VTIMEZONE, read by RFC 5545, section 3.6.5."""

    def __init__(self, part: Component, until: int = 2101) -> None:
        onsets = []
        for observance in part.components:
            starts = _wall(observance.one("DTSTART").value)
            before = _offset(observance.one("TZOFFSETFROM").value)
            after = _offset(observance.one("TZOFFSETTO").value)
            walls = {starts} | {_wall(one.value) for one in observance.all("RDATE")}
            for rule in observance.all("RRULE"):
                found = rrulestr(rule.value, dtstart=starts)
                walls |= set(found.between(starts, datetime(until, 1, 1), inc=True))
            onsets += [(wall - before, before, after) for wall in walls]
        self.onsets = sorted(onsets)

    def offset(self, moment: datetime) -> timedelta:
        """At a moment in UTC, given without its zone."""
        place = bisect_right(self.onsets, moment, key=lambda onset: onset[0])
        return self.onsets[place - 1][2] if place else self.onsets[0][1]

    def moment(self, wall: datetime) -> datetime:
        """In UTC; of two the first. An hour that is skipped is an error: no file may lean on one."""
        offsets = sorted({after for _, _, after in self.onsets} | {self.onsets[0][1]}, reverse=True)
        for offset in offsets:
            if self.offset(wall - offset) == offset:
                return (wall - offset).replace(tzinfo=UTC)
        raise AssertionError(f"no clock shows {wall}")


def plain(data: bytes) -> list[Seen]:
    """Every session by RFC 5545 alone; an AssertionError for what a file of ours must never hold."""
    whole = strict(data)
    blocks = {part.one("TZID").value: Block(part) for part in whole.components if part.name == "VTIMEZONE"}
    events = [part for part in whole.components if part.name == "VEVENT"]
    (master,) = [part for part in events if not part.all("RECURRENCE-ID")]
    others = [part for part in events if part is not master]
    assert {part.one("UID").value for part in events} == {master.one("UID").value}

    def moment(one: Property) -> datetime:
        if one.value.endswith("Z"):
            assert not one.parameters, "a zone beside Z"
            return _wall(one.value[:-1]).replace(tzinfo=UTC)
        return blocks[one.parameters["TZID"]].moment(_wall(one.value))

    first = _wall(master.one("DTSTART").value.rstrip("Z"))
    starts = {first}
    for rule in master.all("RRULE"):
        assert "COUNT=" in rule.value and "UNTIL" not in rule.value
        dates = list(rrulestr(rule.value, dtstart=first))
        assert dates[0] == first, "DTSTART is not on its own rule"
        starts = set(dates)
    assert not master.all("RDATE")
    off = {_wall(one.value.rstrip("Z")) for one in master.all("EXDATE")}
    own = {_wall(part.one("RECURRENCE-ID").value.rstrip("Z")): part for part in others}
    assert off | set(own) <= starts and not off & set(own), "a name that no session has"
    for one in (*master.all("EXDATE"), *(p.one("RECURRENCE-ID") for p in others)):
        assert one.parameters == master.one("DTSTART").parameters and "," not in one.value
    length = _wall(master.one("DTEND").value.rstrip("Z")) - first
    seen = [_seen(moment(part.one("DTSTART")), moment(part.one("DTEND")), part) for part in others]
    for start in starts - off - set(own):
        kept = master.one("DTSTART").parameters
        begins, finishes = (
            moment(Property("DTSTART", kept, f"{wall:%Y%m%dT%H%M%S}{'' if kept else 'Z'}"))
            for wall in (start, start + length)
        )
        seen.append(_seen(begins, finishes, master))
    return sorted(seen)


def by_vobject(data: bytes) -> list[Seen]:
    """Every session as vobject, with dateutil's rules and zones, has it."""
    # Left to itself it keeps the first block it ever met of each name, and none for London, whose winter it takes
    # for UTC.
    for block in vobject.readOne(data.decode()).contents.get("vtimezone", []):
        vobject.icalendar.registerTzid(block.tzid.value, block.tzinfo)
    whole = vobject.readOne(data.decode())
    (master,) = [part for part in whole.vevent_list if "recurrence-id" not in part.contents]
    others = [part for part in whole.vevent_list if part is not master]
    own = {part.recurrence_id.value for part in others}
    length = master.dtend.value - master.dtstart.value
    parts = [(part.dtstart.value, part.dtend.value, part) for part in others]
    for start in master.getrruleset(addRDate=True) or [master.dtstart.value]:
        if start not in own:
            parts.append((start, start + length, master))
    return sorted(
        Seen(
            starts.astimezone(UTC),
            ends.astimezone(UTC),
            part.summary.value,
            part.location.value if "location" in part.contents else "",
        )
        for starts, ends, part in parts
    )


class Script(NamedTuple):
    """What the two parsers in JavaScript read in one file, and the moments ical.js made of wall times."""

    ical_js: list[Seen]
    node_ical: list[Seen]
    moments: list[datetime]


def by_scripts(files: Sequence[tuple[bytes, Sequence[datetime]]]) -> list[Script]:
    """One run of Node for all the files, each with wall times to be looked up in its first zone block."""
    node, _ = compute_driver_executable()
    sent = json.dumps(
        [{"file": data.decode(), "walls": [wall.isoformat() for wall in walls]} for data, walls in files]
    )
    script = Path(__file__).with_name("series_js.cjs")
    done = subprocess.run([node, str(script)], input=sent.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return [
        Script(_listed(one["ical.js"]), _listed(one["node-ical"]), [_instant(at) for at in one["moments"]])
        for one in json.loads(done.stdout)
    ]


def _listed(rows: list[list[str]]) -> list[Seen]:
    return sorted(
        Seen(_instant(starts), _instant(ends), title, place or "") for starts, ends, title, place in rows
    )


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)


def _seen(starts: datetime, ends: datetime, part: Component) -> Seen:
    location = part.all("LOCATION")
    return Seen(starts, ends, part.one("SUMMARY").text(), location[0].text() if location else "")


def _wall(value: str) -> datetime:
    return datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007


def _offset(value: str) -> timedelta:
    sign = -1 if value[0] == "-" else 1
    return sign * timedelta(hours=int(value[1:3]), minutes=int(value[3:5]))
