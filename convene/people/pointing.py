"""Which rows are about a person: found from the tables themselves, so that none is forgotten when two are made one.

Every step is written down in a log that JSON can hold, and can be taken back in reverse order:
["changed", table, key, {column: [old, new]}] and ["removed", table, row].
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    and_,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from convene.extensions import affected, db

Row = dict[str, Any]
Log = list[list[Any]]
# Which of two rows that cannot stand side by side stays: given the one to move and the one in its way.
Settle = Callable[[Table, Row, Row], Row]

# Columns that name a row without a foreign key.
UNSAID = {
    "person": (("outgoing_mail", "person_id"), ("person", "mailbox_id"), ("circle", "host_id")),
    "signup": (("signup", "brought_by_id"),),
}
# Text keys that hold a person's number, and at which of their parts (between colons) it stands for which column.
KEYED = {"nudge": {"person_id": 2}, "answer": {"person_id": 2, "about_id": 3}}


def table(name: str) -> Table:
    return db.metadata.tables[name]


def pointers(target: str) -> Iterator[tuple[Table, Column]]:
    """Every column, in any table, that names a row of this one."""
    for one in db.metadata.sorted_tables:
        for column in one.columns:
            if any(key.column.table.name == target for key in column.foreign_keys):
                yield one, column
    for name, column_name in UNSAID.get(target, ()):
        yield table(name), table(name).c[column_name]


def unique_sets(one: Table) -> Iterator[tuple[str, ...]]:
    """The columns that together may stand once only."""
    for rule in one.constraints:
        if isinstance(rule, UniqueConstraint | PrimaryKeyConstraint):
            yield tuple(column.name for column in rule.columns)


def key_of(one: Table, row: Mapping[str, Any]) -> Row:
    return {column.name: row[column.name] for column in one.primary_key.columns}


def at(one: Table, key: Mapping[str, Any]) -> Any:
    return and_(*(one.c[name] == value for name, value in key.items()))


def rows(one: Table, where: Any) -> list[Row]:
    return [dict(row) for row in db.session.execute(select(one).where(where)).mappings()]


def moved_values(one: Table, row: Row, column: str, to: int) -> Row:
    """What changes in a row that is to be about another person: the column, and the key that spells it."""
    values: Row = {column: to}
    place = KEYED.get(one.name, {}).get(column)
    if place is not None:
        parts = row["key"].split(":")
        if len(parts) > place and parts[place] == str(row[column]):
            parts[place] = str(to)
            values["key"] = ":".join(parts)
    return values


def in_the_way(one: Table, row: Row, values: Row) -> Row | None:
    """The row, if any, beside which this one could not stand with the new values."""
    new = {**row, **values}
    own = key_of(one, row)
    for names in unique_sets(one):
        if not set(names) & set(values) or any(new[name] is None for name in names):
            continue
        for found in rows(one, at(one, {name: new[name] for name in names})):
            if key_of(one, found) != own:
                return found
    return None


def change(one: Table, row: Row, values: Row, log: Log) -> None:
    db.session.execute(update(one).where(at(one, key_of(one, row))).values(**values))
    changes = {name: [packed(row[name]), packed(value)] for name, value in values.items()}
    log.append(["changed", one.name, key_of(one, {**row, **values}), changes])


def remove(one: Table, row: Row, log: Log) -> None:
    log.append(["removed", one.name, {name: packed(value) for name, value in row.items()}])
    db.session.execute(delete(one).where(at(one, key_of(one, row))))


def repoint(target: str, old: int, new: int, settle: Settle, log: Log) -> None:
    """Make every row about `old` one about `new`. Where both have one, `settle` chooses and the other is removed."""
    for one, column in list(pointers(target)):
        for row in rows(one, column == old):
            values = moved_values(one, row, column.name, new)
            other = in_the_way(one, row, values)
            if other is None:
                change(one, row, values, log)
                continue
            stays = settle(one, row, other)
            goes = other if stays is row else row
            if one.name in UNSAID:  # rows point at it in turn
                repoint(one.name, goes["id"], stays["id"], settle, log)
            remove(one, goes, log)
            if stays is row:
                change(one, row, values, log)


def take_back(log: Log) -> None:
    """Undo every step, the last first. What was changed by somebody since stays as they left it."""
    for verb, name, *rest in reversed(log):
        one = table(name)
        if verb == "changed":
            put_back(one, *rest)
        else:
            put_in_again(one, {column: unpacked(value) for column, value in rest[0].items()})


def put_back(one: Table, key: Row, changes: dict[str, list[Any]]) -> None:
    found = rows(one, at(one, key))
    if not found:
        return
    still = {name: unpacked(old) for name, (old, new) in changes.items() if found[0][name] == unpacked(new)}
    if still:
        with_savepoint(update(one).where(at(one, key)).values(**still))


def put_in_again(one: Table, row: Row) -> None:
    """A row as it was; under a new number where nothing points at it and its own may have been given again."""
    given_once = one.kwargs.get(
        "sqlite_autoincrement"
    )  # its number is never given again, and may stand in links
    if one.name not in UNSAID and "id" in row and not given_once:
        row = {name: value for name, value in row.items() if name != "id"}
    with_savepoint(insert(one).values(**row))


def with_savepoint(statement: Any) -> None:
    """What has no place any more (its event or round is gone) is left out, and the rest goes on."""
    try:
        with db.session.begin_nested():
            affected(statement)
    except IntegrityError:
        return


def packed(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    return {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def unpacked(value: Any) -> Any:
    if isinstance(value, dict):
        if "moment" in value:
            return datetime.fromisoformat(value["moment"])
        return base64.b64decode(value["bytes"])
    return value
