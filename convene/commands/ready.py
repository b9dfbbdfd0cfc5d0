"""A database that is away, or not brought to this version, is said in a sentence and not in a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError, ProgrammingError

from config import BadSetting


@contextmanager
def needed_database() -> Iterator[None]:
    """Around what a command does with the database; raises BadSetting where it cannot be used."""
    try:
        yield
    except (OperationalError, ProgrammingError) as fault:
        raise BadSetting(
            f"the database does not answer or is not at this version ({type(fault.orig).__name__}); "
            "check CONVENE_DATABASE_URL, then run: convene db upgrade"
        ) from None
