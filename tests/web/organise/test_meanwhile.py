"""Two organisers save one form at once: what one alone changed is kept, what both changed is asked, nothing is lost."""

from flask.testing import FlaskClient

from convene.extensions import db
from convene.mail import wording
from convene.people.models import Organisation
from convene.signups import questions
from convene.signups.models import Response
from convene.web.organise.meanwhile import compared, revision
from tests.web.organise.conftest import OWNER, World, form_values, text


def test_what_only_one_of_two_changed_is_theirs_and_what_both_changed_is_asked() -> None:
    shown = {"title": "Soup", "venue": "Hall", "places": 20}
    with_ = revision(shown)
    now = {**shown, "venue": "Barn", "places": 30}
    assert compared(with_, now, {**shown, "title": "Stew"}) == (["venue", "places"], [])
    assert compared(with_, now, {**shown, "venue": "Loft"}) == (["places"], ["venue"])
    assert compared(with_, now, {**now, "title": "Stew"}) == ([], []), "both wrote the same"
    assert compared(with_, shown, {**shown, "title": "Stew"}) == ([], [])
    for forged in ("", "x", "...", "." * 5000, "9" * 5000):
        assert compared(forged, now, {**shown, "title": "Stew"}) == ([], ["title", "venue", "places"]), forged


def opened(client: FlaskClient, path: str) -> dict[str, str]:
    return form_values(client.get(path))


def test_the_host_s_own_settings(world: World) -> None:
    path, other = "/organise/host", world.signed_in(OWNER, world.host_id)
    mine, theirs = opened(world.client, path), opened(other, path)
    other.post(path, data={**theirs, "about": "We meet\n\nfor soup.", "reply_to": "soup@example.org"})
    stale = world.client.post(path, data={**mine, "about": "We meet for ideas.", "accent": "#f6b73c"})
    assert stale.status_code == 409
    assert all(words in text(stale) for words in ("You both changed this", "for soup.", "We meet for ideas."))
    assert "Somebody else changed “About it, in a sentence or two” too" in text(stale), "each by its name"
    assert "Empty" not in text(stale), "a line between paragraphs is no answer"
    assert 'value="soup@example.org"' in stale.text
    assert world.read(lambda: db.session.get_one(Organisation, world.host_id).accent) == ""
    assert world.client.post(path, data=form_values(stale)).status_code == 303
    host = world.read(lambda: db.session.get_one(Organisation, world.host_id))
    assert (host.about, host.reply_to, host.accent) == ("We meet for ideas.", "soup@example.org", "#f6b73c")


def test_the_settings_of_an_event(world: World) -> None:
    event_id = world.event(zone="UTC")
    path, other = f"/organise/events/{event_id}/care", world.signed_in(OWNER, world.host_id)
    mine, theirs = opened(world.client, path), opened(other, path)
    changes = {"hosts": "Ida Moss, baker", "discreet": "y", "access_list": "captions", "online_places": "7"}
    assert other.post(path, data={**theirs, **changes}).status_code == 303
    stale = world.client.post(
        path, data={**mine, "hosts": "Ed Fir", "access_list": "parking", "guests_each": "2"}
    )
    assert stale.status_code == 409
    said = ("You both changed this", "Ida Moss, baker", "Live captions", "Parking close by")
    assert all(words in text(stale) for words in said)
    assert world.event_row(event_id).guests_each == 0, "nothing of it is kept until it is chosen"
    assert world.client.post(path, data={**form_values(stale), "take": "access_list"}).status_code == 303
    kept = world.event_row(event_id)
    assert (kept.discreet, kept.online_places, kept.guests_each) == (True, 7, 2), "each has changed another"
    assert kept.access_list == "captions" and "Ed Fir<" in world.client.get(path).text
    # The day of one and the day of the other may not go together: that is said, and nothing is written.
    mine, theirs = opened(world.client, path), opened(other, path)
    day = f"{kept.starts_at:%Y-%m-%d}"
    other.post(path, data={**theirs, "closes_day": "2026-01-01", "closes_at": "10:00"})
    mixed = world.client.post(path, data={**mine, "opens_day": day, "opens_at": "00:00"})
    assert mixed.status_code == 422 and "It must close after it opens" in text(mixed)
    assert world.event_row(event_id).signup_opens_at is None


def test_the_words_of_a_letter(world: World) -> None:
    path, other = "/organise/wording/reminder", world.signed_in(OWNER, world.host_id)
    mine, theirs = opened(world.client, path), opened(other, path)
    other.post(path, data={**theirs, "subject": "Tomorrow: {event}", "act": "save"})
    looked = world.client.post(path, data={**mine, "words": "Bring a cup.", "act": "look"})
    assert looked.status_code == 200
    assert world.client.post(path, data={**form_values(looked), "act": "save"}).status_code == 303
    kept = world.read(lambda: wording.own(world.host_id, "reminder"))
    assert kept == wording.Words("Tomorrow: {event}", "Bring a cup."), "each has changed another part"
    other.post(path, data={**opened(other, path), "words": "Bring a bowl.", "act": "save"})
    stale = world.client.post(path, data={**form_values(looked), "words": "Bring two cups.", "act": "save"})
    assert stale.status_code == 409 and "Bring a bowl." in text(stale) and "Bring two cups." in text(stale)
    world.client.post(path, data={**form_values(stale), "take": "words", "act": "save"})
    kept = world.read(lambda: wording.own(world.host_id, "reminder"))
    assert kept == wording.Words("Tomorrow: {event}", "Bring a bowl.")


def test_a_question_and_one_that_was_replaced_meanwhile(world: World) -> None:
    asked = {
        "words": "Soup or stew?",
        "kind": "text",
        "purpose": "the pot",
        "seen_by": "organisers",
        "kept_days": "90",
    }
    world.client.post("/organise/questions", data=asked)
    (question_id,) = world.read(lambda: [one.id for one in questions.of_host(world.host_id)])
    path, other = f"/organise/questions/{question_id}", world.signed_in(OWNER, world.host_id)
    mine, theirs = opened(world.client, path), opened(other, path)
    other.post(path, data={**theirs, "purpose": "the right pot", "kept_days": "30"})
    stale = world.client.post(path, data={**mine, "purpose": "the big pot", "words": "Soup?"})
    assert stale.status_code == 409 and "the right pot" in text(stale) and "the big pot" in text(stale)
    assert world.client.post(path, data=form_values(stale)).status_code == 303
    (now,) = world.read(lambda: questions.of_host(world.host_id))
    assert (now.words, now.purpose, now.kept_days) == ("Soup?", "the big pot", 30)
    # Answered, a change makes another question: what was written about the old one is kept to be asked.
    (signup_id,) = world.add(world.event(), "Bo Ash")
    with world.writing():
        db.session.add(
            Response(question_id=question_id, signup_id=signup_id, words="Soup", answered_at=now.created_at)
        )
    mine = opened(world.client, path)
    other.post(path, data={**opened(other, path), "purpose": "another pot"})
    gone = world.client.post(path, data={**mine, "words": "Soup, really?"})
    assert gone.status_code == 409 and 'value="Soup, really?"' in gone.text
    assert "What you wrote stands below" in text(gone) and 'action="/organise/questions"' in gone.text
    assert world.client.post("/organise/questions/999999", data=mine).status_code == 404
