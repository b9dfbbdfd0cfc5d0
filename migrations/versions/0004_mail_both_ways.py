"""mail both ways and messages to many"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pace",
        sa.Column("domain", sa.String(length=254), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_pace")),
    )
    op.create_table(
        "wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
        sa.UniqueConstraint(
            "organisation_id", "letter", "language", name=op.f("uq_wording_organisation_id_letter_language")
        ),
    )
    op.create_table(
        "inbound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_hash", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_inbound_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_inbound_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_inbound_person_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("message_hash", name=op.f("uq_inbound_message_hash")),
    )
    op.create_index(
        op.f("ix_inbound_address_hash_kind_received_at"),
        "inbound",
        ["address_hash", "kind", "received_at"],
        unique=False,
    )
    op.create_index(op.f("ix_inbound_organisation_id_id"), "inbound", ["organisation_id", "id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("states", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("posted", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft','waiting','sending','sent','recalled')", name=op.f("ck_message_state")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_message_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_message_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_message_event_id"), "message", ["event_id"], unique=False)
    op.create_index(op.f("ix_message_organisation_id_id"), "message", ["organisation_id", "id"], unique=False)
    op.create_index(op.f("ix_message_state_send_at"), "message", ["state", "send_at"], unique=False)

    op.add_column("event", sa.Column("told_before", sa.Text(), nullable=False, server_default=""))
    op.add_column("event", sa.Column("tell_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_event_tell_at"), "event", ["tell_at"], unique=False)

    op.add_column("person", sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("language", sa.String(length=12), nullable=True))
    op.add_column(
        "person", sa.Column("calendar_generation", sa.Integer(), nullable=False, server_default="1")
    )

    op.add_column("signup", sa.Column("reply", sa.String(length=10), nullable=True))
    op.add_column("signup", sa.Column("reply_stamp", sa.DateTime(timezone=True), nullable=True))
    op.add_column("signup", sa.Column("reply_words", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("signup", "reply_words")
    op.drop_column("signup", "reply_stamp")
    op.drop_column("signup", "reply")

    op.drop_column("person", "calendar_generation")
    op.drop_column("person", "language")
    op.drop_column("person", "paused_until")

    op.drop_index(op.f("ix_event_tell_at"), table_name="event")
    op.drop_column("event", "tell_at")
    op.drop_column("event", "told_before")

    op.drop_index(op.f("ix_message_state_send_at"), table_name="message")
    op.drop_index(op.f("ix_message_organisation_id_id"), table_name="message")
    op.drop_index(op.f("ix_message_event_id"), table_name="message")

    op.drop_table("message")
    op.drop_index(op.f("ix_inbound_organisation_id_id"), table_name="inbound")
    op.drop_index(op.f("ix_inbound_address_hash_kind_received_at"), table_name="inbound")

    op.drop_table("inbound")
    op.drop_table("wording")
    op.drop_table("pace")
