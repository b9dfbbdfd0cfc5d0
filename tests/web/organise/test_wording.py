"""Letters in a host's own words: changed with care, looked at, tried by mail, and given back."""

import pytest
from sqlalchemy import select

from convene import clock, links
from convene.access.models import AuditEntry
from convene.extensions import db
from convene.mail import wording
from convene.mail.models import OutgoingMail, Wording
from convene.mail.wording import LETTERS
from convene.signups import actions
from tests.journey.visitor import Reader
from tests.web.organise.conftest import OWNER, World, text

PATH = "/organise/wording"
OWN = {"subject": "Hooray, {name}", "words": "Dear {name},\n\nbring **soup** to {where}."}


def rows(world: World) -> list[tuple[int, str, str]]:
    found = select(Wording.organisation_id, Wording.letter, Wording.subject)
    return world.read(
        lambda: [(host, letter, subject) for host, letter, subject in db.session.execute(found)]
    )


def subjects(world: World, event_id: int) -> list[str]:
    mail = select(OutgoingMail.subject).where(OutgoingMail.event_id == event_id)
    mail = mail.where(OutgoingMail.letter == "place_confirmed")
    return world.read(lambda: list(db.session.scalars(mail)))


def trials(world: World) -> list[OutgoingMail]:
    mail = select(OutgoingMail).where(OutgoingMail.letter == "test")
    return world.read(lambda: list(db.session.scalars(mail)))


def test_the_list_says_whose_words_each_letter_has_and_why_some_stay(world: World) -> None:
    page = world.client.get(PATH)
    for name, kind in LETTERS.items():
        assert f'href="{PATH}/{name}"' in page.text and kind.title in text(page)
    assert "nobody has proved to be theirs" in text(page)
    assert "Yours" not in text(page).partition("Last changed")[2].partition("Letters whose words")[0]
    world.fill(f"{PATH}/reminder", OWN)
    assert text(world.client.get(PATH)).count(" Yours ") == 1
    assert f'href="{PATH}" aria-current="page"' in page.text


@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_opens_with_its_words_and_an_example(world: World, letter: str) -> None:
    page = world.client.get(f"{PATH}/{letter}")
    assert page.status_code == 200
    assert "so this person and this event are invented" in text(page) and "Hello Sam Example," in text(page)
    for name in LETTERS[letter].placeholders:
        assert f"<code>{{{name}}}</code>" in page.text
    event_id = world.event(title="Ideas & soup")
    world.add(event_id, "Pat Quill")
    page = world.client.get(f"{PATH}/{letter}")
    assert "As Pat Quill would get it for Ideas &amp; soup" in text(page) and "Hello Pat Quill," in text(page)


def test_words_are_saved_for_this_host_alone_and_stand_in_its_letters(world: World) -> None:
    page = world.fill(f"{PATH}/place_confirmed", OWN, follow_redirects=True)
    assert "Saved." in text(page) and "Hooray, {name}" in page.text
    assert rows(world) == [(world.host_id, "place_confirmed", "Hooray, {name}")]
    for host, subject in (
        (world.host_id, "Hooray, Pat"),
        (world.other_host_id, "You have a place: Ideas over soup"),
    ):
        event_id = world.event(host)
        with world.writing():
            signup = actions.add(event_id, "Pat", f"pat-{host}@example.net", clock.now())
            actions.confirm(signup.id, clock.now())
        assert subjects(world, event_id) == [subject]
    assert "wording.changed" in world.read(lambda: db.session.scalars(select(AuditEntry.verb)).all())


