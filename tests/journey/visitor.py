"""Somebody with a browser and no script: opens pages, fills in forms as they stand there, presses buttons."""

import http.client
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit


@dataclass
class FormOnPage:
    """A form as it stands on a page: where it goes, what is filled in already, and what its buttons say."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # label, name, value


class Reader(HTMLParser):
    """Reads the forms, the headings and the words of a page."""

    def __init__(self, html: str):
        super().__init__()
        self.forms: list[FormOnPage] = []
        self.form: FormOnPage | None = None
        self.words: list[str] = []
        self.within: list[str] = []
        self.select: tuple[str, list[str], list[str]] | None = None  # name, chosen, all
        self.area: tuple[str, list[str]] | None = None
        self.button: tuple[list[str], str, str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in pairs}
        if tag not in ("input", "br", "meta", "link", "hr", "img"):
            self.within.append(tag)
        if tag == "form":
            self.form = FormOnPage(of.get("action", ""), of.get("method", "get").lower())
            self.forms.append(self.form)
        elif self.form is None:
            return
        elif tag == "input" and of.get("name") and "disabled" not in of:
            ticks = of.get("type") in ("checkbox", "radio")
            if not ticks or "checked" in of:
                self.form.values.append((of["name"], of.get("value", "on" if ticks else "")))
        elif tag == "textarea" and of.get("name"):
            self.area = (of["name"], [])
        elif tag == "select" and of.get("name"):
            self.select = (of["name"], [], [])
        elif tag == "option" and self.select:
            self.select[2].append(of.get("value", ""))
            if "selected" in of:
                self.select[1].append(of.get("value", ""))
        elif tag == "button":
            self.button = ([], of.get("name", ""), of.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.within:
            while self.within.pop() != tag:
                pass
        if tag == "form":
            self.form = None
        elif tag == "textarea" and self.area and self.form:
            text = "".join(self.area[1])
            self.form.values.append((self.area[0], text.removeprefix("\r\n").removeprefix("\n")))
            self.area = None
        elif tag == "select" and self.select and self.form:
            name, chosen, every = self.select
            if chosen or every:
                self.form.values.append((name, (chosen or every)[0]))
            self.select = None
        elif tag == "button" and self.button and self.form:
            words, name, value = self.button
            self.form.buttons.append((" ".join("".join(words).split()), name, value))
            self.button = None

    def handle_data(self, data: str) -> None:
        if self.area:
            self.area[1].append(data)
        if self.button:
            self.button[0].append(data)
        if not {"script", "style", "title"} & set(self.within):
            self.words.append(data)


@dataclass
class Page:
    """An answer: its number, its address after redirects, and what stands on it."""

    status: int
    url: str
    html: str
    headers: dict[str, str]

    @property
    def words(self) -> str:
        return " ".join("".join(Reader(self.html).words).split())

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.html, re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", "", found[1]).split()) if found else ""


class NoSuchButton(AssertionError):
    """The page has no button of that name."""


class Visitor:
    """Keeps cookies and the page in hand, as a browser does; one connection, opened when needed."""

    def __init__(self, base: str):
        self.base = base
        self.cookies: dict[str, str] = {}
        self.page = Page(0, base, "", {})

    def open(self, url: str) -> Page:
        return self.ask("GET", url)

    def press(self, label: str, **typed: str | list[str]) -> Page:
        """Fill in the form with this button and press it; what is not named stays as the page has it."""
        for form in Reader(self.page.html).forms:
            for words, name, value in form.buttons:
                if words.startswith(label):
                    values = [pair for pair in form.values if pair[0] not in typed]
                    for key, new in typed.items():
                        values += [(key, one) for one in ([new] if isinstance(new, str) else new)]
                    values += [(name, value)] if name else []
                    return self.ask(form.method.upper(), form.action or self.page.url, values)
        raise NoSuchButton(f"no button {label!r} on {self.page.url}: {self.page.words[:2000]}")

    def ask(self, method: str, url: str, values: list[tuple[str, str]] | None = None) -> Page:
        """One request and the redirects that follow it."""
        target = urljoin(self.page.url, url)
        for _ in range(6):
            parts = urlsplit(target)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            body = urlencode(values or []).encode() if method == "POST" else None
            if method == "GET" and values:
                path = f"{parts.path}?{urlencode(values)}"
            line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
            head = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            if body is not None:
                head["Content-Type"] = "application/x-www-form-urlencoded"
            line.request(method, path, body, head)
            answer = line.getresponse()
            html = answer.read().decode("utf-8", "replace")
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                for name, morsel in SimpleCookie(cookie).items():
                    self.cookies[name] = morsel.value
            line.close()
            where = answer.headers.get("Location")
            self.page = Page(answer.status, target, html, dict(answer.headers))
            if not where:
                return self.page
            target, method, values = urljoin(target, where), "GET", None
        raise AssertionError(f"too many redirects at {target}")
