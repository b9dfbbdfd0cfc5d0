"""A visitor in the test's own process: opens pages, reads the forms as they stand there, presses their buttons."""

import re
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.journey.visitor import FormOnPage, NoSuchButton, Reader


class Browsing:
    """Keeps the page in hand; cookies and the form's token go along by themselves, as in a browser."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page = TestResponse([], "204", {}, request=None)  # type: ignore[arg-type] # no page is open yet
        self.path = "/"

    def open(self, url: str, **how: Any) -> TestResponse:
        """GET, and the redirects that follow."""
        self.page = self.client.get(url, follow_redirects=True, **how)
        self.path = self.page.request.path
        return self.page

    def form(self, label: str) -> tuple[FormOnPage, list[tuple[str, str]]]:
        """The form with the button of this name, and what the button itself sends."""
        for form in Reader(self.page.text).forms:
            for words, name, value in form.buttons:
                if words.startswith(label):
                    return form, [(name, value)] if name else []
        raise NoSuchButton(f"no button {label!r} on {self.path}: {words_of(self.page)[:1500]}")

    def press(self, label: str, **typed: str | list[str]) -> TestResponse:
        """Fill in the form with this button and press it, redirects followed; what is not named stays as it was."""
        form, pressed = self.form(label)
        values: dict[str, list[str]] = {}
        for name, value in [*form.values, *pressed]:
            values.setdefault(name, []).append(value)
        for name, new in typed.items():
            values[name] = [new] if isinstance(new, str) else new
        return self.post(form.action or self.path, values)

    def post(self, url: str, values: dict[str, Any] | None = None, **how: Any) -> TestResponse:
        self.page = self.client.post(url, data=values or {}, follow_redirects=True, **how)
        self.path = self.page.request.path
        for gone in self.page.history:
            assert_focus_stays(self.page.text, gone.location or "")
        return self.page

    def token(self) -> str:
        """The token of a form on the page in hand."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page.text)
        assert found, f"no token on {self.path}"
        return found[1]

    @property
    def words(self) -> str:
        return words_of(self.page)

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.page.text, re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", "", found[1]).split()) if found else ""

    @property
    def title(self) -> str:
        found = re.search(r"<title>(.*?)</title>", self.page.text, re.DOTALL)
        return found[1] if found else ""


def words_of(page: TestResponse) -> str:
    return " ".join("".join(Reader(page.text).words).split())


def without_tokens(html: str) -> str:
    """A page with its forms' tokens taken out: they differ from visit to visit and say nothing."""
    return re.sub(r'(name="csrf_token" value=")[^"]+', r"\1", html)


def path_of(url: str) -> str:
    """The path of a link in a letter."""
    return urlsplit(url).path


def assert_focus_stays(text: str, location: str) -> None:
    """A place on a page that a redirect names can have the focus, else it is lost there."""
    place = location.partition("#")[2]
    if place and (found := re.search(rf'<(\w+)[^>]*\sid="{re.escape(place)}"[^>]*>', text)):
        assert found[1] in ("input", "textarea", "select", "a", "button") or "tabindex" in found[0], found[0]
