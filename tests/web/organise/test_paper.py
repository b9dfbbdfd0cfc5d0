"""The paper that carries an evening when the Wi-Fi does not: complete, large, without an address, and short."""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Page, Route

from convene import clock
from convene.events.models import Event
from convene.extensions import db
from convene.people.models import Organisation, Person
from convene.signups import attendance
from convene.signups.models import Signup
from tests.factories import a_person, a_signup
from tests.journey import evening
from tests.journey.watching import DESK, PHONE_AT_NIGHT, Watch
from tests.parts import browser as chromium
from tests.web.organise.conftest import World, text

KINDS = ("register", "list", "sheets", "signs", "badges")
FIRST = ("Ada", "Bo", "Çelik", "Dmitri", "Ève", "Fatima", "Gwen", "Hiroko", "Ines", "Jo", "Kofi", "Lena")
LAST = ("Ash", "Brook-Taylor", "Dune", "Elm", "Fernández")
SIXTY = [f"{first} {last}" for first in FIRST for last in LAST]
SCRIPTS = ("محمد عبد الرحمن", "ราตรี ศรีสุข", "अनन्या शर्मा", "李小龍", "Ольга Петрова", "שרה כהן")


def paper(event_id: int, kind: str = "") -> str:
    return f"/organise/events/{event_id}/paper" + (f"/{kind}" if kind else "")


def an_evening(world: World, names: list[str] = SIXTY, **facts: object) -> int:
    """People here, and their groups published."""
    with world.writing():
        host = db.session.get_one(Organisation, world.host_id)
        return evening.begin(host, names, clock.now(), **facts)[0].id


def change(world: World, event_id: int, name: str, **columns: object) -> int:
    """Set columns of the person of this name; returns the id of their signup."""
    with world.writing():
        rows = db.session.query(Signup).join(Person, Signup.person_id == Person.id)
        signup = rows.filter(Signup.event_id == event_id, Person.name == name).one()
        for column, value in columns.items():
            setattr(signup.person, column, value)
        return signup.id


def through(client: FlaskClient, page: Page) -> None:
    """Let a browser read the application of this test, signed in as this client is."""

    def answer(route: Route) -> None:
        parts = urlsplit(route.request.url)
        with client.get(parts.path, query_string=parts.query) as found:
            headers = {"content-type": found.headers["Content-Type"]}
            route.fulfill(status=found.status_code, headers=headers, body=found.data)

    page.route("**/*", answer)


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF by Chromium has (its page objects stand uncompressed)."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def printed(page: Page, url: str) -> int:
    page.goto(f"http://localhost{url}", wait_until="networkidle")
    return pages_of(page.pdf(prefer_css_page_size=True))


@pytest.fixture
def reader(world: World, page: Page) -> Iterator[Page]:
    through(world.client, page)
    yield page
    page.unroute_all(behavior="ignoreErrors")


# What is on it


@pytest.mark.one_database
def test_the_register_names_everybody_who_may_come_and_leaves_room_for_those_who_walk_in(
    world: World,
) -> None:
    event_id = world.event(capacity=3)
    world.add(event_id, "Zoe Adder")
    world.add(event_id, "Élodie Pym", "Tom Told", address=False)
    world.add(event_id, "Wil Waits")
    page = world.client.get(paper(event_id, "register"))
    words = text(page)
    found = [words.index(name) for name in ("Élodie Pym", "Tom Told", "Wil Waits", "Zoe Adder")]
    assert found == sorted(found)
    assert "Waiting, 1 in line" in words and words.count("Has a place") == 3
    assert page.text.count("An empty line") == 6
    assert "4 people by name" in words


def test_what_the_host_marked_already_is_ticked_and_a_place_given_back_is_not_on_it(world: World) -> None:
    event_id = world.event(starts_at=clock.now() - timedelta(minutes=5))
    with world.writing():
        host = db.session.get_one(Organisation, world.host_id)
        event = db.session.get_one(Event, event_id)
        here = a_signup(event, a_person(host, name="Hal Here"))
        attendance.mark(here, "attended", "test", clock.now())
        a_signup(event, a_person(host, name="Gus Gone"), state="cancelled")
        a_signup(event, a_person(host, name="Sam Started"), state="started")
    page = world.client.get(paper(event_id, "register"))
    assert page.text.count("✓") == 1 and "Hal Here" in page.text
    assert "Gus Gone" not in page.text and "Sam Started" not in page.text


