"""What `convene deal` says and where: one round alone, clean names, bad rows, progress, and streams that fail."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from convene.groups.deal import progress
from convene.groups.deal.command import main

PEOPLE = [{"id": f"p{k}@example.org"} for k in range(12)]
EVENING = {"group_size": 3, "rounds": 3, "people": PEOPLE}
FULL = Path("/dev/full")
COMMAND = [sys.executable, "-m", "convene.groups.deal"]


def run(given: object, *argv: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    text = given if isinstance(given, str) else json.dumps(given)
    code = main([*argv], io.StringIO(text), out, err)
    return code, out.getvalue(), err.getvalue()


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a deal may take longer than the second after which it tells how far it is."""
    monkeypatch.setattr(progress, "SECOND", 3600.0)


# One round at a time


def test_zoom_takes_one_set_of_rooms_so_the_round_must_be_said() -> None:
    code, out, err = run(EVENING, "-", "--seconds", "0.05", "--format", "zoom")
    assert (code, out) == (1, "")
    assert err == (
        "Zoom takes one set of rooms for a meeting, so --format zoom needs --round N, from 1 to 3.\n"
    )


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_zoom_file_of_one_round_has_every_address_once(number: int) -> None:
    _, whole, _ = run(EVENING, "-", "--seconds", "0.05")
    code, out, err = run(EVENING, "-", "--seconds", "0.05", "--format", "zoom", "--round", str(number))
    rows = list(csv.reader(io.StringIO(out)))[1:]
    assert (code, err) == (0, "")
    assert sorted(address for _, address in rows) == sorted(each["id"] for each in PEOPLE)
    assert {room for room, _ in rows} == {f"Round {number} group {g}" for g in range(1, 5)}
    first = {address for room, address in rows if room.endswith("group 1")}
    assert first == set(json.loads(whole)["rounds"][number - 1][0])


def test_one_round_dealt_needs_no_number() -> None:
    code, out, _ = run({**EVENING, "rounds": 1}, "-", "--seconds", "0.05", "--format", "zoom")
    assert code == 0
    assert out.count("\n") == 13


def test_a_list_and_a_sheet_can_be_of_one_round_too_and_count_held_ones() -> None:
    ids = [each["id"] for each in PEOPLE]
    later = {**EVENING, "held": [[ids[k : k + 3] for k in range(0, 12, 3)]]}
    _, out, _ = run(later, "-", "--seconds", "0.05", "--format", "csv", "--round", "3")
    assert {line.split(",")[0] for line in out.splitlines()[1:]} == {"3"}
    _, out, _ = run(later, "-", "--seconds", "0.05", "--format", "sheet", "--round", "2")
    assert "Round 2" in out
    assert "Round 3" not in out
    code, _, err = run(later, "-", "--format", "csv", "--round", "1")
    assert (code, err) == (1, "--round must be from 2 to 3, the rounds that are dealt, not 1.\n")


@pytest.mark.parametrize(
    ("given", "argv", "said"),
    [
        (EVENING, ["--format", "csv", "--round", "4"], "--round must be from 1 to 3"),
        (EVENING, ["--format", "csv", "--round", "0"], "--round must be from 1 to 3"),
        (EVENING, ["--round", "1"], "--round goes with --format csv, sheet or zoom"),
        (EVENING, ["--format", "text", "--round", "1"], "--round goes with --format csv, sheet or zoom"),
        (
            {**EVENING, "rounds": 1, "held": [[[each["id"] for each in PEOPLE[:3]]]]},
            ["--format", "csv", "--round", "1"],
            "every round is held",
        ),
    ],
)
def test_a_round_that_is_not_there_to_write_is_named(given: object, argv: list[str], said: str) -> None:
    code, out, err = run(given, "-", *argv)
    assert (code, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1


# Rows of a file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id\na\nb\na\n", "Lines 2 and 4 have the same id, a.\n"),
        ('id,place\na,"two\nlines"\n\nb,x\na,y\n', "Lines 2 and 6 have the same id, a.\n"),
        ("id,place\na,x\n,y\n", "Line 3 has no id.\n"),
        ('id,place\na,"two\nlines"\n,"three\nmore\nlines"\n', "Line 4 has no id.\n"),
        ('id,place\na,x\nb,"never\nended\n', "Line 3 is not CSV: unexpected end of data.\n"),
        ("id,place\na,x\nb,x,y\n", "Line 3 has 3 cells, more than the 2 columns.\n"),
    ],
)
def test_a_bad_row_is_named_by_its_first_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "people.csv"
    file.write_text(text)
    assert run("", str(file), "--group-size", "3") == (1, "", said)


# Names in sentences

ODD = "Ann\nRound 9\x1b[2J"
LONG = "a very long name " * 600


