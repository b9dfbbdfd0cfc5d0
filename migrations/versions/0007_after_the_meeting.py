"""after the meeting"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tie",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=140), nullable=False),
        sa.Column("rounds", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("came", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("use", sa.String(length=10), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("person_id <> other_id", name=op.f("ck_tie_two")),
        sa.CheckConstraint("use IN ('private','hosts','story')", name=op.f("ck_tie_use")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_tie_event_id_event"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_tie_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["person.id"], name=op.f("fk_tie_other_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_tie_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tie")),
        sa.UniqueConstraint("person_id", "other_id", name=op.f("uq_tie_person_id_other_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_tie_event_id"), "tie", ["event_id"], unique=False)
    op.create_index(op.f("ix_tie_other_id"), "tie", ["other_id"], unique=False)
    op.create_index(
        op.f("ix_tie_organisation_id_made_at"), "tie", ["organisation_id", "made_at"], unique=False
    )

    op.create_table(
        "tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_tally_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally")),
        sa.UniqueConstraint(
            "organisation_id", "period", "as_of", name=op.f("uq_tally_organisation_id_period_as_of")
        ),
    )

    op.create_table(
        "term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("folded", sa.String(length=240), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_term_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("organisation_id", "folded", name=op.f("uq_term_organisation_id_folded")),
    )
    op.create_table(
        "alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("folded", sa.String(length=240), nullable=False),
        sa.ForeignKeyConstraint(
            ["term_id"], ["term.id"], name=op.f("fk_alias_term_id_term"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias")),
        sa.UniqueConstraint("term_id", "folded", name=op.f("uq_alias_term_id_folded")),
    )
    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("words", sa.String(length=60), nullable=False),
        sa.Column("folded", sa.String(length=240), nullable=False),
        sa.Column("shown", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('offer','ask')", name=op.f("ck_offer_kind")),
        sa.CheckConstraint("shown IN ('group','hosts','nobody')", name=op.f("ck_offer_shown")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_offer_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_offer_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("person_id", "kind", "folded", name=op.f("uq_offer_person_id_kind_folded")),
    )
    op.create_index(op.f("ix_offer_expires_at"), "offer", ["expires_at"], unique=False)
    op.create_index(op.f("ix_offer_organisation_id"), "offer", ["organisation_id"], unique=False)

    op.add_column(
        "dealing", sa.Column("match_offers", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "organisation", sa.Column("asks_feeling", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("question", sa.Column("feeds", sa.String(length=5), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("question", "feeds")
    op.drop_column("organisation", "asks_feeling")
    op.drop_column("dealing", "match_offers")

    op.drop_index(op.f("ix_offer_organisation_id"), table_name="offer")
    op.drop_index(op.f("ix_offer_expires_at"), table_name="offer")
    op.drop_table("offer")
    op.drop_table("alias")
    op.drop_table("term")
    op.drop_table("tally")

    op.drop_index(op.f("ix_tie_organisation_id_made_at"), table_name="tie")
    op.drop_index(op.f("ix_tie_other_id"), table_name="tie")
    op.drop_index(op.f("ix_tie_event_id"), table_name="tie")
    op.drop_table("tie")
