"""`convene deal FILE`: files in, files out, exit codes, and the same bytes in any process."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from convene.groups.deal import progress
from convene.groups.deal.command import main

PEOPLE = [{"id": f"p{k}", "organisation": f"o{k % 4}", "newcomer": k % 5 == 0} for k in range(12)]
EVENING = {
    "group_size": 4,
    "rounds": 3,
    "seed": 7,
    "people": PEOPLE,
    "apart": [["p1", "p2"]],
    "together": [["p3", "p4"]],
    "met": [["p1", "p5", 30.0]],
    "held": [[["p0", "p1", "p3", "p4"], ["p2", "p5", "p6", "p7"], ["p8", "p9", "p10", "p11"]]],
}


def run(given: object, *argv: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    text = given if isinstance(given, str) else json.dumps(given)
    code = main([*argv], io.StringIO(text), out, err)
    return code, out.getvalue(), err.getvalue()


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a deal may take longer than the second after which it tells how far it is."""
    monkeypatch.setattr(progress, "SECOND", 3600.0)


def test_json_in_json_out() -> None:
    code, out, err = run(EVENING, "-", "--seconds", "0.05")
    plan = json.loads(out)
    assert (code, err) == (0, "")
    assert list(plan) == [
        "rounds", "repeats", "least_repeats", "met_again", "lone_newcomers", "same_organisation",
        "moved", "cost", "seed", "caveats", "because",
    ]  # fmt: skip
    assert len(plan["rounds"]) == 2
    assert all(caveat["round"] in (2, 3) for caveat in plan["caveats"])


def test_options_beat_the_file() -> None:
    _, out, _ = run(EVENING, "-", "--seconds", "0.05", "--seed", "8", "--rounds", "2", "--group-size", "3")
    plan = json.loads(out)
    assert plan["seed"] == 8
    assert [len(group) for group in plan["rounds"][0]] == [3, 3, 3, 3]
    assert len(plan["rounds"]) == 1


