"""one code for one thing: a browser's last, in place of those before"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    code = sa.table("code", sa.column("id"), sa.column("browser_hash"))
    last = sa.select(sa.func.max(code.c.id)).group_by(code.c.browser_hash)
    op.execute(sa.delete(code).where(code.c.id.not_in(last)))
    op.drop_index("ix_code_browser_hash", "code")
    op.create_index("ix_code_browser_hash", "code", ["browser_hash"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_code_browser_hash", "code")
    op.create_index("ix_code_browser_hash", "code", ["browser_hash"])
