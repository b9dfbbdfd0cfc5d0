"""A host reads what came back about their own events, in words, and nothing of another host's."""

import pytest

from convene import clock
from convene.extensions import db
from convene.inbox.models import Inbound
from convene.mail.models import OutgoingMail
from convene.mail.suppression import suppress
from convene.signups.models import Signup
from tests.web.organise.conftest import World

INBOX = "/organise/inbox"


def came_back(world: World, kind: str, outcome: str, **facts: object) -> int:
    with world.writing():
        number = db.session.query(Inbound).count()
        row = Inbound(
            message_hash=f"{number:064}", received_at=clock.now(), kind=kind, outcome=outcome,
            **{"organisation_id": world.host_id, **facts},
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        return row.id


def letter_of(world: World, event_id: int) -> OutgoingMail:
    with world.writing():
        mail = db.session.query(OutgoingMail).filter_by(event_id=event_id).first()
        assert mail is not None
        db.session.expunge(mail)
        return mail


@pytest.mark.one_database
def test_an_empty_inbox_says_what_would_be_there_and_one_that_is_not_set_up_what_that_means(
    world: World,
) -> None:
    page = world.client.get(INBOX).text
    assert "Nothing came back" in page and "No inbox is set up here" in page
    world.app.config["INBOX_URL"] = "pipe:"
    assert "No inbox is set up here" not in world.client.get(INBOX).text
    assert f'href="{INBOX}"' in world.client.get("/organise/outbox").text


def test_it_shows_notes_unmatched_answers_and_bounces_newest_first(world: World) -> None:
    event_id = world.event()
    world.add(event_id, "Pat Leeds")
    mail = letter_of(world, event_id)
    facts = {"event_id": event_id, "person_id": mail.person_id}
    came_back(world, "reply", "note", detail="They propose another time.", words="<b>Later?</b>", **facts)
    came_back(
        world,
        "reply",
        "unmatched",
        detail="eve@example.net answered for Pat; only they can.",
        event_id=event_id,
    )
    came_back(world, "bounce", "hard", detail="5.1.1 No such mailbox", mail_id=mail.id, **facts)
    came_back(world, "bounce", "policy", detail="5.7.26 not authenticated", mail_id=mail.id, **facts)
    page = world.client.get(INBOX).text
    assert "&lt;b&gt;Later?" in page and "<b>Later?" not in page
    assert "eve@example.net answered for Pat; only they can." in page and "Somebody unknown" in page
    assert "Mail does not reach <bdi>pat.leeds@example.net</bdi>" in page
    assert "tell your operator" in page
    assert page.index("5.7.26") < page.index("5.1.1") < page.index("eve@") < page.index("Later?")
    assert page.count("Ideas over soup") == 4


@pytest.mark.one_database
def test_what_needs_nobodys_eye_is_not_shown_and_the_rest_is_paged(world: World) -> None:
    for outcome in ("applied", "delayed", "delivered"):
        came_back(world, "reply", outcome, detail="all is well")
    assert "all is well" not in world.client.get(INBOX).text
    ids = [came_back(world, "reply", "stale", detail=f"number {number}.") for number in range(53)]
    page = world.client.get(INBOX).text
    assert "number 52." in page and "number 3." in page and "number 2." not in page
    assert f"before={ids[3]}" in page
    page = world.client.get(f"{INBOX}?before={ids[3]}").text
    assert "number 2." in page and "number 3." not in page and "Back to the newest" in page
    assert world.client.get(f"{INBOX}?before=x").status_code == 200


def test_another_hosts_mail_is_not_there(world: World) -> None:
    event_id = world.event(world.other_host_id, title="Theirs")
    world.add(event_id, "Sam Elsewhere")
    mail = letter_of(world, event_id)
    came_back(world, "reply", "note", detail="theirs", organisation_id=world.other_host_id)
    came_back(world, "reply", "unmatched", detail="nobody's", organisation_id=None)
    # A row of ours that, by a fault, named what is theirs would not show it either.
    came_back(world, "bounce", "hard", event_id=event_id, person_id=mail.person_id, mail_id=mail.id)
    page = world.client.get(INBOX).text
    assert not [
        word
        for word in ("theirs", "nobody&#39;s", "Theirs", "sam.elsewhere", "Sam Elsewhere")
        if word in page
    ]


@pytest.mark.one_database
def test_the_sign_ups_say_who_may_come_what_they_wrote_and_whom_mail_does_not_reach(world: World) -> None:
    event_id = world.event()
    maybe = world.add(event_id, "May Be", "Gone Away", "Cross Reader")[0]
    with world.writing():
        signup = db.session.get_one(Signup, maybe)
        signup.reply, signup.reply_words = "tentative", "If the <i>train</i> comes"
        suppress("gone.away@example.net", "bounced", clock.now())
        suppress("cross.reader@example.net", "complained", clock.now())
    page = world.client.get(f"/organise/events/{event_id}/signups").text
    assert page.count("Maybe") == 1
    assert "If the &lt;i&gt;train&lt;/i&gt; comes" in page
    assert page.count("Mail does not reach them") == 1 and "it came back" in page
    assert "They reported a letter as unwanted" in page
