"""who is still to be told of a change or of a calling off"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "untold",
        sa.Column("signup_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_untold_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["signup_id"], ["signup.id"], name=op.f("fk_untold_signup_id_signup"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("signup_id", name=op.f("pk_untold")),
    )
    op.create_index(op.f("ix_untold_event_id"), "untold", ["event_id"], unique=False)
    op.add_column("event", sa.Column("called_off_words", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("event", "called_off_words")
    op.drop_index(op.f("ix_untold_event_id"), table_name="untold")
    op.drop_table("untold")
