"""What a circle keeps of a person: theirs to read, one with another entry, and nobody's once they are erased."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from convene.circles import ending, places
from convene.circles.models import (
    Action,
    Insight,
    Learning,
    Member,
    Mention,
    Note,
    NoteVersion,
    PollMark,
    PollOption,
    Post,
    Skip,
    Stance,
    Thread,
    TimePoll,
)
from convene.extensions import db, start_write
from convene.mail.models import OutgoingMail
from convene.people import merging
from convene.people.models import Person
from convene.privacy import erasure, my_data, retention
from convene.signups.models import Signup
from tests.factories import a_circle, a_member, a_person, a_session
from tests.web.rows import all_rows

pytestmark = pytest.mark.usefixtures("session")
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
MINE = (Post.author_id, NoteVersion.author_id, Insight.author_id, Stance.person_id, Action.owner_id)


def counted() -> list[int]:
    return [db.session.scalar(select(func.count()).where(column.is_not(None))) or 0 for column in MINE]


def theirs(person: Person) -> list[int]:
    return [db.session.scalar(select(func.count()).where(column == person.id)) or 0 for column in MINE]


def test_posts_and_notes_follow_a_merge_are_shown_and_stay_without_a_name() -> None:
    circle = a_circle(now=NOW)
    host = circle.organisation
    kept, gone, other = (a_person(host, name=name, now=NOW) for name in ("Zebedee", "Zeb", "Una"))
    for person in (kept, gone, other):
        a_member(circle, person, state="left" if person is kept else "member", now=NOW, words="Zeal")
    held = a_session(circle, starts_in=-timedelta(days=1), now=NOW)
    to_come = a_session(circle, now=NOW)
    thread = Thread(circle_id=circle.id, title="Benches", author_id=gone.id, created_at=NOW, last_post_at=NOW)
    note = Note(event_id=held.id, words="We met.", version=1, edited_at=NOW, edited_by_id=gone.id)
    insight = Insight(circle_id=circle.id, words="Benches help.", author_id=gone.id, created_at=NOW)
    poll = TimePoll(circle_id=circle.id, opened_at=NOW)
    db.session.add_all([thread, note, insight, poll])
    db.session.flush()
    post = Post(thread_id=thread.id, author_id=gone.id, words="Sit with me.", written_at=NOW)
    option = PollOption(poll_id=poll.id, starts_at=NOW)
    action = Action(
        circle_id=circle.id, words="Ask about a bench", owner_id=gone.id, state="owned", due_on=date(2026, 5, 9),
        created_at=NOW,
    )  # fmt: skip
    db.session.add_all([post, option, action])
    db.session.flush()
    db.session.add_all(
        [
            NoteVersion(note_id=note.id, version=1, based_on=0, words="We met.", written_at=NOW, author_id=gone.id),
            Mention(post_id=post.id, person_id=gone.id),
            PollMark(option_id=option.id, person_id=gone.id, mark="yes", marked_at=NOW),
            Skip(event_id=to_come.id, person_id=gone.id, skipped_at=NOW),
            *(Stance(insight_id=insight.id, person_id=one.id, stance="agree", words="Zest", said_at=NOW)
              for one in (kept, gone)),
        ]
    )  # fmt: skip
    db.session.flush()

    before = all_rows()
    start_write()
    merge = merging.merge(kept, gone, "Zebedee", kept, "test", NOW)
    assert theirs(kept) == [1, 1, 1, 1, 1], "one stance of the two, and everything else, is the one person's"
    rows = db.session.scalars(select(Member).where(Member.person_id == kept.id)).all()
    assert [row.state for row in rows] == ["member"], "the better standing stays"
    [told] = my_data.of(kept)["circles"]
    assert {one["what"] for one in told["written"]} == {
        "Post", "Note", "Insight", "Stance", "Action", "Session skipped"
    }  # fmt: skip
    merging.undo(merge, "test", NOW)
    parted = all_rows()
    start_write()
    for table in ("member", "stance", "post", "action", "poll_mark"):
        assert len(parted[table]) == len(before[table]), table
    assert theirs(gone) == [1, 1, 1, 1, 1], "and all is as it was"

    assert erasure.erase(gone.id, "test", NOW)
    assert theirs(gone) == [0, 0, 0, 0, 0] and counted()[3] == 1, "nothing names them any more"
    db.session.refresh(post)
    db.session.refresh(action)
    assert (post.words, post.author_id) == ("Sit with me.", None), "the conversation stays whole"
    assert (action.state, action.owner_id) == ("proposed", None), "what they undertook is open to others"
    assert db.session.scalar(select(func.count()).select_from(Stance)) == 2, "the count of stances stays"
    for gone_with_them in (Skip, PollMark, Mention):
        assert db.session.scalar(select(func.count()).select_from(gone_with_them)) == 0


@pytest.mark.parametrize("way", ["erased", "long gone"])
def test_who_is_erased_is_out_of_the_circle_and_the_line_moves(way: str) -> None:
    circle = a_circle(now=NOW - 2 * retention.PLACES, places=1)
    session = a_session(circle, starts_in=timedelta(days=7, minutes=-30), now=NOW)
    member = a_member(circle, now=NOW - 2 * retention.PLACES)
    member.person.created_at = NOW - 2 * retention.PLACES
    waits = a_member(circle, state="waiting", queue_number=1, now=NOW)
    places.give(session, member.person, NOW)
    db.session.add(Skip(event_id=session.id, person_id=member.person_id, skipped_at=NOW))
    db.session.flush()
    if way == "erased":
        assert erasure.erase(member.person_id, "test", NOW)
    else:
        assert retention.long_gone(NOW) == [], "while the circle goes on they are kept"
        learnt = Learning(circle_id=circle.id, written_at=NOW, written_by="test")
        on = a_session(circle, starts_in=-timedelta(minutes=30), now=NOW)
        ending.rest(circle, "", NOW)
        assert (on.state, session.state) == ("published", "called_off"), "one that has begun is let be"
        ending.end(circle, learnt, NOW)
        assert on.state == "published"
        db.session.flush()
        later = session.ends_at + retention.PLACES + timedelta(days=1)
        assert member.person_id in retention.long_gone(later)
        retention.make_anonymous(member.person_id, later)
    db.session.expire_all()
    assert (member.state, member.person.state) == ("left", "erased")
    assert waits.state == ("member" if way == "erased" else "waiting"), "an ended circle takes nobody in"
    held = dict(db.session.execute(select(Signup.person_id, Signup.state)).all())
    if way == "erased":
        assert held == {member.person_id: "cancelled", waits.person_id: "confirmed"}
    assert db.session.scalar(select(func.count()).select_from(Skip)) == 0
    letters = select(OutgoingMail.state).where(OutgoingMail.person_id == member.person_id)
    assert set(db.session.scalars(letters)) <= {"dropped"}