def test_csv_in_and_every_format_out(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    rows = "\n".join(
        f"p{k},o{k % 3},{'yes' if k < 3 else ''},{'captions;step-free' if k == 5 else ''}" for k in range(9)
    )
    file.write_text(f"\ufeffid,organisation,newcomer,needs\n{rows}\n", encoding="utf-8")
    heads = {
        "json": "{",
        "text": "Round 1\n",
        "csv": "round,group,id\n",
        "zoom": "Pre-assign Room Name,Email Address\n",
        "sheet": "Your group in each round\n\n     Round 1   Round 2\n",
    }
    for form, head in heads.items():
        code, out, err = run(
            "", str(file), "--group-size", "3", "--rounds", "2", "--seconds", "0.05", "--format", form,
            *(["--round", "2"] if form == "zoom" else []),
        )  # fmt: skip
        assert (code, err) == (0, "")
        assert out.startswith(head)
        assert all(f"p{k}" in out for k in range(9))


def test_a_cell_that_a_spreadsheet_would_run_is_quoted() -> None:
    people = [{"id": "=1+1"}, {"id": "b"}, {"id": "c"}]
    _, out, _ = run({"group_size": 3, "people": people}, "-", "--format", "csv")
    assert "'=1+1" in out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_spreadsheet_is_read_as_it_was_saved(tmp_path: Path, encoding: str, delimiter: str) -> None:
    file = tmp_path / "people.CSV"
    rows = [["id", "organisation"], ["Zoë", "Café"], ["Jürgen", "Café"], ["Ann", ""]]
    file.write_bytes("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    code, out, err = run("", str(file), "--group-size", "3", "--seconds", "0.05")
    assert (code, err) == (0, "")
    assert sorted(json.loads(out)["rounds"][0][0]) == ["Ann", "Jürgen", "Zoë"]
    assert json.loads(out)["same_organisation"] == 1


def test_a_wrong_cell_is_named_by_its_line(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text('id,newcomer,place\np1,yes,"two\nlines"\n\np2,perhaps,x\n')
    _, _, err = run("", str(file), "--group-size", "3")
    assert err == "newcomer in line 5 must be true or false, not perhaps.\n"


def test_pins_stay_and_are_named_when_they_cannot() -> None:
    pin = {"round": 2, "group": 3, "people": ["p3", "p4"]}
    code, out, _ = run({**EVENING, "pinned": [pin]}, "-", "--seconds", "0.05")
    assert code == 0
    assert {"p3", "p4"} <= set(json.loads(out)["rounds"][0][2])
    code, _, err = run(
        {**EVENING, "pinned": [{**pin, "people": ["p3"]}, {**pin, "group": 1, "people": ["p4"]}]}, "-"
    )
    assert code == 2
    assert "p3 stays in group 3 of round 2" in err


def test_a_printed_sheet_and_a_text_stay_in_line_whatever_a_name_holds() -> None:
    people = [{"id": "Ann\nRound 9"}, {"id": "Bo\x1b[2J"}, {"id": "Cy"}]
    for form in ("sheet", "text"):
        _, out, _ = run({"group_size": 3, "people": people}, "-", "--format", form)
        assert "\x1b" not in out
        assert "Ann Round 9" in out


@pytest.mark.parametrize(
    "odd",
    [
        {"people": []},
        {"people": [{"id": "p1"}]},
        {"people": [{"id": "x" * 10_240}, *PEOPLE]},
        {"met": [["p1", "p5", 30.0], ["p5", "p1", 2], ["p1", "p5", 30.0]]},
        {"present": []},
        {"present": ["p1", "p1"]},
        {"seed": 10**4000},
        {"together": [[], ["p1"]]},
        {"served": {"a need that nobody has": 0}},
        {"told": [[]]},
    ],
)
def test_odd_input_is_dealt(odd: dict[str, object]) -> None:
    code, out, err = run(
        {**EVENING, "held": [], "apart": [], "together": [], "met": [], **odd}, "-", "--seconds", "0.05"
    )
    assert (code, err) == (0, "")
    assert len(json.loads(out)["rounds"]) == 3


def test_hopeless_rules_of_a_large_event_are_refused_soon() -> None:
    people = [{"id": f"p{k}", "needs": ["captions"]} for k in range(2000)]
    code, _, err = run({"group_size": 4, "people": people, "served": {"captions": 100}}, "-")
    assert code == 2
    assert err.endswith("need captions, but only 100 groups have that, with 400 seats.\n")
    chain = [[f"p{k}", f"p{k + 1}"] for k in range(199)]
    code, _, err = run({"group_size": 4, "people": people[:200], "together": chain}, "-")
    assert code == 2
    assert err.startswith("p0, p1, p2, p3 and p4 must be together, but that is 5 people")


@pytest.mark.parametrize(
    ("given", "argv", "word"),
    [
        ("{", ["-"], "JSON"),
        ("[]", ["-"], "object"),
        ({"people": []}, ["-"], "group_size"),
        ({"group_size": 4}, ["-"], "people"),
        ({**EVENING, "colour": 1}, ["-"], "colour"),
        ({**EVENING, "people": [{"id": "p0", "shoe": 1}]}, ["-"], "shoe"),
        ({**EVENING, "people": [{"name": "p0"}]}, ["-"], "id"),
        ({**EVENING, "people": [{"id": 3}]}, ["-"], "id of person 1"),
        ({**EVENING, "group_size": "4"}, ["-"], "group_size"),
        ({**EVENING, "rounds": 1.5}, ["-"], "rounds"),
        ({**EVENING, "seed": True}, ["-"], "seed"),
        ({**EVENING, "facilitated": "no"}, ["-"], "facilitated"),
        ({**EVENING, "served": {"captions": "two"}}, ["-"], "captions"),
        ({**EVENING, "apart": [["p1"]]}, ["-"], "apart"),
        ({**EVENING, "apart": [["p1", "ghost"]]}, ["-"], "ghost"),
        ({**EVENING, "met": [["p1", "p2"]]}, ["-"], "met"),
        ({**EVENING, "met": [["p1", "p2", float("inf")]]}, ["-"], "met"),
        ({**EVENING, "present": ["ghost"]}, ["-"], "ghost"),
        ({**EVENING, "held": [["p0"]]}, ["-"], "held"),
        ({**EVENING, "rounds": 0}, ["-"], "rounds"),
        ({**EVENING, "rounds": 10**9}, ["-"], "rounds"),
        ({**EVENING, "group_size": 1}, ["-"], "group_size"),
        ({**EVENING, "group_size": 1000}, ["-"], "group_size"),
        ({**EVENING, "people": PEOPLE + PEOPLE[:1]}, ["-"], "p0"),
        ({**EVENING, "people": [{"id": "a\ud800"}]}, ["-"], "id of person 1"),
        ({**EVENING, "met": [["p1", "p2", -1]]}, ["-"], "met"),
        ({**EVENING, "met": [["p1", "p2", float("nan")]]}, ["-"], "met"),
        ({**EVENING, "met": [["p1", "p2", 10**400]]}, ["-"], "met"),
        ({**EVENING, "pinned": [{"round": 1}]}, ["-"], "pinned"),
        ("[" * 100_000, ["-"], "JSON"),
        ("", ["-"], "JSON"),
        (EVENING, ["-", "--seconds", "0"], "seconds"),
        (EVENING, ["-", "--seconds", "nan"], "seconds"),
        (EVENING, ["-", "--seconds", "1e99"], "seconds"),
        (EVENING, ["-", "--group-size", ""], "--group-size"),
        (EVENING, ["-", "more.json"], "more.json"),
        (EVENING, [""], "FILE"),
        (EVENING, ["-", "--seconds", "soon"], "soon"),
        (EVENING, ["-", "--format", "pdf"], "pdf"),
        (EVENING, ["-", "--colour"], "--colour"),
        (EVENING, [], "FILE"),
        (EVENING, ["absent.json"], "absent.json"),
        (EVENING, ["people.xml"], "people.xml"),
    ],
)
def test_wrong_input_is_named_in_one_line_with_exit_code_1(given: object, argv: list[str], word: str) -> None:
    code, out, err = run(given, *argv)
    assert (code, out) == (1, "")
    assert word in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_a_refusal_is_a_sentence_a_line_with_exit_code_2() -> None:
    code, out, err = run({**EVENING, "together": [["p1", "p2"]]}, "-")
    assert (code, out) == (2, "")
    assert err == "p1 and p2 clash: p1 with p2 must be together, and p1 must be apart from p2.\n"


def test_two_processes_with_other_hash_seeds_write_the_same_bytes() -> None:
    people = [
        dict(each, sector=f"s{k % 3}", facilitator=k < 3, senior=k % 4 == 0) for k, each in enumerate(PEOPLE)
    ]
    given = json.dumps({**EVENING, "people": people, "facilitated": True}).encode()
    outs = [
        subprocess.run(
            [sys.executable, "-m", "convene.groups.deal", "-", "--seconds", "0.1"],
            input=given,
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert outs[0] == outs[1]
    assert json.loads(outs[0])["rounds"]


def test_the_command_loads_numpy_and_no_web_framework() -> None:
    look = "print(*(name in sys.modules for name in ('numpy', 'flask', 'sqlalchemy')))"
    code = f"import sys, convene.groups.deal.command; {look}"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert out.split() == ["True", "False", "False"]