@pytest.mark.one_database
def test_people_are_named_as_they_want_to_be_called_and_two_called_alike_are_told_apart(world: World) -> None:
    event_id = an_evening(world, ["Alexandra Long", "Alex Short", "Bo Ash", "Cy Elm"])
    change(world, event_id, "Alexandra Long", called="Alex Short")
    for kind in KINDS:
        words = text(world.client.get(paper(event_id, kind)))
        if kind == "register":
            assert "Alex Short ( Alexandra Long )" in words
        elif kind != "signs":
            assert "Alexandra" not in words and words.count("Alex Short") >= 2, kind


def test_whoever_asked_not_to_be_named_is_a_number_everywhere_but_in_the_hosts_hand(world: World) -> None:
    event_id = an_evening(world, ["Nell Hidden", "Bo Ash", "Cy Elm", "Di Oak"])
    number = f"Number {change(world, event_id, 'Nell Hidden', by_number=True, called='Nellie')}"
    for kind in ("list", "sheets", "signs", "badges"):
        page = world.client.get(paper(event_id, kind)).text
        assert "Nell" not in page and (number in page) is (kind != "signs"), kind
    register = text(world.client.get(paper(event_id, "register")))
    assert f"Nellie {number}" in register
    world.add(event_id, "Late Comer", address=False)
    assert number in world.client.get(paper(event_id, "badges")).text, "a list that grows changes no number"


@pytest.mark.one_database
def test_a_group_sheet_tells_who_sits_there_what_they_share_and_what_to_ask(world: World) -> None:
    event_id = an_evening(world, ["Bo Ash", "Cy Elm", "Di Oak", "Ed Fir"], round_count=2, group_size=4)
    for name in ("Bo Ash", "Cy Elm", "Di Oak"):
        change(world, event_id, name, field="housing", hides="field" if name == "Di Oak" else "")
    page = world.client.get(paper(event_id, "sheets"))
    words = text(page)
    assert page.text.count('<article class="sheet">') == 2, "one for each table in each round"
    assert "Two of you work in housing." in words and "Three of you" not in words, (
        "what is hidden is not counted"
    )
    assert words.count("Bo Ash") >= 2 and "begins:" in words and "?" in words


@pytest.mark.one_database
def test_no_address_stands_on_any_paper(world: World) -> None:
    event_id = an_evening(world, SIXTY[:12])
    for kind in ("", *KINDS, "everything"):
        page = world.client.get(paper(event_id, kind))
        assert page.status_code == 200
        assert "@" not in re.sub(r"<footer.*?</footer>", "", page.text, flags=re.DOTALL), kind


@pytest.mark.one_database
def test_drafts_are_printed_only_where_nothing_was_published_and_say_so(world: World) -> None:
    event_id = world.event()
    world.add(event_id, *SIXTY[:8], address=False)
    world.client.post(f"/organise/events/{event_id}/groups/deal")
    page = text(world.client.get(paper(event_id, "sheets")))
    assert "Nobody was told these groups yet" in page and "a draft" in page
    told = an_evening(world, SIXTY[20:28])
    assert "a draft" not in text(world.client.get(paper(told, "sheets")))


@pytest.mark.one_database
def test_every_kind_of_paper_has_its_empty_room(world: World) -> None:
    event_id = world.event()
    assert "Nobody has signed up yet" in world.client.get(paper(event_id, "register")).text
    for kind in ("list", "sheets", "signs"):
        assert "Nobody is in a group yet" in world.client.get(paper(event_id, kind)).text
    assert "Nobody has a place yet" in world.client.get(paper(event_id, "badges")).text
    online = world.event(format="online", online_url="https://video.example.org/hall")
    world.add(online, "Bo Ash")
    for kind in ("signs", "badges"):
        assert "This event is online" in world.client.get(paper(online, kind)).text
    assert world.client.get(paper(world.event(publish=False), "everything")).status_code == 200


