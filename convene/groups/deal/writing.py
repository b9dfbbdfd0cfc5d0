"""Writes a plan as JSON, as text to read, as CSV, as a breakout file for Zoom, or as a sheet to print."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict

from .problem import Plan
from .words import counted

WIDEST = 60


def as_json(plan: Plan, first: int) -> str:
    """One object on one line, with the names that the file going in uses."""
    return json.dumps(asdict(plan), ensure_ascii=False) + "\n"


def as_text(plan: Plan, first: int) -> str:
    """Groups line by line, then the figures and what they mean."""
    lines: list[str] = []
    for number, groups in enumerate(plan.rounds, first):
        lines.append(f"Round {number}")
        lines += [f"  {g}. {', '.join(map(_shown, group))}" for g, group in enumerate(groups, 1)]
        lines += [f"  Group {each.group}: {each.text}" for each in plan.caveats if each.round == number]
        lines.append("")
    lines.append(
        f"{counted(plan.repeats, 'repeat')} (at least {plan.least_repeats}), "
        f"{counted(plan.met_again, 'meeting')} again from earlier events, "
        f"{counted(plan.lone_newcomers, 'lone newcomer')}, "
        f"{counted(plan.same_organisation, 'pair')} from one organisation, {plan.moved} moved."
    )
    return "\n".join([*lines, *plan.because]) + "\n"


def as_csv(plan: Plan, first: int) -> str:
    """A row for each seat: round, group, id."""
    return _rows(
        ["round", "group", "id"],
        (
            [str(number), str(g), each]
            for number, groups in enumerate(plan.rounds, first)
            for g, group in enumerate(groups, 1)
            for each in group
        ),
    )


def as_zoom(plan: Plan, first: int) -> str:
    """Zoom's file for assigning breakout rooms in advance: two columns, room and address (the id stands for
    it).
    Zoom takes one round at a time, so every room is named by its round."""
    return _rows(
        ["Pre-assign Room Name", "Email Address"],
        (
            [f"Round {number} group {g}", each]
            for number, groups in enumerate(plan.rounds, first)
            for g, group in enumerate(groups, 1)
            for each in group
        ),
    )


def as_sheet(plan: Plan, first: int) -> str:
    """A line for each person with their group in every round, in columns: what is printed and pinned up at the door."""
    where: dict[str, list[str]] = {}
    for k, groups in enumerate(plan.rounds):
        for g, group in enumerate(groups, 1):
            for each in group:
                where.setdefault(each, [""] * len(plan.rounds))[k] = str(g)
    head = ["", *(f"Round {first + k}" for k in range(len(plan.rounds)))]
    names = {each: _shown(each) for each in where}
    width = min(WIDEST, max(map(len, names.values()), default=0))
    rows = [[names[each], *where[each]] for each in sorted(where)]
    lines = [
        row[0].ljust(width)
        + "".join(cell.rjust(len(title) + 3) for cell, title in zip(row[1:], head[1:], strict=True))
        for row in (head, *rows)
    ]
    return "Your group in each round\n\n" + "\n".join(line.rstrip() for line in lines) + "\n"


def _shown(name: str) -> str:
    """A name on one line: nothing in it can end the line or steer a terminal."""
    return "".join(each if each.isprintable() else " " for each in name)


def _rows(head: list[str], rows: Iterable[list[str]]) -> str:
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])
    return page.getvalue()


def _plain(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


FORMATS: dict[str, Callable[[Plan, int], str]] = {
    "json": as_json,
    "text": as_text,
    "csv": as_csv,
    "zoom": as_zoom,
    "sheet": as_sheet,
}
