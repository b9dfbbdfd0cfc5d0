"""A letter as a value: rendered once, in full, from the templates of its folder and the words that stand in them."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app

from convene.mail import alike, translations, wording
from convene.mail.alike import Sheet
from convene.mail.languages import HOUSE, known


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one address. `invite` is an iTIP message whose METHOD is `invite_method`."""

    kind: str
    to_name: str
    to_address: str
    from_name: str
    subject: str
    text: str
    html: str
    reply_to: str | None = None
    invite: bytes | None = None
    invite_method: str | None = None
    revision: int | None = None
    unsubscribe_url: str | None = None
    list_id: str | None = None
    quiet_zone: str | None = None
    expires_at: datetime | None = None


def one_line(text: str) -> str:
    """Text that is safe in a mail header: one line, no control characters, no encoded words.

    `=?` must go because the standard library of Python before 3.11.10 decodes it into header lines
    (CVE-2024-6923 and later relatives).
    """
    if text.isprintable() and "  " not in text and "=?" not in text:  # as nearly all are
        return text.strip()
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return re.sub(r"\s+", " ", text).replace("=?", "= ?").strip()


def write(
    kind: str,
    *,
    to_name: str,
    to_address: str,
    from_name: str,
    facts: dict[str, Any],
    organisation_id: int | None = None,
    language: str | None = HOUSE,
    words: wording.Words | None = None,
    folder: str | None = None,
    **rest: Any,
) -> Letter:
    """The letter of this kind, in the language of whom it goes to, or the house's own.

    Its templates are in templates/mail/<kind>/, or in a `folder` that kinds of one shape share. A letter that hosts may
    word for themselves is found with the words of this organisation, or the usual ones; `words` stands for both (a
    message to many, or words that are being tried). Its templates say where they stand.
    """
    language = known(language)
    facts = {
        "to_name": to_name,
        "from_name": from_name,
        "unsubscribe_url": rest.get("unsubscribe_url"),
        "replies_read": bool(current_app.config["INBOX_URL"]),
        "language": language,
        **facts,
    }

    def laid_out(said: dict[str, Any]) -> Sheet:
        return sheet(folder or kind, said, in_words(kind, said, organisation_id, language, words))

    found = alike.shared((kind, folder, organisation_id, words), facts, laid_out)
    return Letter(
        kind=kind,
        to_name=one_line(to_name),
        to_address=to_address,
        from_name=one_line(from_name),
        subject=one_line(found.subject)[:300],
        text=found.text,
        html=found.html,
        **rest,
    )


def sheet(folder: str, facts: dict[str, Any], filled: wording.Filled | None) -> Sheet:
    """All that is read of a letter, rendered."""
    if filled is None:
        subject = render(folder, "subject.txt", facts)
    else:
        subject = filled.subject
        facts = {**facts, "opening": filled.opening, "closing": filled.closing}
    if getattr(facts.get("event"), "discreet", False):
        # Whoever looks over a shoulder reads no more.
        subject = translations.said("Your booking", facts["language"])
    text = re.sub(r"\n{3,}", "\n\n", render(folder, "body.txt", facts)).strip() + "\n"
    return Sheet(subject, text, render(folder, "body.html", facts))


def in_anothers_mailbox(facts: dict[str, Any]) -> bool:
    """Whether somebody else's mailbox takes this letter: a guest's, or that of one of two who share it.

    Whoever looks over its owner's shoulder would read in a subject whom they bring, or live with.
    """
    person = facts.get("person")
    return person is not None and person.address is None


def render(kind: str, name: str, facts: dict[str, Any]) -> str:
    return translations.template(f"mail/{kind}/{name}", facts["language"]).render(facts)


def in_words(
    kind: str,
    facts: dict[str, Any],
    organisation_id: int | None,
    language: str,
    words: wording.Words | None,
) -> wording.Filled | None:
    """Its words filled in, or none for a letter that is the same for every host."""
    shared = in_anothers_mailbox(facts)
    if kind in wording.MESSAGES and words is not None:
        if shared and wording.names_somebody(words.subject):
            words = wording.Words("{event}", words.words)
        return wording.fill(words, facts, wording.MESSAGES[kind])
    letter = wording.letter_of(kind, facts)
    if letter not in wording.LETTERS:
        return None
    if words is None and organisation_id is not None:
        words = wording.own(organisation_id, letter, language)
    if shared and words and wording.names_somebody(words.subject):
        words = wording.Words(wording.usual(letter, language).subject, words.words)
    return wording.fill(words or wording.usual(letter, language), facts, wording.LETTERS[letter].placeholders)
