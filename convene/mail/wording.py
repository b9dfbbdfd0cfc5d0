"""The words of each letter that a host may put in their own way: the usual ones, the host's, and what stands in braces.

A letter is a subject, the host's words, and facts that nobody edits away (the event, the button, the links, the foot).
docs/decisions/own-words-in-letters.md says why.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app
from markupsafe import Markup, escape
from sqlalchemy import bindparam, delete, select

from convene.extensions import affected, db, upsert
from convene.mail.languages import HOUSE
from convene.mail.markdown import Halves, addresses, halves
from convene.mail.models import Wording
from convene.mail.translations import paragraphs, said

LANGUAGE = HOUSE
MOST_SUBJECT, MOST_WORDS = 200, 5000


@dataclass(frozen=True, slots=True)
class Kind:
    """A letter that has words: what it is called at the desk, when it goes, and what may stand in braces."""

    title: str
    when: str
    placeholders: tuple[str, ...]


# What each placeholder stands for, as the page tells it, and how it is read off the facts of a letter.
MEANING = {
    "name": "the name of the person who gets it",
    "event": "the title of the event",
    "when": "its day and time, in its own zone",
    "where": "its place, or “Online”",
    "host": "who welcomes people there",
    "organisation": "your organisation",
    "day": "the day it was on",
    "until": "until when the place is held",
}
READ: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "name": lambda facts: facts["to_name"],
    "event": lambda facts: facts["event"].title,
    "when": lambda facts: facts["when"],
    "where": lambda facts: where(facts["event"], facts.get("language", HOUSE)),
    "host": lambda facts: facts["event"].host_name or facts["organisation"].name,
    "organisation": lambda facts: facts["organisation"].name,
    "day": lambda facts: facts["day"],
    "until": lambda facts: facts["until"],
}
OF_EVENT = ("name", "event", "when", "where", "host", "organisation")
AFTER = (*OF_EVENT, "day")
ANNOUNCED = ("name", "organisation")

# In the order in which people get them. `thank_you-...`: the same letter to those who did not simply come.
LETTERS = {
    "place_confirmed": Kind("You have a place", "when somebody gets a place", OF_EVENT),
    "waitlisted": Kind("On the waiting list", "when every place is taken", OF_EVENT),
    "place_offered": Kind("A place is free", "when it is their turn in the line", (*OF_EVENT, "until")),
    "place_link": Kind("Your link", "when somebody asks for a new link, or signs up again", OF_EVENT),
    "changed": Kind("Changed", "when you change when or where", OF_EVENT),
    "cancelled": Kind("Place given back", "when a place is given back", OF_EVENT),
    "called_off": Kind("Called off", "when you call the event off", OF_EVENT),
    "reminder": Kind("Reminder", "the day before", OF_EVENT),
    "your_group": Kind("Your groups", "when you publish the groups", OF_EVENT),
    "thank_you": Kind("Thank you for coming", "the day after, to those who came", AFTER),
    "thank_you-part": Kind("Thank you, for part of it", "the day after, to those who came for part", AFTER),
    "thank_you-unknown": Kind("After the event", "the day after, to those nobody marked", AFTER),
    "thank_you-no_show": Kind("We missed you", "the day after, to those who did not come", AFTER),
    "thank_you-excused": Kind(
        "Thank you for telling us", "the day after, to those who sent apologies", AFTER
    ),
}
# What may stand in braces in a host's message to many, which has no usual words.
MESSAGES = {"message": OF_EVENT, "announcement": ANNOUNCED}

# Why the others are as they are, for the page that lists them.
FIXED = {
    "Confirm your sign-up": "It goes to an address that nobody has proved to be theirs. Whoever typed it must not be"
    " able to put words before a stranger, and neither can anybody else.",
    "Sign-in link, and a new device": "They let organisers in, or warn of it, and must look the same wherever they are"
    " read.",
    "Your calendar says you cannot come": "It says what an answer in a calendar did, and nothing else.",
    "Your link to what we keep": "It lets a person see, correct and erase what is kept about them, and must look the"
    " same wherever it is read.",
    "You both said yes": "It is between two people, and holds only what each of them chose to give.",
}

BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
MARK = re.compile("\ue000([a-z]+)\ue001")
MINE = select(Wording.subject, Wording.words).where(
    Wording.organisation_id == bindparam("organisation_id"),
    Wording.letter == bindparam("letter"),
    Wording.language == bindparam("language"),
)
# What the letter is about may change once more before it is written.
MINE = MINE.execution_options(autoflush=False)


class Refused(ValueError):
    """The words cannot be kept; the message says which piece of them, and what to do."""


@dataclass(frozen=True, slots=True)
class Words:
    """A subject in one line and words in Markdown, both with placeholders."""

    subject: str
    words: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What a letter says in a host's way, with everything in braces filled in."""

    subject: str
    opening: Halves
    closing: Halves


def where(event: Any, language: str = HOUSE) -> str:
    """What a host wrote stays as it is; the rest is said in the language of the letter."""
    if event.format == "online":
        return said("Online", language)
    return event.venue or said("your host will tell you", language)


