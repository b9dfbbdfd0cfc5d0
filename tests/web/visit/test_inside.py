"""However much a circle writes, each page inside it stays short, and nothing that was written is out of reach."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, update

from convene import clock, links
from convene.circles import memory, polls, promises, talk
from convene.circles.models import (
    Action,
    Circle,
    CircleQuestion,
    Insight,
    Learning,
    Note,
    NoteVersion,
    Post,
    Resource,
    Thread,
)
from convene.extensions import db, start_write
from tests.factories import a_circle, a_member, a_session
from tests.web.browsing import Browsing, path_of, words_of
from tests.web.rows import all_rows


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
    db.session.execute(insert(CircleQuestion), [
        {**mine, **by, "words": f"Settled {number}?", "created_at": now, "state": "settled", "position": 30 - number,
         "settled_at": now - timedelta(hours=number), "about": ""}
        for number in range(12)
    ])  # fmt: skip
    db.session.execute(insert(Resource), [
        {**mine, **by, "title": f"Link {number}.", "url": "https://example.org/", "words": "", "created_at": now}
        for number in range(45)
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
    assert "Settled 0?" in visitor.open(f"{own}/insights").text, "the one settled last can be opened again"
    assert len(followed(visitor, f"{own}/insights", r"Settled \d+\?", "Questions settled before")) == 12
    assert len(followed(visitor, f"{own}/insights", r"Link \d+\.", "Links kept before")) == 45
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


def put(circle_id: int, **facts: object) -> None:
    start_write()
    db.session.execute(update(Circle).where(Circle.id == circle_id).values(**facts))
    db.session.commit()


def test_what_one_wrote_is_ones_own_to_take_back_and_an_ended_circle_takes_nothing_new(
    visitor: Browsing, app: Flask
) -> None:
    now = clock.now()
    circle = a_circle(talks=True, past_shown="all")
    mine, other = a_member(circle, joined_at=now), a_member(circle, joined_at=now)
    held = a_session(circle, starts_in=-timedelta(days=3)).id
    theirs = talk.open_thread(circle.id, "Benches", other.person_id, None, now)
    kept = talk.write(theirs, other.person_id, "Who has one to spare?", {}, now).id
    seen = memory.see(circle.id, "A bench helps", mine.person_id, now).id
    promised = promises.add(circle.id, "Ask the baker", mine.person_id, now).id
    db.session.commit()
    own, circle_id = path_of(links.member(mine.id, 1)), circle.id
    thread = f"{own}/threads/{theirs.id}"

    # As often as a conversation needs, and no more; what was typed stays.
    app.config["LIMITS"] = {**app.config["LIMITS"], "CONVENE_LIMIT_POSTS_PER_MEMBER": (2, 3600)}
    for words in ("I have two", "And a table"):
        visitor.open(thread)
        visitor.press("Write this", words=words)
    visitor.open(thread)
    visitor.press("Write this", words="A third within the hour")
    assert visitor.page.status_code == 429 and "A third within the hour" in visitor.page.text
    assert "very often" in visitor.words
    visitor.open(f"{own}/threads")
    visitor.press("Begin", title="Another way in", words="To say a third")
    assert visitor.page.status_code == 429 and "To say a third" in visitor.page.text
    visitor.open(f"{own}/insights")
    visitor.press("Keep this", insight="A third that I see")
    assert visitor.page.status_code == 429 and "A third that I see" in visitor.page.text
    visitor.open(f"{own}/insights")
    visitor.press("Keep the link", title="A third", url="https://example.org/third")
    assert visitor.page.status_code == 429 and "https://example.org/third" in visitor.page.text
    assert "very often" in visitor.words
    assert db.session.query(Post).count() == 3 and db.session.query(Thread).count() == 1

    # Where people cannot write any more, each can still take back what is theirs, and that alone.
    open_forms = {path: Browsing(app.test_client()) for path in (
        "/threads", f"/threads/{theirs.id}", "/insights", f"/insights/{seen}", "/actions", f"/actions/{promised}",
        f"/sessions/{held}/note",
    )}  # fmt: skip
    for path, one in open_forms.items():
        one.open(own + path)
    put(circle_id, talks=False)
    visitor.open(f"{own}/sessions")
    assert f'href="{own}/threads">What you wrote' in visitor.page.text
    visitor.open(f"{own}/threads")
    assert visitor.heading == "What you wrote" and "Who has one" not in visitor.words
    assert "I have two" in visitor.words and "And a table" in visitor.words
    token = visitor.token()
    assert visitor.post(f"{own}/posts/{kept}/remove", {"csrf_token": token}).status_code == 404
    assert visitor.client.get(thread).status_code == 404
    visitor.open(f"{own}/threads")
    visitor.press("Take back")
    assert visitor.heading == "What you wrote" and "And a table" not in visitor.words
    put(circle_id, talks=True, state="ended", ended_at=now)

    # What somebody was writing when the circle ended is refused in words, and not lost.
    app.config["LIMITS"] = {**app.config["LIMITS"], "CONVENE_LIMIT_POSTS_PER_MEMBER": (99, 3600)}
    before = all_rows()
    for path, button, typed in (
        ("/threads", "Begin", {"title": "Too late", "words": "Words of <b>then</b>"}),
        (f"/threads/{theirs.id}", "Write this", {"words": "Words of <b>then</b>"}),
        ("/insights", "Add the question", {"question": "Words of <b>then</b>"}),
        ("/insights", "Keep this", {"insight": "Words of <b>then</b>"}),
        ("/insights", "Keep the link", {"title": "Words of <b>then</b>", "url": "https://example.org/"}),
        (f"/insights/{seen}", "Keep this", {"stance": "agree", "words": "Words of <b>then</b>"}),
        ("/actions", "Note this", {"words": "Words of <b>then</b>"}),
        (
            f"/actions/{promised}",
            "Save",
            {"words": "x", "state": "dropped", "reason": "Words of <b>then</b>"},
        ),
        (f"/sessions/{held}/note", "Save", {"words": "Words of <b>then</b>"}),
    ):
        one = open_forms[path]
        page = one.page
        answer = one.press(button, **typed)
        one.page = page
        assert answer.status_code == 409 and "This circle has ended" in words_of(answer), path
        assert "Words of &lt;b&gt;then&lt;/b&gt;" in answer.text, path
        assert "Write this" not in visitor.open(own + path).text, path
    note = open_forms[f"/sessions/{held}/note"]
    data = {"csrf_token": note.token(), "words": "By the script", "based_on": "0"}
    told = note.client.post(f"{own}/sessions/{held}/note", data=data, headers={"Accept": "application/json"})
    assert told.status_code == 409 and "has ended" in told.json["problem"]  # type: ignore[index]
    db.session.rollback()
    assert all_rows() == before
    visitor.open(thread)
    visitor.press("Take back")
    assert "Taken back." in visitor.words and "I have two" not in visitor.words
    visitor.open(f"{own}/insights/{seen}")
    visitor.press("Take this insight back")
    db.session.rollback()
    assert [one.words for one in db.session.query(Post) if not one.removed_at] == ["Who has one to spare?"]
    assert db.session.get_one(Circle, circle_id).state == "ended"
    assert memory.insight(circle_id, seen) is None


def test_a_circle_that_has_ended_promises_nothing_and_a_poll_says_each_time_where_one_is(
    visitor: Browsing,
) -> None:
    now = clock.now()
    over, begins = a_circle(state="ended", now=now), a_circle(state="forming", now=now)
    db.session.add(Learning(circle_id=over.id, public=True, written_at=now, written_by="test"))
    members = [a_member(one, now=now) for one in (over, begins)]
    polls.open_poll(begins, [now + timedelta(days=9)], now)
    slug, ways = over.slug, [path_of(links.member(one.id, 1)) for one in members]
    db.session.commit()
    visitor.open(f"/circles/{slug}")
    assert "has come to its end." in visitor.words and "stands below" not in visitor.words
    assert "Sessions to come" not in visitor.words and "The next one will stand here" not in visitor.words
    visitor.open(ways[0])
    assert "What we learnt" not in visitor.words and "We write as soon as" not in visitor.words
    visitor.open(ways[1])
    assert re.search(r"<legend><time [^>]*data-zone=", visitor.page.text), "in the clock of whoever marks it"


pytestmark = pytest.mark.one_database
