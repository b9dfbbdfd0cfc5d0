"""The page about `convene deal` names every key, column, option and figure there is, and what it shows runs."""

import io
import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from config import ROOT
from convene.groups.deal import Caveat, Guest, Plan, Problem
from convene.groups.deal.command import main
from convene.groups.deal.engine import deal
from convene.groups.deal.reading import KEYS, PERSON_KEYS
from convene.groups.deal.writing import FORMATS

PAGE = (ROOT / "docs" / "deal-command.md").read_text(encoding="utf-8")
FILES = re.findall(r"^```json\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = re.findall(r"^convene (deal .+)$", PAGE, re.MULTILINE)
QUOTES = [quote.replace("\n> ", " ").strip() for quote in re.findall(r"(?:^> .*\n)+", PAGE, re.MULTILINE)]
QUOTES = [quote.removeprefix("> ") for quote in QUOTES]


def column(heading: str, table: int = 0) -> list[str]:
    """The first cells of a table under a heading, without its head."""
    part = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    tables = re.findall(r"(?:^\|.*\n)+", part, re.MULTILINE)
    return [row.split("|")[1].strip().strip("`") for row in tables[table].splitlines()[2:]]


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A folder that holds what the page's commands read."""
    (tmp_path / "convene").symlink_to(ROOT / "convene")
    for name, content in zip(("evening", "clash"), FILES, strict=True):
        (tmp_path / f"{name}.json").write_text(content, encoding="utf-8")
    return tmp_path


def test_the_page_names_every_key_column_option_and_figure() -> None:
    options = re.findall(r"^  (?:-h, )?(--[a-z-]+)", helped(), re.MULTILINE)
    assert set(column("Options")) == set(options)
    assert set(column("A CSV file")) == PERSON_KEYS
    assert set(column("A JSON file")) == KEYS
    assert column("What comes out") == [field.name for field in fields(Plan)]
    assert column("How it ends") == ["0", "1", "2", "130"]
    assert set(re.findall(r"^- `(\w+)`: ", PAGE, re.MULTILINE)) == set(FORMATS)
    assert all(f"`{field.name}`" in PAGE for field in fields(Caveat))
    assert set(json.loads(FILES[0])) == KEYS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_on_the_page_deals(command: str, beside: Path) -> None:
    done = run(command, beside)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_clash_on_the_page_is_refused_in_the_words_it_quotes(beside: Path) -> None:
    out, err = io.StringIO(), io.StringIO()
    assert main([str(beside / "clash.json")], io.StringIO(), out, err) == 2
    assert err.getvalue().strip() == QUOTES[1]


def test_the_reason_on_the_page_is_the_one_given() -> None:
    twelve = Problem(tuple(Guest(str(k)) for k in range(12)), 4, 2)
    assert deal(twelve, 0.1).because == (QUOTES[0],)


def test_the_help_tells_of_columns_exit_codes_and_examples_and_where_the_rest_is() -> None:
    said = helped()
    assert all(key in said for key in PERSON_KEYS)
    assert "exit codes: 0 dealt; 1 " in said
    assert "docs/deal-command.md" in said


def test_the_examples_of_the_help_deal(tmp_path: Path) -> None:
    said = helped()
    example = re.search(r"^  \{.*?\]\]\}$", said, re.DOTALL | re.MULTILINE)
    assert example is not None
    (tmp_path / "FILE.json").write_text(example[0])
    (tmp_path / "FILE.csv").write_text("id\n" + "".join(f"p{k}\n" for k in range(12)))
    commands = re.findall(r"^  convene (deal .+)$", said, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        done = run(command, tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), command


def helped() -> str:
    out = io.StringIO()
    assert main(["--help"], io.StringIO(), out, io.StringIO()) == 0
    return out.getvalue()


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command as a shell runs it, for less time than it would take unless it says how long."""
    words = command.replace("deal ", "deal --seconds 0.1 ", 1)
    shell = ["sh", "-c", f'"$0" -m convene.groups.{words}', sys.executable]
    return subprocess.run(shell, cwd=folder, capture_output=True, text=True, check=False)