@pytest.mark.parametrize("odd", [ODD, LONG, "x" * 10_240])
@pytest.mark.parametrize(
    "more",
    [
        {"apart": [["p1", "ghost"]], "people": [{"id": "p1"}]},
        {"apart": [["ghost", "p1"]]},
        {"apart": [["ghost", "ghost"]]},
        {"together": [["ghost", "p1"]], "apart": [["ghost", "p1"]]},
        {"people": [{"id": "ghost"}, {"id": "ghost"}]},
        {"people": [{"id": "ghost", "newcomer": 3}]},
        {"people": [{"id": "ghost", "shoe": 3}]},
        {"people": [{"id": "p1", "ghost": 3}]},
        {"people": [{"id": "p1", "needs": ["ghost"]}], "served": {"ghost": 0}},
        {"served": {"ghost": -1}},
        {"met": [["ghost", "p1", "dear"]]},
        {"ghost": 3},
        {"present": ["ghost", "nobody"]},
    ],
)
def test_no_name_steers_the_terminal_or_floods_it(odd: str, more: dict[str, object]) -> None:
    given = json.dumps({"group_size": 3, "people": [{"id": "ghost"}, {"id": "p1"}, {"id": "p2"}], **more})
    code, out, err = run(given.replace("ghost", json.dumps(odd)[1:-1]), "-", "--seconds", "0.05")
    assert code in (1, 2)
    assert out == ""
    assert err.count("\n") == 1
    assert err[:-1].isprintable()
    assert len(err) < 500


def test_a_number_of_any_length_is_cut_short() -> None:
    _, _, err = run({**EVENING, "rounds": 10**400}, "-")
    assert err.startswith("rounds must")
    assert "100000000000" in err
    assert len(err) < 200


@pytest.mark.parametrize(
    "argv", [["x" * 5000 + ".json"], ["-", "--seed", "9" * 5000], ["-", "--\x1b[2J"], ["\udcff"]]
)
def test_a_flag_or_file_of_any_kind_is_named_on_one_short_line(argv: list[str]) -> None:
    code, _, err = run(EVENING, *argv)
    assert code == 1
    assert err[:-1].isprintable()
    assert len(err) < 250


def test_a_need_that_is_told_of_in_a_text_stays_in_line() -> None:
    people = [{"id": f"p{k}", "needs": [ODD] if k < 3 else []} for k in range(12)]
    given = {"group_size": 3, "rounds": 3, "people": people, "served": {ODD: 1}}
    _, out, _ = run(given, "-", "--seconds", "0.05", "--format", "text")
    assert "\x1b" not in out
    assert "3 people need Ann Round 9" in out


# How far it is


def test_a_long_deal_says_how_far_it_is_while_reading_dealing_and_writing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(progress, "SECOND", 0.0005)
    file = tmp_path / "people.csv"
    file.write_text("id,newcomer\n" + "".join(f"p{k},{'' if k % 5 else 'yes'}\n" for k in range(9_000)))
    code, out, err = run("", str(file), "--group-size", "4", "--rounds", "3", "--seconds", "0.6")
    lines = err.splitlines()
    assert code == 0
    assert json.loads(out)["rounds"]
    assert any(line.startswith("Reading the file") for line in lines)
    assert any(line.startswith("Dealing 9,000 people") for line in lines)
    assert any("of the work is done; the best deal so far costs" in line for line in lines)
    assert any(line.startswith("Writing the groups") for line in lines)


def test_a_short_deal_says_nothing() -> None:
    assert run(EVENING, "-", "--seconds", "0.05")[2] == ""


def test_nothing_more_is_told_once_the_command_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SECOND", 0.0005)
    lines: list[str] = []
    with progress.Progress(lines.append) as telling:
        assert telling.thread.is_alive()
    assert not telling.thread.is_alive()


# Streams that fail


@pytest.mark.parametrize("form", ["json", "csv"])
def test_an_output_that_is_full_is_one_sentence(form: str) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [*COMMAND, "-", "--seconds", "0.05", "--format", form],
            input=json.dumps(EVENING).encode(), stdout=full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        1,
        b"Standard output cannot be written: No space left on device.\n",
    )


def test_a_help_that_cannot_be_written_is_one_sentence_too() -> None:
    with FULL.open("w") as full:
        done = subprocess.run([*COMMAND, "--help"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        b"Standard output cannot be written: No space left on device.\n",
    )


def test_an_error_that_cannot_be_told_keeps_its_code() -> None:
    with FULL.open("w") as full:
        done = subprocess.run([*COMMAND, "absent.json"], stdout=subprocess.PIPE, stderr=full, check=False)
    assert (done.returncode, done.stdout) == (1, b"")


@pytest.mark.parametrize(
    ("closed", "said"),
    [
        ("<&-", b"Standard input cannot be read: it is closed.\n"),
        (">&-", b"Standard output cannot be written: it is closed.\n"),
    ],
)
def test_a_closed_stream_is_one_sentence(closed: str, said: bytes) -> None:
    shell = ["sh", "-c", f'"$0" -m convene.groups.deal - --seconds 0.05 {closed}', sys.executable]
    done = subprocess.run(shell, input=json.dumps(EVENING).encode(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, said)


def test_whoever_reads_only_the_first_line_hears_no_complaint() -> None:
    shell = [
        "sh",
        "-c",
        '"$0" -m convene.groups.deal - --seconds 0.05 --format csv | head -n 1',
        sys.executable,
    ]
    done = subprocess.run(shell, input=json.dumps(EVENING).encode(), capture_output=True, check=False)
    assert (done.stdout, done.stderr) == (b"round,group,id\n", b"")
