"""What is written between sessions reaches each as they chose, comes back by mail, and is told to who missed it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from convene import links
from convene.circles import delivering, hosting, joining, missing, notes, talk, turns
from convene.circles.models import Circle, Member, Post, Skip
from convene.circles.planning import row_of
from convene.circles.reply_addresses import reply_address
from convene.extensions import begin_write, db, start_write
from convene.inbox import actions as inbox
from convene.inbox.read import read
from convene.mail.models import OutgoingMail
from tests.factories import a_circle, a_member, a_person, a_session, a_signup
from tests.parts.application import writing

NOW = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)  # a Tuesday, 1pm in London
EIGHT = datetime(2026, 5, 13, 7, 0, tzinfo=UTC)
MONDAY = datetime(2026, 5, 18, 7, 0, tzinfo=UTC)
CHOICES = {"Ada": "none", "Ben": "every", "Cleo": "daily", "Dai": "weekly", "Eve": "daily"}


@pytest.fixture
def circle_id(app: Flask) -> int:
    app.config["INBOX_URL"] = "pipe:"
    with writing(app):
        circle = a_circle(now=NOW, title="Friendlier streets", talks=True, past_shown="all")
        for name, choice in CHOICES.items():
            person = a_person(
                circle.organisation, name=f"{name} Example", address=f"{name.lower()}@example.org", zone=None
            )
            a_member(circle, person, delivery=choice, joined_at=NOW - timedelta(days=5))
        circle.host_id = db.session.scalars(select(Member.person_id).order_by(Member.id)).first()
        db.session.commit()
        return circle.id


def sweep(now: datetime) -> dict[str, list[OutgoingMail]]:
    """The worker's rounds; the letters that they post, by first name of whom they go to."""
    before = set(db.session.scalars(select(OutgoingMail.id)))
    db.session.rollback()
    for _ in range(2):  # the second finds nothing to do
        for member_id in delivering.due(now):
            start_write()
            delivering.deliver(member_id, now)
            db.session.commit()
        db.session.rollback()
    found: dict[str, list[OutgoingMail]] = {}
    for letter in db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all():
        if letter.id not in before:
            found.setdefault(letter.to_name.split()[0], []).append(letter)
    return found


def answer(raw: bytes, now: datetime) -> str:
    db.session.rollback()
    begin_write()
    row = inbox.take(read(raw), now)
    outcome = row.outcome if row else "known"
    db.session.commit()
    return outcome


def message(sender: str, to: str, words: str, name: str = "m1") -> bytes:
    return f"From: {sender}\nTo: {to}\nMessage-ID: <{name}@example.org>\nSubject: Re: x\n\n{words}".encode()


