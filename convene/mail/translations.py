"""What each fixed sentence of a letter is in another language: the house's own sentence is the key.

A language is one catalogue, convene/mail/words_in/<code>.po, in the format that translators' tools read and write
(GNU gettext manual, "The Format of PO Files"). It is read once, when the first letter in that language is written.
docs/decisions/letters-in-two-languages.md says why it is done like this.
"""

import re
from ast import literal_eval
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from flask import current_app
from jinja2 import Environment, Template, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from convene.mail.languages import FORMS, HOUSE

FOLDER = Path(__file__).parent / "words_in"
LINE = re.compile(r'(?:(msgid|msgid_plural|msgstr)(?:\[(\d)\])? )?("(?:[^"\\]|\\.)*")')

# One sentence in each of the forms that the language has for numbers; most sentences have one.
Catalogue = dict[str, tuple[str, ...]]


class Unreadable(ValueError):
    """A catalogue has a line that is none, or a sentence twice."""


def parse(text: str) -> tuple[Catalogue, dict[str, str]]:
    """A catalogue, and the plural of each sentence that has one. What is empty or marked as fuzzy is not in it."""
    found: Catalogue = {}
    plurals: dict[str, str] = {}
    for entry in re.split(r"\n[ \t]*\n", text):
        lines = [line.strip() for line in entry.splitlines() if line.strip()]
        parts = read_entry([line for line in lines if not line.startswith("#")])
        key = parts.pop("msgid", "")
        if not key:
            continue  # the head of the file, or comments alone
        if key in found:
            raise Unreadable(f"twice: {key}")
        if "msgid_plural" in parts:
            plurals[key] = parts.pop("msgid_plural")
        fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in lines)
        if parts and all(parts.values()) and not fuzzy:
            found[key] = tuple(parts[name] for name in sorted(parts))
    return found, plurals


def read_entry(lines: list[str]) -> dict[str, str]:
    """One entry as its parts: `msgid`, `msgid_plural`, and `msgstr`, or `msgstr0` and so on. Raises Unreadable."""
    parts: dict[str, str] = {}
    part = ""
    for line in lines:
        read = LINE.fullmatch(line)
        if read is None:
            raise Unreadable(line)
        if read[1]:
            part = read[1] + (read[2] or "")
            if part in parts:
                raise Unreadable(f"no empty line before: {line}")
        elif not part:
            raise Unreadable(line)
        parts[part] = parts.get(part, "") + literal_eval(read[3])
    return parts


@cache
def catalogue(language: str) -> Catalogue:
    """Every sentence of this language; none for the house's own, whose sentences are the keys."""
    if language == HOUSE:
        return {}
    return parse((FOLDER / f"{language}.po").read_text(encoding="utf-8"))[0]


def said(sentence: str, language: str) -> str:
    """A sentence in this language; as it is, where the catalogue has none."""
    return catalogue(language).get(sentence, (sentence,))[0]


def counted(one: str, many: str, number: int, language: str) -> str:
    """The form of a sentence that goes with a number."""
    forms = catalogue(language).get(one, (one, many))
    return forms[FORMS[language][1](number)]


def paragraphs(words: str, language: str) -> str:
    """Words in Markdown, each of whose paragraphs is a sentence of the catalogue."""
    return "\n\n".join(said(part, language) for part in words.split("\n\n"))


def template(name: str, language: str) -> Template:
    """A letter's template, whose sentences are in this language."""
    rooms = current_app.extensions.setdefault("convene.letters", {})
    if language not in rooms:
        rooms[language] = room(language)
    found: Template = rooms[language].get_template(name)
    return found


def room(language: str) -> Environment:
    """The application's templates as one language reads them: parts that are kept for the next letter are its own.

    `_` and `ngettext` take a sentence of ours, which stands in HTML as it is, and escape what is filled in; `say` is
    for a sentence that comes as a value, and is escaped as any value.
    """
    sentences = catalogue(language)

    @lru_cache(maxsize=1024)
    def in_html(sentence: str) -> Markup:
        return Markup(sentences.get(sentence, (sentence,))[0])  # noqa: S704 - a sentence of a template or a catalogue

    @pass_eval_context
    def _(how: EvalContext, sentence: str, **values: Any) -> str:
        found = in_html(sentence) if how.autoescape else sentences.get(sentence, (sentence,))[0]
        return found % values if values else found

    @pass_eval_context
    def ngettext(how: EvalContext, one: str, many: str, number: int) -> str:
        found = counted(one, many, number, language)
        return (Markup(found) if how.autoescape else found) % {"num": number}  # noqa: S704 - as above

    speaking: Environment = current_app.jinja_env.overlay()
    own = {"_": _, "ngettext": ngettext, "say": partial(said, language=language)}
    speaking.globals = {**current_app.jinja_env.globals, **own}
    return speaking
