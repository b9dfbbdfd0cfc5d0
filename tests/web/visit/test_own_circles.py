"""A circle in a person's own calendar is the entry that their invite made: the same dates, and none of them twice."""

from datetime import timedelta
from urllib.parse import urlsplit

from icalendar import Calendar
from sqlalchemy import select

from convene import clock, links
from convene.circles import joining, skipping
from convene.extensions import db, start_write
from convene.mail.models import OutgoingMail
from tests.factories import a_circle, a_member, a_session
from tests.web.browsing import Browsing

Dates = dict[tuple[str, str], tuple[str, str]]


def dates(data: bytes) -> Dates:
    """By UID and date of the series: when it is, and whether; DTSTAMP and who is asked are each file's own."""
    return {
        (str(one["UID"]), str(one["RECURRENCE-ID"].to_ical()) if "RECURRENCE-ID" in one else ""): (
            str(one["DTSTART"].to_ical()),
            " ".join(str(one.get(name, "")) for name in ("STATUS", "SEQUENCE", "SUMMARY", "LOCATION")),
        )
        for one in Calendar.from_ical(data).walk("VEVENT")
    }


def test_what_the_invite_says_of_a_circle_the_own_calendar_says_too_whatever_becomes_of_it(
    visitor: Browsing,
) -> None:
    start_write()
    circle = a_circle(uid="a-circle")
    first = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
    sessions = [a_session(circle, starts_at=first + timedelta(weeks=week)) for week in range(3)]
    member = a_member(circle, state="started", joined_at=None)
    guest = a_session(a_circle(circle.organisation, uid="another"), title="Not theirs")
    db.session.commit()
    url = urlsplit(links.calendar(member.person_id, member.person.calendar_generation)).path

    def followed() -> bytes:
        answer = visitor.client.get(url)
        assert answer.status_code == 200
        return answer.data

    def invited() -> Dates:
        db.session.rollback()
        mine = select(OutgoingMail.invite).where(
            OutgoingMail.person_id == member.person_id, OutgoingMail.invite.is_not(None)
        )
        data = db.session.scalars(mine.order_by(OutgoingMail.id.desc()).limit(1)).one()
        return dates(data or b"")

    start_write()
    joining.come_in(member.id, None, clock.now())
    db.session.commit()
    assert dates(followed()) == invited()
    assert {uid for uid, _ in invited()} == {"a-circle"}, "one entry, and no session beside it"
    before = visitor.client.get(url).headers["ETag"]

    start_write()
    skipping.skip(member.id, sessions[1].id, clock.now())
    db.session.commit()
    assert dates(followed()) == invited()
    assert visitor.client.get(url).headers["ETag"] != before

    start_write()
    joining.leave(member.id, clock.now())
    db.session.commit()
    assert {status.split()[0] for _, status in dates(followed()).values()} == {"CANCELLED"}
    assert guest.title.encode() not in followed()