def test_posts_reach_each_as_they_chose_and_answers_come_back(app: Flask, circle_id: int) -> None:
    with app.app_context():
        begin_write()
        people = {one.person.name.split()[0]: one for one in db.session.scalars(select(Member)).all()}
        ids = {name: one.person_id for name, one in people.items()}
        names = talk.names(circle_id)
        thread = talk.open_thread(circle_id, "Benches", ids["Ada"], None, NOW)
        thread_id = thread.id
        talk.write(
            thread, ids["Ada"], "Who knows a joiner, @Eve Example? <script>x</script> **Soon**", names, NOW
        )
        db.session.commit()

        assert not sweep(NOW + timedelta(minutes=9)), "it can still be mended"
        soon = sweep(NOW + timedelta(minutes=10))
        assert set(soon) == {"Ben", "Eve"}, "each post to who wants each; a mention to whom it mentions"
        letter = soon["Ben"][0]
        assert (
            "<script" not in letter.html
            and "<strong>Soon</strong>" in letter.html
            and "Ada" not in letter.subject
        )
        assert letter.reply_to and "+t" in letter.reply_to and "Write your answer above" in letter.text
        assert letter.unsubscribe_url and letter.quiet_zone == "Europe/London"
        morning = sweep(EIGHT)
        assert set(morning) == {"Cleo", "Eve"} and set(sweep(MONDAY)) == {"Dai"}
        assert not sweep(MONDAY + timedelta(days=7)), "nothing new is no letter"

        # Answered by mail: once, by themself alone, and only what they wrote.
        to = letter.reply_to
        raw = message(
            "Ben <BEN@example.org>", to, "I do: Gus.\n\nOn Tue, Open Table <e@example.org> wrote:\n> Who?"
        )
        assert answer(raw, MONDAY) == "applied" and answer(raw, MONDAY) == "known"
        post = db.session.scalars(select(Post).order_by(Post.id.desc())).first()
        assert post and (post.author_id, post.words) == (ids["Ben"], "I do: Gus.")
        assert answer(message("mallory@example.org", to, "Me!", "m2"), MONDAY) == "unmatched"
        forged = to.replace("+t", "+t9", 1)
        assert answer(message("ben@example.org", forged, "Me!", "m3"), MONDAY) == "unmatched"
        assert answer(message("ben@example.org", to, "> only quoted", "m4"), MONDAY) == "unmatched"
        most = app.config["LIMITS"]
        app.config["LIMITS"] = {**most, "CONVENE_LIMIT_POSTS_PER_MEMBER": (1, 3600)}
        assert answer(message("ben@example.org", to, "Once more", "m6"), MONDAY) == "unmatched", (
            "one in this hour"
        )
        app.config["LIMITS"] = most
        start_write()
        talk.close(db.session.merge(thread), "test", MONDAY)
        db.session.commit()
        assert answer(message("ben@example.org", to, "Late", "m5"), MONDAY) == "late"
        assert len(db.session.scalars(select(Post)).all()) == 2
        told = sweep(MONDAY + timedelta(minutes=20))
        assert "Ben" not in told, "nobody is sent their own words"

        # Stopped by the link in a letter, with no cookie and no token.
        with time_machine.travel(MONDAY):
            stop = links.unsubscribe(ids["Cleo"], 1, 101).removeprefix(app.config["BASE_URL"])
            assert app.test_client().post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        db.session.rollback()
        assert (
            db.session.scalars(select(Member.delivery).where(Member.person_id == ids["Cleo"])).one() == "none"
        )
        member = db.session.scalars(select(Member).where(Member.person_id == ids["Ben"])).one()
        assert reply_address(member, db.session.merge(thread)) == to and thread_id


def test_what_waits_for_the_morning_leaves_as_it_stands_then(app: Flask, circle_id: int) -> None:
    night = NOW + timedelta(hours=9)
    with app.app_context():
        begin_write()
        people = {one.person.name.split()[0]: one for one in db.session.scalars(select(Member)).all()}
        ids = {name: one.person_id for name, one in people.items()}
        ben = people["Ben"].id
        names = talk.names(circle_id)
        thread = talk.open_thread(circle_id, "Benches", ids["Ada"], None, NOW)
        talk.write(thread, ids["Ada"], "Told already.", names, NOW)
        db.session.commit()
        assert set(sweep(NOW + timedelta(minutes=10))) == {"Ben"}
        start_write()
        regret = talk.write(thread, ids["Ada"], "It was Mallory, @Eve Example.", names, night)
        talk.write(thread, ids["Ada"], "Bring soup.", names, night)
        talk.write(
            talk.open_thread(circle_id, "Tea", ids["Eve"], None, night), ids["Eve"], "Who?", names, night
        )
        db.session.commit()

        def unsent(name: str) -> list[str]:
            db.session.rollback()
            rows = (
                select(OutgoingMail.text).where(OutgoingMail.person_id == ids[name]).order_by(OutgoingMail.id)
            )
            return list(
                db.session.scalars(
                    rows.where(OutgoingMail.state == "queued", OutgoingMail.posted_at >= night)
                )
            )

        late = night + timedelta(minutes=10)
        assert set(sweep(late)) == {"Ben", "Eve"} and len(unsent("Ben")) == 2
        start_write()
        talk.edit(db.session.merge(regret), "It was Moll, @Eve Example.", names, late)
        db.session.commit()
        sweep(late)
        assert "Moll," in unsent("Eve")[0] and not [one for one in unsent("Ben") if "Mallory" in one]
        start_write()
        talk.remove(db.session.merge(regret), "test", late)
        db.session.commit()
        assert not unsent("Eve"), "and mentions nobody any more"
        sweep(late)
        about_benches, about_tea = sorted(unsent("Ben"), key=lambda text: "Tea" in text)
        assert "Bring soup." in about_benches and "Who?" in about_tea, "the rest is told, once"
        assert "Moll" not in about_benches and "Told already." not in about_benches
        start_write()
        for number in range(4):
            more = talk.open_thread(circle_id, f"Thread {number}", ids["Ada"], None, late)
            talk.write(more, ids["Ada"], "Look.", names, late)
        db.session.commit()
        assert len(sweep(late + timedelta(minutes=10))["Ben"]) == 1, "many threads at once are one letter"
        start_write()
        joining.leave(ben, late)
        db.session.commit()
        assert [one for one in unsent("Ben") if "soup" in one or "Who?" in one] == [], (
            "nothing for who has left"
        )
        assert set(sweep(EIGHT)) == {"Cleo", "Eve"}


