"""What waits in a letter and is no longer so is taken out of it: a post taken back, or everything for who has left.

Letters about threads keep people's nights, so one may wait for half a day with words in it that stand nowhere else.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from convene.circles import queries
from convene.circles.models import CircleSession, Member, Post, Thread
from convene.extensions import db
from convene.mail import outbox
from convene.mail.models import OutgoingMail

LEFT = "not sent: they left before this letter did"
CHANGED = "not sent: something in it was changed or taken back, and it is written anew"
KIND, MENTION = "circle_posts", "circle_mention"  # what keys begin with; both are letters of the first kind
LONGEST = timedelta(days=8)  # that a letter may tell of: a week, and the time it took to write it


def for_who_left(member: Member) -> None:
    """Drop what waits for somebody who is not in the circle any more."""
    sessions = select(CircleSession.event_id).where(CircleSession.circle_id == member.circle_id)
    ids = db.session.scalars(sessions).all()
    keys = [f"circle_missed:{one}:{member.id}" for one in ids]
    keys += [f"circle_turn:{one}:{member.person_id}" for one in ids]
    posts = [OutgoingMail.key.startswith(f"{kind}:{member.id}:", autoescape=True) for kind in (KIND, MENTION)]
    theirs = or_(*posts, OutgoingMail.key.in_(keys))
    outbox.drop_waiting(LEFT, OutgoingMail.person_id == member.person_id, theirs)


def of_post(post: Post) -> None:
    """Letters that wait with this post in them are written anew, by the next round of the worker.

    A letter is named by the last post in it, and where it began is not written down: what goes into the new one came
    after the letter before it, and not longer ago than a letter may tell of.
    """
    circle_id = db.session.scalar(select(Thread.circle_id).where(Thread.id == post.thread_id)) or 0
    queries.locked(circle_id)  # before its members, as everywhere
    rows = select(Member).where(Member.circle_id == circle_id, Member.state == "member").order_by(Member.id)
    anew = {"populate_existing": True}
    members = db.session.scalars(rows.with_for_update(), execution_options=anew).all()
    letters = waiting([one.person_id for one in members], post.id)
    for member in members:
        mine = (f"{KIND}:{member.id}:", f"{MENTION}:{member.id}:")
        theirs = {key: posted_at for key, posted_at in letters.items() if key.startswith(mine)}
        if theirs:
            outbox.set_aside(CHANGED, OutgoingMail.key.in_(theirs))
        usual = [key for key in theirs if key.startswith(KIND)]
        if usual:
            first = min(usual, key=last_of)
            before, old = told_before(member, last_of(first)), too_old(circle_id, theirs[first])
            member.told_post_id, member.digest_at = max(before, old), None
    db.session.flush()


def waiting(people: Sequence[int], post_id: int) -> dict[str, datetime]:
    """The keys of letters to these people that have not left and may hold this post, and when each was written."""
    rows = select(OutgoingMail.key, OutgoingMail.posted_at).where(OutgoingMail.person_id.in_(people))
    rows = rows.where(OutgoingMail.letter == KIND, OutgoingMail.state.in_(("queued", "retry")))
    return {key: posted_at for key, posted_at in db.session.execute(rows) if last_of(key) >= post_id}


def last_of(key: str) -> int:
    """The last post that the letter of this key brings; 0 for one that was set aside."""
    parts = key.split(":")
    return int(parts[2]) if len(parts) == 3 and parts[2].isdigit() else 0


def told_before(member: Member, last: int) -> int:
    """The last post of the letter to this member that went before the one of this last post."""
    whose = OutgoingMail.key.startswith(f"{KIND}:{member.id}:", autoescape=True)
    keys: Sequence[str] = db.session.scalars(select(OutgoingMail.key).where(whose)).all()
    return max((number for key in keys if (number := last_of(key)) < last), default=0)


def too_old(circle_id: int, posted_at: datetime) -> int:
    """The last post of this circle that a letter written at this moment cannot have told of."""
    rows = select(func.max(Post.id)).join(Thread, Thread.id == Post.thread_id)
    old = Post.written_at < posted_at - LONGEST
    return db.session.scalar(rows.where(Thread.circle_id == circle_id, old)) or 0
