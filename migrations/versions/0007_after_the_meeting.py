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

    nudges_about_anything()
    op.create_table(
        "nudge_setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("circle_id", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=True),
        sa.Column("away_minutes", sa.Integer(), nullable=True),
        sa.Column("again", sa.Boolean(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name=op.f("fk_nudge_setting_circle_id_circle"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_nudge_setting_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_nudge_setting_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudge_setting")),
        sa.UniqueConstraint("key", name=op.f("uq_nudge_setting_key")),
    )
    for column in ("circle_id", "event_id", "organisation_id"):
        op.create_index(op.f(f"ix_nudge_setting_{column}"), "nudge_setting", [column], unique=False)


# SQLite makes the table anew, and would forget both.
AS_IT_WAS = {
    "table_args": [
        sa.CheckConstraint(
            "state IN ('scheduled','held','sent','acted','expired','stopped')", name="ck_nudge_state"
        )
    ],
    "table_kwargs": {"sqlite_autoincrement": True},
}


def nudges_about_anything() -> None:
    """A nudge may be about a circle, a tie or nothing but its person; so far each was about an event."""
    highest = highest_given()
    with op.batch_alter_table("nudge", **AS_IT_WAS) as nudge:
        nudge.alter_column("event_id", existing_type=sa.Integer(), nullable=True)
        nudge.add_column(sa.Column("subject_id", sa.Integer(), nullable=False, server_default="0"))
        nudge.add_column(sa.Column("step", sa.String(length=20), nullable=False, server_default="1"))
        nudge.add_column(sa.Column("circle_id", sa.Integer(), nullable=True))
        nudge.add_column(sa.Column("held_because", sa.String(length=200), nullable=False, server_default=""))
        nudge.add_column(sa.Column("look_at", sa.DateTime(timezone=True), nullable=True))
        nudge.add_column(sa.Column("letter_key", sa.String(length=160), nullable=True))
        nudge.create_foreign_key(
            "fk_nudge_circle_id_circle", "circle", ["circle_id"], ["id"], ondelete="CASCADE"
        )
        nudge.drop_index("ix_nudge_event_id")
        nudge.create_index("ix_nudge_circle_id", ["circle_id"], unique=False)
        nudge.create_index("ix_nudge_letter_key", ["letter_key"], unique=False)
        nudge.create_index(
            "ix_nudge_event_id_rule_person_id", ["event_id", "rule", "person_id"], unique=False
        )
        nudge.create_index(
            "ix_nudge_rule_person_id_subject_id", ["rule", "person_id", "subject_id"], unique=False
        )
        nudge.create_index("ix_nudge_state_look_at", ["state", "look_at"], unique=False)
    give_no_number_twice(highest)
    nudge_rows = sa.table(
        "nudge", sa.column("key"), sa.column("event_id"), sa.column("subject_id"), sa.column("step"),
        sa.column("rule"), sa.column("state"), sa.column("person_id"), sa.column("letter_key"),
    )  # fmt: skip
    op.execute(nudge_rows.update().values(subject_id=nudge_rows.c.event_id))
    # The step is what stands last in the key.
    head = (
        nudge_rows.c.rule + ":" + sa.cast(nudge_rows.c.event_id, sa.String) + ":"
        + sa.cast(nudge_rows.c.person_id, sa.String) + ":"
    )  # fmt: skip
    whole = sa.func.replace(nudge_rows.c.key, head, "")
    op.execute(nudge_rows.update().where(sa.func.length(whole) <= 20).values(step=whole))
    sent = nudge_rows.c.state.in_(("sent", "acted"))
    op.execute(nudge_rows.update().where(sent).values(letter_key=sa.literal("nudge:") + nudge_rows.c.key))


def highest_given() -> int | None:
    if op.get_bind().dialect.name != "sqlite":
        return None
    return op.get_bind().scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'nudge'"))


def give_no_number_twice(highest: int | None) -> None:
    if highest is None:
        return
    bind, number = op.get_bind(), {"seq": highest}
    bind.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'nudge'"))
    bind.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('nudge', :seq)"), number)


def nudges_about_events() -> None:
    highest = highest_given()
    op.execute(sa.text("DELETE FROM nudge WHERE event_id IS NULL"))
    with op.batch_alter_table("nudge", **AS_IT_WAS) as nudge:
        for index in (
            "ix_nudge_state_look_at", "ix_nudge_rule_person_id_subject_id", "ix_nudge_event_id_rule_person_id",
            "ix_nudge_letter_key", "ix_nudge_circle_id",
        ):  # fmt: skip
            nudge.drop_index(index)
        nudge.create_index("ix_nudge_event_id", ["event_id"], unique=False)
        nudge.drop_constraint("fk_nudge_circle_id_circle", type_="foreignkey")
        for column in ("letter_key", "look_at", "held_because", "circle_id", "step", "subject_id"):
            nudge.drop_column(column)
        nudge.alter_column("event_id", existing_type=sa.Integer(), nullable=False)
    give_no_number_twice(highest)


def downgrade() -> None:
    for column in ("circle_id", "event_id", "organisation_id"):
        op.drop_index(op.f(f"ix_nudge_setting_{column}"), table_name="nudge_setting")
    op.drop_table("nudge_setting")
    nudges_about_events()

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
