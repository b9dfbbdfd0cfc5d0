"""What members write to one another between sessions: threads by question, posts of one's own, closed by the host."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import accumulate

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import joinedload

from convene.circles import mentions, withdrawing
from convene.circles.models import Member, Mention, Post, Thread
from convene.extensions import db
from convene.people.models import Person

MOST = 10_000  # characters of a post
A_PAGE = 30  # posts of a thread that a page shows
ENOUGH = 20_000  # characters of posts after which a page takes no earlier one


class Closed(Exception):
    """The host closed this thread: it can be read and not added to."""


# Reading


def threads(circle_id: int, *, limit: int = 50, before: Thread | None = None) -> Sequence[Thread]:
    """The liveliest first; or those that come after this one."""
    rows = select(Thread).where(Thread.circle_id == circle_id)
    if before is not None:
        same = and_(Thread.last_post_at == before.last_post_at, Thread.id < before.id)
        rows = rows.where(or_(Thread.last_post_at < before.last_post_at, same))
    return db.session.scalars(rows.order_by(Thread.last_post_at.desc(), Thread.id.desc()).limit(limit)).all()


def counts(thread_ids: Sequence[int]) -> dict[int, int]:
    """How many posts each thread has, those taken back left out."""
    rows = select(Post.thread_id, func.count()).where(
        Post.thread_id.in_(thread_ids), Post.removed_at.is_(None)
    )
    return {thread_id: number for thread_id, number in db.session.execute(rows.group_by(Post.thread_id))}


def thread(circle_id: int, thread_id: int) -> Thread | None:
    return db.session.scalar(select(Thread).where(Thread.circle_id == circle_id, Thread.id == thread_id))


def posts(thread_id: int, *, before: int | None = None) -> tuple[list[Post], bool]:
    """The latest posts of a thread in the order written, up to `before` (an id), and whether there are earlier ones."""
    rows = select(Post).where(Post.thread_id == thread_id).options(joinedload(Post.author))
    if before:
        rows = rows.where(Post.id < before)
    found = list(db.session.scalars(rows.order_by(Post.id.desc()).limit(A_PAGE + 1)))
    lengths = accumulate(len(one.words) for one in found)
    fits = max(1, sum(length <= ENOUGH for length in lengths))
    shown = found[: min(A_PAGE, fits)]
    return shown[::-1], len(found) > len(shown)


def post(circle_id: int, post_id: int) -> Post | None:
    """One that still stands, with its thread."""
    rows = select(Post).join(Thread, Thread.id == Post.thread_id).options(joinedload(Post.thread))
    rows = rows.where(Thread.circle_id == circle_id, Post.id == post_id, Post.removed_at.is_(None))
    return db.session.scalar(rows)


def own_posts(circle_id: int, person_id: int, before: int = 0) -> Sequence[Post]:
    """What this person wrote in the circle and did not take back, the newest first; one more than a page shows."""
    rows = select(Post).join(Thread, Thread.id == Post.thread_id).options(joinedload(Post.thread))
    rows = rows.where(Thread.circle_id == circle_id, Post.author_id == person_id, Post.removed_at.is_(None))
    rows = rows.where(Post.id < before) if before else rows
    return db.session.scalars(rows.order_by(Post.id.desc()).limit(A_PAGE + 1)).all()


def has_written(circle_id: int, person_id: int) -> bool:
    rows = select(Post.id).join(Thread, Thread.id == Post.thread_id)
    rows = rows.where(Thread.circle_id == circle_id, Post.author_id == person_id, Post.removed_at.is_(None))
    return db.session.scalar(rows.limit(1)) is not None


def names(circle_id: int) -> dict[int, str]:
    """Who can be mentioned: the members by id, each as they want to be called."""
    rows = select(Person.id, Person.name, Person.called).join(Member, Member.person_id == Person.id)
    rows = rows.where(Member.circle_id == circle_id, Member.state == "member", Person.state != "erased")
    return {one: called or name for one, name, called in db.session.execute(rows.order_by(Member.id))}


# Writing


def writer(circle_id: int, person_id: int) -> str:
    """Whose posts are counted together where it is asked how often somebody writes."""
    return f"{circle_id}:{person_id}"


def open_thread(circle_id: int, title: str, author_id: int, question_id: int | None, now: datetime) -> Thread:
    made = Thread(
        circle_id=circle_id,
        title=title,
        author_id=author_id,
        question_id=question_id,
        created_at=now,
        last_post_at=now,
    )
    db.session.add(made)
    db.session.flush()
    return made


def write(
    to: Thread,
    author_id: int,
    words: str,
    members: Mapping[int, str],
    now: datetime,
    mail_key: str | None = None,
) -> Post:
    """A post, with whom it mentions. Raises Closed."""
    if to.closed_at:
        raise Closed
    made = Post(thread_id=to.id, author_id=author_id, words=words, written_at=now, mail_key=mail_key)
    db.session.add(made)
    db.session.flush()
    to.last_post_at = now
    mention(made, members)
    return made


def edit(written: Post, words: str, members: Mapping[int, str], now: datetime) -> None:
    """In other words; who is mentioned now is mentioned. Raises Closed."""
    if written.thread.closed_at:
        raise Closed
    if words != written.words:
        written.words, written.edited_at = words, now
        db.session.execute(delete(Mention).where(Mention.post_id == written.id))
        mention(written, members)
        withdrawing.of_post(written)


def mention(written: Post, members: Mapping[int, str]) -> None:
    meant = mentions.mentioned(written.words, members)
    db.session.add_all(
        [Mention(post_id=written.id, person_id=one) for one in meant if one != written.author_id]
    )
    db.session.flush()


def remove(written: Post, actor: str, now: datetime) -> None:
    """Its words go for good; that something stood there stays to be seen, as others may have answered it."""
    written.words, written.removed_at, written.removed_by = "", now, actor
    db.session.execute(delete(Mention).where(Mention.post_id == written.id))
    withdrawing.of_post(written)


def close(closed: Thread, actor: str, now: datetime) -> None:
    closed.closed_at, closed.closed_by = closed.closed_at or now, actor


def reopen(closed: Thread) -> None:
    closed.closed_at, closed.closed_by = None, ""