def test_an_unknown_placeholder_is_refused_by_name_and_what_was_typed_stays(world: World) -> None:
    page = world.client.post(
        f"{PATH}/reminder", data={"subject": "Hi {nobody}", "words": "Dear {nmae}, my long text"}
    )
    assert page.status_code == 422 and rows(world) == []
    assert "There is no {nobody} in this letter." in text(
        page
    ) and "There is no {nmae} in this letter." in text(page)
    assert "Dear {nmae}, my long text</textarea>" in page.text and 'value="Hi {nobody}"' in page.text
    assert 'aria-describedby="words-hint words-error"' in page.text
    empty = world.client.post(f"{PATH}/reminder", data={"subject": "", "words": " "})
    assert empty.status_code == 422 and "Write some words" in text(empty) and "Enter a subject" in text(empty)


def test_looking_at_it_saves_nothing_and_shows_what_was_typed(world: World) -> None:
    page = world.client.post(f"{PATH}/reminder", data={**OWN, "act": "look"})
    assert page.status_code == 200 and rows(world) == []
    assert "Subject: Hooray, Sam Example" in text(page) and "bring soup to The Hall, 1 Long Row." in text(
        page
    )


def test_a_test_goes_to_the_organiser_with_nobodys_key_in_it(world: World) -> None:
    event_id = world.event()
    (signup_id,) = world.add(event_id, "Pat Quill")
    key = world.read(lambda: links.place(signup_id, 1))
    for letter in LETTERS:
        page = world.client.post(f"{PATH}/{letter}", data={**OWN, "words": "Own {name}.", "act": "test"})
        assert f"A test is on its way to {OWNER}" in text(page), letter
    found = trials(world)
    assert len(found) == len(LETTERS) and rows(world) == []
    for mail in found:
        assert mail.to_address == OWNER and mail.subject == "Test: Hooray, Pat Quill"
        assert "Own Pat Quill." in mail.text
        assert mail.unsubscribe_url is None and mail.person_id is None and mail.invite is None
        for half in (mail.text, mail.html):
            assert key not in half and "/place/" not in half and "/unsubscribe/" not in half
            assert "/answer/" not in half and "/preferences/" not in half


def test_tests_are_few_enough_for_a_mailbox(world: World) -> None:
    world.app.config["LIMITS"]["CONVENE_LIMIT_MAILS_PER_KNOWN_ADDRESS_HOUR"] = (1, 3600)
    world.client.post(f"{PATH}/reminder", data={**OWN, "act": "test"})
    page = world.client.post(f"{PATH}/reminder", data={**OWN, "act": "test"})
    assert "so no test was sent" in text(page) and len(trials(world)) == 1


def test_going_back_to_the_usual_words_can_be_undone_by_saving_again(world: World) -> None:
    world.fill(f"{PATH}/reminder", OWN)
    page = world.client.post(f"{PATH}/reminder/back")
    assert rows(world) == [] and "The usual words are used again." in text(page)
    assert "Hello Sam Example, This is coming up" in text(page)
    form = next(form for form in Reader(page.text).forms if "words" in dict(form.values))
    world.client.post(f"{PATH}/reminder", data=dict(form.values))
    assert rows(world) == [(world.host_id, "reminder", "Hooray, {name}")]
    world.client.post(f"{PATH}/reminder/back")
    again = world.client.post(f"{PATH}/reminder/back", follow_redirects=True)
    assert "These were the usual words already." in text(again)


def test_letters_that_stay_as_they_are_have_no_page(world: World) -> None:
    for letter in ("confirm", "sign_in", "new_device", "stay_in_touch", "message", "../base", "nothing"):
        assert world.client.get(f"{PATH}/{letter}").status_code == 404
        assert world.client.post(f"{PATH}/{letter}", data=OWN).status_code == 404
        assert world.client.post(f"{PATH}/{letter}/back").status_code == 404
    assert world.app.test_client().get(PATH).status_code == 302


def test_words_that_were_pasted_with_marks_of_windows_are_kept_as_lines(world: World) -> None:
    world.fill(f"{PATH}/reminder", {"subject": "Hi", "words": "One\r\n\r\nTwo {{and}} three"})
    kept = world.read(lambda: wording.own(world.host_id, "reminder"))
    assert kept and kept.words == "One\n\nTwo {{and}} three"
