"""The organisers' script from nothing to ten sign-ups, pressed and typed word by word as the document has it.

In it, *words* alone are a button or a link to press, *words* before `words` are a box and what is typed into it, and
**words** must then be read. A step that begins with "Each of them" is done by each of ten people.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from config import ROOT
from convene import clock
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.people.models import Organisation
from tests.web.browsing import Browsing
from tests.web.organise.conftest import World

HEADING = "## From nothing to ten sign-ups in ten minutes"
TOLD = re.compile(r"\*\*(?P<read>[^*]+)\*\*|\*(?P<box>[^*]+)\* `(?P<typed>[^`]+)`|\*(?P<pressed>[^*]+)\*")
PEOPLE = (
    "Bo Ash",
    "Cy Bell",
    "Di Cole",
    "Ed Dune",
    "Fi Elm",
    "Gus Fox",
    "Hal Gray",
    "Ida Hill",
    "Jo Ives",
    "Kit Jay",
)


def steps() -> list[str]:
    whole = (ROOT / "docs" / "organisers.md").read_text(encoding="utf-8")
    section = whole.partition(HEADING)[2].partition("\n## ")[0]
    return [" ".join(step.split()) for step in re.split(r"^\d+\. ", section, flags=re.MULTILINE)[1:]]


def boxes(html: str) -> Iterator[tuple[str, str]]:
    """(label, name) of each box on a page."""
    for id_, words in re.findall(r'<label for="([^"]+)">(.*?)</label>', html, re.DOTALL):
        box = next(
            (one for one in re.findall(r"<(?:input|textarea)\b[^>]*>", html) if f'id="{id_}"' in one), ""
        )
        if named := re.search(r'name="([^"]+)"', box):
            yield (
                re.sub(r"<[^>]+>|&#39;", lambda found: "'" if found[0] == "&#39;" else "", words).strip(),
                named[1],
            )


class Reader:
    """Does what a step says, as one person: boxes are filled in and kept until the next button."""

    def __init__(self, browsing: Browsing, person: str = ""):
        self.browsing = browsing
        self.person = person
        self.typed: dict[str, str] = {}

    def do(self, step: str) -> None:
        for told in TOLD.finditer(step):
            if told["read"]:
                assert self.mine(told["read"]) in self.browsing.words, f"{step}: {self.browsing.words[:1500]}"
            elif told["box"]:
                self.fill(told["box"], self.mine(told["typed"]))
            else:
                self.press(told["pressed"])

    def mine(self, words: str) -> str:
        """The name and the address of the example are those of whoever does it."""
        if words == "in ten days":
            return (clock.now() + timedelta(days=10)).date().isoformat()
        if not self.person:
            return words
        address = f"{self.person.lower().replace(' ', '.')}@example.org"
        return words.replace("Bo Ash", self.person).replace("bo@example.org", address)

    def fill(self, label: str, words: str) -> None:
        found = [name for said, name in boxes(self.browsing.page.text) if said.startswith(label)]
        assert found, f"no box {label!r} on {self.browsing.path}: {[*boxes(self.browsing.page.text)]}"
        self.typed[found[0]] = words

    def press(self, label: str) -> None:
        link = re.search(rf'<a\b[^>]*href="([^"]+)"[^>]*>{re.escape(label)}</a>', self.browsing.page.text)
        if link:
            self.browsing.open(link[1])
        else:
            self.browsing.press(label, **self.typed)
            self.typed = {}
        assert self.browsing.page.status_code == 200, f"{label}: {self.browsing.words[:1500]}"


def link_in_letter(world: World, person: str) -> str:
    """The way to their place, from the newest letter to them."""
    rows = select(OutgoingMail.text).where(OutgoingMail.to_name == person).order_by(OutgoingMail.id.desc())
    words = world.read(lambda: db.session.scalars(rows.limit(1)).one())
    found = re.search(r"https?://[^/\s]+(/place/\S+)", words)
    assert found, words
    return found[1]


@pytest.mark.one_database
def test_whoever_follows_the_script_word_by_word_has_ten_sign_ups(world: World) -> None:
    with world.writing():
        host = db.session.get_one(Organisation, world.host_id)
        host.controller = host.privacy_contact = ""
    organiser = Reader(Browsing(world.client))
    organiser.browsing.open("/organise/")
    guests = [Reader(Browsing(world.app.test_client()), name) for name in PEOPLE]
    done = steps()
    assert len(done) == 8
    for step in done:
        if not step.startswith("Each of them"):
            organiser.do(step)
            continue
        for guest in guests:
            shared = re.search(
                r'class="code-line"><a href="https?://[^/"]+(/events/[^"]+)"', organiser.browsing.page.text
            )
            assert shared, "the link to copy stands on the page"
            mailed = "that mail" in step
            guest.browsing.open(link_in_letter(world, guest.person) if mailed else shared[1])
            guest.do(step)
    for guest in guests:
        assert guest.person in organiser.browsing.words
