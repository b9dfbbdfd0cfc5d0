"""Readers exist so that a file is judged by parsers that had no part in writing it, one of them
unforgiving."""

import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from playwright._impl._driver import compute_driver_executable

_NAME = r"[A-Za-z0-9-]+"
_VALUE = r'(?:"[^"\x00-\x08\x0a-\x1f\x7f]*"|[^";:,\x00-\x08\x0a-\x1f\x7f]*)'
_PARAMETER = re.compile(f";({_NAME})=({_VALUE}(?:,{_VALUE})*)")
_LINE = re.compile(f"({_NAME})((?:;{_NAME}={_VALUE}(?:,{_VALUE})*)*):(.*)")
_TEXT = re.compile(r"(?:\\[\\;,nN]|[^\\;,\x00-\x08\x0a-\x1f\x7f])*")
_CIRCUMFLEX = {"^^": "^", "^'": '"', "^n": "\n"}


@dataclass
class Property:
    """One content line; `parameters` are unquoted and decoded by RFC 6868."""

    name: str
    parameters: dict[str, str]
    value: str

    def text(self) -> str:
        """The value as TEXT; an escape that RFC 5545 does not know, or a bare comma, is an error."""
        assert _TEXT.fullmatch(self.value), f"not TEXT: {self.value!r}"
        return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], self.value)


@dataclass
class Component:
    """BEGIN to END."""

    name: str
    properties: list[Property] = field(default_factory=list)
    components: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return [one for one in self.properties if one.name == name]

    def one(self, name: str) -> Property:
        found = self.all(name)
        assert len(found) == 1, f"{len(found)} times {name}"
        return found[0]

    def names(self) -> list[str]:
        return [one.name for one in self.properties]


def strict(data: bytes) -> Component:
    """The calendar in these bytes, or an AssertionError naming the first thing RFC 5545 does not allow."""
    assert data.endswith(b"\r\n"), "the last line has no end"
    physical = data[:-2].split(b"\r\n")
    for piece in physical:
        assert piece.strip(), "an empty line"
        assert len(piece) <= 75, f"{len(piece)} octets"
        # Decoding each piece alone proves that no character was cut in two.
        shown = piece.decode("utf-8")
        assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029]", shown), (
            f"a control character or a break in {shown!r}"
        )
    logical = data[:-2].decode("utf-8").replace("\r\n ", "").split("\r\n")
    open_parts: list[Component] = [Component("")]
    for line in logical:
        found = _LINE.fullmatch(line)
        assert found, f"not a content line: {line!r}"
        parameters = {one[1]: _decoded(one[2]) for one in _PARAMETER.finditer(found[2])}
        name, value = found[1], found[3]
        if name == "BEGIN":
            open_parts.append(Component(value))
        elif name == "END":
            done = open_parts.pop()
            assert done.name == value, f"END:{value} closes {done.name}"
            open_parts[-1].components.append(done)
        else:
            open_parts[-1].properties.append(Property(name, parameters, value))
    assert len(open_parts) == 1, "a component is never closed"
    (whole,) = open_parts[0].components
    assert not open_parts[0].properties, "a line outside the calendar"
    return whole


def xml(data: bytes) -> ElementTree.Element:
    """The root of a document, or a ParseError where it is not well-formed."""
    return ElementTree.fromstring(data)  # noqa: S314 - written by this house a moment ago


def ical_js(files: list[bytes]) -> list[dict[str, Any]]:
    """What ical.js reads in each file, run by the Node that Playwright brings, so every machine has it."""
    node, _ = compute_driver_executable()
    script = Path(__file__).with_name("ical_js.cjs")
    sent = json.dumps([one.decode("utf-8") for one in files])
    done = subprocess.run([node, str(script)], input=sent.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return list(json.loads(done.stdout))


def _decoded(value: str) -> str:
    return re.sub(r"\^[\^'n]", lambda found: _CIRCUMFLEX[found[0]], value.replace('"', ""))
