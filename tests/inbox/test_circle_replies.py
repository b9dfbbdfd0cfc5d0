"""A No pressed in a calendar to one date of a circle skips that date; to all of them, those that are to come."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene.circles import places, queries, replies
from convene.circles.models import Circle, Member
from convene.extensions import db
from convene.inbox.models import Inbound
from convene.mail.models import OutgoingMail
from tests.calendar.series_readers import plain
from tests.factories import a_circle, a_member, a_person, a_session
from tests.inbox.messages import NOW, apple, gmail, letter, outlook
from tests.inbox.taking import take

PAT = "pat@example.net"
FIRST = datetime(2026, 6, 2, 17, 30, tzinfo=UTC)  # half past six in London


@pytest.mark.parametrize(
    ("named", "zone", "is_it"),
    [
        ("20260602T183000", "Europe/London", True),
        ("20260602T183000", "GMT Standard Time", True),
        ("20260602T173000Z", "", True),
        ("20260602T193000", "Europe/Berlin", True),
        ("20260602", "", True),
        ("20260602T183000Z", "", False),
        ("20260616T183000", "Europe/London", False),
        ("tomorrow", "../etc/passwd", False),
    ],
)
def test_a_date_is_known_however_a_program_writes_it(named: str, zone: str, is_it: bool) -> None:
    assert replies.is_date("2026-06-02T18:30", "Europe/London", named, zone) == is_it


def test_no_and_yes_to_one_date_and_to_all(app: Flask, session: scoped_session[Session]) -> None:
    circle = a_circle(now=NOW - timedelta(days=9), zone="Europe/London", uid="circle-of-streets", places=5)
    person = a_person(circle.organisation, address=PAT, name="Pat")
    dates = []
    for number in range(3):
        at = FIRST + timedelta(days=14 * number)
        event = a_session(circle, now=NOW, starts_at=at, ends_at=at + timedelta(minutes=90))
        dates.append(event)
    member = a_member(circle, person, invite_sequence=0, invite_open=True)
    places.give_all(member, NOW)
    db.session.flush()
    uid, minutes = circle.uid or "", iter(range(1, 99))

    def heard(shape: object, answer: str, date: str = "", to: str = uid, guest: str = PAT) -> Inbound:
        at = NOW + timedelta(minutes=next(minutes))
        row = take(shape(to, guest, answer, at=at, **({"more": date} if date else {})), at)  # type: ignore[operator]
        assert row is not None
        return row

    def skips() -> set[int]:
        return {
            number for number, one in enumerate(dates) if one.id in queries.skipped_by(person.id, circle.id)
        }

    second = "RECURRENCE-ID;TZID=Europe/London:20260616T183000"
    row = heard(gmail, "DECLINED", second)
    assert (row.outcome, row.organisation_id, row.person_id) == ("applied", circle.organisation_id, person.id)
    assert "skip this one and keep their place" in row.detail
    assert skips() == {1} and member.state == "member"
    letters = select(OutgoingMail).where(OutgoingMail.person_id == person.id).order_by(OutgoingMail.id.desc())
    told = db.session.scalars(letters).first()
    assert told and told.letter == "circle_changed" and told.invite
    assert [seen.starts for seen in plain(told.invite)] == [dates[0].starts_at, dates[2].starts_at]
    assert heard(gmail, "TENTATIVE", second).outcome == "applied" and skips() == {1}, (
        "a maybe changes nothing"
    )
    late = take(apple(uid, PAT, "ACCEPTED", at=NOW, more=second), NOW + timedelta(hours=1))
    assert late and late.outcome == "stale" and skips() == {1}, "an older press than the newest heard"
    assert heard(apple, "ACCEPTED", "RECURRENCE-ID:20260616T173000Z").outcome == "applied"
    assert skips() == set(), "a yes to that date comes after all"
    assert heard(gmail, "DECLINED", "RECURRENCE-ID:20290616T173000Z").outcome == "late"

    # No to all: every date to come in one letter, and the place in the circle stays.
    before = len(db.session.scalars(letters).all())
    row = heard(gmail, "DECLINED")
    assert row.outcome == "note", "the host reads it in the inbox"
    assert "skip all 3 to come and keep their place in the circle" in row.detail
    assert skips() == {0, 1, 2} and member.state == "member"
    rows = db.session.scalars(letters).all()
    assert (
        len(rows) == before + 1 and rows[0].text.count("You skip") == 3 and rows[0].invite_method == "CANCEL"
    )
    assert heard(gmail, "ACCEPTED").outcome == "applied" and skips() == set()

    # Of nobody else, and by nobody else.
    assert heard(outlook, "DECLINED", guest="eve@example.net").outcome == "unmatched"
    other = take(gmail(uid, PAT, "DECLINED", sender="eve@example.net", at=NOW + timedelta(hours=2)), NOW)
    assert other and other.outcome == "unmatched" and skips() == set()
    waits = a_member(circle, a_person(circle.organisation, address="wim@example.net"), state="waiting")
    assert waits.invite_sequence is None
    assert heard(gmail, "DECLINED", guest="wim@example.net").outcome == "unmatched"
    member.state = "left"
    assert heard(gmail, "DECLINED").outcome == "late"
    assert db.session.get_one(Circle, circle.id) is circle and db.session.get_one(Member, member.id) is member
    assert take(letter()) is not None
