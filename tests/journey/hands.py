"""Hands that work a browser, told in words what to do: one points and presses, one knows the keyboard alone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.journey.installation import Installation
from tests.journey.watching import Look, Watch, visiting
from tests.parts.browser import AXE

# What has the focus, by the name a screen reader would say, and whether a seeing person can tell.
FOCUSED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const ringed = node => node && getComputedStyle(node).outlineStyle !== 'none'
    && parseFloat(getComputedStyle(node).outlineWidth) >= 2;
  const x = box.x + Math.min(box.width / 2, 20), y = box.y + Math.min(box.height / 2, 20);
  const on_top = document.elementFromPoint(x, y);
  const label = one.labels && one.labels.length ? one.labels[0].textContent : null;
  return {
    lost: one === document.body || one === document.documentElement,
    name: (one.getAttribute('aria-label') || label || one.textContent || '').replace(/\\s+/g, ' ').trim(),
    id: one.id, tag: one.tagName.toLowerCase(), type: one.type || '', group: one.name || '', checked: !!one.checked,
    value: one.value || '',
    seen: ringed(one) || ringed(one.closest('.card')),
    bare: !!on_top && (one.contains(on_top) || on_top.contains(one)),
  };
}"""

# The button of a form that posts, or a link or a search.
POSTS = "one => !!one.form && one.form.method === 'post'"

# After a form: whether what has the focus says what came of it. A page with parts that come anew keeps it for itself.
ANSWERED = """() => {
  const one = document.activeElement;
  return one.matches('h1, [role=status], [role=alert], [autofocus]')
    || (location.hash && one.id === location.hash.slice(1))
    || (!document.querySelector('main > [role=status]') && !!document.querySelector('[data-part]'));
}"""

# Where we are, and of what kinds of things the page is made.
PARTS = """() => location.pathname + ' ' + [...new Set([...document.querySelectorAll('body *')].map(
    one => one.tagName + '.' + one.getAttribute('class')))].sort().join(' ')"""

DATES = ("%m%d%Y", "%d%m%Y", "%Y%m%d")  # a browser asks for the parts in the order of its own language
TIMES = ("%I%M%p", "%H%M")
STOPS = 400  # more than any page has


class Hand:
    """Points and presses; looks every page over that has something new on it, unless `look` is none."""

    def __init__(self, watch: Watch, look: Look | None) -> None:
        self.watch = watch
        self.page: Page = watch.page
        self.look = look
        self.known: set[str] = set()

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.arrived()

    def arrived(self) -> None:
        if self.look and (parts := self.page.evaluate(PARTS)) not in self.known:
            self.known.add(parts)
            self.watch.look_over(self.look)

    def press(self, name: str) -> None:
        """Press the button or link whose name begins so, and wait for the page it leads to."""
        actor = self.actor(name)
        posts = actor.evaluate(POSTS)
        with self.page.expect_navigation():
            actor.click()
        self.answered(name, posts)
        self.arrived()

    def answered(self, name: str, posts: bool) -> None:
        """After a form the focus is on the errors, on what was said, on the heading, or on whom it was about."""
        if not posts or self.page.evaluate(ANSWERED):
            return
        self.page.screenshot()  # a browser gives the focus when it first paints, a moment after the page is there
        if not self.page.evaluate(ANSWERED):
            focused = self.page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
            self.watch.note(f"after {name!r} the focus is on {focused}")

    def fill(self, label: str, text: str) -> None:
        self.field(label).fill(text)

    def tick(self, label: str) -> None:
        """Choose this answer among those of a question."""
        self.field(label).check()

    def choose(self, label: str, option: str) -> None:
        """Choose from a list that opens."""
        self.field(label).select_option(label=option)

    def let_it_look_on(self) -> None:
        """Wait until the board's script has looked for a better deal, and show the one that it found."""
        status = self.page.locator("[data-improve] [role=status]")
        if not status.count():
            return
        expect(status).to_contain_text("better deal was found", timeout=20_000)
        if status.get_by_role("link").count():
            self.press("Show it")

    def actor(self, name: str) -> Locator:
        begins = re.compile("^" + re.escape(name))
        button = self.page.get_by_role("button", name=begins)
        return button.or_(self.page.get_by_role("link", name=begins)).first

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(re.compile("^" + re.escape(label))).first

    def should_read(self, heading: str, words: str = "") -> None:
        """Raises AssertionError unless the page has this h1 and says these words."""
        found = self.page.locator("h1").inner_text()
        assert found == heading, f"{found!r} at {self.page.url}: {self.page.inner_text('main')[:1500]}"
        assert words in self.page.inner_text("main"), self.page.inner_text("main")[:1500]

    def should_refuse(self, words: str, label: str) -> None:
        """Raises AssertionError unless the errors stand first, have the focus, and lead to the field."""
        summary = self.page.locator(".error-summary")
        assert words in summary.inner_text()
        assert self.page.title().startswith("Error: ")
        expect(summary).to_be_focused()
        self.press_in_summary(words)
        expect(self.field(label)).to_be_focused()

    def press_in_summary(self, words: str) -> None:
        self.page.get_by_role("link", name=words).click()


