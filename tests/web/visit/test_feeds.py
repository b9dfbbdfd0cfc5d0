"""Calendars to follow: whose events they show, and what stands in none of them."""

from datetime import timedelta

import icalendar
import pytest
import time_machine
import vobject

from convene import clock, links
from convene.events import actions as events
from convene.extensions import db, start_write
from convene.signups.upheaval import call_off
from tests.calendar.readers import ical_js, strict, xml
from tests.factories import a_person, an_event, an_organisation
from tests.web.browsing import Browsing, path_of
from tests.web.visit.programme import CALENDARS, Programme, a_circle, parts


def test_each_calendar_shows_its_own_and_names_itself(visitor: Browsing, programme: Programme) -> None:
    start_write()
    an_event(title="Of another host")
    an_event(programme.host, title="Nobody knows of it", state="draft", circle_id=programme.circle.id)
    both = {"A session", "An open evening"}
    shown = {
        kind: set(parts(visitor.client, path))
        for kind, path in programme.feeds().items()
        if kind in CALENDARS
    }
    assert shown == {
        "line-up": {*both, "Of another host"},
        "circle": {"A session"},
        "host": both,
        "own": both,
    }
    names = {}
    for kind in CALENDARS:
        whole = strict(visitor.client.get(programme.feeds()[kind]).data)
        assert whole.all("METHOD") == []
        names[kind] = whole.one("X-WR-CALNAME").text()
        assert names[kind] == whole.one("NAME").text()
        assert whole.one("REFRESH-INTERVAL").value == whole.one("X-PUBLISHED-TTL").value == "PT6H"
    assert names == {
        "line-up": "Convene: what's on",
        "circle": programme.circle.title,
        "host": f"{programme.host.name}: what's on",
        "own": f"Your events with {programme.host.name}",
    }


@pytest.mark.parametrize("kind", CALENDARS)
def test_every_parser_reads_every_calendar(visitor: Browsing, programme: Programme, kind: str) -> None:
    start_write()
    call_off(programme.session.id, "", clock.now())
    db.session.commit()
    answer = visitor.client.get(programme.feeds()[kind])
    wanted = {
        title: part.one("DTSTART").value for title, part in parts(visitor.client, answer.request.path).items()
    }
    assert "A session" in wanted
    theirs = vobject.readOne(answer.text).vevent_list
    assert {one.summary.value: f"{one.dtstart.value:%Y%m%dT%H%M%SZ}" for one in theirs} == wanted
    known = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert {str(one["SUMMARY"]): f"{one.decoded('dtstart'):%Y%m%dT%H%M%SZ}" for one in known} == wanted
    (seen,) = ical_js([answer.data])
    assert len(seen["events"]) == len(wanted)


@pytest.mark.one_database
@pytest.mark.parametrize("path", ["/circles/nobody.ics", "/hosts/nobody.ics"])
def test_what_is_not_there_has_no_calendar(visitor: Browsing, path: str) -> None:
    assert visitor.open(path).status_code == 404


def test_a_calendar_with_nothing_in_it_is_one_all_the_same(visitor: Browsing) -> None:
    host = an_organisation()
    person, circle = a_person(host), a_circle(host)
    own = path_of(links.calendar(person.id, 1))
    db.session.commit()
    for path in ("/line-up.ics", f"/circles/{circle.slug}.ics", f"/hosts/{host.slug}.ics", own):
        assert parts(visitor.client, path) == {}, path
    assert xml(visitor.open("/line-up.atom").data).tag.endswith("feed")


@pytest.mark.parametrize("kind", CALENDARS)
def test_a_calendar_reaches_from_ninety_days_back_to_eighteen_months_ahead(
    visitor: Browsing, programme: Programme, kind: str
) -> None:
    path, ends = programme.feeds()[kind], programme.session.ends_at
    for moment, is_shown in (
        (programme.session.starts_at - timedelta(days=549), False),
        (programme.session.starts_at - timedelta(days=547), True),
        (ends + timedelta(days=89), True),
        (ends + timedelta(days=91), False),
    ):
        with time_machine.travel(moment, tick=False):
            assert ("A session" in parts(visitor.client, path)) == is_shown, moment


@pytest.mark.parametrize("kind", ["line-up", "circle", "host", "atom"])
def test_what_is_for_everybody_names_no_guest_and_no_room(
    visitor: Browsing, programme: Programme, kind: str
) -> None:
    answer = visitor.open(programme.feeds()[kind])
    for secret in ("ATTENDEE", "video.example.org", str(programme.person.address), programme.person.name):
        assert secret not in answer.text, secret


@pytest.mark.one_database
def test_a_hostile_title_stays_a_title_everywhere(visitor: Browsing, programme: Programme) -> None:
    start_write()
    title = "\"><script>alert(1)</script>\r\nMETHOD:CANCEL & ]]> 'x"
    events.edit(programme.event, {"title": title}, clock.now())
    db.session.commit()
    for kind, path in programme.feeds().items():
        if kind in ("line-up", "host", "own"):
            assert strict(visitor.client.get(path).data).all("METHOD") == []
    assert len(xml(visitor.client.get("/line-up.atom").data)) == 8
