"""Writes a plan as JSON, as text to read, as CSV, as a breakout file for Zoom, or as a sheet to print."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace

from .problem import Plan
from .words import counted, one_line

WIDEST = 60


def as_json(plan: Plan, first: int) -> str:
    """One object on one line, with the names that the file going in uses."""
    return json.dumps(asdict(plan), ensure_ascii=False) + "\n"


def as_text(plan: Plan, first: int) -> str:
    """Groups line by line, then the figures and what they mean."""
    lines: list[str] = []
    for number, groups in enumerate(plan.rounds, first):
        lines.append(f"Round {number}")
        lines += [f"  {g}. {', '.join(map(one_line, group))}" for g, group in enumerate(groups, 1)]
        lines += [f"  Group {each.group}: {each.text}" for each in plan.caveats if each.round == number]
        lines.append("")
    lines.append(
        f"{counted(plan.repeats, 'repeat')} (at least {plan.least_repeats}), "
        f"{counted(plan.met_again, 'meeting')} again from earlier events, "
        f"{counted(plan.lone_newcomers, 'lone newcomer')}, "
        f"{counted(plan.same_organisation, 'pair')} from one organisation, {plan.moved} moved."
    )
    return "\n".join([*lines, *map(one_line, plan.because)]) + "\n"


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
    """Zoom's file for assigning breakout rooms in advance: two columns, room and address (the id stands for it).

    Zoom takes one set of rooms for a meeting and an address in one of them, so that this is of one round, which
    its rooms are named by.
    """
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
    names = {each: one_line(each) for each in where}
    width = min(WIDEST, max(map(len, names.values()), default=0))
    rows = [[names[each], *where[each]] for each in sorted(where)]
    lines = [
        row[0].ljust(width)
        + "".join(cell.rjust(len(title) + 3) for cell, title in zip(row[1:], head[1:], strict=True))
        for row in (head, *rows)
    ]
    return "Your group in each round\n\n" + "\n".join(line.rstrip() for line in lines) + "\n"


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


def only(plan: Plan, first: int, number: int) -> Plan:
    """The plan with one of its rounds, counted over all rounds; its figures stay those of all."""
    return replace(plan, rounds=(plan.rounds[number - first],))


FORMATS: dict[str, Callable[[Plan, int], str]] = {
    "json": as_json,
    "text": as_text,
    "csv": as_csv,
    "zoom": as_zoom,
    "sheet": as_sheet,
}
OF_ONE_ROUND = ("csv", "sheet", "zoom")
"""Formats that can be of one round: the others tell of figures that are of all."""
