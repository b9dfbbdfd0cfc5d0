"""Whatever is sent to whichever address: no fault of ours, always the headers, and a look writes nothing."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, stream_encode_multipart
from wtforms.fields.core import UnboundField

from config import ROOT
from convene.extensions import db
from convene.web import Slug
from convene.web.access import own_path
from convene.web.forms import Form
from convene.web.headers import HEADERS
from tests.nightly import NIGHTLY
from tests.web.house import House, a_house, rules
from tests.web.rows import all_rows

PARTS = [
    "0",
    "9" * 24,
    "%00",
    "%ff%fe",
    "..%2f..%2fetc%2fpasswd",
    "%0d%0aSet-Cookie:%20a=b",
    "x" * 10_000,
    "%F0%9F%A7%B5",
]
FOR_DRIVERS = PARTS[
    :4
]  # numbers and letters that a database may choke on; the others are refused before it is asked
VALUES = ["%00", "%ff%25_%5C", "9" * 24, "//[", "//evil.example"]
PLAIN = "application/x-www-form-urlencoded"


def forms(of: type[Form] = Form) -> Iterator[type[Form]]:
    for form in of.__subclasses__():
        yield form
        yield from forms(form)


def field_names() -> list[str]:
    """Every name under which some page reads what was posted."""
    names = {name for form in forms() for name in dir(form) if isinstance(getattr(form, name), UnboundField)}
    for page in (ROOT / "convene" / "web").rglob("*.py"):
        names |= set(
            re.findall(r'request\.(?:form|values|args)\.get(?:list)?\(\s*"([a-z_]+)"', page.read_text())
        )
        names |= set(re.findall(r'typed\("([a-z_]+)"\)', page.read_text()))
    return sorted(names | {"to-1", "seat", "csrf_token"})


def broken(kind: str, body: bytes) -> dict[str, Any]:
    return {"data": body, "content_type": kind}


def each(text: str) -> dict[str, Any]:
    """A plain form in which every field there is holds this."""
    return broken(PLAIN, "&".join(f"{name}={text}" for name in field_names()).encode())


def multipart(parts: dict[str, Any]) -> dict[str, Any]:
    body, _, boundary = stream_encode_multipart(parts)
    return broken(f"multipart/form-data; boundary={boundary}", body.read())


# What reaches the database, or its driver, is tried on both.
FOR_BOTH = {
    "NUL": "a%00b",
    "broken letters, escaped": "%ff%fe",
    "control and bidi": "a%1b%e2%80%ae%c2%85b",
    "24 digits": "9" * 24,
}
# Words that the forms' own fields deal with: by day every second page is sent each.
FOR_ONE = {
    "empty fields": "", "a small number": "1", "below zero": "-1", "not a number": "1e999",
    "markup": "%3Cscript%3Ealert(1)%3C/script%3E{{7*7}}", "a header": "a%0d%0aBcc:%20all@example.org",
    "a date that is none": "2026-02-30T25:61", "a far date": "9999-12-31T23:59",
}  # fmt: skip


def odd_bodies() -> dict[str, dict[str, Any]]:
    names = field_names()
    return {
        "nothing": {},
        "broken letters, raw": broken(PLAIN, b"&".join(name.encode() + b"=\xff\xfe" for name in names)),
        "long": broken(
            PLAIN, b"&".join(name.encode() + b"=" + b"x" * (200_000 // len(names)) for name in names)
        ),
        "JSON": broken("application/json", json.dumps(dict.fromkeys(names, 5)).encode()),
        "a list of JSON": broken("application/json", b'[1, "x", null]'),
        "broken JSON": broken("application/json", b'{"name": '),
        "files": multipart({name: FileStorage(BytesIO(b"x"), "x.txt", name) for name in names}),
        "no boundary": broken("multipart/form-data", b"--x\r\n\r\n--x--"),
        "half a part": broken(
            "multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name="
        ),
        "an odd kind": broken("text/\xff; charset=\x00", b"x"),
    }


# No form comes of these, wherever they are sent, so by day every fourth page stands for all.
LIKE_NOTHING = ("a list of JSON", "broken JSON", "no boundary", "half a part", "an odd kind")

# Refused, or cut, before any page is asked, so one page stands for all.
HEAVY = {
    "a name of 100 kB": (broken(PLAIN, b"name=" + b"y" * 100_000 + b"&email=a@example.org"), 422),
    "a body of 300 kB": (broken(PLAIN, b"name=" + b"y" * 300_000), 413),
    "20,000 fields": (broken(PLAIN, b"&".join(b"touch=%d" % n for n in range(20_000))), 422),
    "2,100 parts": ({"data": {f"part{n}": (BytesIO(b"x"), "x.txt") for n in range(2100)}}, 413),
}  # fmt: skip


@pytest.fixture
def house(app: Flask, session: scoped_session[Session]) -> House:
    app.config["WTF_CSRF_ENABLED"] = False  # whoever is hostile can have a token of their own
    return a_house(app)


def sound(answer: TestResponse, sent: str) -> None:
    """No fault of ours, and the one set of headers."""
    assert answer.status_code < 500 or answer.request.path == "/readyz", f"{answer.status_code} for {sent}"
    for name in HEADERS:
        framed = name == "X-Frame-Options" and answer.request.path.endswith("/embed")
        assert answer.headers.get(name) or framed, f"no {name} for {sent}"
    assert "Set-Cookie" not in answer.headers or "a=b" not in answer.headers["Set-Cookie"], sent
    where = answer.headers.get("Location", "/")
    assert where.startswith("/") and not where.startswith("//"), f"sent away to {where} for {sent}"
    answer.close()  # a file may stand behind it


@pytest.mark.both_databases
def test_no_address_whatever_stands_in_it_is_a_fault_of_ours(house: House) -> None:
    before = all_rows()
    server = db.engine.dialect.name == "postgresql"
    for rule in rules(house.app, "GET"):
        for path in house.addresses(rule, FOR_DRIVERS if server else PARTS):
            sound(house.at(path).get(path), path[:200])
    assert all_rows() == before, "and looking writes nothing"


def test_no_question_after_an_address_is_a_fault_of_ours(house: House) -> None:
    before = all_rows()
    names = ["zone", "next", *field_names()]
    for number, rule in enumerate(rules(house.app, "GET")):
        path = house.address(rule)
        for value in VALUES if NIGHTLY > 1 else in_turn(VALUES, number, 2):
            asked = path + "?" + "&".join(f"{name}={value}" for name in names)
            sound(house.at(path).get(asked), asked[:200])
    assert all_rows() == before


@pytest.mark.both_databases
def test_head_changes_no_row_and_has_no_body_wherever_it_knocks(house: House) -> None:
    before = all_rows()
    for rule in house.app.url_map.iter_rules():
        path = house.address(rule)
        answer = house.at(path).head(path)
        sound(answer, rule.rule)
        assert answer.data == b"" or rule.endpoint == "static", rule.rule
    assert all_rows() == before


def in_turn(values: list[str], number: int, many: int) -> list[str]:
    """Some of them for each page, so that a few pages in a row are sent all; each gets all of them by night."""
    return [values[(number * many + more) % len(values)] for more in range(many)]


def post_everywhere(house: House, kind: str, body: dict[str, Any]) -> None:
    faults = []
    for number, rule in enumerate(rules(house.app, "POST")):
        if "sign-out" in rule.rule or "devices" in rule.rule:
            continue  # it may end the visit that the others are made with
        # What both databases are to bear is posted everywhere on the stricter one.
        by_turns = 4 if kind in LIKE_NOTHING else 1 if db.engine.dialect.name == "postgresql" else 2
        if NIGHTLY == 1 and (number + len(kind)) % by_turns:
            continue
        path = house.address(rule)
        try:
            sound(house.at(path).post(path, **body), f"{kind} to {path}")
        except AssertionError as fault:
            faults.append(str(fault).splitlines()[0])
    assert not faults


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", FOR_BOTH)
def test_nothing_typed_is_a_fault_of_ours_on_either_database(house: House, kind: str) -> None:
    post_everywhere(house, kind, each(FOR_BOTH[kind]))


@pytest.mark.one_database
@pytest.mark.parametrize("kind", FOR_ONE)
def test_nothing_typed_is_a_fault_of_ours(house: House, kind: str) -> None:
    post_everywhere(house, kind, each(FOR_ONE[kind]))


@pytest.mark.one_database
@pytest.mark.parametrize("kind", odd_bodies())
def test_no_body_is_a_fault_of_ours(house: House, kind: str) -> None:
    post_everywhere(house, kind, odd_bodies()[kind])


@pytest.mark.one_database
@pytest.mark.parametrize("kind", HEAVY)
def test_what_is_too_much_is_refused_in_plain_words(house: House, kind: str) -> None:
    body, code = HEAVY[kind]
    answer = house.outside.post(f"/events/{house.good['slug']}/sign-up", **body)
    sound(answer, kind)
    assert answer.status_code == code
    assert "That was too much at once" in answer.text or code == 422


@pytest.mark.one_database
def test_no_address_to_post_to_is_a_fault_of_ours(house: House) -> None:
    for rule in rules(house.app, "POST"):
        if "devices" not in rule.rule and "sign-out" not in rule.rule:
            for path in list(house.addresses(rule, PARTS))[1:]:
                sound(house.at(path).post(path, data={"name": "x"}), path[:200])


@pytest.mark.one_database
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods_do_nothing(house: House, method: str) -> None:
    before = all_rows()
    for rule in house.app.url_map.iter_rules():
        answer = house.inside.open(house.address(rule), method=method)
        sound(answer, f"{method} {rule.rule}")
        assert answer.status_code == (200 if method == "OPTIONS" else 405), rule.rule
        assert answer.headers["Allow"]
    assert all_rows() == before


@pytest.mark.one_database
def test_every_post_wants_the_forms_token_save_the_one_that_mail_programs_press(house: House) -> None:
    house.app.config["WTF_CSRF_ENABLED"] = True
    before = all_rows()
    free = []
    for rule in rules(house.app, "POST"):
        if rule.endpoint == "unsubscribe.stop":
            free.append(rule.endpoint)
            continue
        answer = house.inside.post(house.address(rule), data={"name": "typed before"})
        assert answer.status_code == 400, rule.rule
        assert "Please press once more" in answer.text and 'value="typed before"' in answer.text, rule.rule
    assert free == ["unsubscribe.stop"]
    assert all_rows() == before


@pytest.mark.one_database
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost:99999"},
        {"Host": "["},
        {"Host": ""},
        {"Cookie": "convene_desk=\x01; convene=x.y.z"},
        {"Cookie": "x" * 9000},
        {"If-None-Match": '"\x00'},
        {"If-Modified-Since": "yesterday"},
        {"Range": "bytes=9-1"},
        {"Accept-Language": "\x80" * 500},
        {"Content-Length": "-1"},
        {"User-Agent": "\x00"},
        {"X-Forwarded-Host": "evil.example"},
        {"Transfer-Encoding": "nonsense"},
    ],
    ids=str,
)
def test_no_header_is_a_fault_of_ours(house: House, headers: dict[str, str]) -> None:
    environ = {}
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key.startswith("CONTENT_") else f"HTTP_{key}"] = value
    for path in (
        "/",
        f"/events/{house.good['slug']}",
        "/line-up.ics",
        "/organise/",
        "/organise/sign-in",
        "/nowhere",
    ):
        answer = house.outside.get(path, environ_overrides=environ)
        sound(answer, f"{headers} to {path}")
        assert "evil.example" not in answer.text


@pytest.mark.parametrize(
    "text",
    [
        "//[",
        "http://[",
        "//evil.example",
        "https://evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\tx",
        "evil",
        "",
        "\x00",
    ],
)
def test_a_way_back_leads_nowhere_but_to_pages_of_ours(text: str) -> None:
    from_elsewhere = own_path(text, "/organise/")
    assert from_elsewhere == "/organise/"


@pytest.mark.parametrize("text", ["/", "/organise/events?x=//evil.example", "/organise/events/7"])
def test_a_way_back_to_a_page_of_ours_is_kept(text: str) -> None:
    assert own_path(text, "/organise/") == text


def test_a_slug_has_no_room_for_anything_but_letters_digits_and_hyphens() -> None:
    assert re.fullmatch(Slug.regex, "a-street-2026")
    for text in ("A", "a/b", "a.b", "a b", "", "x" * 121, "é"):
        assert not re.fullmatch(Slug.regex, text), text
