"""What members write to one another between sessions; each chooses in `Member.delivery` how it comes by mail."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from convene.extensions import db
from convene.people.models import Person


class Thread(db.Model):
    """One conversation, about one of the circle's questions or about none."""

    __table_args__ = (
        Index(None, "circle_id", "last_post_at"),
        {
            "sqlite_autoincrement": True
        },  # its number stands in addresses to reply to, and is never given twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    circle_id: Mapped[int] = mapped_column(ForeignKey("circle.id", ondelete="CASCADE"))
    question_id: Mapped[int | None] = mapped_column(
        ForeignKey("circle_question.id", ondelete="SET NULL"), index=True
    )
    title: Mapped[str] = mapped_column(String(140))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    last_post_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(String(40), default="")

    author: Mapped[Person | None] = relationship()


class Post(db.Model):
    """One contribution to a thread; when it is taken back its words go and its place in the row stays."""

    __table_args__ = (
        Index(None, "thread_id", "id"),
        {"sqlite_autoincrement": True},  # Member.told_post_id counts on numbers that only rise
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    answers_id: Mapped[int | None]  # of Post
    words: Mapped[str] = mapped_column(Text)  # Markdown
    written_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str] = mapped_column(String(40), default="")
    mail_key: Mapped[str | None] = mapped_column(
        String(64), unique=True
    )  # hash of the Message-ID of the mail it came by: the same mail twice is one post

    thread: Mapped[Thread] = relationship()
    author: Mapped[Person | None] = relationship()


class Mention(db.Model):
    """Somebody named in a post, who hears of it whatever else they chose."""

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
