"""How migrations reach the database: the application's own engine, one writing transaction for all of them."""

from alembic import context
from flask import current_app

from convene.extensions import WRITING, UTCDateTime, db


def rendered(kind: str, item: object, context: object) -> str | bool:
    """A migration names no type of the program's own, which may have changed by the time it is run."""
    return "sa.DateTime(timezone=True)" if isinstance(item, UTCDateTime) else False


def run() -> None:
    options = {**current_app.extensions["migrate"].configure_args, "render_item": rendered}
    with db.engine.connect() as connection:
        connection = connection.execution_options(**WRITING[connection.dialect.name])
        context.configure(
            connection=connection, target_metadata=db.metadata, transaction_per_migration=False, **options
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
