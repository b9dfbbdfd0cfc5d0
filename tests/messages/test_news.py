"""One letter a week with all that is new: rules without a database, and one story with one."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene.access import audit
from convene.events.models import Event
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.mail.suppression import suppress
from convene.messages import actions, news, rules
from convene.nudges import stopping
from convene.nudges.rules import capped
from convene.people.models import Organisation, Person
from tests.factories import a_person, a_signup, an_event, an_organisation

TUESDAY = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)  # nine in London
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "zone", "last"),
    [
        (TUESDAY, "Europe/London", TUESDAY),
        (TUESDAY - timedelta(seconds=1), "Europe/London", TUESDAY - 7 * DAY),
        (TUESDAY + 6 * DAY, "Europe/London", TUESDAY),
        (TUESDAY, "America/New_York", datetime(2026, 5, 5, 13, tzinfo=UTC)),
        (datetime(2026, 3, 31, 12, tzinfo=UTC), "Europe/London", datetime(2026, 3, 31, 8, tzinfo=UTC)),
        (datetime(2026, 3, 30, 12, tzinfo=UTC), "Europe/London", datetime(2026, 3, 24, 9, tzinfo=UTC)),
        (datetime(2011, 12, 31, tzinfo=UTC), "Pacific/Apia", datetime(2011, 12, 27, 19, tzinfo=UTC)),
    ],
)
def test_its_turn_is_tuesday_at_nine_where_the_host_is(now: datetime, zone: str, last: datetime) -> None:
    assert rules.last_turn(now, zone) == last
    assert rules.next_turn(now, zone) > now >= last
    assert rules.is_due(now, zone) == (now - last < rules.USEFUL)


def test_news_is_what_was_announced_since_they_knew_all_and_not_long_ago() -> None:
    assert rules.is_new(TUESDAY - DAY, TUESDAY - 7 * DAY, TUESDAY)
    assert not rules.is_new(TUESDAY - 8 * DAY, TUESDAY - 7 * DAY, TUESDAY), "they knew of it"
    assert not rules.is_new(TUESDAY + HOUR, TUESDAY - 7 * DAY, TUESDAY), "it waits for the next letter"
    assert not rules.is_new(TUESDAY - 40 * DAY, TUESDAY - 90 * DAY, TUESDAY), "nobody had a letter for months"


def announce(host: Organisation, title: str, at: datetime, **facts: object) -> Event:
    event = an_event(host, title=title, now=at, starts_at=TUESDAY + 20 * DAY, **facts)  # type: ignore[arg-type]
    audit.record(host.id, "test", "event.published", f"event:{event.id}", at)
    return event


def hears(host: Organisation, name: str, since: datetime = TUESDAY - 6 * DAY) -> Person:
    person = a_person(host, name=name, now=since)
    actions.agree(person, news.wording(host), "test", since)
    db.session.flush()
    return person


def letters() -> dict[str, list[str]]:
    """To whom a letter of new events waits or went, and the titles in it, in its order."""
    rows = db.session.scalars(
        select(OutgoingMail).where(OutgoingMail.letter == "new_events").order_by(OutgoingMail.id)
    )
    titles = ("Soup", "Stew", "Broth", "Closed", "Secret")
    return {
        f"{one.to_name} {one.state}": [title for title in titles if f"{title}\n" in one.text] for one in rows
    }


def test_once_a_week_each_who_agreed_hears_of_all_that_is_new_to_them(
    session: scoped_session[Session],
) -> None:
    host, other = an_organisation(now=TUESDAY - 30 * DAY), an_organisation(now=TUESDAY - 30 * DAY)
    soup = announce(host, "Soup", TUESDAY - 3 * DAY, online_places=5)
    announce(host, "Stew", TUESDAY - 2 * DAY, hides_place=True)
    announce(host, "Secret", TUESDAY - 2 * DAY, listed=False)
    announce(host, "Closed", TUESDAY - 2 * DAY, signup_closes_at=TUESDAY - DAY)
    announce(other, "Broth", TUESDAY - DAY)
    ann = hears(host, "Ann")
    hears(host, "Late", TUESDAY - 2 * DAY - HOUR)
    going, stopped, paused, barred, full = (
        hears(host, name) for name in ("Going", "Stop", "Pause", "Bar", "Full")
    )
    a_person(host, name="Never asked", now=TUESDAY)
    a_signup(soup, going, now=TUESDAY - DAY)
    # Somebody else who reads Ann's mailbox agreed too: one letter a day reaches it, not two.
    ben = a_person(host, name="Ben", address=None, mailbox_id=ann.id, now=TUESDAY - 6 * DAY)
    ben.address_typed = ann.address_typed
    actions.agree(ben, news.wording(host), "test", TUESDAY - 6 * DAY)
    actions.stop(stopped, "test", TUESDAY - DAY)
    stopping.pause(paused, TUESDAY + 9 * DAY, "Europe/London")
    suppress(barred.address or "", "never", TUESDAY)
    db.session.add(
        OutgoingMail(
            key="x", message_id="x", letter="announcement", to_name="", to_address=full.address_typed, from_name="",
            subject="", text="", html="", state="sent", posted_at=TUESDAY - HOUR, due_at=TUESDAY,
        )
    )  # fmt: skip
    db.session.flush()
    assert host.id not in news.hosts_due(TUESDAY - HOUR)
    assert news.post_due(host.id, capped, TUESDAY - HOUR) == 0
    assert {host.id, other.id} <= set(news.hosts_due(TUESDAY))
    assert news.post_due(host.id, capped, TUESDAY) == 3
    expected = {"Ann queued": ["Soup", "Stew"], "Late queued": ["Stew"], "Going queued": ["Stew"]}
    assert letters() == expected
    anns = db.session.scalars(select(OutgoingMail).where(OutgoingMail.to_name == "Ann")).one()
    for part in (anns.text, anns.html):
        assert part.count("1 Long Row") == part.count("1 Long Row / Online") == 1, (
            "where, unless it is kept back"
        )
    # Again, by another worker or after a restart: nothing twice. Who had enough that day has it when they had not.
    assert news.post_due(host.id, capped, TUESDAY + HOUR) == 0
    assert news.post_due(host.id, capped, TUESDAY + DAY) == 2
    assert letters() == {**expected, "Full queued": ["Soup", "Stew"], "Ben queued": ["Soup", "Stew"]}
    (one,) = db.session.scalars(select(OutgoingMail).where(OutgoingMail.person_id == ann.id))
    assert (
        one.unsubscribe_url and "/unsubscribe/" in one.unsubscribe_url and one.quiet_zone == "Europe/London"
    )
    assert "Soup" not in one.subject and one.expires_at == TUESDAY + 3 * DAY
    # Stopping it takes back what waits; the next week says nothing of what they know, and is not written if empty.
    actions.stop(ann, "test", TUESDAY + DAY)
    assert "Ann dropped" in letters()
    next_week = TUESDAY + 7 * DAY
    assert news.post_due(host.id, capped, next_week) == 0
    announce(host, "Broth", next_week - DAY)
    assert news.post_due(host.id, capped, next_week) == 4
    rows = select(OutgoingMail.to_name, OutgoingMail.text).where(OutgoingMail.posted_at == next_week)
    newest = {
        name: [title for title in ("Soup", "Stew", "Broth") if title in text]
        for name, text in db.session.execute(rows)
    }
    assert newest == {name: ["Broth"] for name in ("Late", "Going", "Full", "Ben")}
