"""Every letter says the same in text and in HTML, whatever names people bear, and no more than it may."""

import html
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from itertools import pairwise

import pytest
from flask import Flask

from config import ROOT
from convene.extensions import db
from convene.mail.letter import Letter
from convene.mail.message import build
from convene.mail.models import OutgoingMail
from convene.mail.outbox import post
from convene.mail.wording import LETTERS, MESSAGES
from convene.nudges.rules.registry import RULES
from tests.mail.every_letter import ATTENDANCE, JOIN, NOW, ROOM, every_letter
from tests.parts.application import writing

FOLDER = ROOT / "templates" / "mail"
FILES = {"subject.txt", "body.txt", "body.html"}
OTHER = "Zebedee Quirk"
HOSTILE = {
    "plain": "A table for Ngozi",
    "markup": '<script>alert(1)</script> & <b>"Bobby" O\'Neill</b>',
    "header": "Ann =?utf-8?q?=0ABcc:_x@y?= \r\nBcc: all\u2028of\u0085us",
    "emoji": "Zoë 🧵👩‍👩‍👧 نور الهدى \u200fשלום ",  # noqa: RUF001 - the letters are meant
    "long": "An evening about measuring what cannot be measured, " * 20,
}


@pytest.fixture(params=HOSTILE)
def written(sqlite_app: Flask, request: pytest.FixtureRequest) -> Iterator[list[Letter]]:
    """Every letter, with one hostile text wherever a person may type."""
    with writing(sqlite_app):
        yield list(every_letter(HOSTILE[request.param], OTHER))


@pytest.fixture
def plain(sqlite_app: Flask) -> Iterator[list[Letter]]:
    with writing(sqlite_app):
        yield list(every_letter(HOSTILE["plain"], OTHER))


def links(text: str) -> set[str]:
    return set(re.findall(r"https?://[^\s<>\"]+", text))


def hrefs(page: str) -> set[str]:
    return {html.unescape(found) for found in re.findall(r'href="([^"]*)"', page)}


