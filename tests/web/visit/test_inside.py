"""However much a circle writes, each page inside it stays short, and nothing that was written is out of reach."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert

from convene import clock, links
from convene.circles import memory, promises
from convene.circles.models import Action, CircleQuestion, Insight, Note, NoteVersion, Post, Thread
from convene.extensions import db
from tests.factories import a_circle, a_member, a_session
from tests.web.browsing import Browsing, path_of


def followed(visitor: Browsing, path: str, found: str, on: str) -> set[str]:
    """What is found on a page and on those that its link leads on to; each of them short."""
    seen: set[str] = set()
    while path:
        answer = visitor.client.get(path)
        assert answer.status_code == 200 and len(answer.data) < 60_000, f"{path}: {len(answer.data)} bytes"
        seen |= set(re.findall(found, answer.text))
        further = re.search(rf'href="([^"]+)">{on}', answer.text)
        path = further[1].replace("&amp;", "&") if further else ""
    return seen


def test_pages_stay_short_and_lead_to_all_there_is(visitor: Browsing) -> None:
    now = clock.now()
    circle = a_circle(talks=True, past_shown="all")
    member = a_member(circle, joined_at=now)
    circle.host_id = member.person_id
    days = [timedelta(days=number) for number in (9, 6, 3)]
    held = [a_session(circle, starts_in=-day).id for day in days]
    mine, by = {"circle_id": circle.id}, {"author_id": member.person_id}
    db.session.execute(insert(Thread), [
        {**mine, **by, "title": f"Thread {number}.", "created_at": now, "last_post_at": now} for number in range(120)
    ])  # fmt: skip
    thread = db.session.query(Thread.id).order_by(Thread.id.desc()).first()
    db.session.execute(insert(Post), [
        {**by, "thread_id": thread[0] if thread else 0, "written_at": now,
         "words": f"Post {number}. " + "**word** " * 900}
        for number in range(12)
    ])  # fmt: skip
    db.session.execute(insert(Insight), [
        {**mine, **by, "words": f"Insight {number}. " + "word " * 190, "created_at": now - days[number % 3]}
        for number in range(120)
    ])  # fmt: skip
    db.session.execute(insert(CircleQuestion), [
        {**mine, **by, "words": "word " * 59, "created_at": now, "state": "open", "position": number, "about": ""}
        for number in range(memory.MOST_OPEN)
    ])  # fmt: skip
    db.session.execute(insert(Action), [
        {**mine, **by, "words": "word " * 59, "created_at": now - days[0], "state": state, "reason": "word " * 190,
         "revision": 1, "event_id": held[0], "closed_at": now - days[number % 3] if state == "done" else None}
        for number in range(promises.MOST_OPEN) for state in ("proposed", "done")
    ])  # fmt: skip
    note = Note(event_id=held[0], words="x", version=200, edited_at=now)
    db.session.add(note)
    db.session.flush()
    db.session.execute(insert(NoteVersion), [
        {**by, "note_id": note.id, "version": number + 1, "based_on": number, "written_at": now,
         "words": f"Saving {number}"}
        for number in range(200)
    ])  # fmt: skip
    db.session.commit()
    own = path_of(links.member(member.id, 1))

    threads = followed(visitor, f"{own}/threads", r"Thread \d+\.", "Threads that have been quiet")
    assert len(threads) == 120
    posts = followed(visitor, f"{own}/threads/{thread[0] if thread else 0}", r"Post \d+\.", "Earlier posts")
    assert len(posts) == 12
    assert len(followed(visitor, f"{own}/insights", r"Insight \d+\.", "What we came to see before")) == 120
    story = followed(visitor, f"{own}/story", r"Insight \d+\.|more insights", "What came before")
    assert len(story) == 46, "fifteen of each session, and the way to the others"
    for page in ("/actions", *(f"/sessions/{one}" for one in held), f"/sessions/{held[0]}/note/versions"):
        followed(visitor, own + page, "x", "nothing")
    assert "Saving 4" in visitor.open(f"{own}/sessions/{held[0]}/note/versions?version=5").text

    visitor.open(f"{own}/actions")
    visitor.press("Note this", words="One more")
    assert (
        visitor.page.status_code == 409 and "One more" in visitor.page.text and "close one" in visitor.words
    )
    visitor.open(f"{own}/insights")
    visitor.press("Add the question", question="One more?")
    assert (
        visitor.page.status_code == 409 and "One more?" in visitor.page.text and "Settle one" in visitor.words
    )


def test_who_comes_later_sees_of_the_past_what_the_circle_wants(visitor: Browsing) -> None:
    now, long_ago = clock.now(), clock.now() - timedelta(days=30)
    circle = a_circle(past_shown="nothing", now=long_ago)
    old, new = a_member(circle, joined_at=long_ago), a_member(circle, joined_at=now - timedelta(days=1))
    by = old.person_id
    asked = memory.ask(circle.id, "Settled long ago?", by, None, long_ago)
    memory.settle(asked, True, long_ago)
    memory.ask(circle.id, "Open still?", by, None, long_ago)
    memory.keep_link(circle.id, "A link of then", "https://example.org/", "", by, long_ago)
    done = promises.add(circle.id, "Done long ago", by, long_ago)
    promises.put(done, "done", "", long_ago)
    promises.add(circle.id, "To be done", by, long_ago)
    db.session.commit()
    words = ("Settled long ago?", "A link of then", "Done long ago", "Open still?", "To be done")
    for member, seen in ((old, words), (new, words[3:])):
        own = path_of(links.member(member.id, 1))
        text = "".join(visitor.open(own + page).text for page in ("/insights", "/actions"))
        assert [one for one in words if one in text] == [*seen]
        one = visitor.open(f"{own}/actions/{done.id}")
        assert one.status_code == (200 if member is old else 404)


pytestmark = pytest.mark.one_database
