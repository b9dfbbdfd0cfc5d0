"""The worker's sign of life, as a row: readiness asks for one younger than five minutes."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from convene.extensions import db


class Heartbeat(db.Model):
    """The last time a named job ran to its end, over all workers."""

    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    beat_at: Mapped[datetime]
    error: Mapped[str | None] = mapped_column(String(300))  # the class of the last failure, never its data