def seen(page: str) -> str:
    """What a reader of the HTML half sees, less the line for the mailbox's list."""
    page = re.sub(r"(?s)<(style|title)>.*?</\1>|<div style=\"display: none;.*?</div>", " ", page)
    page = re.sub(r"</?(bdi|strong|a)\b[^>]*>", "", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", re.sub(r"https?://\S+", "", text).lower()))


def of(kind: str, letters: list[Letter]) -> list[Letter]:
    found = [letter for letter in letters if letter.kind == kind]
    assert found
    return found


def test_every_folder_holds_its_templates_and_its_usual_words_and_belongs_to_a_letter(
    plain: list[Letter],
) -> None:
    folders = {
        path.name: {file.name for file in path.iterdir()} for path in FOLDER.iterdir() if path.is_dir()
    }
    shared = {rule.kind for rule in RULES} - set(folders)  # one small act each, on one sheet
    assert set(folders) == {"ask" if letter.kind in shared else letter.kind for letter in plain}
    for kind, files in folders.items():
        with_words = {letter.partition("-")[::2] for letter in LETTERS if letter.partition("-")[0] == kind}
        own = {
            name
            for _, which in with_words
            for name in (f"words{which and '-' + which}.md", f"subject{which and '-' + which}.txt")
        }
        bodies = FILES - {"subject.txt"} if kind in MESSAGES else FILES
        assert files == bodies | own, kind


def test_both_halves_hold_the_same_links(written: list[Letter]) -> None:
    for letter in written:
        assert links(letter.text) == hrefs(letter.html), letter.kind


def test_a_link_in_the_text_stands_alone_under_words_that_say_what_it_does(plain: list[Letter]) -> None:
    for letter in plain:
        lines = letter.text.splitlines()
        for before, line in pairwise(lines):
            if "http" in line:
                assert re.fullmatch(r"http\S+", line), letter.kind
                assert before.endswith(":"), (letter.kind, before)


def test_the_text_says_all_that_the_html_says_and_the_other_way_round(
    plain: list[Letter],
) -> None:
    for letter in plain:
        assert words(letter.text) <= words(seen(letter.html)), letter.kind
        less = re.sub(r"(?s)<h1.*?</h1>", " ", letter.html).replace(">Convene</span>", "></span>")
        said = seen(less).replace("Or open this address:", "")
        assert words(said) <= words(letter.text), letter.kind


def test_facts_are_the_same_in_both_halves(written: list[Letter]) -> None:
    label = r"(?m)^(?:Event|When|Your time|Where|Host|Who starts|Device): (.+)$"
    for letter in written:
        page = seen(letter.html)
        for fact in re.findall(label, letter.text):
            assert " ".join(fact.split()) in page, letter.kind


def test_no_name_becomes_markup(written: list[Letter]) -> None:
    for letter in written:
        assert "<script" not in letter.html
        assert "<b>" not in letter.html


def test_text_and_subject_are_never_escaped(written: list[Letter]) -> None:
    for letter in written:
        assert not re.search(
            r"&(#\d+|#x[0-9a-f]+|amp|lt|gt|quot|apos|nbsp|bull);", letter.subject + letter.text
        )


def test_nothing_that_is_missing_is_printed(written: list[Letter]) -> None:
    for letter in written:
        for part in (letter.subject, letter.text, letter.html):
            assert "None" not in part
            assert "Undefined" not in part
            assert "{{" not in part
        assert "\n\n\n" not in letter.text


def test_a_subject_is_one_line_that_mail_can_carry(written: list[Letter]) -> None:
    for letter in written:
        assert letter.subject
        assert len(letter.subject) <= 300
        assert not re.search(r"[\r\n\x00\u0085\u2028\u2029]|=\?", letter.subject)


def test_no_subject_names_another_person(plain: list[Letter]) -> None:
    assert not [letter.kind for letter in plain if OTHER in letter.subject]


def test_only_a_mutual_yes_passes_on_an_address(plain: list[Letter]) -> None:
    for letter in plain:
        addresses = set(re.findall(r"[\w.+-]+@[\w.-]+", letter.subject + letter.text + letter.html))
        if letter.kind == "stay_in_touch":
            assert addresses <= {"yes.please@example.net"}
            given = "yes.please@example.net" in letter.text or "020 7946 0000" in letter.text
            assert given != ("messages to go through us" in letter.text)
        else:
            assert not addresses, letter.kind


def test_the_first_letter_holds_nothing_of_the_sender_but_a_harmless_name(sqlite_app: Flask) -> None:
    with writing(sqlite_app):
        letters = list(every_letter("Call 0800 0000 now www.example.net", OTHER))
        letter = of("confirm", letters)[0]
        # The event and its host bear the same words here; the greeting is where the sender's would stand.
        assert letter.text.startswith("Hello,\n")
        assert letter.to_name == ""
        assert letter.invite is None
        assert "/unsubscribe/never/" in letter.text
        assert JOIN not in letter.text + letter.html


def test_the_way_in_online_is_told_only_to_people_with_a_place(plain: list[Letter]) -> None:
    told = {letter.kind for letter in plain if re.search(r"/place/\S+/join", letter.text)}
    assert not [letter.kind for letter in plain if JOIN in letter.text + letter.html]
    assert told == {"place_confirmed", "reminder", "your_group"}


def test_letters_about_a_place_say_what_the_calendar_does(plain: list[Letter]) -> None:
    for letter in plain:
        if letter.kind in ("circle_left", "circle_ended"):  # they say that nothing is left to come
            continue
        if letter.kind in (
            "place_confirmed", "changed", "cancelled", "called_off", "circle_joined", "circle_changed"
        ):  # fmt: skip
            assert ("attached to this letter" in letter.text) == (letter.invite is not None), letter.kind
        else:
            assert letter.invite is None
    confirmed = of("place_confirmed", plain)[0].text
    assert "Pressing No in your calendar tells the host but does not free your place." in confirmed


def test_somebody_elsewhere_reads_the_time_of_their_own_clock_too(plain: list[Letter]) -> None:
    there, _, here, _ = (letter.text for letter in of("reminder", plain))
    assert "6.30pm to 8pm (London)" in here
    assert "Your time" not in here
    assert "Your time: Tuesday 12 May 2026, 1.30pm to 3pm (New York)" in there


def test_every_nudge_says_why_it_came_and_how_to_stop_it(plain: list[Letter]) -> None:
    for letter in of("reminder", plain) + of("thank_you", plain):
        assert "You get this because you ha" in letter.text
        assert letter.unsubscribe_url in links(letter.text)


def test_thanks_are_worded_for_what_happened_and_blame_nobody(plain: list[Letter]) -> None:
    worded = dict(zip(ATTENDANCE, of("thank_you", plain)[: len(ATTENDANCE)], strict=True))
    assert len({letter.text for letter in worded.values()}) == len(ATTENDANCE)
    assert "If you came" in worded["unknown"].text
    for attendance in ("attended", "part", "unknown"):
        assert "did it help, and would you like to stay in touch" in worded[attendance].text
    missed = worded["no_show"].text
    assert "We missed you" in missed
    assert "http://localhost/\n" in missed
    for blame in ("should have", "did not", "didn't", "failed", "unfortunately", "you missed"):
        assert blame not in missed.lower()


def test_thanks_promise_no_more_questions_than_their_page_asks(plain: list[Letter]) -> None:
    thanks = of("thank_you", plain)
    company, alone = thanks[: len(ATTENDANCE)], thanks[len(ATTENDANCE) : 2 * len(ATTENDANCE)]
    for two, one in zip(company[:3], alone[:3], strict=True):  # attended, part, unknown
        for words in (two.text, two.html):
            assert "Two questions, a minute" in words and "Answer the two questions" in words
        for words in (one.text, one.html):
            assert "One question, a minute: did it help?" in words and "Answer the question" in words
            assert (
                "two questions" not in words.lower() and "in touch" not in words and "two minds" not in words
            )


def test_the_first_letter_promises_a_place_or_one_in_line_whichever_there_is(plain: list[Letter]) -> None:
    letter = of("confirm", plain)[0]
    assert letter.subject.startswith("Confirm your sign-up: ")
    for words in (letter.text, letter.html):
        assert "One press keeps your place, or your place in the line if it is full." in words
        assert "Confirm my sign-up" in words and "Keep my place" not in words


def test_a_group_letter_holds_every_round_with_all_that_it_takes(plain: list[Letter]) -> None:
    online, in_person = of("your_group", plain)
    for letter in (online, in_person):
        assert len(re.findall(r"(?m)^ROUND \d", letter.text)) == 2
        assert letter.text.count(f"You meet: {OTHER}, ") == 2
        assert "Who starts: you\n" in letter.text
        assert f"Who starts: {OTHER}\n" in letter.text
        assert letter.text.count("You all work in Libraries.") == 2
        assert len(re.findall(r"(?m)^- .+\?$", letter.text)) == 6
    assert online.text.count(ROOM) == 2
    assert "video.example.org" not in in_person.text


def test_a_sign_in_letter_says_how_long_and_how_often(plain: list[Letter]) -> None:
    assert "It works for 10 minutes, and once." in of("sign_in", plain)[0].text


def test_every_letter_becomes_a_message_that_reads_the_same(written: list[Letter]) -> None:
    for number, letter in enumerate(written):
        row = db.session.get(OutgoingMail, post(letter, f"test:{number}", NOW))
        assert row is not None
        message = message_from_bytes(build(row, "Convene <convene@example.org>"), policy=policy.default)
        assert "".join(message["Subject"].split()) == "".join(letter.subject.split())
        assert message["Bcc"] is None
        assert len(message.get_all("To", [])) == 1
        halves = [message.get_body([kind]) for kind in ("plain", "html")]
        for half, content in zip(halves, (letter.text, letter.html), strict=True):
            assert half is not None
            assert half.get_content().split() == content.split()


def test_names_are_set_apart_so_that_their_direction_stays_theirs(plain: list[Letter]) -> None:
    for letter in plain:
        for name in (HOSTILE["plain"], OTHER):
            bare = re.sub(r"<bdi>[^<]*</bdi>", "", re.sub(r"(?s)<(style|title)>.*?</\1>", "", letter.html))
            bare = re.sub(r"(?s)<div style=\"display: none;.*?</div>", "", bare)
            bare = re.sub(r"(?s)<div dir=\"auto\">.*?</div>", "", bare)  # paragraphs of somebody's own
            assert name not in bare, letter.kind


def test_nothing_that_is_read_over_a_shoulder_names_another_person(plain: list[Letter]) -> None:
    other, told = OTHER, 0
    for letter in plain:
        told += other in letter.text
        if letter.to_name == other:
            continue  # it is they who read it
        preheader = letter.html.partition("display: none")[2].partition("</div>")[0]
        outside = [letter.subject, letter.from_name, letter.to_name, preheader, letter.list_id or ""]
        unfolded = (letter.invite or b"").replace(b"\r\n ", b"").decode()
        lines = unfolded.splitlines()
        outside += [
            line for line in lines if line.startswith(("SUMMARY", "DESCRIPTION", "ORGANIZER", "LOCATION"))
        ]
        assert not [text for text in outside if other in text or other.split()[0] in text], letter.kind
    assert told, "and in the bodies of some they stand"
