"""A host's own words: kept when they can be read, filled in when a letter is written, and never more than words."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import begin_write, db
from convene.mail import markdown, wording
from convene.mail.wording import LETTERS, MESSAGES, Refused, Words
from convene.signups import actions as signups
from convene.signups import letters
from convene.signups.mailbox import sign_up_another
from tests.factories import a_person, a_signup, an_event, an_organisation
from tests.mail.every_letter import NOW, every_letter
from tests.mail.test_letters import HOSTILE, OTHER, hrefs, links
from tests.parts.application import writing

OWN = Words(
    "Olá {name}, about {event}",
    "Dear {name},\n\n**Bring** a cup, see [our page](https://example.org/cups?a=1&b=2).\n\n"
    "- one\n- two {{and}} more\n\n---\n\n"
    "Yours, {organisation}",
)
TRY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


def own_words(organisation_id: int) -> None:
    """Words of their own for each letter that can have them."""
    for letter, kind in LETTERS.items():
        known = "".join(f" {{{name}}}" for name in kind.placeholders)
        words = replace(OWN, words=OWN.words + known)
        wording.keep(organisation_id, letter, words, "person:1", NOW)


# The usual words and the host's


def test_the_usual_words_of_every_letter_can_be_kept_as_ones_own(sqlite_app: Flask) -> None:
    with writing(sqlite_app):
        for letter, kind in LETTERS.items():
            words = wording.usual(letter)
            wording.check(words, kind.placeholders)
            assert words.words.startswith("Hello {name},\n"), letter
            assert set(kind.placeholders) <= set(wording.MEANING) & set(wording.READ)
        assert all(set(known) <= set(wording.MEANING) for known in MESSAGES.values())


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_every_letter_in_every_state_is_written_in_a_hosts_own_words(sqlite_app: Flask, text: str) -> None:
    with writing(sqlite_app):
        own_words(1)
        for letter in every_letter(text, OTHER):
            assert links(letter.text) == hrefs(letter.html), letter.kind
            for part in (letter.subject, letter.text, letter.html):
                assert "None" not in part and "Undefined" not in part and "\ue000" not in part
                assert not re.search(r"\{(name|event|when|where|host|organisation|day|until)\}", part)
            assert not re.search(r"[\r\n\x00\u0085\u2028\u2029]|=\?", letter.subject)
            assert "<script" not in letter.html and "<b>" not in letter.html
            if letter.kind in {name.partition("-")[0] for name in LETTERS}:
                assert letter.subject.startswith("Olá ")
                assert "Bring a cup, see our page." in letter.text
                assert "\nour page:\nhttps://example.org/cups?a=1&b=2\n" in letter.text
                assert "\n- one\n- two {and} more\n" in letter.text
                assert "<strong>Bring</strong> a cup" in letter.html
                assert "**" not in letter.text.replace(text, "")
            elif letter.kind not in MESSAGES:
                assert "Bring" not in letter.text, f"{letter.kind} is the same for every host"


def test_what_is_fixed_stays_in_the_letter_whatever_a_host_writes(session: scoped_session[Session]) -> None:
    signup = a_signup()
    host = signup.event.organisation
    usual = letters.place_confirmed(signup, 0, NOW)
    wording.keep(host.id, "place_confirmed", Words("Hi", "Hi."), "person:1", NOW)
    own = letters.place_confirmed(signup, 0, NOW)
    assert own.subject == "Hi" and own.text.startswith("Hi.\n")
    assert "We look forward" in usual.text and "We look forward" not in own.text
    assert links(own.text) == links(usual.text)
    for fact in (
        "Event: ",
        "When: ",
        "Where: ",
        "You get this because",
        "tells the host but does not free your place",
    ):
        assert fact in own.text
    assert wording.drop(host.id, "place_confirmed") and not wording.drop(host.id, "place_confirmed")
    assert letters.place_confirmed(signup, 0, NOW).text == usual.text


def test_a_letter_in_somebody_elses_mailbox_has_no_name_in_its_subject(
    session: scoped_session[Session],
) -> None:
    ana = a_signup(an_event(), a_person(name="Ana"))
    wording.keep(ana.event.organisation_id, "place_confirmed", OWN, "person:1", NOW)
    assert letters.place_confirmed(ana, 0, NOW).subject == f"Olá Ana, about {ana.event.title}"
    ana.state = "confirmed"
    guest = sign_up_another(ana.id, "Bob", NOW)
    letter = letters.place_confirmed(guest, 0, NOW)
    assert letter.subject == f"You have a place: {guest.event.title}" and "Dear Bob" in letter.text
    said = letters.letter("message", guest, words=Words("Dear {name}", "Hello {name}"), facts={"ahead": True})
    assert said.subject == guest.event.title and "Hello Bob" in said.text


def test_dashes_part_what_opens_a_letter_from_what_closes_it(session: scoped_session[Session]) -> None:
    signup = a_signup()
    words = Words("Hi", "Above.\n---\nBelow.")
    wording.keep(signup.event.organisation_id, "reminder", words, "person:1", NOW)
    wording.keep(signup.event.organisation_id, "place_link", words, "person:1", NOW)
    text = letters.place_link(signup).text
    assert text.index("Above.") < text.index("Event: ") < text.index("Below.")


def test_another_host_keeps_its_words(session: scoped_session[Session]) -> None:
    mine, theirs = a_signup(), a_signup()
    wording.keep(mine.event.organisation_id, "place_link", Words("Mine", "Mine."), "person:1", NOW)
    assert letters.place_link(mine).subject == "Mine"
    assert letters.place_link(theirs).subject.startswith("Your link: ")


def test_the_letter_says_what_a_press_in_the_calendar_does(
    session: scoped_session[Session], app: Flask
) -> None:
    signup = a_signup()

    def texts() -> list[str]:
        changed = letters.changed(signup, {"When": "then"}, 1, NOW)
        return [letters.place_confirmed(signup, 0, NOW).text, changed.text, changed.html]

    for text in texts():
        assert "Pressing No in your calendar tells the host but does not free your place" in text
        assert "press here" in text and "Press Yes or No" not in text
    app.config["INBOX_URL"] = "pipe:"
    for text in texts():
        assert "Press Yes or No in your calendar, or use your page." in text
        assert "does not free" not in text


# Looking them up


def test_many_letters_of_one_transaction_ask_once_and_the_next_one_anew(
    session: scoped_session[Session],
) -> None:
    at = an_event()
    people = [a_signup(at) for _ in range(3)]
    session.commit()
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if "FROM wording" in statement:
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        begin_write()
        for one in people:
            letters.place_link(one)
            letters.waitlisted(one, 0)
        assert len(asked) == 2, "once for each kind of letter"
        letters.confirm(people[0])
        assert len(asked) == 2, "the first letter to a stranger has no words of a host's own"
        session.commit()
        begin_write()
        wording.keep(at.organisation_id, "place_link", Words("New", "New."), "person:1", NOW)
        assert letters.place_link(people[0]).subject == "New"
        session.rollback()
        begin_write()
        assert letters.place_link(people[0]).subject != "New", "what was undone is forgotten"
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_a_sign_up_and_its_confirmation_cost_one_statement_more_at_most(
    session: scoped_session[Session],
) -> None:
    at = an_event(starts_in=timedelta(days=9))
    session.commit()
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        begin_write()
        signup = signups.sign_up(at.id, "pat@example.org", "Pat", None, NOW)
        session.commit()
        assert not [one for one in asked if "FROM wording" in one]
        begin_write()
        signups.confirm(signup.id, NOW)
        session.commit()
        assert len([one for one in asked if "FROM wording" in one]) == 1
    finally:
        event.remove(Engine, "before_cursor_execute", note)


# What is refused


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Hello {nmae}", "There is no {nmae} in this letter. It knows {name}, "),
        ("Hello {until}", "There is no {until} in this letter."),
        ("Hello {}", "There is no {} in this letter."),
        ("Hello {name.__class__}", "There is no {name.__class__} in this letter."),
        ("A { alone", "A single { stands alone. To show one, write it twice: {{"),
        ("A } alone", "A single } stands alone. To show one, write it twice: }}"),
        ("[mine](https://example.org/{name})", "Nothing in braces can stand in the address of a link"),
        (
            "![x](https://example.org/{name}.png) <https://a.example/{event}>",
            "Nothing in braces can stand in",
        ),
    ],
)
def test_what_cannot_be_filled_in_is_refused_by_name(sqlite_app: Flask, words: str, said: str) -> None:
    with writing(sqlite_app):
        with pytest.raises(Refused) as refused:
            wording.keep(1, "reminder", Words("Hi", words), "person:1", NOW)
        assert said in str(refused.value)


def test_links_lead_by_http_https_and_mailto_alone(sqlite_app: Flask) -> None:
    with writing(sqlite_app):
        above, _ = markdown.halves(
            "[a](https://a.example) [b](javascript:alert(1)) [c](data:text/html,x) [d](mailto:d@example.org) [e](/e)"
            " [f](ftp://f.example) ![g](https://g.example/g.png) <b onclick=x>h</b>"
        )
    assert hrefs(above.html) == {"https://a.example", "mailto:d@example.org"}
    assert "<img" not in above.html and "<b " not in above.html and "g.example" not in above.html
    assert "d:\nd@example.org" in above.text and "a:\nhttps://a.example" in above.text


def test_a_value_is_never_markup_nor_a_header(sqlite_app: Flask) -> None:
    nasty = "**bold** [x](https://evil.example) <b>\r\nBcc: a@b {event} `code`"
    with writing(sqlite_app):
        host = an_organisation()
        signup = a_signup(an_event(host), a_person(host, name=nasty))
        wording.keep(
            host.id, "place_link", Words("For {name}", "# Hello {name}\n\n*{name}*"), "person:1", NOW
        )
        letter = letters.place_link(signup)
    as_typed = "**bold** [x](https://evil.example) <b> Bcc: a@b {event} `code`"
    assert as_typed in letter.text
    assert html.escape(as_typed, quote=False) in letter.html and "<b>" not in letter.html
    assert "https://evil.example" not in hrefs(letter.html)
    assert letter.subject == f"For {as_typed}"


# Whatever is typed

TEXT = st.text(
    st.sampled_from("ab {}[]()<>*_#-`!\\\n\t&;:/.1é🧵\u200f=?'\"~|+") | st.characters(codec="utf-8"),
    max_size=120,
)
PIECES = st.lists(
    st.sampled_from(
        ["{name}", "{event}", "{{", "}}", "---", "\n\n", "\n", "- ", "1. ", "> ", "# ", "```", "*", "**", "_", "`",
         "[a](https://a.example)", "<https://b.example>", "[b](javascript:x)", "![i](https://c.example)", "&amp;",
         "<script>", "a", " ", "    ", "\\", "[", "]("]
    ) | TEXT,
    max_size=14,
).map("".join)  # fmt: skip


@TRY
@given(subject=PIECES, words=PIECES, name=TEXT)
def test_no_wording_breaks_a_letter(sqlite_app: Flask, subject: str, words: str, name: str) -> None:
    typed = Words(subject, words)
    with writing(sqlite_app):
        try:
            wording.check(typed, LETTERS["place_link"].placeholders)
        except Refused as refused:
            assert str(refused)
            return
        host = an_organisation()
        signup = a_signup(an_event(host, title="Ideas"), a_person(host, name=name[:100] or "Pat"))
        wording.keep(host.id, "place_link", typed, "person:1", NOW)
        letter = letters.place_link(signup)
        db.session.rollback()
    assert not re.search(r"[\r\n\x00\u0085\u2028\u2029]|=\?", letter.subject)
    assert "\ue000" not in letter.text + letter.html + letter.subject
    assert "<script" not in letter.html and "<img" not in letter.html
    assert all(one.startswith(("http://", "https://", "mailto:")) for one in hrefs(letter.html))
    if "{" not in words and "{" not in name:
        assert "{" not in letter.text, "what stands in braces is filled in"


@TRY
@given(words=st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=6), data=st.data())
def test_the_text_half_holds_every_word_and_no_noise_of_markdown(
    sqlite_app: Flask, words: list[str], data: st.DataObject
) -> None:
    dressed = [
        data.draw(st.sampled_from(["{}", "**{}**", "*{}*", "`{}`", "[{}](https://example.org/a)"])).format(
            word
        )
        for word in words
    ]
    before = data.draw(st.sampled_from(["", "# ", "## ", "> "]))
    with writing(sqlite_app):
        above, below = markdown.halves(before + " ".join(dressed))
    said = above.text.split("\n\n")[0]
    assert said == " ".join(words)
    assert not re.search(r"[*`#>\[\]()]", above.text)
    assert below.text == ""
