"""stances stand still"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FRESH = 5


def upgrade() -> None:
    op.add_column("insight", sa.Column("told", sa.JSON(), nullable=True))
    op.add_column("insight", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    moment = sa.DateTime(timezone=True)
    stance = sa.table("stance", sa.column("insight_id"), sa.column("stance"), sa.column("said_at", moment))
    insight = sa.table("insight", sa.column("id"), sa.column("told", sa.JSON()), sa.column("told_at", moment))
    counted = sa.select(stance.c.insight_id, stance.c.stance, sa.func.count(), sa.func.max(stance.c.said_at))
    found: dict[int, dict[str, Any]] = {}
    last: dict[int, Any] = {}
    for number, said, count, at in op.get_bind().execute(
        counted.group_by(stance.c.insight_id, stance.c.stance)
    ):
        found.setdefault(number, {})[said] = count
        last[number] = max(at, last.get(number, at))
    for number, told in found.items():
        if sum(told.values()) >= FRESH:
            row = sa.update(insight).where(insight.c.id == number)
            op.execute(row.values(told=told, told_at=last[number]))


def downgrade() -> None:
    op.drop_column("insight", "told_at")
    op.drop_column("insight", "told")
