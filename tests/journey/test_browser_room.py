"""The pages that lie open in the room, in a real browser: they count, look again, say little, and keep the focus."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select

from convene import clock, links
from convene.events.models import Event
from convene.extensions import db
from convene.groups.timing import of
from convene.people.models import Organisation
from tests.journey import evening
from tests.journey.installation import HOST, Installation, opened
from tests.journey.watching import DESK, PHONE, Look, Watch, visiting
from tests.parts.processes import Processes

pytestmark = pytest.mark.one_database

OWNER = "olive@example.org"
FIRST = ("Ada", "Bilal", "Cleo", "Dev", "Élodie", "Finn", "Gil", "Hana", "Ifeoma", "Jon", "Kit", "Lena")
LAST = ("Okri", "Hart", "Lund", "Featherstone", "Abernathy-Jones")
SIXTY = [f"{first} {last}" for first in FIRST for last in LAST]

Opened = Callable[..., Page]

# Counts how often something is said: each time that a status line is put in place.
COUNTED = "line => { window.times = 0; new MutationObserver(() => window.times++).observe(line, {childList: true}); }"


@pytest.fixture(scope="module")
def copy(processes: Processes) -> Iterator[Installation]:
    with opened(processes) as installation:
        yield installation


@pytest.fixture
def somebody(browser: Browser, copy: Installation) -> Iterator[Opened]:
    """Opens a tab of an organiser at the desk; nothing it saw may have been written down afterwards."""
    watches, contexts = [], []
    cookie = copy.signed_in(OWNER)

    def tab(look: Look = DESK, **rest: Any) -> Page:
        context = visiting(browser, look, **rest)
        context.add_cookies([{"name": "convene_desk", "value": cookie, "url": copy.url}])
        contexts.append(context)
        watches.append(Watch(context.new_page(), copy.url))
        return watches[-1].page

    yield tab
    for context in contexts:
        context.close()
    for watch in watches:
        watch.assert_clean()


def begin(
    copy: Installation, names: list[str] = SIXTY[:12], minutes_ago: int | None = None
) -> tuple[int, str]:
    """An evening, its first round begun so long ago or not yet; its id, and the way to the page of one person."""
    with copy.writing():
        host = db.session.scalars(select(Organisation).where(Organisation.name == HOST)).one()
        event, here = evening.begin(host, names, clock.now())
        if minutes_ago is not None:
            evening.start(event, clock.now() - timedelta(minutes=minutes_ago))
        return event.id, links.now(here[0].id, 1).partition("/place/")[2]


def start(copy: Installation, event_id: int) -> None:
    """Another helper, elsewhere, presses the button that starts the next round."""
    with copy.writing():
        evening.start(db.session.get_one(Event, event_id), clock.now())


def on(copy: Installation, event_id: int) -> int | None:
    def look() -> int | None:
        stand = of(db.session.get_one(Event, event_id))
        return stand.on.number if stand.on else None

    return copy.read(look)


def at(copy: Installation, event_id: int, page: str) -> str:
    return f"{copy.url}/organise/events/{event_id}/groups/{page}"


def test_the_clock_counts_by_the_servers_time_and_speaks_three_times(
    copy: Installation, somebody: Opened
) -> None:
    event_id, _ = begin(copy, minutes_ago=0)
    page = somebody()
    page.clock.install(time=clock.now() - timedelta(hours=3))  # a laptop whose own clock is wrong
    page.goto(at(copy, event_id, "timer?still=1"))
    said, shown = page.locator("[data-speaks]"), page.locator("[data-ends]")
    expect(shown).to_have_text(re.compile(r"^(20:00|19:5\d) left$"))
    page.evaluate(COUNTED, said.element_handle())
    spoken = []
    for minutes in (14, 1, 3, 1, 1, 5):
        page.clock.fast_forward(minutes * 60_000)
        page.clock.run_for(1_000)
        spoken.append((said.inner_text(), shown.inner_text().split()[-1]))
    assert [words for words, _ in spoken] == [
        "", "5 minutes left.", "5 minutes left.", "1 minute left.", "Time is up.", "Time is up."
    ]  # fmt: skip
    assert shown.inner_text() == "Time is up"
    assert page.evaluate("window.times") == 3, "and at no other moment"
    assert page.get_by_role("timer").evaluate("one => one.ariaLive") is None, "the seconds are not read out"


def test_what_another_helper_pressed_appears_without_loading_the_page_anew(
    copy: Installation, somebody: Opened
) -> None:
    event_id, _ = begin(copy)
    page = somebody()
    page.clock.install()
    page.goto(at(copy, event_id, "timer"))
    page.evaluate("window.mark = 'still the same page'")
    page.get_by_role("button", name="Start round 1").focus()
    start(copy, event_id)
    page.clock.run_for(21_000)
    expect(page.get_by_role("button", name="Start round 2")).to_be_visible()
    expect(page.locator("#time")).to_contain_text("Round 1 of 3")
    assert page.evaluate("window.mark") == "still the same page"
    expect(page.locator("main")).to_be_focused()  # and not the button that would start round 2

    page.get_by_role("button", name="Two minutes more").focus()
    page.locator("summary").click()
    page.clock.run_for(21_000)
    expect(page.locator("details")).to_have_attribute("open", "")
    page.get_by_role("button", name="Start round 2").click()  # its token and its revision are of now
    expect(page.locator("main")).to_contain_text("Round 2 is on")
    assert on(copy, event_id) == 2


def test_the_phone_of_somebody_follows_the_rounds_by_itself(copy: Installation, somebody: Opened) -> None:
    event_id, token = begin(copy)
    page = somebody(PHONE)
    page.clock.install()
    page.goto(f"{copy.url}/place/{token}")
    expect(page.locator(".now-kicker").first).to_contain_text("Next Round 1 of 3")
    for number in (1, 2):
        start(copy, event_id)
        page.clock.run_for(21_000)
        expect(page.locator(".now-kicker").first).to_contain_text(f"Now Round {number} of 3")
        expect(page.locator("[data-ends]")).to_contain_text("minutes left")


def test_without_scripts_the_button_works_and_the_browser_loads_the_page_anew(
    copy: Installation, somebody: Opened
) -> None:
    event_id, _ = begin(copy)
    page = somebody(java_script_enabled=False)
    page.goto(at(copy, event_id, "timer"))
    page.get_by_role("button", name="Start round 1").click()
    expect(page.locator("[data-ends]")).to_have_text("20 minutes left")
    assert on(copy, event_id) == 1

    def hurry(route: Route) -> None:
        """The same page, except that nobody needs to wait for 20 seconds."""
        answer = route.fetch()
        html = answer.text()
        assert 'content="20"' in html
        route.fulfill(response=answer, body=html.replace('content="20"', 'content="1"'))

    page.route("**/groups/wall", hurry)
    page.goto(at(copy, event_id, "wall"))
    expect(page.locator(".wall-round")).to_contain_text("Round 1 of 3")
    start(copy, event_id)
    expect(page.locator(".wall-round")).to_contain_text("Round 2 of 3")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_sixty_people_find_their_names_on_one_screen(
    copy: Installation, somebody: Opened, width: int, height: int
) -> None:
    event_id, _ = begin(copy, SIXTY, minutes_ago=3)
    page = somebody()
    page.set_viewport_size({"width": width, "height": height})
    page.goto(at(copy, event_id, "wall"))
    lowest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.wall-names li')].map(one => one.getBoundingClientRect().bottom))"
    )
    assert page.locator(".wall-names li").count() == 60 and lowest <= height
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.wall-names')).fontSize)")
    assert size >= height * 0.028, "a letter of 1/35 of a screen of 1.2 m is 34 mm high"


def test_whoever_cannot_see_the_board_moves_a_person_and_hears_it_once(
    copy: Installation, somebody: Opened
) -> None:
    event_id, token = begin(copy)
    page = somebody()
    page.clock.install()
    page.goto(at(copy, event_id, "").rstrip("/"))
    choice = page.get_by_role("combobox", name="Move Ada Okri to group")
    own = page.locator("[data-group]").filter(has=choice).get_by_role("heading").inner_text()
    wanted = "Table 2" if own == "Table 1" else "Table 1"
    choice.select_option(label=wanted)
    page.get_by_role("button", name="Move Ada Okri", exact=True).press("Enter")
    expect(page.get_by_role("heading", name=f"Ada Okri to {wanted}?")).to_be_focused()
    with page.expect_navigation():
        page.get_by_role("button", name=f"Move to {wanted}").press("Enter")
    line = page.get_by_role("status")
    expect(line).to_have_count(1)
    expect(line).to_contain_text(f"Ada Okri is at {wanted} now.")
    page.evaluate(COUNTED, line.element_handle())
    seat = page.get_by_role("listitem").filter(
        has=page.get_by_role("combobox", name="Move Ada Okri to group")
    )
    expect(seat.last).to_be_focused()
    expect(
        page.get_by_role("listitem").filter(has_text=wanted).filter(has_text="Ada Okri").first
    ).to_be_visible()
    page.clock.run_for(1_000)
    assert page.evaluate("window.times") == 1, (
        "what came with the page is silent, so it is put there once more"
    )

    page.goto(f"{copy.url}/place/{token}".removesuffix("/now"))
    heard = page.get_by_role("main").aria_snapshot()
    assert f'heading "Round 1: {wanted}"' in heard
    others = [name for name in SIXTY[1:12] if name in heard]
    assert len(others) >= 2, "companions are words, not a picture"
    assert not re.search(r"^\s*- img$", heard, re.MULTILINE), f"a picture without words: {heard}"
