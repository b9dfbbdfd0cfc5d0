"""The time: the only caller of datetime.now, so that a rehearsal or a test can say what time it is."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)
