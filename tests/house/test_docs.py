"""The documents name only what is there: settings, files, commands, make targets, pictures, pages of decisions."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from config import NAMES, ROOT, TestConfig
from convene.cli import COMMANDS
from convene.web.organise.outbox import LETTERS

OPERATORS = ROOT / "docs" / "operators.md"
DECISIONS = ROOT / "docs" / "decisions"
IMAGES = ROOT / "docs" / "images"
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOLDERS = ("convene", "tests", "templates", "static", "migrations", "docs", "bench", ".ci")

SETTING = re.compile(r"\bCONVENE_[A-Z][A-Z_]*")
CODE = re.compile(r"^ *```.*?^ *```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
COMMAND = re.compile(r"(?<!-u )(?<![\w=/.-])(?:\S*bin/)?convene ([a-z]+)\b([^\n`]*)")
TARGET = re.compile(r"(?<![\w.-])make ([a-z]+)")
MOST_BYTES = 150_000


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def code(document: Path) -> list[str]:
    """Each piece of code in a document, in a line or fenced."""
    return [piece.strip("`") for piece in CODE.findall(document.read_text(encoding="utf-8"))]


def anchors(document: Path) -> set[str]:
    """What a link may say after # to reach a heading, as GitHub makes it."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def used_in_tests(setting: str) -> bool:
    return any(
        setting in path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "parts").glob("*.py")
    )


# Settings


def rows() -> dict[str, str]:
    """The default that the operators' table gives each setting."""
    table = re.findall(r"^\| `([A-Z_]+)` \| ([^|]*) \|", OPERATORS.read_text(encoding="utf-8"), re.MULTILINE)
    return dict(table)


def test_every_setting_has_its_row_and_every_row_its_setting() -> None:
    known = {setting for setting in rows() if not setting.startswith("CONVENE_TEST_")}
    assert known == {*NAMES, "PORT"}


def test_the_defaults_of_numbers_are_those_of_the_program() -> None:
    config = TestConfig()
    real = {
        "PORT": config.PORT,
        "CONVENE_TRUSTED_PROXIES": config.TRUSTED_PROXIES,
        "CONVENE_TICK_SECONDS": config.TICK_SECONDS,
        "CONVENE_OUTBOX_LEASE_SECONDS": config.OUTBOX_LEASE_SECONDS,
        **{limit: number for limit, (number, _) in config.LIMITS.items()},
    }
    said = rows()
    assert {setting: said[setting].strip("` ") for setting in real} == {k: str(v) for k, v in real.items()}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_no_document_names_a_setting_that_is_not_there(document: Path) -> None:
    for setting in SETTING.findall(document.read_text(encoding="utf-8")):
        assert setting in NAMES or (setting.startswith("CONVENE_TEST_") and used_in_tests(setting)), setting


# Letters


def test_every_letter_has_its_row_by_the_name_that_the_outbox_gives_it() -> None:
    guide = (ROOT / "docs" / "organisers.md").read_text(encoding="utf-8")
    cells = "\n".join(re.findall(r"^\| ([^|]+) \|", guide, re.MULTILINE)).replace(", ", "\n").split("\n")
    # A name with a comma in it is in the table as it is.
    missing = [label for label in LETTERS.values() if not {*label.split(", ")} <= set(cells)]
    assert missing == [], "write a row into the table of letters of docs/organisers.md"


# Files


def is_path(text: str) -> bool:
    """Whether a piece of code reads as the path of a file or folder of this repository."""
    if not re.fullmatch(r"[\w.<>/-]+", text) or text.startswith("/"):
        return False
    if "/" in text:
        return text.split("/")[0] in FOLDERS
    return bool(re.fullmatch(r"[\w-]+\.(py|md|toml|lock|css|js|csv)", text))


def is_there(text: str) -> bool:
    """`<any>` stands for one name; a bare name may be anywhere in the program."""
    pattern = re.sub(r"<\w+>", "*", text.rstrip("/"))
    if "/" in pattern or (ROOT / pattern).exists():
        return any(ROOT.glob(pattern))
    return any(any((ROOT / folder).rglob(pattern)) for folder in FOLDERS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_file_named_is_there(document: Path) -> None:
    words = [word for piece in code(document) for word in piece.split()]
    assert [word for word in words if is_path(word) and not is_there(word)] == []


def test_the_map_leads_through_every_package() -> None:
    words = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    packages = {path.parent.name for path in (ROOT / "convene").glob("*/__init__.py")}
    assert {one for one in packages if f"`convene/{one}/" not in words} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in LINK.findall(document.read_text(encoding="utf-8")):
        path, _, anchor = unquote(link).partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


# Commands and targets


def flags(word: str) -> set[str]:
    """The options that a command's source names."""
    module = COMMANDS[word][0].partition(":")[0]
    sources = [ROOT.joinpath(*module.split(".")).with_suffix(".py")]
    if word == "deal":
        sources.append(ROOT / "convene" / "groups" / "deal" / "command.py")
    return {
        flag
        for source in sources
        for flag in re.findall(r'"(--[a-z-]+)"', source.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_command_and_option_named_is_there(document: Path) -> None:
    for piece in code(document):
        for word, rest in COMMAND.findall(piece):
            assert word in COMMANDS, f"convene {word}"
            assert set(re.findall(r"--[a-z-]+", rest)) <= flags(word), f"convene {word}{rest}"


def test_the_operators_are_told_every_command_and_options_it_has() -> None:
    for row in re.findall(r"^\| `convene [a-z]+.*$", OPERATORS.read_text(encoding="utf-8"), re.MULTILINE):
        word = row.split()[2].strip("`")
        assert set(re.findall(r"--[a-z-]+", row)) <= flags(word), row
    told = {word for piece in code(OPERATORS) for word, _ in COMMAND.findall(piece)}
    assert told == set(COMMANDS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_make_target_named_is_there(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {target for piece in code(document) for target in TARGET.findall(piece)}
    assert named <= targets


# Pictures and decisions


def test_pictures_are_few_light_and_shown() -> None:
    pictures = [path for path in IMAGES.rglob("*") if path.is_file()]
    shown = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert len(pictures) <= 3
    for picture in pictures:
        assert picture.stat().st_size < MOST_BYTES, picture.name
        assert f"images/{picture.name})" in shown, picture.name


def test_every_decision_is_in_the_list_and_says_why_what_and_what_follows() -> None:
    listed = (DECISIONS / "README.md").read_text(encoding="utf-8")
    for page in DECISIONS.glob("*.md"):
        if page.name != "README.md":
            assert f"({page.name})" in listed, page.name
            headings = re.findall(r"^## (\w+)", page.read_text(encoding="utf-8"), re.MULTILINE)
            assert headings[:3] == ["Context", "Decision", "Consequence"], page.name
