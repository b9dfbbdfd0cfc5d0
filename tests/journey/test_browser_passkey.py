"""A key in a device, with the browser's own virtual one: made, asked for at sign-in, copied, and taken away."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from convene.access import second_factor
from tests.journey.installation import Installation, opened
from tests.journey.watching import DESK, PHONE_AT_NIGHT, Look, Watch, visiting
from tests.parts.processes import Processes

pytestmark = pytest.mark.one_database

OWNER = "olive@example.org"  # of the demonstration programme


@pytest.fixture(scope="module")
def copy(processes: Processes) -> Iterator[Installation]:
    """WebAuthn knows no address of numbers: the machine is visited by its name."""
    with opened(processes, "localhost") as installation:
        yield installation


def a_device(page: Page) -> tuple[CDPSession, str]:
    """A key in this browser that says yes to everything."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def sign_in(page: Page, copy: Installation) -> None:
    cookie = {"name": "convene_desk", "value": copy.signed_in(OWNER), "url": copy.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]


@pytest.mark.parametrize("look", [PHONE_AT_NIGHT, DESK], ids=str)
def test_a_key_is_made_and_then_opens_the_desk(copy: Installation, browser: Browser, look: Look) -> None:
    context = visiting(browser, look)
    page = context.new_page()
    watch = Watch(page, copy.url)
    session, device = a_device(page)
    sign_in(page, copy)
    page.goto(f"{copy.url}/organise/second-step/set-up")
    watch.look_over(look)
    page.get_by_label("What to call this key").fill("My phone")
    with page.expect_navigation():
        page.get_by_role("button", name="Add a key").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your codes on paper")
    watch.look_over(look)

    sign_in(page, copy)
    page.goto(f"{copy.url}/organise/outbox")
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    watch.look_over(look)
    with page.expect_navigation(url="**/organise/outbox"):
        page.get_by_role("button", name="Use my key").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Outbox")

    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})
    a_device(page)  # another device, which has no key of ours
    sign_in(page, copy)
    page.goto(f"{copy.url}/organise/outbox")
    page.get_by_role("button", name="Use my key").click()
    expect(page.get_by_role("status")).to_have_text("No key was used. You can try again, or type a code.")
    assert not watch.said, watch.said
    context.close()

    with copy.writing():
        second_factor.forget_all(OWNER)


def test_an_answer_to_another_question_or_sent_again_opens_nothing(
    copy: Installation, browser: Browser
) -> None:
    context = visiting(browser, DESK)
    page = context.new_page()
    a_device(page)
    sign_in(page, copy)
    page.goto(f"{copy.url}/organise/second-step/set-up")
    page.get_by_label("What to call this key").fill("My laptop")
    with page.expect_navigation():
        page.get_by_role("button", name="Add a key").click()
    sign_in(page, copy)
    page.goto(f"{copy.url}/organise/")
    sent = []
    page.on(
        "request",
        lambda request: (
            sent.append(request.post_data) if "credential=" in (request.post_data or "") else None
        ),
    )
    with page.expect_navigation(url="**/organise/"):
        page.get_by_role("button", name="Use my key").click()
    sign_in(page, copy)
    page.goto(f"{copy.url}/organise/second-step")
    body = {name: value for name, value in (pair.split("=", 1) for pair in sent[0].split("&"))}
    again = page.evaluate(
        """async ([token, credential]) => (await fetch('/organise/second-step', {method: 'POST', redirect: 'manual',
        headers: {'Content-Type': 'application/x-www-form-urlencoded'},
        body: 'csrf_token=' + encodeURIComponent(token) + '&credential=' + credential})).status""",
        [page.locator("#second-step [name=csrf_token]").input_value(), body["credential"]],
    )
    assert again == 422
    context.close()
    with copy.writing():
        assert second_factor.has(OWNER)
