"""A letter comes in the language of whom it goes to: whole, with the same facts, links and invite in each."""

import html
import re
from collections import defaultdict
from email import message_from_bytes, policy

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import db
from convene.mail import translations, wording
from convene.mail.languages import FORMS, HOUSE, LANGUAGES, known
from convene.mail.message import build
from convene.mail.models import OutgoingMail
from convene.mail.outbox import post
from convene.mail.wording import LETTERS, Words
from convene.signups import letters
from convene.signups.models import Signup
from convene.signups.upheaval import tell_of
from tests.factories import a_person, a_signup, an_event, an_organisation
from tests.mail.every_letter import NOW, every_letter
from tests.mail.sentences import MAIL, every_sentence, placeholders
from tests.mail.test_letters import HOSTILE, hrefs, links, seen
from tests.parts.application import writing

OTHERS = [code for code in LANGUAGES if code != HOUSE]
SPACE = "\N{NO-BREAK SPACE}"
# What a host typed in the letters below: it stays as it is in every language.
TYPED, OTHER = "Zqx", "Zebedee Quirk"
WRITTEN = r"Hello (?=Z)|Bring a cup|See you there|About(?= Zqx)|New(?=: Zqx)|We hope to see you in June"


@pytest.fixture(params=OTHERS)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# The catalogue


def test_every_sentence_of_every_letter_is_in_every_catalogue_and_no_other(language: str) -> None:
    there, asked = translations.catalogue(language), every_sentence()
    assert len(asked) > 200
    missing = {one: where for one, (_, where) in asked.items() if one not in there}
    assert not missing, f"write these into convene/mail/words_in/{language}.po"
    assert not set(there) - set(asked), "no letter says this any more"


def test_what_is_filled_in_is_the_same_in_every_language(language: str) -> None:
    plurals = every_sentence()
    for sentence, forms in translations.catalogue(language).items():
        plural, where = plurals[sentence]
        assert len(forms) == (FORMS[language][0] if plural else 1), sentence
        for form in forms:
            if where == "convene/groups/rules.py":  # it counts {1} and says {2} and {3} as its grammar wants
                assert placeholders(form) <= placeholders(sentence), sentence
                assert ("{0}" in form) == ("{0}" in sentence) and ("{1}" in form) == ("{1}" in sentence)
            else:
                assert placeholders(form) in (placeholders(sentence), placeholders(plural)), sentence
            assert form.count("%") == len(re.findall(r"%\(\w+\)s", form)), sentence


def test_the_rules_of_numbers_are_what_the_catalogue_says_of_itself(language: str) -> None:
    head = (translations.FOLDER / f"{language}.po").read_text().split("\n\n")[0]
    assert f'"Language: {language}\\n"' in head
    count, rule = re.search(r"nplurals=(\d); plural=(\(.+?\));", head).groups()  # type: ignore[union-attr]
    assert FORMS[language][0] == int(count)
    assert rule == "(n > 1)" and [FORMS[language][1](n) for n in (0, 1, 2, 7)] == [0, 0, 1, 1]


def test_french_is_set_as_french_is(language: str) -> None:
    assert language == "fr", "another language has rules of its own"
    for sentence, forms in translations.catalogue(language).items():
        for form in forms:
            assert not re.search(rf"(?<!{SPACE})[:;?!»]|«(?!{SPACE})", form), form
            assert "'" not in form and '"' not in form and "..." not in form, form
            assert not re.search(r"\b(tu|ton|tes|toi)\b", form.lower()), f"vous, not tu: {form}"
            assert sentence[-1] in ".?" or form[-1] not in ".?", form


def test_a_catalogue_is_read_as_its_tools_write_it() -> None:
    text = (
        'msgid ""\nmsgstr ""\n"Language: fr\\n"\n\n'
        '#. a word to the translator\n#: templates/mail/a/body.txt\nmsgid "One \\"two\\"\\n"\n"three"\nmsgstr "Un"\n\n'
        '#, python-format\nmsgid "a"\nmsgid_plural "as"\nmsgstr[0] "x"\nmsgstr[1] ""\n"xs"\n\n'
        '#, fuzzy\nmsgid "guessed"\nmsgstr "deviné"\n\nmsgid "empty"\nmsgstr ""\n\n#~ msgid "old"\n#~ msgstr "vieux"\n'
    )
    assert translations.parse(text) == ({'One "two"\nthree': ("Un",), "a": ("x", "xs")}, {"a": "as"})
    for broken in ("msgid no quotes", 'msgid "a"\nmsgid "b"', '"alone"', 'msgid "a"\nmsgstr "b"\n\n' * 2):
        with pytest.raises(translations.Unreadable):
            translations.parse(broken)