@pytest.mark.one_database
def test_a_discreet_event_puts_no_title_on_a_badge(world: World) -> None:
    event_id = world.event(title="Living with it", discreet=True)
    world.add(event_id, "Bo Ash")
    card = re.findall(r'<li class="badge-card.*?</li>', world.client.get(paper(event_id, "badges")).text)
    assert len(card) == 10 and "Bo Ash" in card[0]
    assert not any("Living with it" in one for one in card)


def test_another_hosts_paper_is_not_found(world: World) -> None:
    event_id = world.event(world.other_host_id)
    for kind in ("", *KINDS, "everything"):
        assert world.client.get(paper(event_id, kind)).status_code == 404


# What comes out of the printer


@pytest.mark.one_database
def test_the_register_of_sixty_people_is_two_pages(world: World, reader: Page) -> None:
    event_id = an_evening(world)
    assert printed(reader, paper(event_id, "register")) == 2
    rows = reader.locator(".register tbody tr")
    assert rows.count() == 60
    reader.emulate_media(media="print")
    letters = reader.locator(".register tbody bdi").first.evaluate("one => getComputedStyle(one).fontSize")
    assert float(letters.removesuffix("px")) >= 20, "15 points"


@pytest.mark.one_database
def test_names_in_any_script_keep_the_register_on_two_pages(world: World, reader: Page) -> None:
    names = [*SCRIPTS, "Maria del Carmen Villanueva-Echeverría de los Ángeles", *SIXTY][:60]
    event_id = an_evening(world, names)
    assert printed(reader, paper(event_id, "register")) == 2


@pytest.mark.one_database
def test_signs_and_sheets_are_two_to_a_page_badges_ten_and_everything_is_all_of_it(
    world: World, reader: Page
) -> None:
    event_id = an_evening(world)
    tables, sheets = 15, 45
    found = {kind: printed(reader, paper(event_id, kind)) for kind in KINDS}
    assert found == {
        "register": 2,
        "list": 2,
        "sheets": -(-sheets // 2),
        "signs": -(-tables // 2),
        "badges": 6,
    }
    assert printed(reader, paper(event_id, "everything")) == sum(found.values())
    undealt = world.event()
    world.add(undealt, "Bo Ash")
    assert printed(reader, paper(undealt, "everything")) == 2, "a register and badges, and no empty page"


@pytest.mark.one_database
def test_one_press_opens_the_printing_of_everything_and_no_script_is_needed_to_read_how(
    world: World, reader: Page
) -> None:
    event_id = an_evening(world, SIXTY[:8])
    reader.add_init_script("window.print = () => document.title = 'printing ' + location.pathname")
    reader.goto(f"http://localhost{paper(event_id)}")
    reader.get_by_role("link", name="Print everything").click()
    reader.wait_for_function("document.title.startsWith('printing')")
    assert reader.title() == f"printing {paper(event_id, 'everything')}"
    assert "Print with your browser" in text(world.client.get(paper(event_id, "badges")))


@pytest.mark.one_database
def test_the_list_gives_everybody_their_table_in_each_round(world: World) -> None:
    event_id = an_evening(world, SIXTY[:16], round_count=2)
    page = world.client.get(paper(event_id, "list")).text
    for name in SIXTY[:16]:
        row = re.search(rf"<tr><th[^>]*><bdi>{name}</bdi></th>(.*?)</tr>", page)
        assert row and len(re.findall(r"Table [1-4]</td>", row[1])) == 2, name


@pytest.mark.one_database
def test_paper_is_whole_on_the_screen_of_a_phone_and_of_a_desk(world: World, context: BrowserContext) -> None:
    event_id = an_evening(world, [*SIXTY[:9], SCRIPTS[0], "A" * 60])
    context.add_init_script(path=chromium.AXE)
    page = context.new_page()
    through(world.client, page)
    page.emulate_media(reduced_motion="reduce")
    watch = Watch(page, "http://localhost")
    for kind in ("", *KINDS, "everything"):
        page.goto(f"http://localhost{paper(event_id, kind)}")
        for look in (PHONE_AT_NIGHT, DESK):
            watch.turn(look)
            watch.look_over(look)
    page.unroute_all(behavior="ignoreErrors")
    watch.assert_clean()
