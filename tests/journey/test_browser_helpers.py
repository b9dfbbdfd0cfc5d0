"""Helpers at the door of a hall with bad Wi-Fi: nothing that was pressed is lost, nothing counts twice."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from convene import clock, links
from convene.events.models import Event
from convene.extensions import db
from convene.people.models import Organisation
from convene.signups import helping, queries
from convene.signups.models import Press
from tests.factories import a_person, a_signup, an_event
from tests.journey.installation import HOST, Installation, opened
from tests.journey.test_browser_room import SIXTY
from tests.journey.visitor import Visitor
from tests.journey.watching import PHONE, PHONE_AT_NIGHT, Look, Watch, visiting
from tests.parts.processes import Processes

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def copy(processes: Processes) -> Iterator[Installation]:
    with opened(processes) as installation:
        yield installation


def an_evening(copy: Installation, helpers: int, **facts: Any) -> tuple[int, list[str]]:
    """An evening with sixty places taken, nobody marked, and links for helpers."""
    with copy.writing():
        now = clock.now()
        host = db.session.scalars(select(Organisation).where(Organisation.name == HOST)).one()
        event = an_event(host, now=now, starts_in=timedelta(minutes=5), capacity=60, **facts)
        for name in SIXTY:
            a_signup(event, a_person(host, name=name, now=now), now=now)
        given = [helping.give(event, f"Helper {number}", "person:1", now) for number in range(helpers)]
        return event.id, [links.helper(one.id).partition("/door/")[2] for one in given]


def phone(browser: Browser, copy: Installation, token: str, look: Look = PHONE) -> tuple[Page, Watch]:
    page = visiting(browser, look).new_page()
    watch = Watch(page, copy.url)
    page.goto(f"{copy.url}/door/{token}")
    expect(page.get_by_text("Everything is saved.")).to_be_visible()
    return page, watch


def press(page: Page, names: list[str]) -> None:
    for name in names:
        page.get_by_role("button", name=f"Here {name}", exact=True).click()


def here(copy: Installation, event_id: int) -> list[str]:
    return copy.read(lambda: sorted(one.person.name for one in queries.present(event_id)))


def test_thirty_presses_without_a_line_and_twenty_with_one_are_all_there_once(
    copy: Installation, browser: Browser
) -> None:
    event_id, (first, second) = an_evening(copy, 2)
    lost, watch = phone(browser, copy, first, PHONE_AT_NIGHT)
    watch.look_over(PHONE_AT_NIGHT)
    held, _ = phone(browser, copy, second)
    lost.context.set_offline(True)
    press(lost, SIXTY[:30])
    expect(lost.get_by_text("30 presses are kept on this phone and not sent yet.")).to_be_visible()
    expect(lost.locator("[data-count]")).to_have_text("30")
    press(held, SIXTY[30:48])
    for name in ("Wes", "Wyn"):
        held.get_by_label("Somebody who is not on the list").fill(name)
        held.get_by_role("button", name="They are here").click()
    expect(held.get_by_text("Everything is saved.")).to_be_visible()
    assert len(here(copy, event_id)) == 20

    lost.context.set_offline(False)
    expect(lost.get_by_text("Everything is saved.")).to_be_visible(timeout=20_000)
    assert here(copy, event_id) == sorted([*SIXTY[:48], "Wes", "Wyn"])
    assert (
        copy.read(lambda: db.session.scalar(select(func.count(Press.id)).where(Press.event_id == event_id)))
        == 50
    )
    expect(lost.locator("[data-count]")).to_have_text("50")
    for page in (lost, held):
        page.context.close()


def test_an_answer_that_got_lost_on_the_way_doubles_nothing(copy: Installation, browser: Browser) -> None:
    """The server had it, and the phone never heard so: it sends the same presses again."""
    event_id, (token,) = an_evening(copy, 1)
    page, _ = phone(browser, copy, token)
    cut: list[int] = []

    def swallow(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        cut.append(1)
        route.abort()  # type: ignore[attr-defined]

    page.route("**/presses", swallow)
    press(page, SIXTY[:3])
    page.get_by_label("Somebody who is not on the list").fill("Wes")
    page.get_by_role("button", name="They are here").click()
    expect(page.get_by_text("are kept on this phone")).to_be_visible()
    page.unroute_all(behavior="ignoreErrors")
    page.reload()
    expect(page.get_by_text("Everything is saved.")).to_be_visible(timeout=20_000)
    assert cut and here(copy, event_id) == sorted([*SIXTY[:3], "Wes"])
    page.context.close()


def test_without_script_it_is_one_form_of_boxes(copy: Installation, browser: Browser) -> None:
    event_id, (token,) = an_evening(copy, 1)
    page = visiting(browser, PHONE, java_script_enabled=False).new_page()
    page.goto(f"{copy.url}/door/{token}")
    for name in SIXTY[:3]:
        page.get_by_label(name, exact=True).check()
    page.get_by_label("People who are not on the list").fill("Wes\nWyn\n")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_label(SIXTY[0], exact=True).uncheck()
    page.get_by_role("button", name="Save").click()
    assert here(copy, event_id) == sorted([*SIXTY[1:3], "Wes", "Wyn"])
    page.context.close()


def test_a_link_that_is_over_says_so(copy: Installation, browser: Browser) -> None:
    event_id, (token,) = an_evening(copy, 1)
    page, _ = phone(browser, copy, token)
    with copy.writing():
        helping.revoke(event_id, helping.links_of(event_id)[0].id, clock.now())
    press(page, SIXTY[:1])
    expect(page.get_by_text("This link has ended.")).to_be_visible()
    assert page.goto(f"{copy.url}/door/{token}").status == 410  # type: ignore[union-attr]
    assert here(copy, event_id) == []
    page.context.close()


def test_people_check_themselves_in_by_the_code_on_the_wall_and_see_where_they_sit(
    copy: Installation, browser: Browser
) -> None:
    event_id, _ = an_evening(copy, 0, self_check_in=True)

    def addresses() -> list[str]:
        return [one.person.address or "" for one in queries.in_state(event_id, "confirmed")]

    path = copy.read(lambda: links.check_in(event_id).partition("/here/")[2])
    page = visiting(browser, PHONE).new_page()
    watch = Watch(page, copy.url)
    known = copy.read(addresses)
    for number, address in enumerate(known[:6]):
        page.goto(f"{copy.url}/here/{path}")
        if number == 0:
            watch.look_over(PHONE)
        page.get_by_label("The email address you signed up with").fill(address)
        page.get_by_role("button", name="I am here").click()
        expect(page.get_by_text("you are on the list.")).to_be_visible()
        page.context.clear_cookies()
    for address in known[6:]:  # each with a browser of their own, as far as the site can tell
        phone = Visitor(copy.url)
        phone.open(f"/here/{path}")
        assert "you are on the list." in phone.press("I am here", email=address).words
    assert len(here(copy, event_id)) == 60
    page.goto(f"{copy.url}/here/{path}")
    page.get_by_label("The email address you signed up with").fill(known[0])
    page.get_by_role("button", name="I am here").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    expect(page.get_by_text("you are on the list.")).to_have_count(0)
    second = page.locator("main").inner_text()
    page.goto(f"{copy.url}/here/{path}")
    page.get_by_label("The email address you signed up with").fill("stranger@example.org")
    page.get_by_role("button", name="I am here").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert page.locator("main").inner_text() == second, "nobody learns who is coming"
    watch.look_over(PHONE)
    page.context.close()
    with copy.writing():
        db.session.get_one(Event, event_id).self_check_in = False
    assert visiting(browser, PHONE).new_page().goto(f"{copy.url}/here/{path}").status == 404  # type: ignore[union-attr]
