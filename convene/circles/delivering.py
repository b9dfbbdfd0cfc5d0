"""Who is sent what was written between sessions: each post, a digest a day or a week, or only what mentions them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, String, cast, exists, select, update
from sqlalchemy.orm import joinedload

from convene.circles import digests, talk_letters
from convene.circles.models import Circle, Member, Mention, Post, Thread
from convene.extensions import db
from convene.mail import outbox
from convene.mail.models import OutgoingMail
from convene.people.models import Person

AT_ONCE = timedelta(hours=6)  # after so long a mention is told in the digest alone
THREADS = 3  # with something new at one time, each a letter of its own; more are told in one
KIND, MENTION = "circle_posts", "circle_mention"


def key(member: Member, post_id: int, kind: str = KIND) -> str:
    """One letter for each last post that it brings; one that mentions them is brought by itself and in the digest."""
    return f"{kind}:{member.id}:{post_id}"


def due(now: datetime) -> list[int]:
    """The members who may have something to hear: others wrote since the last letter, or somebody mentioned them."""
    settled = now - digests.SETTLES
    new = exists().where(
        Thread.circle_id == Member.circle_id,
        Post.thread_id == Thread.id,
        Post.id > Member.told_post_id,
        Post.written_at <= settled,
        Post.removed_at.is_(None),
        Post.author_id.is_distinct_from(Member.person_id),
    )
    rows = select(Member.id, Member.delivery, Member.digest_at, Member.joined_at, Member.started_at)
    rows = rows.add_columns(Person.zone, Circle.zone.label("there"))
    rows = rows.join(Circle, Circle.id == Member.circle_id).join(Person, Person.id == Member.person_id)
    rows = rows.where(
        Member.state == "member", Circle.talks, Circle.state != "ended", Person.state != "erased"
    )
    found = [
        one.id
        for one in db.session.execute(rows.where(Member.delivery != "none", new).order_by(Member.id))
        if digests.cut(
            one.delivery, one.zone or one.there, one.digest_at or one.joined_at or one.started_at, now
        )
    ]
    return sorted({*found, *mentioned(now)})


def mentioned(now: datetime) -> set[int]:
    """Members who do not get each post and were mentioned a moment ago, in something that no letter brought yet."""
    told = exists().where(
        OutgoingMail.key == MENTION + ":" + cast(Member.id, String) + ":" + cast(Post.id, String)
    )
    rows = select(Member.id).join(Thread, Thread.circle_id == Member.circle_id)
    rows = rows.join(Post, Post.thread_id == Thread.id).join(Circle, Circle.id == Member.circle_id)
    rows = rows.join(Mention, (Mention.post_id == Post.id) & (Mention.person_id == Member.person_id))
    rows = rows.where(Post.written_at > now - AT_ONCE, Post.written_at <= now - digests.SETTLES, ~told)
    rows = rows.where(Member.state == "member", Member.delivery.in_(("daily", "weekly")), Circle.talks)
    return set(db.session.scalars(rows))


def deliver(member_id: int, now: datetime) -> int:
    """Post what this member is to hear now; returns how many letters. Keys make a repeat harmless."""
    rows = select(Member).where(Member.id == member_id).with_for_update()
    member = db.session.scalar(rows, execution_options={"populate_existing": True})
    if member is None or member.state != "member" or not member.person.reachable:
        return 0
    zone = member.person.zone or member.circle.zone
    last = member.digest_at or member.joined_at or member.started_at
    cut = digests.cut(member.delivery, zone, last, now)
    letters = 0
    if member.delivery in ("daily", "weekly"):
        for thread, written in mentions_of(member, now):
            letters += post(member, [(thread, written)], now, MENTION)
    if cut is None:
        return letters
    found = unheard(member, cut)
    if found:
        each = member.delivery == "every" and len(found) <= THREADS
        for one in [[pair] for pair in found] if each else [found]:
            letters += post(member, one, now)
        member.told_post_id = max(written.id for _, all_ in found for written in all_)
    member.digest_at = cut.until
    return letters


def unheard(member: Member, cut: digests.Cut) -> list[tuple[Thread, list[Post]]]:
    """By thread, the liveliest last: what others wrote up to the cut, and no letter has brought."""
    rows = select(Post).join(Thread, Thread.id == Post.thread_id)
    rows = rows.where(Thread.circle_id == member.circle_id, Post.id > member.told_post_id)
    rows = rows.where(Post.written_at > (member.joined_at or member.started_at), Post.written_at <= cut.until)
    return by_thread(rows.where(Post.author_id.is_distinct_from(member.person_id), Post.removed_at.is_(None)))


def mentions_of(member: Member, now: datetime) -> list[tuple[Thread, list[Post]]]:
    rows = select(Post).join(Thread, Thread.id == Post.thread_id).join(Mention, Mention.post_id == Post.id)
    rows = rows.where(Thread.circle_id == member.circle_id, Mention.person_id == member.person_id)
    rows = rows.where(Post.written_at > now - AT_ONCE, Post.written_at <= now - digests.SETTLES)
    found = by_thread(rows.where(Post.removed_at.is_(None)))
    keys = [key(member, written[-1].id, MENTION) for _, written in found]
    there = (
        set(db.session.scalars(select(OutgoingMail.key).where(OutgoingMail.key.in_(keys)))) if keys else set()
    )
    return [
        (thread, written) for thread, written in found if key(member, written[-1].id, MENTION) not in there
    ]


def by_thread(rows: Select[Post]) -> list[tuple[Thread, list[Post]]]:
    found: dict[int, tuple[Thread, list[Post]]] = {}
    whole = (joinedload(Post.author), joinedload(Post.thread))
    for post_ in db.session.scalars(rows.options(*whole).order_by(Post.id)):
        found.setdefault(post_.thread_id, (post_.thread, []))[1].append(post_)
    return list(found.values())


def post(
    member: Member, found: Sequence[tuple[Thread, Sequence[Post]]], now: datetime, kind: str = KIND
) -> int:
    last = max(written.id for _, all_ in found for written in all_)
    made = outbox.post(
        talk_letters.posts(member, found, now),
        key=key(member, last, kind),
        now=now,
        organisation_id=member.circle.organisation_id,
        person_id=member.person_id,
    )
    return 1 if made is not None else 0


# Stopped and started again in one press, for all circles of one host


def hears(person: Person) -> bool:
    rows = select(Member.id).where(Member.person_id == person.id, Member.delivery != "none")
    return db.session.scalar(rows.limit(1)) is not None


def stop(person: Person) -> None:
    """No more of these letters, one that waits to leave included."""
    db.session.execute(update(Member).where(Member.person_id == person.id).values(delivery="none"))
    for kind in (KIND, "circle_missed"):
        outbox.drop_kind(person.id, kind)


def again(person: Person) -> None:
    """Once a day, as for somebody who chose nothing."""
    mine = (Member.person_id == person.id, Member.delivery == "none")
    db.session.execute(update(Member).where(*mine).values(delivery="daily"))
