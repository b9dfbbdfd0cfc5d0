"""The main job from end to end, with real processes, real HTTP and a real mail server, on both databases."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.journey.letters import Letters
from tests.journey.visitor import Visitor
from tests.parts.mailserver import MailServer
from tests.parts.processes import Processes

PLACES, COMING, HERE = 60, 65, 45
DAY = (datetime.now(UTC) + timedelta(days=9)).date()
NAMES = [f"{first} {last}" for first in ("Ada", "Ben", "Cleo", "Dev", "Eve") for last in "ABCDEFGHIJKLM"]
TITLE = "What if every high street had a front room?"


@pytest.fixture
def thread(database_url: str, tmp_path: Path, mailserver: MailServer) -> Iterator["Thread"]:
    settings = {
        "CONVENE_DATABASE_URL": database_url,
        "CONVENE_SECRET_KEY": "a-secret-for-tests-that-protects-nobody",
        "CONVENE_NOTES_KEY": "a-notes-key-for-tests-that-protects-nobody",
        "CONVENE_MAIL_URL": mailserver.url,
        "CONVENE_MAIL_FROM": "Convene <convene@example.org>",
        "CONVENE_TICK_SECONDS": "1",
        "CONVENE_OUTBOX_LEASE_SECONDS": "3",
    }
    processes = Processes(tmp_path, settings)
    yield Thread(processes, Letters(mailserver))
    processes.close()


class Thread:
    """The processes, the letters, and what each person does; one method for each step of the story."""

    def __init__(self, processes: Processes, letters: Letters):
        self.processes = processes
        self.letters = letters
        self.web = processes.web(workers=2)
        self.base = self.web.url
        self.worker = self.start_worker()
        self.organiser = Visitor(self.base)

    def start_worker(self):
        return self.processes.worker(CONVENE_BASE_URL=self.base)

    def command(self, *words: str) -> str:
        process = self.processes.start(*words, CONVENE_BASE_URL=self.base)
        code = process.process.wait(60)
        assert code == 0, process.said()
        return process.said()

    def everybody(self, act: Callable[[str], object], names: list[str]) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(act, names))

    def sign_in(self) -> None:
        link = re.search(r"http\S+/organise/sign-in/\S+", self.command(
            "organiser", "olive@example.org", "--organisation", "The Common Table", "--name", "Olive"
        ))  # fmt: skip
        assert link
        self.organiser.open(link[0])
        assert self.organiser.press("Sign in").url == f"{self.base}/organise/"

    def announce(self) -> None:
        self.organiser.open("/organise/events/new")
        self.organiser.press(
            "Save as a draft", title=TITLE, summary="An evening.", day=DAY.isoformat(), starts="18:30", ends="21:00",
            zone="Europe/London", venue="St Anne's Hall, Coventry", capacity=str(PLACES), group_size="4",
            round_count="3",
        )  # fmt: skip
        assert self.organiser.page.status == 200, self.organiser.page.words
        self.event = int(re.findall(r"/organise/events/(\d+)", self.organiser.page.url)[0])
        assert "who answers for people" in self.organiser.press("Publish the event").words, (
            "nobody has said so yet"
        )
        self.organiser.open("/organise/host")
        self.organiser.press("Save", privacy_contact="0113 496 0000")
        self.organiser.open(f"/organise/events/{self.event}")
        assert "It is on the front page now" in self.organiser.press("Publish the event").words

    def sign_up(self, name: str) -> None:
        visitor = Visitor(self.base)
        visitor.open(re.findall(r'href="(/events/[^"]+)"', visitor.open("/").html)[0])
        page = visitor.press("Sign up", name=name, email=address(name))
        assert page.heading == "Check your email", page.words

    def confirm(self, name: str) -> None:
        visitor = Visitor(self.base)
        visitor.open(self.letters.link("place", address(name), "Confirm your sign-up"))
        label = "Keep my place" if "Keep my place" in visitor.page.html else "Join the waiting list"
        page = visitor.press(label)
        assert page.heading in ("Your place is kept", "You are on the waiting list"), page.words

    def cancel(self, name: str) -> None:
        visitor = Visitor(self.base)
        visitor.open(self.letters.link("place", address(name)) + "/cancel")
        assert visitor.press("Cancel my place").heading == "Your place is cancelled"

    def accept(self, name: str) -> None:
        visitor = Visitor(self.base)
        visitor.open(self.letters.link("place", address(name)))
        assert visitor.press("Take the place").heading == "Your place is kept"

    def move_by_an_hour(self) -> None:
        self.organiser.open(f"/organise/events/{self.event}/edit")
        page = self.organiser.press("Save the changes", starts="19:30", ends="22:00")
        assert page.status == 200 and "/edit" not in page.url, page.words
        assert "people hear of it by mail at" in page.words, page.words
        assert "get a letter now" in self.organiser.press("Tell them now").words

    def mark_here(self, names: list[str]) -> None:
        page = self.organiser.open(f"/organise/events/{self.event}/attendance")
        rows = re.findall(
            r'<li class="door[^"]*" id="person-(\d+)"[^>]*>.*?<bdi>(.*?)</bdi>', page.html, re.DOTALL
        )
        number = {name: row for row, name in rows}
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page.html)[0]
        for name in names:
            path = f"/organise/events/{self.event}/attendance/{number[name]}"
            page = self.organiser.ask("POST", path, [("csrf_token", token), ("here", "yes")])
            assert page.status == 200, page.words
        page = self.organiser.open(f"/organise/events/{self.event}/attendance")
        assert f"{len(names)} of {PLACES} here" in page.words, page.words[150:600]

    def deal_and_publish(self) -> None:
        self.organiser.open(f"/organise/events/{self.event}/groups")
        page = self.organiser.press("Deal the groups")
        assert page.heading == "Groups" or "Round 1" in page.words, page.words
        self.organiser.open(f"/organise/events/{self.event}/groups/publish")
        self.organiser.press("Publish the groups")

    def answer(self, name: str, *touch: str, channel: str = "email", phone: str = "") -> None:
        visitor = Visitor(self.base)
        page = visitor.open(self.letters.link("answer", address(name)))
        ids = {
            found[1]: found[0]
            for found in re.findall(r'name="touch" value="(\d+)".*?<bdi>(.*?)</bdi>', page.html, re.DOTALL)
        }
        page = visitor.press(
            "Send my answers", helped="glad", touch=[ids[one] for one in touch], channel=channel, phone=phone
        )
        assert page.status == 200 and "answered" in page.words, page.words


def address(name: str) -> str:
    return name.lower().replace(" ", ".") + "@example.com"


def name_of(recipient: str) -> str:
    return next(name for name in NAMES if address(name) == recipient)


def test_an_event_from_the_line_up_to_the_follow_up(thread: Thread) -> None:
    letters = thread.letters
    thread.sign_in()
    thread.announce()

    # 65 people sign up behind one address for 60 places, with the limits as shipped.
    thread.everybody(thread.sign_up, NAMES)
    letters.wait("Confirm your sign-up", COMING)
    thread.everybody(thread.confirm, NAMES)
    kept = letters.wait("You have a place", PLACES)
    waiting = letters.wait("You are on the waiting list", COMING - PLACES)
    assert len(kept) == PLACES and len(waiting) == COMING - PLACES
    assert not set(kept) & set(waiting)
    assert all(letters.invites(one)[-1].method == "REQUEST" for one in kept)
    assert not any(letters.invites(one) for one in waiting), (
        "nothing like a calendar goes to the waiting list"
    )

    # Two cancel; the first two in line are offered the places and take them.
    gone = kept[:2]
    for one in gone:
        thread.cancel(name_of(one))
    offered = letters.wait("A place is free for you", 2)
    assert set(offered) < set(waiting)
    for one in offered:
        thread.accept(name_of(one))
    letters.wait("You have a place", PLACES + 2)
    coming = [one for one in kept + offered if one not in gone]
    letters.wait_until(lambda: all(letters.invites(one)[-1].method == "CANCEL" for one in gone))

    # The event moves by an hour, and everybody's calendar entry moves.
    thread.move_by_an_hour()
    letters.wait("Changed", PLACES)
    for one in coming:
        first, last = letters.invites(one)[0], letters.invites(one)[-1]
        assert last.uid == first.uid and last.sequence > first.sequence
        assert last.starts_at - first.starts_at == timedelta(hours=1)
    assert all(letters.invites(one)[-1].method == "CANCEL" for one in gone), "who cancelled is left in peace"

    # 45 turn up; they and those still on their way are dealt into fours over three rounds, and the worker dies while
    # the groups are told.
    here = sorted(name_of(one) for one in coming)[:HERE]
    thread.mark_here(here)
    letters.server.slow(0.05, at="BODY", times=15)
    thread.deal_and_publish()
    letters.wait("Your groups", 10)
    thread.worker.kill()
    thread.worker = thread.start_worker()
    letters.wait_until(lambda: len(set(letters.of("Your groups"))) == PLACES, 30)
    told = letters.of("Your groups")
    seated = sorted(name_of(one) for one in coming)
    assert {name_of(one) for one in told} == set(seated)
    assert len(told) <= PLACES + 1, "at most the letter that was in flight is there twice"
    for one, times in Counter(told).items():
        ids = {letter.message["Message-ID"] for letter in letters.to(one, "Your groups")}
        assert len(ids) == 1, f"{times} letters, one identity"

    # What the letters say fits together: everybody once a round, and nobody meets twice.
    met: Counter[frozenset[str]] = Counter()
    for name in seated:
        rounds = letters.companions(address(name), seated)
        assert len(rounds) == 3 and all(len(others) == 3 for others in rounds)
        assert all("@" not in other for others in rounds for other in others)
        met.update(frozenset((name, other)) for others in rounds for other in others)
    assert max(met.values()) == 2, "each pair is told of its one meeting twice: once to each"

    # The day before, a reminder; the day after, a thank-you: each once, however often the clock is wound.
    starts = datetime(DAY.year, DAY.month, DAY.day, 19, 30, tzinfo=UTC)
    for _ in range(2):
        thread.command("tick", "--now", (starts - timedelta(hours=9)).isoformat())
    assert sorted(letters.of("Soon")) == sorted(coming)
    for _ in range(2):
        thread.command("tick", "--now", (starts + timedelta(hours=23)).isoformat())
    came, unknown = letters.of("Thank you for coming"), letters.of("After the event")
    assert sorted(name_of(one) for one in came) == here
    assert sorted(came + unknown) == sorted(coming), "who was not marked is asked in neutral words"

    # Two say yes to each other and both get one letter; one yes stays unanswered, and nobody hears of it.
    one, other, third = first_group(letters, here, seated)
    before = len(letters.server.messages)
    thread.answer(third, one)
    thread.answer(one, other)
    thread.answer(other, one, channel="phone", phone="024 7601 0000")
    letters.wait("You both said yes", 2)
    assert len(letters.server.messages) == before + 2
    assert "024 7601 0000" in letters.text(address(one), "You both said yes")
    assert address(one) in letters.text(address(other), "You both said yes")
    assert not letters.to(address(third), "You both said yes")

    # Nothing was lost, and nothing was doubled but what was in flight when the worker died.
    sent = Counter(letter.message["Message-ID"] for letter in letters.server.messages)
    assert sum(times - 1 for times in sent.values()) <= 1


def first_group(letters: Letters, here: list[str], seated: list[str]) -> tuple[str, str, str]:
    """Three who came and sat in one group."""
    for one in here:
        others = [other for other in letters.companions(address(one), seated)[0] if other in here]
        if len(others) >= 2:
            return one, others[0], others[1]
    raise AssertionError("three in four came, so some group has three of them")
