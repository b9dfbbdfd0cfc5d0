"""What must hold for every page a browser shows: nothing for axe to find, no sideways scroll, no word to a stranger."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.parts import browser as chromium
from tests.parts.browser import AXE

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# WCAG 2.2, 2.5.8: links within a sentence are excepted, and axe sees to the room around the others.
SMALL = """() => [...document.querySelectorAll(
    'button, .button, select, textarea, summary, nav a, input:not([type=hidden])')]
  .filter(one => !one.closest('.away') && one.checkVisibility())
  .map(one => [one.getBoundingClientRect(), one.textContent.trim() || one.name])
  .filter(([box]) => box.width < 24 || box.height < 24)
  .map(([box, words]) => `${words}: ${Math.round(box.width)} x ${Math.round(box.height)}`)"""

WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.body.querySelectorAll('*')].filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.tagName.toLowerCase() + '.' + one.className).slice(0, 5)"""

# All of it in one way there and back. No rule that is asked for reads the style sheets, or an option of a list: 400 of
# them for the zones would take longer than the rest of a page.
JUDGED = f"""async tags => {{
  const found = await axe.run({{exclude: [['option']]}}, {{preload: false, resultTypes: ['violations'],
    runOnly: {{type: 'tag', values: tags}}, rules: {{'target-size': {{enabled: true}}}}}});
  return [found.violations, ({WIDE})(), ({SMALL})()];
}}"""


@dataclass(frozen=True)
class Look:
    """How a page is looked at: the width of the window in CSS pixels, and light or dark."""

    width: int
    scheme: str

    def __str__(self) -> str:
        return f"{self.width} px, {self.scheme}"


PHONE, PHONE_AT_NIGHT = Look(320, "light"), Look(320, "dark")
DESK, DESK_AT_NIGHT = Look(1280, "light"), Look(1280, "dark")


def visiting(browser: Browser, look: Look, **rest: Any) -> BrowserContext:
    """A browser as it is on the first day, that waits for no picture to come to rest."""
    context = browser.new_context(
        viewport={"width": look.width, "height": 800},
        color_scheme="dark" if look.scheme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/London",
        **rest,
    )
    context.set_default_timeout(10_000)
    return context


@dataclass
class Watch:
    """Looks over the shoulder of whoever browses, and writes down what should not have been."""

    page: Page
    base: str
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self.console)
        self.page.on("pageerror", lambda error: self.note(f"a script failed: {error}"))
        self.page.on("request", self.request)

    def note(self, words: str) -> None:
        self.said.append(f"{urlsplit(self.page.url).path}: {words}")

    def console(self, message: ConsoleMessage) -> None:
        """Errors and warnings, refusals by the content security policy among them.

        The browser also tells of each document answered 4xx: that is for whoever asked for it to judge.
        """
        about_document = (
            message.text.startswith("Failed to load resource") and "/static/" not in (message.location["url"])
        )
        if message.type in ("error", "warning") and not about_document:
            self.note(f"the console said: {message.text}")

    def request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.base}/", "data:")):
            self.note(f"another host was asked: {request.url}")

    def look_over(self, look: Look, rules: list[str] | None = None) -> None:
        """Judge the page as it stands; `rules` are axe's tags, by default those of WCAG 2.2 AA and good practice."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found, wide, small = self.page.evaluate(JUDGED, rules or [*WCAG, "best-practice"])
        if found:
            self.note(f"({look}) axe found {chromium.told(found)}")
        if wide:
            self.note(f"({look}) it scrolls sideways: {wide}")
        if small:
            self.note(f"({look}) targets under 24 px: {small}")

    def turn(self, look: Look) -> None:
        """The same page in another window, without loading it anew."""
        self.page.set_viewport_size({"width": look.width, "height": 800})
        self.page.emulate_media(color_scheme="dark" if look.scheme == "dark" else "light")

    def assert_clean(self) -> None:
        """Raises AssertionError with everything that was written down."""
        assert not self.said, "\n".join(self.said)
