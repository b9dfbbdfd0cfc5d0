"""a real evening"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "authenticator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authenticator")),
        sa.UniqueConstraint("address", name=op.f("uq_authenticator_address")),
    )
    op.create_table(
        "code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
    )
    op.create_index(op.f("ix_code_browser_hash"), "code", ["browser_hash"], unique=False)
    op.create_index(op.f("ix_code_expires_at"), "code", ["expires_at"], unique=False)

    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_address"), "passkey", ["address"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_index(op.f("ix_recovery_code_address"), "recovery_code", ["address"], unique=False)

    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_series_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    op.create_index(op.f("ix_series_organisation_id"), "series", ["organisation_id"], unique=False)

    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("folded", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_tag_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("organisation_id", "folded", name=op.f("uq_tag_organisation_id_folded")),
    )
    op.create_table(
        "involvement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_involvement_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_involvement_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_involvement")),
    )
    op.create_index(
        op.f("ix_involvement_organisation_id_done_at_promised_by"),
        "involvement",
        ["organisation_id", "done_at", "promised_by"],
        unique=False,
    )
    op.create_index(op.f("ix_involvement_person_id"), "involvement", ["person_id"], unique=False)

    op.create_table(
        "merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_name", sa.String(length=120), nullable=False),
        sa.Column("undo", sa.Text(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by", sa.String(length=40), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["kept_id"], ["person.id"], name=op.f("fk_merge_kept_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_merge_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    op.create_index(
        op.f("ix_merge_organisation_id_merged_at"), "merge", ["organisation_id", "merged_at"], unique=False
    )

    op.create_table(
        "tagged",
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_tagged_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tag.id"], name=op.f("fk_tagged_tag_id_tag"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tag_id", "person_id", name=op.f("pk_tagged")),
    )
    op.create_index(op.f("ix_tagged_person_id"), "tagged", ["person_id"], unique=False)

    op.create_table(
        "helper_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unsent", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_helper_link_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helper_link")),
    )
    op.create_index(op.f("ix_helper_link_event_id"), "helper_link", ["event_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("over_limit", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_invitation_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("event_id", "address", name=op.f("uq_invitation_event_id_address")),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("seen_by", sa.String(length=12), nullable=False),
        sa.Column("kept_days", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('text','one','several','yes_no')", name=op.f("ck_question_kind")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_question_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_question_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index(op.f("ix_question_event_id"), "question", ["event_id"], unique=False)
    op.create_index(op.f("ix_question_organisation_id"), "question", ["organisation_id"], unique=False)

    op.create_table(
        "speaker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("about", sa.String(length=400), nullable=False),
        sa.CheckConstraint("part IN ('host','speaker')", name=op.f("ck_speaker_part")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_speaker_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker")),
    )
    op.create_index(op.f("ix_speaker_event_id"), "speaker", ["event_id"], unique=False)

    op.create_table(
        "worry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.String(length=40), nullable=False),
        sa.CheckConstraint("state IN ('open','linked','set_aside')", name=op.f("ck_worry_state")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_worry_event_id_event"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_worry_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_worry_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worry")),
    )
    op.create_index(
        op.f("ix_worry_organisation_id_state"), "worry", ["organisation_id", "state"], unique=False
    )
    op.create_index(op.f("ix_worry_person_id"), "worry", ["person_id"], unique=False)

    op.create_table(
        "press",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("verb", sa.String(length=10), nullable=False),
        sa.Column("signup_id", sa.Integer(), nullable=True),
        sa.Column("pressed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_press_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["signup_id"], ["signup.id"], name=op.f("fk_press_signup_id_signup"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_press")),
        sa.UniqueConstraint("key", name=op.f("uq_press_key")),
    )
    op.create_index(op.f("ix_press_event_id"), "press", ["event_id"], unique=False)

    op.create_table(
        "response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("signup_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_response_question_id_question"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["signup_id"], ["signup.id"], name=op.f("fk_response_signup_id_signup"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("question_id", "signup_id", name=op.f("uq_response_question_id_signup_id")),
    )
    op.create_index(op.f("ix_response_signup_id"), "response", ["signup_id"], unique=False)

    op.add_column("event", sa.Column("listed", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("event", sa.Column("signup_opens_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("event", sa.Column("signup_closes_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("event", sa.Column("by_approval", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("event", sa.Column("guests_each", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("event", sa.Column("online_places", sa.Integer(), nullable=True))
    op.add_column("event", sa.Column("hides_place", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("event", sa.Column("discreet", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(
        "event", sa.Column("self_check_in", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("event", sa.Column("access_list", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("event", sa.Column("series_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_event_series_id"), "event", ["series_id"], unique=False)

    op.add_column(
        "organisation", sa.Column("controller", sa.String(length=120), nullable=False, server_default="")
    )
    op.add_column(
        "organisation", sa.Column("privacy_contact", sa.String(length=254), nullable=False, server_default="")
    )
    op.add_column(
        "organisation", sa.Column("privacy_url", sa.String(length=400), nullable=False, server_default="")
    )
    op.add_column("organisation", sa.Column("accent", sa.String(length=7), nullable=False, server_default=""))

    op.add_column("person", sa.Column("called", sa.String(length=60), nullable=False, server_default=""))
    op.add_column("person", sa.Column("hides", sa.String(length=80), nullable=False, server_default=""))
    op.add_column("person", sa.Column("by_number", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("person", sa.Column("mailbox_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_person_mailbox_id"), "person", ["mailbox_id"], unique=False)

    op.add_column("sign_in", sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True))

    op.add_column(
        "signup", sa.Column("needs_answer", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "signup", sa.Column("attends_online", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("signup", sa.Column("brought_by_id", sa.Integer(), nullable=True))
    op.add_column("signup", sa.Column("invitation_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_signup_brought_by_id"), "signup", ["brought_by_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_signup_brought_by_id"), table_name="signup")
    op.drop_column("signup", "invitation_id")
    op.drop_column("signup", "brought_by_id")
    op.drop_column("signup", "attends_online")
    op.drop_column("signup", "needs_answer")

    op.drop_column("sign_in", "second_factor_at")

    op.drop_index(op.f("ix_person_mailbox_id"), table_name="person")
    op.drop_column("person", "mailbox_id")
    op.drop_column("person", "by_number")
    op.drop_column("person", "hides")
    op.drop_column("person", "called")

    op.drop_column("organisation", "accent")
    op.drop_column("organisation", "privacy_url")
    op.drop_column("organisation", "privacy_contact")
    op.drop_column("organisation", "controller")

    op.drop_index(op.f("ix_event_series_id"), table_name="event")
    op.drop_column("event", "series_id")
    op.drop_column("event", "access_list")
    op.drop_column("event", "self_check_in")
    op.drop_column("event", "discreet")
    op.drop_column("event", "hides_place")
    op.drop_column("event", "online_places")
    op.drop_column("event", "guests_each")
    op.drop_column("event", "by_approval")
    op.drop_column("event", "signup_closes_at")
    op.drop_column("event", "signup_opens_at")
    op.drop_column("event", "listed")

    op.drop_index(op.f("ix_response_signup_id"), table_name="response")

    op.drop_table("response")
    op.drop_index(op.f("ix_press_event_id"), table_name="press")

    op.drop_table("press")
    op.drop_index(op.f("ix_worry_person_id"), table_name="worry")
    op.drop_index(op.f("ix_worry_organisation_id_state"), table_name="worry")

    op.drop_table("worry")
    op.drop_index(op.f("ix_speaker_event_id"), table_name="speaker")

    op.drop_table("speaker")
    op.drop_index(op.f("ix_question_organisation_id"), table_name="question")
    op.drop_index(op.f("ix_question_event_id"), table_name="question")

    op.drop_table("question")
    op.drop_table("invitation")
    op.drop_index(op.f("ix_helper_link_event_id"), table_name="helper_link")

    op.drop_table("helper_link")
    op.drop_index(op.f("ix_tagged_person_id"), table_name="tagged")

    op.drop_table("tagged")
    op.drop_index(op.f("ix_merge_organisation_id_merged_at"), table_name="merge")

    op.drop_table("merge")
    op.drop_index(op.f("ix_involvement_person_id"), table_name="involvement")
    op.drop_index(op.f("ix_involvement_organisation_id_done_at_promised_by"), table_name="involvement")

    op.drop_table("involvement")
    op.drop_table("tag")
    op.drop_index(op.f("ix_series_organisation_id"), table_name="series")

    op.drop_table("series")
    op.drop_index(op.f("ix_recovery_code_address"), table_name="recovery_code")

    op.drop_table("recovery_code")
    op.drop_index(op.f("ix_passkey_address"), table_name="passkey")

    op.drop_table("passkey")
    op.drop_index(op.f("ix_code_expires_at"), table_name="code")
    op.drop_index(op.f("ix_code_browser_hash"), table_name="code")

    op.drop_table("code")
    op.drop_table("authenticator")
