"""Reads a problem from a JSON or CSV file and names the first thing in it that is wrong."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from .problem import Groups, Guest, Invalid, Pin, Problem
from .words import listed, short

KEYS = {
    "people", "group_size", "rounds", "seed", "facilitated", "served",
    "apart", "together", "met", "held", "told", "present", "pinned",
}  # fmt: skip
TEXTS = ("organisation", "sector", "place")
FLAGS = ("newcomer", "senior", "facilitator")
PERSON_KEYS = {"id", *TEXTS, *FLAGS, "needs"}
PIN_KEYS = {"round", "group", "people", "whole"}
YES = {"true", "yes", "y", "1", "x"}
HUGE = 1e300
NO = {"false", "no", "n", "0", ""}


def from_json(
    text: str | bytes, group_size: int | None = None, rounds: int | None = None, seed: int | None = None
) -> Problem:
    """A problem from JSON text; options given beat what the text says. Raises Invalid."""
    try:
        given = json.loads(text)
    except RecursionError as fault:
        raise Invalid("This is not JSON that can be read: it is nested too deep.") from fault
    except ValueError as fault:
        raise Invalid(f"This is not JSON: {fault}.") from fault
    if not isinstance(given, dict):
        raise Invalid("The JSON must be one object with people and group_size.")
    unknown = sorted(set(given) - KEYS)
    if unknown:
        raise Invalid(f"There is no key {short(unknown[0])}; the keys are {listed(sorted(KEYS))}.")
    if "people" not in given:
        raise Invalid("The key people is missing.")
    if "group_size" not in given and group_size is None:
        raise Invalid("The key group_size is missing.")
    problem = Problem(
        people=tuple(_person(each, k) for k, each in enumerate(_list(given["people"], "people"), 1)),
        group_size=_whole(given["group_size"], "group_size") if group_size is None else group_size,
        rounds=_whole(given.get("rounds", 1), "rounds") if rounds is None else rounds,
        seed=_whole(given.get("seed", 1), "seed") if seed is None else seed,
        facilitated=_flag(given.get("facilitated", False), "facilitated"),
        served=_served(given.get("served", {})),
        apart=tuple(_pair(each) for each in _list(given.get("apart", []), "apart")),
        together=tuple(_ids(each, "together") for each in _list(given.get("together", []), "together")),
        met=tuple(_met(each) for each in _list(given.get("met", []), "met")),
        held=_rounds(given.get("held", []), "held"),
        told=_rounds(given.get("told", []), "told"),
        pinned=tuple(_pin(each) for each in _list(given.get("pinned", []), "pinned")),
    )
    if given.get("present") is not None:
        problem = replace(problem, present=frozenset(_ids(given["present"], "present")))
    return problem


def from_csv(text: str, group_size: int | None, rounds: int | None, seed: int | None) -> Problem:
    """A problem from CSV text with one row a person; the rest comes from the options. Raises Invalid."""
    if group_size is None:
        raise Invalid("A CSV file needs the option --group-size.")
    text = text.removeprefix("\ufeff")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=_delimiter(text))
    rows, line = [], 1
    try:
        # A cell may hold lines of its own: a row is named by its first.
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as fault:
        raise Invalid(f"Line {line} is not CSV: {fault}.") from fault
    if not rows:
        raise Invalid("The CSV file is empty; its first line must name the columns.")
    columns = [cell.strip() for cell in rows[0][1]]
    unknown = [each for each in columns if each not in PERSON_KEYS]
    if unknown:
        known = listed(["id", *TEXTS, *FLAGS, "needs"])
        raise Invalid(
            f"There is no column {short(unknown[0]) or '(without a name)'}; the columns are {known}."
        )
    if "id" not in columns:
        raise Invalid("The column id is missing.")
    if len(set(columns)) < len(columns):
        raise Invalid(
            f"The column {next(each for each in columns if columns.count(each) > 1)} is there twice."
        )
    people, lines = [], dict[str, int]()
    for line, row in rows[1:]:
        if len(row) > len(columns):
            raise Invalid(f"Line {line} has {len(row)} cells, more than the {len(columns)} columns.")
        cells = dict(zip(columns, (cell.strip() for cell in row), strict=False))
        people.append(_row(cells, line))
        before = lines.setdefault(people[-1].id, line)
        if before != line:
            raise Invalid(f"Lines {before} and {line} have the same id, {short(people[-1].id)}.")
    return Problem(tuple(people), group_size, 1 if rounds is None else rounds, 1 if seed is None else seed)


def _delimiter(text: str) -> str:
    """What parts the columns: some spreadsheets write semicolons, and some tabs."""
    head = text.lstrip().partition("\n")[0]
    return next((each for each in (",", ";", "\t") if each in head), ",")


def _row(cells: Mapping[str, str], line: int) -> Guest:
    flags = {}
    for key in FLAGS:
        word = cells.get(key, "").lower()
        if word not in YES | NO:
            raise Invalid(f"{key} in line {line} must be true or false, not {short(cells[key])}.")
        flags[key] = word in YES
    if not cells.get("id"):
        raise Invalid(f"Line {line} has no id.")
    texts = {key: cells.get(key) or None for key in TEXTS}
    needs = tuple(need for need in (part.strip() for part in cells.get("needs", "").split(";")) if need)
    return Guest(cells["id"], texts["organisation"], texts["sector"], texts["place"], **flags, needs=needs)


def _person(given: object, k: int) -> Guest:
    if not isinstance(given, dict):
        raise Invalid(f"Person {k} must be an object with an id.")
    if "id" not in given:
        raise Invalid(f"Person {k} has no id.")
    name = _text(given["id"], f"id of person {k}")
    unknown = sorted(set(given) - PERSON_KEYS)
    if unknown:
        raise Invalid(f"There is no key {short(unknown[0])} for a person ({short(name)} has it).")
    texts = {
        key: _text(given[key], f"{key} of {short(name)}") if given.get(key) is not None else None
        for key in TEXTS
    }
    flags = {key: _flag(given.get(key, False), f"{key} of {short(name)}") for key in FLAGS}
    needs = _ids(given["needs"], f"needs of {short(name)}") if given.get("needs") is not None else ()
    return Guest(name, texts["organisation"], texts["sector"], texts["place"], **flags, needs=needs)


def _text(given: object, where: str) -> str:
    if not isinstance(given, str) or not given.strip():
        raise Invalid(f"{where} must be text that is not empty.")
    try:
        given.encode()
    except UnicodeEncodeError as fault:
        raise Invalid(f"{where} has half a character, which is not text.") from fault
    return given


def _flag(given: object, where: str) -> bool:
    if not isinstance(given, bool):
        raise Invalid(f"{where} must be true or false.")
    return given


def _whole(given: object, where: str) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise Invalid(f"{where} must be a whole number.")
    return given


def _list(given: object, where: str) -> list[object]:
    if not isinstance(given, list):
        raise Invalid(f"{where} must be a list.")
    return cast(list[object], given)


def _ids(given: object, where: str) -> tuple[str, ...]:
    return tuple(_text(each, f"Each entry of {where}") for each in _list(given, where))


def _pair(given: object) -> tuple[str, str]:
    pair = _ids(given, "apart")
    if len(pair) != 2:
        raise Invalid("Each entry of apart must name two people.")
    return pair[0], pair[1]


def _met(given: object) -> tuple[str, str, float]:
    entry = _list(given, "Each entry of met")
    if len(entry) != 3:
        raise Invalid("Each entry of met must name two people and a price.")
    one, other, price = entry
    if not isinstance(one, str) or not isinstance(other, str):
        raise Invalid("Each entry of met must name two people and a price.")
    if isinstance(price, bool) or not isinstance(price, int | float) or not -HUGE < price < HUGE:
        raise Invalid(f"The price of {short(one)} and {short(other)} in met must be a number.")
    return one, other, float(price)


def _pin(given: object) -> Pin:
    if not isinstance(given, dict) or not {"round", "group", "people"} <= set(given) <= PIN_KEYS:
        raise Invalid(
            "Each entry of pinned must be an object with round, group and people, and may have whole."
        )
    return Pin(
        _whole(given["round"], "round in pinned"),
        _whole(given["group"], "group in pinned"),
        _ids(given["people"], "people in pinned"),
        _flag(given.get("whole", False), "whole in pinned"),
    )


def _served(given: object) -> Mapping[str, int]:
    if not isinstance(given, dict):
        raise Invalid("served must be an object from needs to numbers of groups.")
    return {need: _whole(count, f"served for {short(need)}") for need, count in given.items()}


def _rounds(given: object, where: str) -> tuple[Groups, ...]:
    return tuple(
        tuple(_ids(group, where) for group in _list(groups, f"Each round of {where}"))
        for groups in _list(given, where)
    )
