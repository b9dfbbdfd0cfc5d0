"""The shape of every letter on the wire: headers once and plain, two halves that say the same, nothing from outside."""

import email.policy
import html
import re
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some
from playwright.sync_api import Page

from config import ROOT
from convene.mail.letter import Letter, one_line
from convene.mail.message import build
from convene.mail.models import OutgoingMail
from convene.mail.why import WHY
from convene.nudges.letters import reminder, stay_in_touch, thank_you
from convene.nudges.models import Answer
from convene.nudges.rules.registry import KINDS, RULES
from convene.signups import letters
from tests.mail.every_letter import NOW, event, every_letter, host, nudge, person, signup, tie
from tests.mail.test_letters import hrefs, links
from tests.nightly import NIGHTLY
from tests.parts.application import writing

FROM = "Convene <convene@example.org>"
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Auto-Submitted")
NUDGES = (*KINDS, "digest")
CIRCLES_TALK = ("circle_posts", "circle_missed")
CLIPPED = 102 * 1024  # bytes: what Gmail shows of a letter
TROUBLE = [
    "Ann\r\nBcc: all@example.net",
    "=?utf-8?q?=0ABcc:_x@y?=",
    "a\x00b\x1b[31m",
    "Zoë 🧵👩‍👩‍👧",
    "\u200fשלום \u202eolleh\u202c",  # noqa: RUF001 - the marks are meant
    "An evening about measuring what cannot be measured, " * 6,
    "é" * 300,
    '"Pat" <x@y.example>, (co) & <b>"',
    "",
]
texts = some.one_of(
    some.sampled_from(TROUBLE),
    some.lists(some.sampled_from([*"aZé日ن🧵<>&\"',;:@=?()\\ \r\n\t\x00\x85\u2028\u200f\u202e", "=?", "http://x.y"]))
    .map("".join),
    some.text(alphabet=some.characters(exclude_categories=["Cs"]), max_size=300),
)  # fmt: skip


def on_the_wire(letter: Letter) -> bytes:
    facts = {name: getattr(letter, name) for name in Letter.__slots__ if name not in ("kind", "revision")}
    return build(
        OutgoingMail(letter=letter.kind, message_id="<1.a@example.org>", posted_at=NOW, **facts), FROM
    )


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def half(message: EmailMessage, kind: str) -> str:
    part = message.get_body([kind])
    assert part is not None
    return str(part.get_content())


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def check_wire(raw: bytes) -> None:
    """RFC 5322, 2045 and 2047: lines, words, plain ASCII, and each header once."""
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line or b"\0" in line for line in lines)
    assert max(map(len, lines)) <= 998
    head = raw.partition(b"\r\n\r\n")[0]
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^\s?]+\?[bq]\?[^\s?]*\?=", head, re.IGNORECASE))
    long = [line for line in head.split(b"\r\n") if len(line) > 78]
    assert all(line.startswith((b"List-Unsubscribe:", b" <")) for line in long), long
    names = [line.partition(b":")[0].decode().lower() for line in re.split(rb"\r\n(?![ \t])", head)]
    for name in ONCE:
        assert names.count(name.lower()) == 1, name
    assert len(names) == len(set(names))
    assert "bcc" not in names and "precedence" not in names


def check_halves(letter: Letter, message: EmailMessage) -> None:
    text, page = half(message, "plain"), half(message, "html")
    ours = {
        link for link in links(text) if link.startswith("http://localhost/")
    }  # a title may hold any other
    assert ours and ours == {link for link in hrefs(page) if link.startswith("http://localhost/")}
    assert len(page.encode()) < CLIPPED
    tags = Tags(page).found
    assert dict(tags)["html"] == {"lang": "en-GB"}
    assert not {tag for tag, _ in tags} & {
        "script",
        "form",
        "img",
        "link",
        "iframe",
        "object",
        "input",
        "svg",
    }
    for _, attributes in tags:
        assert not set(attributes) & {"src", "background", "onload", "onclick"}
    styles = " ".join(str(attributes.get("style")) for _, attributes in tags) + page[: page.index("</style>")]
    assert "url(" not in styles and "@import" not in styles and "@font-face" not in styles


def check_kind(letter: Letter, message: EmailMessage) -> None:
    """What only nudges carry, and who hears an answer."""
    for name in ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id"):
        assert (message[name] is not None) == (letter.unsubscribe_url is not None), (letter.kind, name)
    if letter.kind != "message":  # one about an event that is over can be stopped, one before it cannot
        stops = (*NUDGES, *CIRCLES_TALK, "announcement", "welcome", "new_events")
        assert (letter.kind in stops) == (letter.unsubscribe_url is not None)
    assert message["Reply-To"] == letter.reply_to
    assert len(message["To"].addresses) == len(message["From"].addresses) == 1


def without_marks(text: str) -> str:
    """What may be left of a text in a header: spaces apart, as folding is free to move them."""
    return "".join(one_line(text).split())


@pytest.fixture
def everything(sqlite_app: Flask, request: pytest.FixtureRequest) -> Iterator[list[Letter]]:
    with writing(sqlite_app):
        yield list(every_letter(request.param, "Zebedee Quirk"))


@pytest.mark.parametrize("everything", TROUBLE[:-1] if NIGHTLY > 1 else TROUBLE[:-1:2], indirect=True)
def test_every_letter_keeps_its_shape_whatever_is_typed(everything: list[Letter]) -> None:
    for letter in everything:
        raw = on_the_wire(letter)
        message = parsed(raw)
        check_wire(raw)
        check_halves(letter, message)
        check_kind(letter, message)


