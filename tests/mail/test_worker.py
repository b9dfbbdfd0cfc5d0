"""Workers may die at any moment and any number may run: every letter arrives, and hardly one arrives twice."""

from collections import Counter
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from convene import clock
from convene.extensions import begin_write, db
from convene.mail.models import OutgoingMail
from tests.mail.posting import post
from tests.nightly import NIGHTLY
from tests.parts.mailserver import MailServer
from tests.parts.processes import Processes

LETTERS = 200 if NIGHTLY > 1 else 120
KILLS = 3 if NIGHTLY > 1 else 2


def test_three_workers_killed_with_letters_in_hand_lose_none_and_repeat_only_those_in_flight(
    app: Flask, processes: Processes, mailserver: MailServer
) -> None:
    with app.app_context():
        begin_write()
        now = clock.now() - timedelta(minutes=1)
        for number in range(LETTERS):
            post(now=now, thread=f"signup:{number // 2}", subject=f"Letter {number}")
        db.session.commit()
    settings = {"CONVENE_MAIL_URL": mailserver.url, "CONVENE_OUTBOX_LEASE_SECONDS": "2"}
    mailserver.slow(0.005)
    running = [processes.worker(**settings) for _ in range(2)]
    for kill in range(KILLS):
        mailserver.wait_for(25 + 45 * kill, seconds=30)
        running.pop(0).kill()
        running.append(processes.worker(**settings))

    while missing := LETTERS - len({one.raw for one in mailserver.messages}):
        mailserver.wait_for(len(mailserver.messages) + missing, seconds=30)
    for one in running:
        one.stop()
    arrived = mailserver.messages
    copies = Counter(one.message["Message-ID"] for one in arrived)
    assert len(copies) == LETTERS
    assert len(arrived) - LETTERS <= KILLS, "one letter in flight for each death"
    assert len({one.raw for one in arrived}) == LETTERS, "a repeat is equal to the byte"
    firsts = list(dict.fromkeys(int(one.message["Subject"].split()[1]) for one in arrived))
    place = {number: position for position, number in enumerate(firsts)}
    assert all(place[number] < place[number + 1] for number in range(0, LETTERS, 2)), (
        "in order in each thread"
    )
    with app.app_context():
        states = select(OutgoingMail.state, func.count()).group_by(OutgoingMail.state)
        assert {state: count for state, count in db.session.execute(states)} == {"sent": LETTERS}


def test_a_worker_told_to_stop_finishes_the_letter_in_hand_and_gives_the_others_back(
    app: Flask, processes: Processes, mailserver: MailServer
) -> None:
    with app.app_context():
        begin_write()
        for _ in range(10):
            post(now=clock.now() - timedelta(minutes=1))
        db.session.commit()
        mailserver.slow(0.3)
        worker = processes.worker(CONVENE_MAIL_URL=mailserver.url)
        mailserver.wait_for(1)
        assert worker.stop() == 0
        rows = db.session.execute(
            select(OutgoingMail.state, OutgoingMail.lease_owner, OutgoingMail.tries)
        ).all()
    sent = len(mailserver.messages)
    assert sent < 10
    assert sorted(map(tuple, rows)) == [("retry", None, 0)] * (10 - sent) + [("sent", None, 1)] * sent