class Keys(Hand):
    """Never touches a mouse. Notes each stop of Tab at which the focus is lost, hidden or cannot be seen."""

    def arrived(self) -> None:
        """The first stop of a page that gives the focus to nothing is the way past its head, and the way works."""
        taken = self.page.locator("[autofocus]")
        if taken.count() and "#" not in self.page.url:
            expect(taken.first).to_be_focused()
            return
        if "#" in self.page.url:  # the browser goes on from the row that the address names
            return
        if self.tab()["name"] != "Skip to the page":
            self.watch.note("the first stop is not the skip link")
        self.page.keyboard.press("Enter")
        if self.page.evaluate("document.activeElement.id") != "main":
            self.watch.note("the skip link does not lead to the page")

    def tab(self) -> dict[str, Any]:
        """One press of Tab, and what has the focus now."""
        self.page.keyboard.press("Tab")
        now: dict[str, Any] = self.page.evaluate(FOCUSED)
        if not now["lost"] and not (now["seen"] and now["bare"]):
            self.watch.note(f"the focus cannot be seen on {now['name'] or now['id'] or now['tag']!r}: {now}")
        return now

    def walk_to(self, name: str, *kinds: str) -> dict[str, Any]:
        """Tab to what has this name, round again past the end if need be; raises AssertionError if none gets there."""
        for _ in range(STOPS):
            now = self.tab()
            if now["name"].startswith(name) and (now["tag"] in kinds):
                return now
        raise AssertionError(f"Tab does not reach {name!r} on {self.page.url}")

    def press(self, name: str) -> None:
        now = self.walk_to(name, "a", "button")
        posts = self.page.locator(":focus").evaluate(POSTS)
        with self.page.expect_navigation():
            self.page.keyboard.press("Space" if now["tag"] == "button" else "Enter")
        self.answered(name, posts)
        self.arrived()

    def press_in_summary(self, words: str) -> None:
        assert self.tab()["name"] == words, "the first stop after the errors is the way to the first field"
        self.page.keyboard.press("Enter")

    def fill(self, label: str, text: str) -> None:
        now = self.walk_to(label, "input", "textarea")
        if now["type"] in ("date", "time"):
            self.fill_moment(now["type"], text)
            return
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def fill_moment(self, kind: str, text: str) -> None:
        """Type a date or time part by part."""
        moment = date.fromisoformat(text) if kind == "date" else datetime.strptime(text, "%H:%M")  # noqa: DTZ007
        for order in DATES if kind == "date" else TIMES:
            self.page.keyboard.type(moment.strftime(order))
            if self.page.evaluate("document.activeElement.value") == text:
                return
            for _ in range(3):
                self.page.keyboard.press("ArrowLeft")
        raise AssertionError(f"{text} could not be typed")

    def tick(self, label: str) -> None:
        wanted = self.field(label).get_attribute("name")
        for _ in range(STOPS):
            now = self.tab()
            if now["group"] == wanted:
                break
        for _ in range(9):
            if self.page.evaluate(FOCUSED)["name"].startswith(label):
                break
            self.page.keyboard.press("ArrowDown")
        if not self.page.evaluate(FOCUSED)["checked"]:
            self.page.keyboard.press("Space")
        assert self.field(label).is_checked()

    def choose(self, label: str, option: str) -> None:
        self.walk_to(label, "select")
        self.page.keyboard.type(option)
        assert self.page.evaluate("document.activeElement.selectedOptions[0].text") == option


@contextmanager
def somebody(
    browser: Browser,
    copy: Installation,
    look: Look,
    kind: type[Hand] = Hand,
    judged: bool = True,
    cookie: str = "",
    **rest: Any,
) -> Iterator[Hand]:
    """A hand at a fresh browser, signed in by this cookie; its pages may leave nothing to complain of."""
    context = visiting(browser, look, **rest)
    if judged:
        context.add_init_script(path=AXE)
    if cookie:
        context.add_cookies([{"name": "convene_desk", "value": cookie, "url": copy.url}])
    watch = Watch(context.new_page(), copy.url)
    yield kind(watch, look if judged else None)
    context.close()
    watch.assert_clean()
