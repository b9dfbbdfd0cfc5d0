"""circles"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CHALLENGE = (
    "owners VARCHAR(200) NOT NULL DEFAULT ''",
    "known TEXT NOT NULL DEFAULT ''",
    "revision INTEGER NOT NULL DEFAULT 1",
)
CIRCLE = (
    "for_whom TEXT NOT NULL DEFAULT ''",
    "how_it_runs TEXT NOT NULL DEFAULT ''",
    "host_id INTEGER",
    "places INTEGER NOT NULL DEFAULT 12 CONSTRAINT ck_circle_places CHECK (places >= 1)",
    "joining VARCHAR(8) NOT NULL DEFAULT 'open' CONSTRAINT ck_circle_joining CHECK (joining IN ('open','asking'))",
    "past_shown VARCHAR(8) NOT NULL DEFAULT 'all'"
    " CONSTRAINT ck_circle_past_shown CHECK (past_shown IN ('all','story','nothing'))",
    "next_in_line INTEGER NOT NULL DEFAULT 1",
    "talks BOOLEAN NOT NULL DEFAULT FALSE",
    "hosts_in_turn BOOLEAN NOT NULL DEFAULT FALSE",
    "zone VARCHAR(60) NOT NULL DEFAULT 'Europe/London'",
    "minutes INTEGER NOT NULL DEFAULT 90 CONSTRAINT ck_circle_minutes CHECK (minutes >= 1)",
    "format VARCHAR(12) NOT NULL DEFAULT 'in_person'"
    " CONSTRAINT ck_circle_format CHECK (format IN ('in_person','online'))",
    "venue VARCHAR(300) NOT NULL DEFAULT ''",
    "online_url VARCHAR(500) NOT NULL DEFAULT ''",
    "access_info TEXT NOT NULL DEFAULT ''",
    "pattern TEXT NOT NULL DEFAULT ''",
    "skipped TEXT NOT NULL DEFAULT ''",
    "uid VARCHAR(80)",
    "sequence INTEGER NOT NULL DEFAULT 0",
    "revision INTEGER NOT NULL DEFAULT 1",
)


def upgrade() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("circle_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name=op.f("fk_agreement_circle_id_circle"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("circle_id", "version", name=op.f("uq_agreement_circle_id_version")),
    )
    op.create_table(
        "learning",
        sa.Column("circle_id", sa.Integer(), nullable=False),
        sa.Column("hoped", sa.Text(), nullable=False),
        sa.Column("happened", sa.Text(), nullable=False),
        sa.Column("again", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name=op.f("fk_learning_circle_id_circle"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("circle_id", name=op.f("pk_learning")),
    )
    op.create_table(
        "member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("circle_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("queue_number", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=40), nullable=False),
        sa.Column("agreed_version", sa.Integer(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivery", sa.String(length=8), nullable=False),
        sa.Column("told_post_id", sa.Integer(), nullable=False),
        sa.Column("digest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("letter_count", sa.Integer(), nullable=False),
        sa.Column("invite_sequence", sa.Integer(), nullable=True),
        sa.Column("invite_open", sa.Boolean(), nullable=False),
        sa.CheckConstraint("delivery IN ('every','daily','weekly','none')", name=op.f("ck_member_delivery")),
        sa.CheckConstraint(
            "state IN ('started','asked','member','waiting','left','declined')", name=op.f("ck_member_state")
        ),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name=op.f("fk_member_circle_id_circle"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_member_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("circle_id", "person_id", name=op.f("uq_member_circle_id_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_member_circle_id_state_queue_number"),
        "member",
        ["circle_id", "state", "queue_number"],
        unique=False,
    )
    op.create_index(op.f("ix_member_person_id"), "member", ["person_id"], unique=False)

    op.create_table(
        "time_poll",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("circle_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("picked_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name=op.f("fk_time_poll_circle_id_circle"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_poll")),
    )
    op.create_index(op.f("ix_time_poll_circle_id"), "time_poll", ["circle_id"], unique=False)

    op.create_table(
        "agenda_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=140), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("group_size", sa.Integer(), nullable=True),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("first_round", sa.Integer(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('check_in','networking','one_two_four_all','actions','open_circle','check_out','other')",
            name=op.f("ck_agenda_part_kind"),
        ),
        sa.CheckConstraint("minutes >= 1", name=op.f("ck_agenda_part_minutes")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_agenda_part_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_part")),
    )
    op.create_index(
        op.f("ix_agenda_part_event_id_position"), "agenda_part", ["event_id", "position"], unique=False
    )

    op.create_table(
        "circle_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("circle_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open','settled')", name=op.f("ck_circle_question_state")),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["person.id"],
            name=op.f("fk_circle_question_author_id_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name=op.f("fk_circle_question_circle_id_circle"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_circle_question_event_id_event"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circle_question")),
    )
    op.create_index(op.f("ix_circle_question_author_id"), "circle_question", ["author_id"], unique=False)
    op.create_index(
        op.f("ix_circle_question_circle_id_position"),
        "circle_question",
        ["circle_id", "position"],
        unique=False,
    )
    op.create_index(op.f("ix_circle_question_event_id"), "circle_question", ["event_id"], unique=False)

    op.create_table(
        "circle_session",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("circle_id", sa.Integer(), nullable=False),
        sa.Column("original", sa.String(length=16), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=True),
        sa.Column("agenda_revision", sa.Integer(), nullable=False),
        sa.Column("decided", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name=op.f("fk_circle_session_circle_id_circle"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_circle_session_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["host_id"], ["person.id"], name=op.f("fk_circle_session_host_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_circle_session")),
        sa.UniqueConstraint("circle_id", "original", name=op.f("uq_circle_session_circle_id_original")),
    )
    op.create_index(op.f("ix_circle_session_host_id"), "circle_session", ["host_id"], unique=False)

    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["edited_by_id"], ["person.id"], name=op.f("fk_note_edited_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_note_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("event_id", name=op.f("uq_note_event_id")),
    )
    op.create_index(op.f("ix_note_edited_by_id"), "note", ["edited_by_id"], unique=False)

    op.create_table(
        "poll_option",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["poll_id"], ["time_poll.id"], name=op.f("fk_poll_option_poll_id_time_poll"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_option")),
        sa.UniqueConstraint("poll_id", "starts_at", name=op.f("uq_poll_option_poll_id_starts_at")),
    )
    op.create_table(
        "skip",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_skip_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_skip_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "person_id", name=op.f("pk_skip")),
    )
    op.create_index(op.f("ix_skip_person_id"), "skip", ["person_id"], unique=False)

    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("circle_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed','owned','doing','done','dropped')", name=op.f("ck_action_state")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_action_author_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name=op.f("fk_action_circle_id_circle"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_action_event_id_event"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_action_owner_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["circle_question.id"],
            name=op.f("fk_action_question_id_circle_question"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_action_author_id"), "action", ["author_id"], unique=False)
    op.create_index(op.f("ix_action_circle_id_state"), "action", ["circle_id", "state"], unique=False)
    op.create_index(op.f("ix_action_event_id"), "action", ["event_id"], unique=False)
    op.create_index(op.f("ix_action_owner_id"), "action", ["owner_id"], unique=False)
    op.create_index(op.f("ix_action_question_id"), "action", ["question_id"], unique=False)
    op.create_index(op.f("ix_action_state_due_on"), "action", ["state", "due_on"], unique=False)

    op.create_table(
        "insight",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("circle_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_insight_author_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name=op.f("fk_insight_circle_id_circle"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_insight_event_id_event"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["circle_question.id"],
            name=op.f("fk_insight_question_id_circle_question"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insight")),
    )
    op.create_index(op.f("ix_insight_author_id"), "insight", ["author_id"], unique=False)
    op.create_index(op.f("ix_insight_circle_id"), "insight", ["circle_id"], unique=False)
    op.create_index(op.f("ix_insight_event_id"), "insight", ["event_id"], unique=False)
    op.create_index(op.f("ix_insight_question_id"), "insight", ["question_id"], unique=False)

    op.create_table(
        "note_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_note_version_author_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["note_id"], ["note.id"], name=op.f("fk_note_version_note_id_note"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_version")),
        sa.UniqueConstraint("note_id", "version", name=op.f("uq_note_version_note_id_version")),
    )
    op.create_index(op.f("ix_note_version_author_id"), "note_version", ["author_id"], unique=False)

    op.create_table(
        "poll_mark",
        sa.Column("option_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=10), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mark IN ('yes','if_need_be','no')", name=op.f("ck_poll_mark_mark")),
        sa.ForeignKeyConstraint(
            ["option_id"],
            ["poll_option.id"],
            name=op.f("fk_poll_mark_option_id_poll_option"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_poll_mark_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("option_id", "person_id", name=op.f("pk_poll_mark")),
    )
    op.create_index(op.f("ix_poll_mark_person_id"), "poll_mark", ["person_id"], unique=False)

    op.create_table(
        "resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("circle_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_resource_author_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name=op.f("fk_resource_circle_id_circle"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_resource_event_id_event"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["circle_question.id"],
            name=op.f("fk_resource_question_id_circle_question"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
    )
    op.create_index(op.f("ix_resource_author_id"), "resource", ["author_id"], unique=False)
    op.create_index(op.f("ix_resource_circle_id"), "resource", ["circle_id"], unique=False)
    op.create_index(op.f("ix_resource_event_id"), "resource", ["event_id"], unique=False)
    op.create_index(op.f("ix_resource_question_id"), "resource", ["question_id"], unique=False)

    op.create_table(
        "thread",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("circle_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=140), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_post_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_thread_author_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name=op.f("fk_thread_circle_id_circle"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["circle_question.id"],
            name=op.f("fk_thread_question_id_circle_question"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_thread_author_id"), "thread", ["author_id"], unique=False)
    op.create_index(
        op.f("ix_thread_circle_id_last_post_at"), "thread", ["circle_id", "last_post_at"], unique=False
    )
    op.create_index(op.f("ix_thread_question_id"), "thread", ["question_id"], unique=False)

    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("answers_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.String(length=40), nullable=False),
        sa.Column("mail_key", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_post_author_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name=op.f("fk_post_thread_id_thread"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("mail_key", name=op.f("uq_post_mail_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_post_author_id"), "post", ["author_id"], unique=False)
    op.create_index(op.f("ix_post_thread_id_id"), "post", ["thread_id", "id"], unique=False)

    op.create_table(
        "stance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("insight_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("stance", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "stance IN ('agree','disagree','unsure','differently')", name=op.f("ck_stance_stance")
        ),
        sa.ForeignKeyConstraint(
            ["insight_id"], ["insight.id"], name=op.f("fk_stance_insight_id_insight"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_stance_person_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stance")),
        sa.UniqueConstraint("insight_id", "person_id", name=op.f("uq_stance_insight_id_person_id")),
    )
    op.create_index(op.f("ix_stance_person_id"), "stance", ["person_id"], unique=False)

    op.create_table(
        "mention",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_mention_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_mention_post_id_post"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "person_id", name=op.f("pk_mention")),
    )
    op.create_index(op.f("ix_mention_person_id"), "mention", ["person_id"], unique=False)

    # Rules stand in the column's own line: SQLite cannot add them later, and to make such a table anew would
    # delete what hangs on it. Both databases read the same words.
    for words in CHALLENGE:
        op.execute(f"ALTER TABLE challenge ADD COLUMN {words}")
    for words in CIRCLE:
        op.execute(f"ALTER TABLE circle ADD COLUMN {words}")
    op.add_column("circle", sa.Column("revised_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("circle", sa.Column("rested_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("circle", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_circle_host_id"), "circle", ["host_id"], unique=False)
    op.execute("UPDATE circle SET zone = (SELECT zone FROM organisation WHERE id = circle.organisation_id)")
    op.add_column("signup", sa.Column("by_circle", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("event", sa.Column("challenge_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_event_challenge_id"), "event", ["challenge_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_event_challenge_id"), table_name="event")
    op.drop_column("event", "challenge_id")
    op.drop_column("signup", "by_circle")
    op.drop_index(op.f("ix_circle_host_id"), table_name="circle")
    for name in ("ended_at", "rested_at", "revised_at"):
        op.drop_column("circle", name)
    for words in reversed(CIRCLE):
        op.drop_column("circle", words.split()[0])
    for words in reversed(CHALLENGE):
        op.drop_column("challenge", words.split()[0])
    op.drop_table("mention")
    op.drop_table("stance")
    op.drop_table("post")
    op.drop_table("thread")
    op.drop_table("resource")
    op.drop_table("poll_mark")
    op.drop_table("note_version")
    op.drop_table("insight")
    op.drop_table("action")
    op.drop_table("skip")
    op.drop_table("poll_option")
    op.drop_table("note")
    op.drop_table("circle_session")
    op.drop_table("circle_question")
    op.drop_table("agenda_part")
    op.drop_table("time_poll")
    op.drop_table("member")
    op.drop_table("learning")
    op.drop_table("agreement")
