"""All that is in the database, to see that something changed nothing."""

from sqlalchemy import select

from convene.extensions import db


def all_rows() -> dict[str, list[str]]:
    """Each table's rows in words, sorted; what the test has prepared is committed first."""
    db.session.commit()
    with db.engine.connect() as connection:
        return {
            table.name: sorted(str(tuple(row)) for row in connection.execute(select(table)))
            for table in db.metadata.sorted_tables
        }