def letter_of(kind: str, facts: Mapping[str, Any]) -> str:
    """The name under which this letter's words are kept: who came and who did not is thanked apart."""
    attendance = facts.get("attendance", "attended")
    return kind if kind != "thank_you" or attendance == "attended" else f"{kind}-{attendance}"


# The words there are


@lru_cache(maxsize=256)
def read(folder: str, letter: str, language: str = HOUSE) -> Words:
    kind, _, variant = letter.partition("-")
    ending = f"-{variant}" if variant else ""
    own = Path(folder, "mail", kind)
    subject = (own / f"subject{ending}.txt").read_text(encoding="utf-8").strip()
    words = (own / f"words{ending}.md").read_text(encoding="utf-8").strip()
    return Words(said(subject, language), paragraphs(words, language))


def usual(letter: str, language: str = HOUSE) -> Words:
    """The words that a letter has until somebody writes others."""
    return read(str(current_app.jinja_loader.searchpath[0]), letter, language)  # type: ignore[union-attr] # templates/ is a folder


def own(organisation_id: int, letter: str, language: str = LANGUAGE) -> Words | None:
    """A host's own words for a letter, if they wrote any: asked once in a transaction, whatever number of letters."""
    session = db.session()
    transaction = session.get_transaction()
    kept, known = session.info.get("wordings", (None, {}))
    if kept is not transaction or transaction is None:
        known = {}
        session.info["wordings"] = (transaction, known)
    key = (organisation_id, letter, language)
    if key not in known:
        row = db.session.execute(MINE, dict(zip(("organisation_id", "letter", "language"), key, strict=True)))
        found = row.one_or_none()
        known[key] = Words(*found) if found else None
    mine: Words | None = known[key]
    return mine


def all_of(organisation_id: int, language: str = LANGUAGE) -> dict[str, Wording]:
    """Every wording of this host's own, by letter."""
    rows = select(Wording).where(Wording.organisation_id == organisation_id, Wording.language == language)
    return {row.letter: row for row in db.session.scalars(rows)}


def keep(organisation_id: int, letter: str, words: Words, actor: str, now: datetime) -> None:
    """Write a host's own words down, in place of those before. Raises Refused."""
    check(words, LETTERS[letter].placeholders)
    row = {"subject": words.subject, "words": words.words, "changed_at": now, "changed_by": actor}
    new = upsert(Wording).values(organisation_id=organisation_id, letter=letter, language=LANGUAGE, **row)
    db.session.execute(
        new.on_conflict_do_update(index_elements=["organisation_id", "letter", "language"], set_=row)
    )
    db.session().info.pop("wordings", None)


def drop(organisation_id: int, letter: str) -> bool:
    """Go back to the usual words; False if these were the ones already."""
    mine = delete(Wording).where(
        Wording.organisation_id == organisation_id,
        Wording.letter == letter,
        Wording.language == LANGUAGE,
    )
    db.session().info.pop("wordings", None)
    return affected(mine) > 0


# Checking and filling in


def check(words: Words, placeholders: Iterable[str]) -> None:
    """Raises Refused, with the piece that cannot stand."""
    check_braces(words.subject, placeholders)
    check_words(words.words, placeholders)


def check_words(text: str, placeholders: Iterable[str]) -> None:
    check_braces(text, placeholders)
    for address in addresses(marked(text)):
        if "\ue000" in address:
            raise Refused("Nothing in braces can stand in the address of a link; write the address out")


def check_braces(text: str, placeholders: Iterable[str]) -> None:
    for found in BRACES.finditer(text):
        if found[0] in ("{{", "}}"):
            continue
        if found[1] is None:
            raise Refused(f"A single {found[0]} stands alone. To show one, write it twice: {found[0] * 2}")
        if found[1].strip() not in placeholders:
            known = ", ".join(f"{{{name}}}" for name in placeholders)
            raise Refused(f"There is no {found[0]} in this letter. It knows {known}")


def names_somebody(subject: str) -> bool:
    return any((found[1] or "").strip() == "name" for found in BRACES.finditer(subject))


def marked(text: str) -> str:
    """The text with its placeholders as marks that Markdown leaves alone, and doubled braces as single ones."""
    text = text.replace("\ue000", "").replace("\ue001", "")

    def mark(found: re.Match[str]) -> str:
        if found[1] is not None and found[1].strip() in READ:
            return f"\ue000{found[1].strip()}\ue001"
        return found[0][0] if found[0] in ("{{", "}}") else found[0]

    return BRACES.sub(mark, text)


def fill(words: Words, facts: Mapping[str, Any], placeholders: Iterable[str]) -> Filled:
    """The words of one letter. What stands for a placeholder is put in last, so it is never markup or a header."""
    values = {name: " ".join(str(READ[name](facts) or "").split()) for name in placeholders}
    above, below = halves(marked(words.words))
    return Filled(in_text(marked(words.subject), values), both(above, values), both(below, values))


def both(part: Halves, values: Mapping[str, str]) -> Halves:
    shown = {name: f"<bdi>{escape(value)}</bdi>" for name, value in values.items()}
    html = Markup(in_text(part.html, shown))  # noqa: S704 - its parts were escaped, and so were the values
    return Halves(in_text(part.text, values), html)


def in_text(text: str, values: Mapping[str, str]) -> str:
    return MARK.sub(lambda found: values.get(found[1], ""), text)
