"""A circle's session from its agenda to its story, pressed through the pages of its members, on both databases."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from convene import links
from convene.circles.founding import write_agreements
from convene.circles.models import (
    Action,
    AgendaPart,
    CircleQuestion,
    CircleSession,
    Insight,
    NoteVersion,
    Post,
)
from convene.extensions import db, start_write
from convene.groups.models import Round
from convene.people import worries
from convene.people.models import Worry
from tests.factories import a_circle, a_member, a_person, a_session, a_signup
from tests.parts.application import writing
from tests.web.browsing import assert_focus_stays

NOW = datetime(2026, 5, 12, 17, 30, tzinfo=UTC)
NAMES = ("Ada", "Ben", "Cleo", "Dai", "Eve", "Femi", "Gus")


class Members:
    """Seven people in one circle, each with their link; the first hosts."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.circle = a_circle(now=NOW - timedelta(days=60), title="Friendlier streets")
        people = [a_person(self.circle.organisation, name=f"{name} Example") for name in NAMES]
        people[5].called = "Fem"
        self.circle.host_id = people[0].id
        joined = NOW - timedelta(days=50)
        members = [a_member(self.circle, person, joined_at=joined) for person in people]
        self.ids = [person.id for person in people]
        self.circle_id = self.circle.id
        self.tokens = {name: links.member_token(one.id, 1) for name, one in zip(NAMES, members, strict=True)}
        self.sessions = []
        for number in range(3):
            at = NOW + timedelta(days=14 * number)
            event = a_session(
                self.circle, now=NOW - timedelta(days=40), starts_at=at, ends_at=at + timedelta(minutes=90)
            )
            for person in people:
                a_signup(event, person, now=NOW - timedelta(days=40))
            self.sessions.append(event.id)
        db.session.commit()
        self.form_token = ""

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("Ada", "/actions"))
        assert found
        return found[1]

    def path(self, name: str, rest: str = "") -> str:
        return f"/member/{self.tokens[name]}{rest}"

    def get(self, name: str, rest: str = "") -> str:
        answer = self.client.get(self.path(name, rest))
        assert answer.status_code == 200, (rest, answer.status_code)
        return answer.text

    def post(self, name: str, rest: str, code: int = 303, **data: object) -> str:
        answer = self.client.post(self.path(name, rest), data={**data, "csrf_token": self.form_token})
        if answer.status_code == 400:  # the days went on, and the token of an old page with them
            self.form_token = self.token()
            answer = self.client.post(self.path(name, rest), data={**data, "csrf_token": self.form_token})
        assert answer.status_code == code, (
            rest,
            answer.status_code,
            re.findall(r"field-error.*?</p>", answer.text),
        )
        if "#" in (answer.location or ""):
            assert_focus_stays(self.client.get(answer.location or "").text, answer.location or "")
        return answer.text


@pytest.fixture
def members(app: Flask) -> Members:
    with writing(app):
        return Members(app)