def test_who_missed_a_session_is_told_what_happened_and_a_turn_goes_on(app: Flask, circle_id: int) -> None:
    with app.app_context():
        begin_write()
        circle = db.session.get_one(Circle, circle_id)
        members = {one.person.name.split()[0]: one for one in db.session.scalars(select(Member)).all()}
        past = a_session(circle, now=NOW - timedelta(days=4), starts_at=NOW - timedelta(days=1))
        coming = [a_session(circle, now=NOW, starts_at=NOW + timedelta(days=7 * n)) for n in (1, 2, 3)]
        for name in ("Ben", "Cleo", "Dai"):
            a_signup(past, members[name].person, now=NOW - timedelta(days=4))
        db.session.add(
            Skip(event_id=past.id, person_id=members["Cleo"].person_id, skipped_at=NOW - timedelta(days=2))
        )
        db.session.commit()
        begin_write()
        assert not missing.sessions_due(NOW), "with nothing written there is nothing to tell"
        notes.save(past.id, members["Ben"].person_id, "We counted **benches**.", 0, NOW)
        row_of(past).decided = "To count again."
        db.session.flush()
        assert missing.sessions_due(NOW) == [past.id]
        assert [one.person.name.split()[0] for one in missing.absent(past)] == ["Ada", "Cleo", "Eve"]
        assert (missing.tell(past.id, NOW), missing.tell(past.id, NOW)) == (2, 0), (
            "not Ada, who wants nothing by mail"
        )
        told = db.session.scalars(select(OutgoingMail).where(OutgoingMail.letter == "circle_missed")).all()
        assert {one.to_name.split()[0] for one in told} == {"Cleo", "Eve"}
        assert "To count again." in told[0].text and "<strong>benches</strong>" in told[0].html

        # In turn: whoever cannot come is passed over, and hosts later.
        circle.hosts_in_turn = True
        new = hosting.settle(circle, NOW)
        assert len(new) == 3 and len(set(new.values())) == 3
        first = new[coming[0].id]
        db.session.add(Skip(event_id=coming[0].id, person_id=first, skipped_at=NOW))
        db.session.flush()
        assert hosting.settle(circle, NOW)[coming[0].id] not in new.values(), (
            "one who has no turn yet takes it"
        )
        db.session.flush()
        soon = coming[0].starts_at - turns.SOON
        assert turns.due(soon) == [coming[0].id] and not turns.due(soon - timedelta(seconds=1))
        assert (turns.tell(coming[0].id, soon), turns.tell(coming[0].id, soon)) == (1, 0)
        assert not turns.due(soon)
        with pytest.raises(hosting.NotTheirs):
            hosting.give(circle, past.id, first, NOW)
        db.session.rollback()
