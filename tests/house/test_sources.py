"""Laws of the source text, each with its reason."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from config import ROOT

SOURCES = sorted([ROOT / "config.py", *(ROOT / "convene").rglob("*.py")])
ALL = sorted(
    [
        *SOURCES,
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "bench").rglob("*.py"),
        *(ROOT / "migrations").rglob("*.py"),
    ]
)

# Where a transaction ends. Anything else joins its caller's, so that a change and the letter about it are one.
EDGES = (
    "convene/web/",
    "convene/commands/",
    "convene/worker.py",
    "convene/mailing.py",
    "convene/mail/sending.py",
)

# They hand the environment on to the processes that they start, or set it for those.
STARTERS = ("convene/cli.py", *(f"convene/commands/{name}.py" for name in ("keeper", "run", "serve")))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def calls(path: Path, *attributes: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree(path)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in attributes
        ):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_room_opens_with_one_sentence_that_says_why_it_exists(path: Path) -> None:
    text = path.read_text()
    if text.strip():
        words = ast.get_docstring(tree(path))
        assert words, "no module without its reason"
        assert words.split("\n\n")[0].rstrip().endswith("."), words


def test_transactions_end_at_the_edge_alone() -> None:
    inside = [
        name(path) for path in SOURCES if not name(path).startswith(EDGES) and any(calls(path, "commit"))
    ]
    assert inside == []


def test_the_outbox_commits_only_where_it_claims_marks_or_gives_back() -> None:
    found = set()
    for function in ast.walk(tree(ROOT / "convene/mail/sending.py")):
        if isinstance(function, ast.FunctionDef) and ".commit(" in ast.unparse(function):
            found.add(function.name)
    assert found <= {"claim", "mark", "release", "send", "stop_for_now"}


def test_no_import_hides_inside_a_function() -> None:
    """A cycle is mended, not hidden; `convene.cli` loads its commands by name, which is no import statement."""
    hidden = [
        f"{name(path)}: {function.name}"
        for path in SOURCES
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function))
    ]
    assert hidden == []


def test_the_time_is_asked_of_the_clock_alone() -> None:
    """Otherwise a rehearsal (`convene tick --now`) would not be one."""
    asked = {name(path) for path in SOURCES if any(calls(path, "now", "utcnow", "today"))}
    readers = {"convene/clock.py"}
    for path in SOURCES:
        if name(path) in asked - readers:
            for call in calls(path, "now", "utcnow", "today"):
                of = ast.unparse(call.func)
                assert of not in ("datetime.now", "datetime.utcnow", "date.today", "datetime.today"), (
                    f"{name(path)}: {of}"
                )


def test_the_environment_is_read_in_one_place() -> None:
    readers = []
    for path in SOURCES:
        if any(
            isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
            for node in ast.walk(tree(path))
        ):
            readers.append(name(path))
    assert set(readers) <= {"config.py", *STARTERS}


def test_every_exception_to_the_linters_names_its_rule_and_in_the_program_its_reason() -> None:
    mark = re.compile(r"#\s*(?:noqa|type:\s*ignore)(.*)")
    for path in ALL:
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines):
            found = mark.search(line)
            if found is None or "re.compile" in line:
                continue
            where = f"{name(path)}:{number + 1}"
            assert re.match(r"(\[[a-z-, ]+\]|: [A-Z]+[0-9]+)", found[1]), f"{where} does not name the rule"
            if path in SOURCES:
                reason = re.sub(r"^(\[[a-z-, ]+\]|: [A-Z0-9, ]+)", "", found[1]).strip(" -#")
                above = lines[number - 1].strip() if number else ""
                assert reason or above.startswith("#"), f"{where} gives no reason"


def test_there_is_no_drawer_for_everything() -> None:
    drawers = {"utils.py", "helpers.py", "common.py", "misc.py"}
    assert not [name(path) for path in ALL if path.name in drawers]


def test_nothing_is_left_for_later() -> None:
    unfinished = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    kinds = ("*.html", "*.txt", "*.css")
    texts = [*ALL, *(path for kind in kinds for path in (ROOT / "templates").rglob(kind))]
    assert not [name(path) for path in texts if unfinished.search(path.read_text())]


def test_no_template_trusts_what_people_typed() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        assert not re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text()), name(path)


def test_every_document_that_the_program_names_is_there() -> None:
    for path in SOURCES:
        for named in re.findall(r"\bdocs/[\w/-]+\.md", path.read_text()):
            assert (ROOT / named).exists(), f"{name(path)} names {named}"