def test_a_session_from_its_agenda_to_the_story(app: Flask, members: Members) -> None:
    with app.app_context(), time_machine.travel(NOW, tick=False) as clock:
        first, second, third = members.sessions
        at = f"/sessions/{first}"

        # The page of a session has nothing on it before somebody uses it.
        page = members.get("Ben", at)
        assert "Agenda" not in page and "Between sessions" not in page
        assert members.client.get("/member/forged/sessions").status_code == 404

        # An agenda, by whoever hosts; two hosts at once do not undo each other.
        members.post("Ben", f"{at}/agenda/template", 404, template="usual", revision=1)
        members.post("Ada", f"{at}/agenda/template", template="usual", revision=1)
        assert "6.50pm" in members.get("Ben", at), "1-2-4-All begins after check-in and what was promised"
        assert "Somebody else" in members.post(
            "Ada",
            f"{at}/agenda/add",
            409,
            kind="other",
            title="Tea",
            minutes=5,
            group_size=0,
            rounds=1,
            revision=1,
        )
        # Run: check-in, promises, then alone, pairs, fours, all.
        stretches = []
        for _ in range(7):
            mark = re.search(r'name="mark" value="([^"]+)"', members.get("Ada", f"{at}/run"))
            assert mark
            members.post("Ada", f"{at}/run", mark=mark[1], act="on")
            clock.shift(timedelta(minutes=1))
            page = members.get("Ben", f"{at}/run")
            title = re.search(r"<h1><bdi>(.*?)</bdi>", page)
            sizes = [
                len(re.findall("<bdi>", one))
                for one in re.findall(r"<li><strong>(?:Pair|Table).*?</li>", page)
            ]
            stretches.append((title[1] if title else "", sizes))
        assert stretches == [
            ("Check-in round", []), ("What we said we would do", []), ("1-2-4-All", []), ("1-2-4-All", [3, 2, 2]),
            ("1-2-4-All", [4, 3]), ("1-2-4-All", []), ("Open circle", []),
        ]  # fmt: skip
        members.post("Ada", f"{at}/run", mark="stale", act="on")
        assert "Somebody else pressed first" in members.get("Ada", f"{at}/run"), (
            "of two presses the first counts"
        )
        rounds = db.session.query(Round).filter_by(event_id=first).order_by(Round.number).all()
        assert [one.state for one in rounds] == ["held", "held"]
        pairs = [{seat.person_id for seat in group.seats} for group in rounds[0].groups]
        fours = [{seat.person_id for seat in group.seats} for group in rounds[1].groups]
        assert all(any(pair <= four for four in fours) for pair in pairs), (
            "pairs stay whole as they become fours"
        )

        # Notes: two write at once and both are kept; markup is inert; too much is refused and not lost.
        members.post("Ben", f"{at}/note", words="We were seven.\n\nBread next time.", based_on=0)
        members.post("Cleo", f"{at}/note", words="We were seven.\n\nBread and soup next time.", based_on=1)
        merged = members.post(
            "Dai", f"{at}/note", 200, words="We were seven.\n\nBread and <b>tea</b> next time.", based_on=1
        )
        assert (
            "Bread and soup next time." in merged and "Bread and &lt;b&gt;tea&lt;/b&gt; next time." in merged
        )
        assert re.search('role="status"[^>]* autofocus><p>.*?oth are kept', merged), "it is read out first"
        assert "Both are kept" in merged and "Added from yours" in merged
        page = members.get("Eve", at)
        assert "Bread and soup" in page and "<b>tea" not in page
        assert db.session.query(NoteVersion).count() == 4, "what each wrote, and the two together"
        large = members.post("Eve", f"{at}/note", 422, words="x" * 2_000_000, based_on=4)
        assert "Nothing is lost" in large and "x" * 2_000_000 in large
        assert "Bread and soup" in members.get("Eve", f"{at}/note"), "and the note is as it was"

        # Actions, insights and what was decided.
        members.post(
            "Ada", "/actions", words="Ask the baker", owner=members.ids[1], due_on="2026-05-20", session=first
        )
        members.post("Ada", "/actions", words="Count the benches", owner=0, session=first)
        members.post(
            "Ada",
            "/actions",
            words="Write to the council",
            owner=members.ids[2],
            due_on="2026-06-30",
            session=first,
        )
        members.post("Cleo", "/insights", insight="A bench <i>brings</i> people to talk", session=first)
        insight = db.session.query(Insight).one()
        for name, stance in zip(
            NAMES, ("agree", "agree", "agree", "agree", "agree", "differently"), strict=False
        ):
            members.post(
                name,
                f"/insights/{insight.id}",
                stance=stance,
                words="A café does it too" if name == "Eve" else "",
            )
        page = members.get("Gus", f"/insights/{insight.id}")
        assert "Common ground" in page and "5 agree" in page and "Eve Example" in page
        members.post("Ada", f"{at}/close", decided="We **begin** with benches.")
        assert "<strong>begin</strong>" in members.get("Ben", at)

        empty = members.post("Ben", "/actions", 422, words="", session=first)
        assert re.search(rf'name="session"[^>]* value="{first}"', empty), (
            "put right, it is of that session still"
        )

        # Carried to the next agenda until done, or let go with a reason.
        clock.move_to(NOW + timedelta(days=13))
        actions = {one.words: one.id for one in db.session.query(Action)}
        assert "Ask the baker" in members.get(
            "Ben", f"/sessions/{second}"
        ) and "Its day has passed" in members.get("Ben", "/actions")
        members.post("Ben", f"/actions/{actions['Ask the baker']}", words="Ask the baker", owner=members.ids[1],
                     due_on="2026-05-20", state="done", reason="He said yes", revision=1)  # fmt: skip
        counting = f"/actions/{actions['Count the benches']}"
        refused = members.post(
            "Ada", counting, 422, words="Count", owner=0, state="dropped", reason="", revision=1
        )
        assert "why it was let go" in refused
        members.post("Ada", f"/actions/{actions['Count the benches']}", words="Count the benches", owner=0,
                     state="dropped", reason="The council counts them", revision=1)  # fmt: skip
        assert "Press again" in members.post(
            "Ada",
            f"/actions/{actions['Count the benches']}",
            409,
            words="x",
            owner=0,
            state="done",
            reason="",
            revision=1,
        )
        page = members.get("Cleo", f"/sessions/{second}")
        assert all(words in page for words in actions), "closed since the last session is on this agenda once"
        page = members.get("Cleo", f"/sessions/{third}")
        assert "Write to the council" in page and "Ask the baker" not in page

        story = members.get("Gus", "/story")
        for words in (
            "<strong>begin</strong>",
            "Ask the baker",
            "He said yes",
            "The council counts them",
            "A bench &lt;i&gt;",
        ):
            assert words in story, words

        # Hosting in turn, given on and exchanged.
        members.post("Ada", "/hosts-in-turn", on="yes")
        hosts = {one.event_id: one.host_id for one in db.session.query(CircleSession)}
        assert hosts[second] and hosts[third] and hosts[second] != hosts[third] and hosts[first] is None
        members.post("Ada", f"/sessions/{second}/swap", **{"with": third})
        db.session.rollback()
        swapped = {one.event_id: one.host_id for one in db.session.query(CircleSession)}
        assert (swapped[second], swapped[third]) == (hosts[third], hosts[second])
        guest = NAMES[members.ids.index(swapped[second] or 0)]
        members.post(guest, f"/sessions/{second}/agenda/template", template="talk", revision=1)
        assert db.session.query(AgendaPart).filter_by(event_id=second).count() == 3

        # Threads, once the host wants them.
        assert members.client.get(members.path("Ben", "/threads")).status_code == 404
        members.post("Ben", "/talking", 404, on="yes")
        members.post("Ada", "/talking", on="yes")
        assert "and whoever organises at" in members.get("Ben", "/threads"), (
            "nobody is told that none else reads it"
        )
        members.post(
            "Ben",
            "/threads",
            title="Benches",
            words="@Cleo Example, do you know a joiner? <script>x</script>",
            question=0,
        )
        post = db.session.query(Post).one()
        members.post("Cleo", f"/threads/{post.thread_id}", words="I do.")
        members.post("Femi", f"/threads/{post.thread_id}", words="Me too.")
        page = members.get("Dai", f"/threads/{post.thread_id}")
        own = members.get("Ben", f"/threads/{post.thread_id}")
        assert own.count("what you wrote") == 2, (
            "each of several posts has its own way to be changed and taken back"
        )
        assert "what Fem wrote" in page and "Femi Example" not in page, "nor in what a screen reader says"
        members.post("Cleo", f"/posts/{post.id}", 404, words="not mine")
        members.post("Ben", f"/posts/{post.id}", words="@Cleo Example, do you know two joiners?")
        page = members.get("Dai", f"/threads/{post.thread_id}")
        assert "two joiners" in page and "changed since" in page and "<script>x" not in page
        members.post("Cleo", f"/posts/{post.id}/report", words="He frightens me")
        start_write()
        worry = db.session.query(Worry).one()
        told = worries.read(worry, "test", NOW)
        assert "He frightens me" in told and "Ben Example" in told and "two joiners" in told
        assert b"frightens" not in worry.words and "frightens" not in members.get(
            "Ada", f"/threads/{post.thread_id}"
        )
        db.session.rollback()
        members.post("Ada", f"/threads/{post.thread_id}/close", open="no")
        assert "to copy" in members.post("Dai", f"/threads/{post.thread_id}", 409, words="Late, but good")
        members.post("Ben", f"/posts/{post.id}/remove")
        assert "was taken back" in members.get("Ada", f"/threads/{post.thread_id}")
        assert not db.session.query(Post).filter_by(id=post.id).one().words

        # Agreements that change while somebody writes are asked at their next look, and what they wrote is kept.
        start_write()
        write_agreements(db.session.merge(members.circle), "We listen.", "test", NOW)
        db.session.commit()
        members.post("Eve", "/questions", question="Typed all the while")
        assert members.client.get(members.path("Eve", "/insights")).location == members.path("Eve")
        assert db.session.query(CircleQuestion).one().words == "Typed all the while"

        # Who has left finds nothing of it, and their words stay.
        start_write()
        members.circle = db.session.merge(members.circle)
        db.session.execute(
            db.text("UPDATE member SET state = 'left' WHERE person_id = :one"), {"one": members.ids[6]}
        )
        db.session.commit()
        for rest in (
            "/sessions",
            f"/sessions/{first}",
            "/story",
            "/threads",
            "/insights",
            "/actions",
            f"{at}/note",
        ):
            assert members.client.get(members.path("Gus", rest)).status_code == 404, rest
