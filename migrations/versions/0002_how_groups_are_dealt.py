"""how groups are dealt"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dealing",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("mix_affiliation", sa.Boolean(), nullable=False),
        sa.Column("mix_field", sa.Boolean(), nullable=False),
        sa.Column("mix_place", sa.Boolean(), nullable=False),
        sa.Column("mix_first_timers", sa.Boolean(), nullable=False),
        sa.Column("facilitated", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=True),
        sa.Column("least_repeats", sa.Integer(), nullable=True),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.Column("open_least_repeats", sa.Integer(), nullable=True),
        sa.Column("open_because", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_dealing_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_dealing")),
    )
    op.create_table(
        "facilitator",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_facilitator_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_facilitator_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "person_id", name=op.f("pk_facilitator")),
    )
    op.create_index(op.f("ix_facilitator_person_id"), "facilitator", ["person_id"], unique=False)
    op.create_table(
        "seating_need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_seating_need_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seating_need")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_seating_need_event_id_name")),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("rounds", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_snapshot_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
    )
    op.create_index(op.f("ix_snapshot_event_id_id"), "snapshot", ["event_id", "id"], unique=False)
    op.create_table(
        "seating_need_of",
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["need_id"],
            ["seating_need.id"],
            name=op.f("fk_seating_need_of_need_id_seating_need"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_seating_need_of_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("need_id", "person_id", name=op.f("pk_seating_need_of")),
    )
    op.create_index(op.f("ix_seating_need_of_person_id"), "seating_need_of", ["person_id"], unique=False)
    op.add_column("round", sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("round", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("seat", sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(
        "seating_group", sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("seating_group", "pinned")
    op.drop_column("seat", "pinned")
    op.drop_column("round", "ends_at")
    op.drop_column("round", "started_at")
    op.drop_index(op.f("ix_seating_need_of_person_id"), table_name="seating_need_of")
    op.drop_table("seating_need_of")
    op.drop_index(op.f("ix_snapshot_event_id_id"), table_name="snapshot")
    op.drop_table("snapshot")
    op.drop_table("seating_need")
    op.drop_index(op.f("ix_facilitator_person_id"), table_name="facilitator")
    op.drop_table("facilitator")
    op.drop_table("dealing")
