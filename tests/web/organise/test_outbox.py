"""The outbox at the desk: each letter's state, tries and last words, what it looked like, and why nothing leaves."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from convene import clock
from convene.extensions import db
from convene.mail import switch
from convene.mail.models import OutgoingMail
from convene.signups import actions, upheaval
from tests.web.organise.conftest import World, text


@pytest.fixture
def letter(world: World) -> int:
    world.add(world.event(), "Bo Ash")
    return world.read(lambda: db.session.scalars(select(OutgoingMail.id)).one())


def now_is(world: World, mail_id: int, **facts: object) -> None:
    with world.writing():
        db.session.execute(update(OutgoingMail).where(OutgoingMail.id == mail_id).values(**facts))


pytestmark = pytest.mark.one_database


def test_letters_are_shown_by_state_with_how_many_there_are(world: World, letter: int) -> None:
    world.add(world.event(), "Cy Dune")
    now_is(world, letter, state="failed", tries=3, last_answer="550 5.7.1 Looks like spam")
    page = text(world.client.get("/organise/outbox"))
    assert "Waiting to go (1)" in page and "Failed (1)" in page
    failed = text(world.client.get("/organise/outbox?state=failed"))
    assert "Bo Ash" in failed and "Cy Dune" not in failed
    assert "3 tries. 550 5.7.1 Looks like spam" in failed
    none = text(world.client.get("/organise/outbox?state=bounced"))
    assert "No letter is in this state" in none
    assert "Bo Ash" in text(world.client.get("/organise/outbox?state=nonsense"))


def test_a_waiting_letter_says_when_it_is_due_and_how_long_it_has_waited(world: World, letter: int) -> None:
    moment = clock.now()
    now_is(world, letter, posted_at=moment - timedelta(minutes=90), due_at=moment + timedelta(minutes=5))
    page = text(world.client.get("/organise/outbox"))
    assert "was written 90 minutes ago" in page and "Due " in page


def test_mail_that_is_stopped_is_said_with_since_when_and_why(world: World) -> None:
    with world.writing():
        switch.throw("We restore a backup.", clock.now())
    for path in ("/organise/", "/organise/outbox"):
        page = text(world.client.get(path))
        assert "Mail does not leave , since" in page.replace("leave,", "leave ,")
        assert "We restore a backup." in page and "lets them go" in page


def test_a_letter_is_seen_as_it_was_sent_in_a_page_that_can_do_nothing(world: World, letter: int) -> None:
    assert "as their mail program shows it" in text(world.client.get(f"/organise/outbox/{letter}"))
    seen = world.client.get(f"/organise/outbox/{letter}/as-sent")
    assert seen.mimetype == "text/html"
    policy = seen.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert seen.headers["Cache-Control"] == "no-store"
    assert "<body" in seen.text and "href" not in seen.text


def test_no_key_of_its_reader_is_in_what_the_host_sees(world: World, letter: int) -> None:
    kinds = (
        "place",
        "answer",
        "unsubscribe",
        "unsubscribe/never",
        "preferences",
        "calendar",
        "organise/sign-in",
    )
    base = world.app.config["BASE_URL"]
    links = [f"{base}/{kind}/SECRET{number}.ics" for number, kind in enumerate(kinds)]
    html = "".join(f"<a class='x' HREF = '{link}'>{link}</a><a href=\"{link}\">y</a>" for link in links)
    now_is(world, letter, html=html, text="\n".join(links))
    for path in ("", "/as-sent"):
        shown = world.client.get(f"/organise/outbox/{letter}{path}").text
        assert "SECRET" not in shown
        assert shown.count("(their own link)") == len(kinds)


@pytest.mark.parametrize(
    "facts", [{"letter": "sign_in"}, {"letter": "stay_in_touch"}, {"purged_at": clock.now()}]
)
def test_what_is_its_readers_alone_or_no_longer_kept_is_not_shown(
    world: World, letter: int, facts: dict[str, object]
) -> None:
    now_is(world, letter, **facts)
    assert world.client.get(f"/organise/outbox/{letter}/as-sent").status_code == 404


def test_what_is_no_longer_so_does_not_go_again_and_it_is_said_why(world: World) -> None:
    (place,) = world.add(world.event(capacity=1), "Bo Ash")
    kept, waits = newest(world), "/organise/outbox/{}/again"
    now_is(world, kept, state="failed", tries=3, last_answer="452 4.2.2 Mailbox full")
    with world.writing():
        actions.cancel(place, clock.now())
    page = world.client.post(waits.format(kept), follow_redirects=True)
    assert "it says what is no longer so" in text(page)
    assert world.read(lambda: db.session.get_one(OutgoingMail, kept).state) == "failed"


@pytest.mark.parametrize("how", ["left the line", "called off"])
def test_a_letter_about_the_line_does_not_go_again_to_one_who_waits_no_more(world: World, how: str) -> None:
    event_id = world.event(capacity=1)
    _, place = world.add(event_id, "Bo Ash", "Cy Dune")
    waitlisted = newest(world)
    now_is(world, waitlisted, state="failed", tries=3, last_answer="452 4.2.2 Mailbox full")
    assert "within a minute" in text(
        world.client.post(f"/organise/outbox/{waitlisted}/again", follow_redirects=True)
    )
    now_is(world, waitlisted, state="failed")
    with world.writing():
        if how == "called off":
            upheaval.call_off(event_id, "", clock.now())
        else:
            actions.cancel(place, clock.now())
    assert "no longer so" in text(
        world.client.post(f"/organise/outbox/{waitlisted}/again", follow_redirects=True)
    )


def newest(world: World) -> int:
    return world.read(lambda: db.session.scalars(select(func.max(OutgoingMail.id))).one())
