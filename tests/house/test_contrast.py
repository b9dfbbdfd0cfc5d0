"""Colours that can be read: pairs that meet on a page, light and dark, by WCAG 2.2 (1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

from config import ROOT

CSS = ROOT / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text()
LIGHT = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", TOKENS.split("@media")[0]))
SCHEMES = {
    "light": LIGHT,
    "dark": LIGHT | dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", TOKENS.split("@media")[1])),
}
GROUNDS = ("paper", "glow", "sheet", "shade")
WASHES = ("calm-wash", "good-wash", "warn-wash", "bad-wash")

TEXT = [
    *((front, back) for front in ("ink", "soft", "calm", "calm-hover") for back in GROUNDS),
    *((front, back) for front in ("ink", "calm", "calm-hover") for back in WASHES),
    *((front, f"{front}-wash") for front in ("good", "warn", "bad")),
    *(("bad", back) for back in ("paper", "glow", "sheet")),
    ("lamp-ink", "lamp"),
    ("lamp-ink", "lamp-hover"),
    ("on-bad", "bad"),
    ("paper", "ink"),
]
# What must be seen but not read: edges of boxes and buttons, sockets, the ring of the focus.
SHAPES = [
    *((front, back) for front in ("edge", "focus", "lamp-edge") for back in ("paper", "glow", "sheet")),
    *(("focus", back) for back in ("shade", *WASHES)),
    *(("calm", back) for back in GROUNDS),
]


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", by the formula of WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_ruler_is_right():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_words_can_be_read(scheme, front, back):
    colours = SCHEMES[scheme]
    assert contrast(colours[front], colours[back]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("front", "back"), SHAPES)
def test_edges_and_the_focus_ring_can_be_seen(scheme, front, back):
    colours = SCHEMES[scheme]
    assert contrast(colours[front], colours[back]) >= 3


@pytest.mark.parametrize("sheet", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_a_style_sheet_names_its_colours_and_every_name_exists(sheet: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    if sheet.name != "tokens.css":
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgb|\bhsl", text), "colours are named in tokens.css"
    missing = set(re.findall(r"var\(--([\w-]+)", text)) - set(re.findall(r"--([\w-]+):", TOKENS))
    assert not missing


def test_the_browsers_own_bar_has_the_colour_of_the_paper():
    base = (ROOT / "templates" / "base.html").read_text()
    bars = dict(re.findall(r'content="(#[0-9a-f]{6})" media="\(prefers-color-scheme: (\w+)\)"', base))
    assert {scheme: colour for colour, scheme in bars.items()} == {
        scheme: colours["paper"] for scheme, colours in SCHEMES.items()
    }


def test_a_letter_can_be_read_by_day_and_by_night():
    parts = dict(
        re.findall(r"set (\w+) = '(#[0-9a-f]{6})'", (ROOT / "templates/mail/parts.html").read_text())
    )
    for front, back in (("ink", "sheet"), ("soft_ink", "sheet"), ("soft_ink", "paper"), ("link_ink", "sheet"),
                        ("link_ink", "paper"), ("lamp_ink", "lamp"), ("ink", "paper")):  # fmt: skip
        assert contrast(parts[front], parts[back]) >= 4.5, (front, back)
    style = (ROOT / "templates/mail/base.html").read_text()
    grounds = dict(re.findall(r"\.m-(\w+) \{ background-color: (#[0-9a-f]{6})", style))
    words = dict(re.findall(r"\.m-(\w+) \{ color: (#[0-9a-f]{6})", style))
    assert set(words) == {"ink", "soft", "link"}
    for colour in words.values():
        assert contrast(colour, grounds["paper"]) >= 4.5 and contrast(colour, grounds["sheet"]) >= 4.5