@given(text=texts, name=texts, by=texts)
@example(text=TROUBLE[0], name=TROUBLE[1], by=TROUBLE[6])
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_title_and_any_name_read_back_as_they_were_typed(
    sqlite_app: Flask, text: str, name: str, by: str
) -> None:
    with writing(sqlite_app) as session:
        at = event(host(by or "Open Table"), text or "An evening", online=False)
        mine = signup(at, person(at.organisation, name[:120]))
        makers: list[Callable[[], Letter]] = [
            lambda: letters.confirm(mine),
            lambda: letters.place_confirmed(mine, 0, NOW),
            lambda: letters.called_off(mine, 1, NOW, text),
            lambda: reminder(nudge("reminder", mine, "they have a place at this event"), mine),
            lambda: thank_you(nudge("thank_you", mine, "they had a place"), mine, "attended", True),
            lambda: stay_in_touch(
                tie(at, mine.person, person(at.organisation, name[:120])),
                Answer(channel="email", contact="a@b.example"),
                at,
                NOW,
            ),
        ]
        for make in makers:
            letter = make()
            raw = on_the_wire(letter)
            message = parsed(raw)
            check_wire(raw)
            check_halves(letter, message)
            check_kind(letter, message)
            # The library's reader takes marks of direction as they are and stops at none of what we leave.
            assert without_marks(str(message["Subject"])) == without_marks(letter.subject)
            assert without_marks(message["From"].addresses[0].display_name) == without_marks(
                at.organisation.name
            )
            assert without_marks(message["To"].addresses[0].display_name) == without_marks(letter.to_name)
            assert half(message, "plain").split() == letter.text.split()
            assert half(message, "html").split() == letter.html.split()
        session.rollback()


def test_the_text_half_has_no_entities_and_reads_without_the_other(sqlite_app: Flask) -> None:
    with writing(sqlite_app):
        for letter in every_letter("Tea & <cake>", "Zebedee Quirk"):
            text = half(parsed(on_the_wire(letter)), "plain")
            assert html.unescape(text) == text, letter.kind
            assert not re.search(r"</?[a-z]+>", text.replace("<cake>", ""))
            assert len(text.split()) > 30


def test_every_letter_about_a_person_leads_to_their_own_notices_but_the_very_first(sqlite_app: Flask) -> None:
    with writing(sqlite_app):
        for letter in every_letter("A table", "Zebedee Quirk"):
            told = "Your notices, and why this came:\nhttp://localhost/preferences/" in letter.text
            assert told == ("Your notices, and why this came</a>" in letter.html)
            of_the_house = (
                letter.from_name == "Convene"
            )  # to whoever signs in, whichever host they organise for
            # Nobody has answered from that address yet, or nobody is to find anything there any more.
            stranger = letter.kind in (
                "confirm",
                "circle_confirm",
                "asked_to_come",
                "invited",
                "new_address",
                "address_changed",
                "news_confirm",
                "involved_confirm",
            )
            assert told == (not stranger and not of_the_house), letter.kind


def test_a_list_id_is_one_for_each_host_and_kind_and_never_encoded_away(sqlite_app: Flask) -> None:
    with writing(sqlite_app):
        for name in ("Open Table", 'Zoë, Ölçün & "Co" ' * 3, "é" * 120, "a.b@c <d>"):
            at = event(host(name), "An evening", online=False)
            at.organisation.slug = "a-long-name-of-a-host-" + f"{len(name)}" * 25
            mine = signup(at, person(at.organisation, "Pat"))
            for kind, letter in (
                ("reminder", reminder(nudge("reminder", mine, "they have a place"), mine)),
                ("thank-you", thank_you(nudge("thank_you", mine, "they had"), mine, "attended", False)),
            ):
                raw = on_the_wire(letter)
                label = f"<{kind}.{at.organisation.slug}.localhost>"
                assert f"{label}\r\n".encode() in raw
                assert re.fullmatch(r"<[a-z0-9-]+(\.[a-z0-9-]+)+>", label) and len(label) < 255
                assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
                assert f"List-Unsubscribe: <{letter.unsubscribe_url}>\r\n".encode() in raw


def test_every_letter_there_is_has_a_sentence_that_says_why_it_came() -> None:
    folders = {path.name for path in (ROOT / "templates" / "mail").iterdir() if path.is_dir()}
    assert (folders - {"ask"}) | {rule.kind for rule in RULES if rule.kind != "what_came"} <= set(WHY), (
        "a new letter needs its line in convene/mail/why.py"
    )
    for words in WHY.values():
        assert re.fullmatch(r"[A-Z][^.]+\.", words)


@pytest.mark.parametrize("text", ["é" * 300, "\u200fשלום לכם " * 6, f"https://x.example.org/{'y' * 90}"])  # noqa: RUF001 - the letters are meant
def test_no_letter_is_wider_than_a_narrow_mail_window(sqlite_app: Flask, page: Page, text: str) -> None:
    with writing(sqlite_app):
        each = {letter.kind: letter for letter in every_letter(text, "Zebedee" * 9)}
    page.set_viewport_size({"width": 320, "height": 700})
    page.emulate_media(color_scheme="dark")
    for kind, letter in each.items():
        page.set_content(letter.html)
        assert page.evaluate("document.documentElement.scrollWidth") == 320, kind
        body = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert body == "rgb(29, 26, 38)", "dark where the window is dark"
