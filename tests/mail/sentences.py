"""Every fixed sentence that a letter can say, found where it is written: in templates, in words, in the program."""

import ast
import re
from collections.abc import Iterator

from jinja2 import Environment
from jinja2.ext import extract_from_ast

from config import ROOT
from convene.access.letters import CHANGED
from convene.circles.telling import SENTENCES
from convene.groups.rules import NUMBERS, SHARED
from convene.groups.starters import QUESTIONS
from convene.mail.why import OTHERWISE, WHY
from convene.nudges.rules.registry import RULES
from convene.offers.rules import SENTENCES as SHARED_WARES
from convene.people.letters import PARTS
from convene.signups.upheaval import in_words
from convene.web.speech import labels_of
from convene.web.visit.answer import MET_AGAIN, MET_IN_GROUP, NO_NUMBER, TALKED, TOO_MANY, AnswerForm
from convene.web.visit.own_offers import TOO_MANY as TOO_MANY_THINGS
from convene.web.visit.plan import SEATS, UNSURE, WAYS
from convene.web.visit.still_true import AboutForm

MAIL = ROOT / "templates" / "mail"
PAGES = tuple(
    ROOT / "templates" / f"{one}.html"
    for one in ("visit/answer", "visit/plan", "visit/still_true", "parts/form")
)  # opened from a letter, and in its language
JINJA = Environment(trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - it reads, and shows nobody anything
IN_GROUP = (TALKED, MET_AGAIN, *(str(one.label) for one in MET_IN_GROUP))
# As a nudge tells the one who gets it; its row says "they".
REASONS = (
    "you have a place at this event",
    "you had a place at this event",
    "you and somebody both said yes to staying in touch",
)


def every_sentence() -> dict[str, tuple[str, str]]:
    """Each sentence, with its plural or "", and the file that says it first."""
    found: dict[str, tuple[str, str]] = {}
    for sentence, plural, where in (*in_templates(), *in_usual_words(), *in_program()):
        found.setdefault(sentence, (plural, where))
    return found


def in_templates() -> Iterator[tuple[str, str, str]]:
    for path in (*sorted(MAIL.rglob("*.*")), *PAGES):
        text = path.read_text()
        if path.suffix in (".txt", ".html") and "{{" in text:
            for _, function, said in extract_from_ast(JINJA.parse(text), ("_", "ngettext")):
                parts = [part for part in (said if isinstance(said, tuple) else (said,)) if part]
                assert parts, (
                    f"{path}: `_` is for a sentence that stands there; `say` is for one that comes as a value"
                )
                plural = parts[1] if function == "ngettext" else ""
                yield parts[0], plural, path.relative_to(ROOT).as_posix()


def in_usual_words() -> Iterator[tuple[str, str, str]]:
    for path in sorted(MAIL.rglob("*.*")):
        text = path.read_text().strip()
        if path.suffix == ".md" or (path.name.startswith("subject") and "{{" not in text):
            for part in text.split("\n\n"):
                if part != "---":
                    yield part, "", path.relative_to(ROOT).as_posix()


def in_program() -> Iterator[tuple[str, str, str]]:
    """What is given to `said` as it stands, and the lists from which something is given to it."""
    for path in sorted((ROOT / "convene").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("said", "translations.said"):
                yield from (
                    (one.value, "", path.relative_to(ROOT).as_posix())
                    for one in node.args[:1]
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                )
    yield from ((label, "", "convene/signups/upheaval.py") for label in labels())
    answer = "convene/web/visit/answer.py"
    yield from (
        (label, "", answer)
        for label in sorted({*labels_of(AnswerForm), NO_NUMBER, TOO_MANY_THINGS, TOO_MANY, *IN_GROUP})
    )
    ways = (*WAYS.values(), *SEATS.values(), *UNSURE.values())
    yield from ((words, "", "convene/web/visit/plan.py") for words in ways)
    yield from ((words, "", "convene/web/visit/still_true.py") for words in sorted(labels_of(AboutForm)))
    yield from ((words, "", "convene/offers/rules.py") for words in SHARED_WARES)
    yield from ((reason, "", "convene/nudges/rules/events.py") for reason in REASONS)
    yield from ((rule.in_words, "", "convene/nudges/rules/registry.py") for rule in RULES)
    yield from ((what, "", "convene/access/letters.py") for what in CHANGED)
    yield from ((change, "", "convene/circles/telling.py") for change in SENTENCES)
    yield from ((part, "", "convene/people/letters.py") for part in PARTS.values())
    for _, all_, some in SHARED:
        yield from ((words, "", "convene/groups/rules.py") for words in (all_, some))
    yield from ((number, "", "convene/groups/rules.py") for number in NUMBERS.values())
    yield from ((why, "", "convene/mail/why.py") for why in (*WHY.values(), OTHERWISE))
    yield from ((question, "", "convene/groups/starters.py") for question in QUESTIONS)


def labels() -> set[str]:
    """What a letter of a change sets before each thing that changed."""
    source = ast.parse((ROOT / in_words.__module__.replace(".", "/")).with_suffix(".py").read_text())
    function = next(n for n in ast.walk(source) if isinstance(n, ast.FunctionDef) and n.name == "in_words")
    return {
        str(node.slice.value)
        for node in ast.walk(function)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
    }


def placeholders(sentence: str) -> set[str]:
    """What stands in braces and in %(...)s."""
    return set(re.findall(r"%\(\w+\)s|\{\w+\}", sentence))
