"""Letters leave no faster than was set, over all workers, and one busy domain never holds up the others."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import begin_write, db, start_write
from convene.mail import outbox, pace, sending
from convene.mail.models import OutgoingMail, Pace
from convene.mail.transport import Memory, Smtp
from tests.crowd import at_once, faults
from tests.mail.posting import NOW, a_letter, committed, post, row, send_due
from tests.parts.mailserver import MailServer

MINUTE = timedelta(minutes=1)


@pytest.fixture
def line(mailserver: MailServer) -> Iterator[Smtp]:
    with closing(Smtp(mailserver.url)) as line:
        yield line


@pytest.fixture
def memory() -> Iterator[Memory]:
    Memory.sent.clear()
    yield Memory()
    Memory.sent.clear()


def flock(number: int, domain: str, **facts: object) -> list[OutgoingMail]:
    return [post(to_address=f"pat-{one}@{domain}", **facts) for one in range(number)]  # type: ignore[arg-type]


def arrived() -> Counter[str]:
    return Counter(pace.domain_of(address) for address, _ in Memory.sent)


def states() -> dict[str, int]:
    db.session.rollback()
    rows = select(OutgoingMail.state, func.count()).group_by(OutgoingMail.state)
    return {state: number for state, number in db.session.execute(rows)}


def test_a_domain_gets_no_more_in_a_minute_than_was_set_and_the_rest_in_the_next_ones(
    app: Flask, session: scoped_session[Session], memory: Memory
) -> None:
    app.config["MAIL_PER_DOMAIN_MINUTE"] = 30
    ids = committed(*flock(70, "Busy.example"), *flock(25, "other.example"))
    send_due(memory)
    assert arrived() == {"busy.example": 30, "other.example": 25}
    assert {(row(one).state, row(one).tries, row(one).due_at) for one in ids[30:70]} == {
        ("queued", 0, NOW.replace(second=0) + MINUTE)
    }, "no try was counted"
    send_due(memory, NOW + timedelta(seconds=29))
    assert arrived()["busy.example"] == 30
    send_due(memory, NOW + MINUTE)
    assert arrived()["busy.example"] == 60
    send_due(memory, NOW + 2 * MINUTE)
    assert arrived() == {"busy.example": 70, "other.example": 25}
    assert [address for address, _ in Memory.sent if "Busy" in address] == [
        f"pat-{one}@Busy.example" for one in range(70)
    ], "in the order posted"


def test_ten_thousand_letters_to_one_domain_do_not_hold_up_the_one_to_another(
    app: Flask, session: scoped_session[Session], memory: Memory
) -> None:
    app.config["MAIL_PER_DOMAIN_MINUTE"] = 40
    first = post(to_address="first@busy.example")
    plain = {c.name: getattr(first, c.name) for c in OutgoingMail.__table__.columns if c.name != "id"}
    copies = (
        {**plain, "key": f"k{one}", "message_id": f"<{one}@x>", "to_address": f"p{one}@busy.example"}
        for one in range(9_999)
    )
    session.execute(OutgoingMail.__table__.insert(), list(copies))
    committed(post(to_address="pat@quiet.example"))
    send_due(memory)
    assert arrived() == {"busy.example": 40, "quiet.example": 1}
    assert states() == {"queued": 9_960, "sent": 41}


def test_all_domains_together_get_no_more_in_a_minute_than_was_set(
    app: Flask, session: scoped_session[Session], memory: Memory
) -> None:
    app.config["MAIL_PER_MINUTE"] = 25
    committed(*flock(20, "one.example"), *flock(20, "two.example"))
    for minutes, number in ((0, 25), (0.4, 25), (1, 40)):
        send_due(memory, NOW + minutes * MINUTE)
        assert arrived().total() == number


def test_the_measure_holds_over_all_workers(app: Flask) -> None:
    app.config["MAIL_PER_DOMAIN_MINUTE"] = 33
    app.config["MAIL_PER_MINUTE"] = 50
    with app.app_context():
        begin_write()
        committed(*flock(80, "busy.example"), *flock(10, "one.example"), *flock(60, "two.example"))

    def take(which: int) -> list[str]:
        taken: list[str] = []
        while rows := sending.claim(f"worker {which}", NOW, limit=7):
            taken += [pace.domain_of(one.to_address) for one in rows]
        return taken

    results = at_once(app, 4, take)
    assert faults(results) == []
    claimed = Counter(domain for taken in results for domain in taken)
    assert claimed.total() <= 50
    assert max(claimed.values()) <= 33


def test_without_a_measure_nothing_is_counted(
    app: Flask, session: scoped_session[Session], memory: Memory
) -> None:
    app.config["MAIL_PER_DOMAIN_MINUTE"] = 0
    committed(*flock(50, "busy.example"))
    send_due(memory)
    assert arrived().total() == 50
    assert session.scalar(select(func.count()).select_from(Pace)) == 0


@pytest.mark.parametrize("domain", ["bÜcher.example", "a_b.example", "100%.example"])
def test_an_odd_domain_is_measured_like_any_other(
    app: Flask, session: scoped_session[Session], domain: str
) -> None:
    app.config["MAIL_PER_DOMAIN_MINUTE"] = 2
    committed(*flock(5, domain), *flock(1, "aXb.example"))
    assert len(sending.claim("a worker", NOW)) == 3


def test_a_letter_whose_worker_died_waits_with_its_full_domain_and_keeps_nobody_looking(
    app: Flask, session: scoped_session[Session]
) -> None:
    app.config["MAIL_PER_DOMAIN_MINUTE"] = 2
    committed(*flock(2, "busy.example"))
    lease = timedelta(seconds=app.config["OUTBOX_LEASE_SECONDS"])
    (one, two) = sending.claim("dead", NOW)
    start_write()
    committed(*flock(2, "busy.example", now=NOW + lease - MINUTE))
    assert [mail.tries for mail in sending.claim("alive", NOW + lease)] == [2, 2], "the oldest first"
    assert sending.claim("alive", NOW + lease) == []
    assert (row(one.id).lease_owner, row(two.id).lease_owner) == ("alive", "alive")
    start_write()
    assert sending.claim("another", NOW + 2 * lease + timedelta(seconds=1))


# A domain that asks for a rest


@pytest.mark.parametrize(
    ("answer", "hurried"),
    [
        ("421 4.7.0 Try again later, closing connection", True),
        ("451 4.7.1 Greylisted", True),
        ("450 Too many messages, slow down", True),
        ("452 rate limit exceeded", True),
        ("421 4.3.2 Closing", False),
        ("451 4.3.0 Separate problem", False),
        ("550 5.7.1 Too many", False),
        ("SMTPServerDisconnected: 4.7.1 too many", False),
    ],
)
def test_what_a_server_says_of_our_speed_is_understood(answer: str, hurried: bool) -> None:
    assert pace.hurried(answer) is hurried


@pytest.mark.parametrize("at", ["RCPT", "BODY"])
def test_a_domain_that_says_too_many_rests_longer_each_time_and_no_letter_is_to_blame(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp, at: str
) -> None:
    mailserver.answer("421 4.7.0 Too many messages", at=at, to="pat-0@busy.example", times=4)  # type: ignore[arg-type]
    ids = committed(*flock(5, "busy.example"), *flock(2, "other.example"))
    now, waits = NOW, []
    for _ in range(4):
        send_due(line, now)
        assert {(row(one).state, row(one).tries) for one in ids[:5]} == {("retry", 0)}
        waits.append(row(ids[0]).due_at - now)
        assert len({row(one).due_at for one in ids[:5]}) == 1, "they wait together"
        now = row(ids[0]).due_at
    assert waits == [MINUTE, 5 * MINUTE, 15 * MINUTE, 15 * MINUTE]
    assert len(mailserver.to("pat-0@other.example")) == 1
    start_write()
    new = committed(post(now=NOW, to_address="new@busy.example"))[0]
    send_due(line, now - timedelta(seconds=1))
    assert row(new).due_at == now, "what is posted meanwhile rests too"
    send_due(line, now)
    assert [row(one).state for one in [*ids, new]] == ["sent"] * 8


def test_a_rest_long_over_is_forgotten(session: scoped_session[Session]) -> None:
    assert pace.rest("busy.example", NOW) == NOW + MINUTE
    assert pace.rest("busy.example", NOW + MINUTE / 2) == NOW + MINUTE, "another letter that was in hand"
    assert pace.rest("busy.example", NOW + 2 * MINUTE) == NOW + 7 * MINUTE
    assert pace.rest("busy.example", NOW + 60 * MINUTE) == NOW + 61 * MINUTE
    pace.forget(NOW + timedelta(days=2))
    assert session.scalar(select(func.count()).select_from(Pace)) == 0


def test_a_letter_that_a_domain_never_has_time_for_is_given_up_after_three_days(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    mailserver.answer("450 4.7.1 Too many messages")
    ids = committed(post())
    now = NOW
    for _ in range(400):
        send_due(line, now)
        if row(ids[0]).state == "failed":
            break
        now = max(row(ids[0]).due_at, now + timedelta(hours=6))
    assert row(ids[0]).state == "failed"
    assert now - NOW <= timedelta(days=3, hours=6)


def test_a_letter_that_waits_for_its_minute_can_still_be_replaced(
    app: Flask, session: scoped_session[Session], memory: Memory
) -> None:
    app.config["MAIL_PER_DOMAIN_MINUTE"] = 1
    committed(
        post(to_address="first@busy.example"), post(kind="changed", thread="t", to_address="b@busy.example")
    )
    send_due(memory)
    outbox.post(a_letter(kind="cancelled"), "new", NOW, thread="t", replaces=("changed",))
    assert states_of("changed") == ["dropped"]


def states_of(kind: str) -> list[str]:
    return list(db.session.scalars(select(OutgoingMail.state).where(OutgoingMail.letter == kind)))


def test_many_workers_who_hear_too_many_at_the_same_moment_rest_together(app: Flask) -> None:
    def hear(_: int) -> datetime:
        begin_write()
        until = pace.rest("busy.example", NOW)
        db.session.commit()
        return until

    results = at_once(app, 4, hear)
    assert faults(results) == []
    assert set(results) == {NOW + MINUTE}
