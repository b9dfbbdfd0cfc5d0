"""Somebody signs up with a code read on another device, reads what is kept about them, and is erased."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.people.models import Person
from convene.signups.models import Signup
from tests.journey.installation import Installation, opened
from tests.journey.watching import PHONE_AT_NIGHT, Look, Watch, visiting
from tests.parts.processes import Processes

pytestmark = pytest.mark.one_database

EVENT = "/events/what-the-school-gate-knows"


@pytest.fixture(scope="module")
def copy(processes: Processes) -> Iterator[Installation]:
    with opened(processes) as installation:
        yield installation


def newest(copy: Installation, address: str, kind: str) -> str:
    """The words of the newest letter of this kind to this address."""
    rows = select(OutgoingMail.text).where(OutgoingMail.to_address == address, OutgoingMail.letter == kind)
    return copy.read(lambda: db.session.scalars(rows.order_by(OutgoingMail.id.desc())).first() or "")


@pytest.mark.parametrize("look", [PHONE_AT_NIGHT], ids=str)
def test_signed_up_by_a_code_shown_what_is_kept_and_erased_by_keyboard(
    copy: Installation, browser: Browser, look: Look
) -> None:
    address = f"ngozi.{look.width}.{look.scheme}@example.com"
    context = visiting(browser, look, java_script_enabled=True)
    page = context.new_page()
    watch = Watch(page, copy.url)
    page.goto(copy.url + EVENT)
    expect(page.locator("#sign-up")).to_contain_text("is kept when you press the button in our mail")
    page.get_by_label("Your name").fill("Ngozi Adeyemi")
    page.get_by_label("Your email address").fill(address)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    watch.look_over(look)
    box = page.get_by_label("The six-digit code in our mail")
    expect(box).to_have_attribute("autocomplete", "one-time-code")
    box.fill("12")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Type all six digits")
    expect(page.get_by_role("alert")).to_be_focused()
    watch.look_over(look)
    digits = re.search(r"^\d{3} \d{3}$", newest(copy, address, "confirm"), re.MULTILINE)
    assert digits
    box.fill(digits[0])  # pasted as it stands there
    page.keyboard.press("Enter")
    page.wait_for_url("**/place/**")
    watch.look_over(look)

    page.get_by_role("link", name="Sign them up too").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign up somebody else")
    watch.look_over(look)
    page.go_back()
    page.get_by_role("button", name="Send me a link to my data").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("on its way")
    link = re.search(r"http\S+/my-data/\S+", newest(copy, address, "my_data"))
    assert link
    page.goto(link[0])
    expect(page.get_by_role("main")).not_to_contain_text("Ngozi")
    watch.look_over(look)
    page.get_by_role("button", name="See my data").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What we keep about you")
    watch.look_over(look)
    with page.expect_download() as copy_to_read:
        page.get_by_role("button", name="Download to read").press("Enter")
    assert "Ngozi Adeyemi" in copy_to_read.value.path().read_text()
    page.get_by_role("link", name="Erase me").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Erase me?")
    watch.look_over(look)
    page.get_by_role("button", name="Erase me for good").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are erased")
    watch.look_over(look)
    watch.assert_clean()
    context.close()
    assert copy.read(lambda: db.session.scalar(select(Person.id).where(Person.address == address))) is None
    rows = select(Signup.state).join(Person, Person.id == Signup.person_id).where(Person.state == "erased")
    assert set(copy.read(lambda: db.session.scalars(rows).all())) == {"cancelled"}
