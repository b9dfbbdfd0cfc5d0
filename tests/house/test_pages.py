"""Laws that every page keeps: a guard, a token, the headers, nothing inline, nothing from elsewhere, a light weight."""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from convene import links
from convene.extensions import csrf, start_write
from convene.web import PAGES, access
from convene.web.headers import HEADERS, ONE_CLICK, POLICY
from tests.factories import a_signup, an_event
from tests.parts.application import made, writing
from tests.parts.databases import Databases
from tests.web.house import House, a_house, rules

BUDGET = 60_000  # bytes on first view, fonts apart
LEAST_POLICY = (
    "default-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)


@pytest.fixture
def house(sqlite_app: Flask) -> Iterator[House]:
    with writing(sqlite_app):
        yield a_house(sqlite_app)


Shown = list[tuple[str, TestResponse]]  # a page's path, and what it answered


@pytest.fixture(scope="module")
def shown(databases: Databases) -> Shown:
    """Every page there is, as the one sees it whom it is for; opened once, and judged by many."""
    with made(databases.new("sqlite")) as app, writing(app):
        return list(pages(a_house(app)))


def pages(house: House) -> Iterator[tuple[str, TestResponse]]:
    for rule in rules(house.app, "GET"):
        if rule.endpoint == "static":
            continue
        path = house.address(rule)
        answer = house.at(path).get(path)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            yield path, answer


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


@cache
def all_tags(html: str) -> list[tuple[str, dict[str, str]]]:
    return Tags(html).found


def tags(answer: TestResponse, *names: str) -> list[dict[str, str]]:
    return [attributes for tag, attributes in all_tags(answer.text) if tag in names]


# Guards and tokens


def test_nothing_can_be_reached_that_is_not_in_the_table_of_pages(sqlite_app: Flask) -> None:
    assert {page.name for page, _, _ in PAGES} == set(sqlite_app.blueprints)
    for page, _, guard in PAGES:
        assert guard in sqlite_app.before_request_funcs[page.name], page.name
        assert guard in (access.everybody, access.organiser, access.development)
    loose = {rule.endpoint for rule in sqlite_app.url_map.iter_rules() if "." not in rule.endpoint}
    assert loose == {"static"}


def test_every_page_of_the_desk_but_its_door_asks_who_is_there(house: House) -> None:
    for rule in house.app.url_map.iter_rules():
        name = rule.endpoint.partition(".")[0]
        if rule.rule.startswith("/organise") and name not in ("organise_sign_in", "organise_second_step"):
            guard = next(guard for page, _, guard in PAGES if page.name == name)
            assert guard is access.organiser, rule.rule
            if "GET" in (rule.methods or ()):
                answer = house.outside.get(house.address(rule))
                assert answer.status_code == 302 and "/organise/sign-in" in answer.headers["Location"], (
                    rule.rule
                )


def test_one_post_alone_goes_without_a_token(sqlite_app: Flask) -> None:
    view = sqlite_app.view_functions[ONE_CLICK]
    assert csrf._exempt_views == {f"{view.__module__}.{view.__name__}"}
    assert not csrf._exempt_blueprints


def test_every_form_that_posts_carries_a_token(shown: Shown) -> None:
    for path, answer in shown:
        for form in re.findall(r"<form\b.*?</form>", answer.text, re.DOTALL):
            opening = form[: form.index(">")]
            if 'method="post"' in opening:
                assert 'name="csrf_token"' in form, path
            else:
                assert "csrf_token" not in form, f"{path}: a token in an address ends up in logs"


# Headers


def test_the_one_set_of_headers_is_on_every_answer(house: House, shown: Shown) -> None:
    answers = [answer for _, answer in shown]
    slug = house.good["slug"]
    answers += [
        house.outside.get("/nowhere"),
        house.outside.get("/place/forged"),
        house.outside.put("/"),
        house.outside.post(f"/events/{slug}/sign-up", data=b"x" * 300_000),
        house.outside.post(f"/events/{slug}/sign-up"),
        house.outside.get("/organise/"),
        house.outside.get("/line-up.ics"),
        house.outside.get("/static/css/base.css"),
        house.outside.get("/", headers={"Host": "evil.example"}),
        house.outside.head("/"),
        house.outside.options("/"),
    ]
    codes = {answer.status_code for answer in answers}
    assert {200, 302, 400, 404, 405, 413} <= codes
    for answer in answers:
        # tests/web/visit/test_embed.py says what a page in a frame has instead.
        framed = answer.request.path.endswith("/embed")
        for name, value in HEADERS.items():
            if not framed or name not in ("Content-Security-Policy", "X-Frame-Options"):
                assert answer.headers.get_all(name) == [value], (answer.request.path, name)
        answer.close()


def test_they_are_on_an_answer_that_is_our_own_fault_too(databases: Databases) -> None:
    def broken() -> str:
        raise ZeroDivisionError("somebody@example.org")

    with made(databases.new("sqlite")) as app:
        app.add_url_rule("/broken", view_func=broken)
        answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "It is our fault, not yours" in answer.text
    assert "ZeroDivision" not in answer.text and "somebody" not in answer.text
    assert HEADERS.items() <= dict(answer.headers).items()


def test_the_policy_lets_no_inline_script_or_style_run_and_nobody_frame_us() -> None:
    parts = [part.strip() for part in POLICY.split(";")]
    assert set(LEAST_POLICY) <= set(parts)
    assert "unsafe" not in POLICY and "*" not in POLICY and "http" not in POLICY


def test_what_concerns_one_person_is_kept_by_no_cache(shown: Shown) -> None:
    for path, answer in shown:
        private = path.startswith(
            (
                *("/place", "/answer", "/unsubscribe", "/preferences", "/organise", "/my-data", "/member"),
                *("/me/", "/tie/", "/news/", "/involved/"),
            )
        )
        assert (answer.headers["Cache-Control"] == "no-store") == private, path
        assert answer.headers["Cache-Control"] in ("no-store", "no-cache"), path


# What stands on the pages


def test_no_page_has_a_script_or_a_style_of_its_own(shown: Shown) -> None:
    seen = 0
    for path, answer in shown:
        seen += 1
        for tag, attributes in all_tags(answer.text):
            assert tag != "style" and "style" not in attributes, f"{path}: {tag} {attributes}"
            assert not any(name.startswith("on") for name in attributes), f"{path}: {tag} {attributes}"
            assert not attributes.get("href", "").lower().startswith("javascript:"), path
            if tag == "script":
                data = attributes.get("type") == "application/ld+json"
                assert data != ("src" in attributes), f"{path}: {attributes}"
    assert seen >= 20


def test_no_page_asks_anything_of_another_host(shown: Shown) -> None:
    for path, answer in shown:
        loaded = [
            one["src"]
            for one in tags(answer, "script", "img", "iframe", "source", "video", "audio", "embed")
            if "src" in one
        ]
        loaded += [
            one["href"] for one in tags(answer, "link") if one.get("rel") not in ("canonical", "alternate")
        ]
        for address in loaded:
            assert not urlsplit(address).netloc or address.startswith("data:"), f"{path}: {address}"
        for form in tags(answer, "form"):
            assert not urlsplit(form.get("action", "")).netloc, f"{path}: {form}"


def test_style_sheets_ask_nothing_of_another_host(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    for name in ("tokens", "base", "parts", "desk", "door"):
        with client.get(f"/static/css/{name}.css") as answer:
            for address in re.findall(r"url\(([^)]*)\)|@import\s+(\S+)", answer.get_data(as_text=True)):
                assert not urlsplit("".join(address).strip("\"'")).netloc, f"{name}: {address}"


def test_every_page_has_its_language_one_heading_and_a_title_that_ends_with_the_name_of_the_house(
    shown: Shown,
) -> None:
    titles: dict[str, str] = {}
    for path, answer in shown:
        title = re.search(r"<title>(.*?)</title>", answer.text, re.DOTALL)
        assert title and re.fullmatch(r"\S.* - Convene", title[1]), f"{path}: {title and title[1]!r}"
        assert len(tags(answer, "h1")) == 1, path
        assert tags(answer, "html")[0]["lang"].startswith("en"), path
        assert len(tags(answer, "main")) == 1, path
        assert any(one.get("class") == "skip" and one["href"] == "#main" for one in tags(answer, "a")), path
        ids = [attributes["id"] for _, attributes in all_tags(answer.text) if "id" in attributes]
        assert len(ids) == len(set(ids)), f"{path}: {sorted(one for one in ids if ids.count(one) > 1)}"
        titles.setdefault(title[1], path)
    assert len(titles) >= 15


def test_every_box_has_its_label(shown: Shown) -> None:
    for path, answer in shown:
        labelled = {one.get("for") for one in tags(answer, "label")}
        for box in tags(answer, "input", "select", "textarea"):
            if box.get("type") not in ("hidden", "submit"):
                named = box.get("id") in labelled or "aria-label" in box or "aria-labelledby" in box
                assert named, f"{path}: {box}"


def test_every_picture_is_silent_or_has_words(shown: Shown) -> None:
    seen = 0
    for path, answer in shown:
        for picture in re.findall(r"<svg\b[^>]*>(?:\s*<title\b)?", answer.text):
            seen += 1
            told = 'role="img"' in picture and ("aria-label" in picture or "<title" in picture)
            assert 'aria-hidden="true"' in picture or told, f"{path}: {picture}"
        for image in tags(answer, "img"):
            assert "alt" in image, f"{path}: {image}"
    assert seen >= 20


def test_links_within_a_page_lead_somewhere_on_it(shown: Shown) -> None:
    for path, answer in shown:
        ids = {attributes.get("id") for _, attributes in all_tags(answer.text)}
        for link in tags(answer, "a"):
            if link.get("href", "").startswith("#"):
                assert link["href"][1:] in ids, f"{path}: {link}"


def weight(client: object, path: str) -> dict[str, int]:
    """What a first view of a page brings over the wire, by address; fonts apart."""
    page = client.get(path)  # type: ignore[attr-defined] # a test client
    assert page.status_code == 200
    found = {path: len(page.data)}
    for tag, attributes in all_tags(page.text):
        address = attributes.get("src") if tag in ("script", "img") else None
        if tag == "link" and attributes.get("rel") in ("stylesheet", "icon", "preload"):
            address = attributes.get("href")
        if address and not address.startswith("data:") and ".woff2" not in address:
            with client.get(urljoin(path, address)) as answer:  # type: ignore[attr-defined] # a test client
                assert answer.status_code == 200, address
                found[address.partition("?")[0]] = len(answer.data)
    return found


def test_a_first_view_of_any_page_for_everybody_weighs_little(house: House) -> None:
    start_write()
    for number in range(8):
        event = an_event(title="A street that talks to the next one", starts_in=timedelta(days=number + 1))
        event.description = "Bring one question, and somebody who would not have come by themselves. " * 30
        a_signup(event)
    slug = house.good["slug"]
    for path in ("/", f"/events/{slug}", links.place(int(house.good["signup_id"]), 1)):
        found = weight(house.outside, urlsplit(path).path)
        assert sum(found.values()) <= BUDGET, found