def test_no_template_says_anything_outside_its_sentences() -> None:
    for path in MAIL.rglob("body.*"):
        text = re.sub(r"(?s)\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text())
        text = html.unescape(re.sub(r"<[^>]*>", "", text))
        assert not re.search(r"[^\W\d_]", text), f"{path}: {text.strip()}"
        for found in re.findall(r"m\.(?:heading|button|link|subheading)\(.*?'([^']*)'", path.read_text()):
            assert not re.search(r"[A-Za-z]{3}", found), f"{path}: {found}"


# The letters


def test_every_letter_says_in_each_language_what_it_says_in_the_house_s_own(
    sqlite_app: Flask, language: str
) -> None:
    with writing(sqlite_app):
        house = list(every_letter(TYPED, OTHER))
        theirs = list(every_letter(TYPED, OTHER, language))
        for one, other in zip(house, theirs, strict=True):
            assert one.kind == other.kind
            assert one.subject != other.subject or one.kind in ("message", "announcement")
            assert f'<html lang="{HOUSE}">' in one.html and f'<html lang="{language}">' in other.html
            assert links(other.text) == hrefs(other.html)
            assert shapes(one.text) == shapes(other.text), one.kind
            assert len(other.text.split("\n\n")) == len(one.text.split("\n\n")), one.kind
            assert bool(one.invite) == bool(other.invite)
            for typed in (TYPED, OTHER):
                assert one.text.count(typed) == other.text.count(typed), one.kind


def shapes(text: str) -> list[str]:
    """The links of a letter in their order, less what is somebody's own."""
    return [
        re.sub(
            r"(?<=/)\w+\.[\w.-]+|secret|(?<=zqx)[-\d]+|(?<=circles/)\d+|(?<=threads/)\d+|(?<=sessions/)\d+",
            "",
            link,
        )
        for link in re.findall(r"https?://\S+", text)
    ]


def test_no_sentence_of_the_house_stays_in_a_letter_in_another_language(
    sqlite_app: Flask, language: str
) -> None:
    """Where both say the same word, as with a number, there is nothing to find."""
    catalogue = translations.catalogue(language)
    same = {one for one, forms in catalogue.items() if one in forms}
    assert same <= {"Six"}
    fixed = re.compile(
        "|".join(sorted(filter(None, map(as_said, set(catalogue) - same)), key=len, reverse=True))
    )
    used = defaultdict(set)
    with writing(sqlite_app):
        for letter in every_letter(TYPED, OTHER, language):
            for words in (letter.subject, letter.text, seen(letter.html)):
                words = re.sub(WRITTEN, "", words)
                found = fixed.search(words)
                assert found is None, f"{letter.kind}: {found and found[0]}"
                used[letter.kind].add(words)
    folders = {path.name for path in MAIL.iterdir() if path.is_dir()}
    assert {kind if kind in folders else "ask" for kind in used} == folders  # some share a sheet


def as_said(sentence: str) -> str:
    """A pattern for a sentence with whatever is filled in; none for a word too short to be told from a name."""
    if len(re.sub(r"%\(\w+\)s|\{\w+\}|\W", "", sentence)) < 3:
        return ""
    parts = re.split(r"%\(\w+\)s|\{\w+\}", sentence)
    return r"(?<!\w)" + ".{1,90}?".join(map(re.escape, parts)) + r"(?!\w)"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_what_is_typed_breaks_no_letter_in_any_language(sqlite_app: Flask, language: str, text: str) -> None:
    with writing(sqlite_app):
        for letter in every_letter(text, OTHER, language):
            assert links(letter.text) == hrefs(letter.html), letter.kind
            for part in (letter.subject, letter.text, letter.html):
                assert "None" not in part and "Undefined" not in part and "%(" not in part
                assert not re.search(r"\{(name|event|when|where|host|organisation|day|until)\}", part)
            assert "<script" not in letter.html and "<b>" not in letter.html
            assert not re.search(r"&(#\d+|amp|lt|gt|quot);", letter.subject + letter.text)
            assert not re.search(r"[\r\n\x00\u0085\u2028\u2029]|=\?", letter.subject)


def test_numbers_have_the_form_that_goes_with_them(session: scoped_session[Session], language: str) -> None:
    signup = speaking(language)
    said = [letters.waitlisted(signup, ahead).text for ahead in (0, 1, 2)]
    assert "Vous êtes en tête de la liste." in said[0]
    assert "Une personne est avant vous sur la liste." in said[1]
    assert f"2{SPACE}personnes sont avant vous sur la liste." in said[2]
    one, many = "It works for %(num)s minute, and once.", "It works for %(num)s minutes, and once."
    forms = [translations.counted(one, many, number, language) for number in (0, 1, 2)]
    assert forms[0] == forms[1] != forms[2] and "minutes" in forms[2]
    assert [translations.counted(one, many, n, HOUSE) for n in (0, 1, 2)] == [many, one, many]


def test_the_message_says_which_language_it_is_in(session: scoped_session[Session], language: str) -> None:
    """RFC 3282: a mail program reads it aloud in that voice."""
    for code in (None, language):
        letter = letters.place_link(speaking(code))
        row = db.session.get(OutgoingMail, post(letter, f"test:{code}", NOW))
        assert row is not None
        message = message_from_bytes(build(row, "Convene <convene@example.org>"), policy=policy.default)
        assert message["Content-Language"] == known(code)


def test_the_invite_is_the_event_s_own_in_every_language(
    session: scoped_session[Session], language: str
) -> None:
    at = an_event()
    here, there = (
        letters.place_confirmed(
            a_signup(at, a_person(at.organisation, name="Pat", language=code)), 0, NOW
        ).invite
        for code in (None, language)
    )
    assert here and there
    own = rb"(?m)^(UID|ATTENDEE|URL|DESCRIPTION|X-ALT-DESC)[\s\S]*?(?=^\w)"
    assert re.sub(own, b"", here) == re.sub(own, b"", there)


def test_a_change_is_told_in_the_language_of_each(session: scoped_session[Session], language: str) -> None:
    at = an_event()
    at.state, at.online_url, at.format = "published", "https://video.example.org/a", "online"
    for code in (None, language):
        signup = a_signup(at, a_person(at.organisation, language=code))
        tell_of({"starts_at", "venue", "summary", "title"}, signup, NOW)
    house, theirs = db.session.query(OutgoingMail.text).order_by(OutgoingMail.id).all()
    for label in ("Title", "When", "Where", "What it is about"):
        assert f"\n{label}: " in house[0]
        assert f"\n{translations.said(label, language)}{SPACE}: " in theirs[0]
    assert f"Où{SPACE}: En ligne" in theirs[0]


def test_a_host_s_own_words_are_for_their_own_language(
    session: scoped_session[Session], language: str
) -> None:
    signup = speaking(language)
    host = signup.event.organisation
    usual = letters.place_link(signup)
    wording.keep(host.id, "place_link", Words("Mine", "Mine."), "person:1", NOW)
    assert letters.place_link(signup).subject == usual.subject
    db.session.add(
        wording.Wording(
            organisation_id=host.id, letter="place_link", language=language, subject="À nous", words="De nous.",
            changed_at=NOW, changed_by="person:1",
        )
    )  # fmt: skip
    db.session.flush()
    db.session().info.pop("wordings", None)
    assert letters.place_link(signup).subject == "À nous"
    signup.person.language = None
    assert letters.place_link(signup).subject == "Mine"


def test_the_usual_words_fill_the_same_braces_in_every_language(sqlite_app: Flask, language: str) -> None:
    with sqlite_app.app_context():
        for letter, kind in LETTERS.items():
            usual, theirs = wording.usual(letter), wording.usual(letter, language)
            wording.check(theirs, kind.placeholders)
            assert placeholders(usual.words) == placeholders(theirs.words)
            assert usual.words.count("---") == theirs.words.count("---")


def test_a_language_that_is_no_more_is_the_house_s_own(session: scoped_session[Session]) -> None:
    assert letters.place_link(speaking("tlh")).text.startswith("Hello ")
    assert letters.place_link(speaking("../fr")).text.startswith("Hello ")


def speaking(language: str | None) -> Signup:
    host = an_organisation()
    return a_signup(an_event(host), a_person(host, language=language))
