"""The tests of pages are worth what their watch is worth: here it must find what is wrong with a bad page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journey.hands import Keys
from tests.journey.watching import DESK, PHONE, Watch, visiting

BASE = "http://127.0.0.1:9"
BAD = """<!doctype html><html lang="en"><title>Bad</title><style>:focus {outline: none}</style>
<main id="main" tabindex="-1"><h1>Bad</h1><p style="color:#999;background:#aaa">Hard to read</p>
<img src="https://elsewhere.example/dot.png"><button style="height:12px;padding:0;font-size:6px">Go</button>
<div style="width:400px">wide</div></main>"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """One tab, to which another host answers nothing."""
    context = visiting(browser, PHONE)
    context.route("https://elsewhere.example/**", lambda route: route.fulfill(status=204))
    yield context.new_page()
    context.close()


def test_a_bad_page_is_found_out(page: Page) -> None:
    watch = Watch(page, BASE)
    page.set_content(BAD)
    watch.look_over(PHONE)
    said = "\n".join(watch.said)
    for words in ("color-contrast", "image-alt", "scrolls sideways", "Go: ", "another host was asked"):
        assert words in said, f"{words}: {said}"


def test_what_the_content_security_policy_refuses_is_found_out(page: Page) -> None:
    watch = Watch(page, BASE)
    page.route(f"{BASE}/", lambda route: route.fulfill(
        content_type="text/html", headers={"Content-Security-Policy": "default-src 'none'"},
        body="<!doctype html><html lang=en><title>x</title><p style='color: red'>x</p>",
    ))  # fmt: skip
    page.goto(f"{BASE}/")
    assert any("the console said" in words and "style" in words for words in watch.said), watch.said


def test_a_focus_that_cannot_be_seen_is_found_out(page: Page) -> None:
    watch = Watch(page, BASE)
    page.set_content(BAD)
    keys = Keys(watch, None)
    assert keys.tab()["name"] == "Go"
    assert "the focus cannot be seen on 'Go'" in watch.said[-1]


def test_a_page_without_a_way_past_its_head_is_found_out(page: Page) -> None:
    watch = Watch(page, BASE)
    page.set_content(BAD)
    Keys(watch, None).arrived()
    assert any("skip link" in words for words in watch.said)


def test_a_good_page_is_let_pass(page: Page) -> None:
    watch = Watch(page, BASE)
    page.set_content('<!doctype html><html lang="en"><title>Good</title><main><h1>Good</h1></main>')
    watch.look_over(DESK)
    watch.assert_clean()
