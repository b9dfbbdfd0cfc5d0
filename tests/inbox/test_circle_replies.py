"""A No pressed in a calendar to one date of a circle skips that date; to all of them, those that are to come."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene.circles import dates as sessions
from convene.circles import letters, places, queries, replies, telling
from convene.circles.models import Circle, CircleSession, Member
from convene.circles.posting import post
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
    sent = select(OutgoingMail).where(OutgoingMail.person_id == person.id).order_by(OutgoingMail.id.desc())
    told = db.session.scalars(sent).first()
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
    before = len(db.session.scalars(sent).all())
    row = heard(gmail, "DECLINED")
    assert row.outcome == "note", "the host reads it in the inbox"
    assert "skip all 3 to come and keep their place in the circle" in row.detail
    assert skips() == {0, 1, 2} and member.state == "member"
    rows = db.session.scalars(sent).all()
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


def test_an_old_invite_says_nothing_of_a_date_that_moved_and_two_at_one_mailbox_answer_each_for_themselves(
    app: Flask, session: scoped_session[Session]
) -> None:
    circle = a_circle(now=NOW - timedelta(days=9), zone="Europe/London", uid="circle-of-streets", places=5)
    pat = a_person(circle.organisation, address=PAT, name="Pat")
    ann = a_person(circle.organisation, address=None, name="Ann", mailbox_id=pat.id)
    ann.address_typed = PAT
    dates = []
    for number in range(3):
        at = FIRST + timedelta(days=14 * number)
        dates.append(a_session(circle, now=NOW, starts_at=at, ends_at=at + timedelta(minutes=90)))
    members = [a_member(circle, person) for person in (pat, ann)]
    for member in members:
        places.give_all(member, NOW)
        post(letters.joined(member, NOW), member, NOW)
    db.session.flush()
    second = "RECURRENCE-ID;TZID=Europe/London:20260616T183000"
    third = "RECURRENCE-ID;TZID=Europe/London:20260630T183000"
    minute = timedelta(minutes=1)

    def invites(member: Member) -> list[OutgoingMail]:
        rows = select(OutgoingMail).where(
            OutgoingMail.person_id == member.person_id, OutgoingMail.revision >= 0
        )
        return list(db.session.scalars(rows.order_by(OutgoingMail.id)))

    def uid_in(member: Member) -> str:
        text = (invites(member)[-1].invite or b"").replace(b"\r\n ", b"").decode()
        return next(line[4:] for line in text.splitlines() if line.startswith("UID:"))

    def pressed(
        member: Member, answer: str, at: datetime, more: str, sequence: int, program: object = gmail
    ) -> str:
        row = take(program(uids[member.id], PAT, answer, at=at, more=more, sequence=sequence), at)  # type: ignore[operator]
        assert row is not None
        return row.outcome

    def skips(member: Member) -> set[int]:
        skipped = queries.skipped_by(member.person_id, circle.id)
        return {number for number, one in enumerate(dates) if one.id in skipped}

    def move(event_id: int, by: timedelta, at: datetime) -> None:
        own = db.session.get_one(CircleSession, event_id)
        facts = {"starts_at": own.event.starts_at + by, "ends_at": own.event.ends_at + by}
        sessions.change(own, facts, "this", at)

    mine, hers = members
    uids = {member.id: uid_in(member) for member in members}
    assert uids[mine.id] == "circle-of-streets" and uids[hers.id] == f"circle-{hers.id}.circle-of-streets"
    assert pressed(hers, "DECLINED", NOW + minute, third, 0) == "applied"
    assert (skips(mine), skips(hers)) == (set(), {2}), (
        "of the two who read that mailbox, the one whose entry it is"
    )

    # The second moves by a day. On the entry of before nobody can say no to it, told of it or not.
    move(dates[1].id, timedelta(days=1), NOW + 5 * minute)
    assert pressed(mine, "DECLINED", NOW + 6 * minute, second, 0) == "stale", (
        "pressed after, on the entry of before"
    )
    assert telling.tell_waiting(circle.id, NOW + 15 * minute) == 2
    told = invites(mine)[-1]
    moved = plain(told.invite or b"")[1].starts
    assert moved == dates[1].starts_at == FIRST + timedelta(days=15)
    named = (told.invite or b"").replace(b"\r\n ", b"")
    assert b"RECURRENCE-ID;TZID=Europe/London:20260616T183000" in named, "named by the date of the series"
    assert pressed(mine, "DECLINED", NOW + 20 * minute, second, 0, apple) == "stale" and skips(mine) == set()
    revision = told.revision or 0
    assert pressed(mine, "DECLINED", NOW + 21 * minute, second, revision, apple) == "applied" and skips(
        mine
    ) == {1}
    # The yes comes from the entry of before that no, which has the date as it is: a skip is no move.
    assert (
        pressed(mine, "ACCEPTED", NOW + 22 * minute, second, revision) == "applied" and skips(mine) == set()
    )
    by_new_day = "RECURRENCE-ID;TZID=Europe/London:20260617T183000"
    assert pressed(mine, "DECLINED", NOW + 23 * minute, by_new_day, revision) == "applied" and skips(
        mine
    ) == {1}

    # Moved and put back before anybody heard: the entry that they have is right.
    revision = invites(mine)[-1].revision or 0
    move(dates[0].id, timedelta(days=1), NOW + 30 * minute)
    assert pressed(mine, "DECLINED", NOW + 31 * minute, "RECURRENCE-ID:20260602T173000Z", revision) == "stale"
    move(dates[0].id, -timedelta(days=1), NOW + 32 * minute)
    assert telling.tell_waiting(circle.id, NOW + 45 * minute) == 0
    assert (
        pressed(mine, "DECLINED", NOW + 46 * minute, "RECURRENCE-ID:20260602T173000Z", revision) == "applied"
    )
    # No to all, on an entry of before the second moved: heard of what is as it was.
    assert pressed(hers, "DECLINED", NOW + 50 * minute, "", 0) == "note"
    assert skips(hers) == {0, 2}
    assert skips(mine) == {0, 1}

    # Pat's own mailbox goes to Ann alone: what Pat was sent is none of hers.
    pat.address = pat.address_typed = None
    db.session.flush()
    ann.address, ann.mailbox_id = PAT, ann.id
    db.session.flush()
    assert pressed(mine, "DECLINED", NOW + 60 * minute, "", 0) == "unmatched"
    assert pressed(hers, "ACCEPTED", NOW + 61 * minute, third, invites(hers)[-1].revision or 0) == "applied"
    assert skips(hers) == {0}
