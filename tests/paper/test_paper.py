"""Paper and pictures say what the event says, whatever its words, and are the same each time."""

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from convene import aside
from convene.paper import faces, picture, poster, qr
from convene.paper.notice import Notice

STREET = Notice(
    "Can a high street be friendlier, or is this a fool\N{RIGHT SINGLE QUOTATION MARK}s errand?",
    "Tuesday 12 May 2026, 6.30pm to 8pm (London)",
    "12 Mill Lane, Leeds LS1 4AP",
    "Patchcord",
    "https://convene.example.org/events/can-a-high-street-be-friendlier",
    "An open evening about what makes a street a place where people talk.",
)
ODD = [
    "",
    "W" * 140,
    "中" * 140,
    "a " * 70,
    "\N{RIGHT-TO-LEFT OVERRIDE}abc",
    "שלום",
    "🎉 Fête 🎉",
    "Ψυχή и душа",
]


def test_a_poster_is_one_page_of_a4_and_the_same_each_time() -> None:
    made = poster.pdf(STREET)
    assert made.startswith(b"%PDF-") and made.count(b"/Type /Page\n") == 1
    assert b"595.28 841.89" in made
    assert poster.pdf(STREET) == made


def test_a_share_picture_has_the_size_that_networks_ask_for_and_is_light() -> None:
    made = picture.png(STREET)
    with Image.open(io.BytesIO(made)) as image:
        assert image.size == (1200, 630)
    assert len(made) < 60_000
    assert picture.png(STREET) == made
    assert picture.png(replace(STREET, url=f"{STREET.url}-2")) != made, "each event has a board of its own"


def test_a_share_picture_says_the_whole_of_when_and_where() -> None:
    draw = ImageDraw.Draw(Image.new("RGB", picture.SIZE))
    for words in (
        "Wednesday 23 September 2026, 10.30am to 12.30pm (London)",
        "Number Nine, 9 Weaver Street, Cardiff, or online",
    ):
        lines = picture.told(draw, words, ImageFont.truetype(faces.TEXT, 34))
        assert len(lines) <= 2 and " ".join(lines) == words
    assert picture.told(draw, "W" * 140, ImageFont.truetype(faces.TEXT, 34))[-1].endswith("…")


@pytest.mark.parametrize("words", ODD, ids=range(len(ODD)))
def test_no_words_break_them(words: str) -> None:
    odd = Notice(words, words, words, words, STREET.url, words)
    assert poster.pdf(odd) and picture.png(odd)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=140))
def test_what_a_face_has_no_shape_for_is_left_out(words: str) -> None:
    kept = faces.printable(words, faces.TEXT)
    assert faces.fits(kept, faces.TEXT)
    assert set(kept) <= set(words) | {" "}
    if faces.fits(words, faces.TEXT):
        assert kept == " ".join(words.split())


@pytest.mark.usefixtures("begun_asides")
def test_the_picture_of_a_code_stands_in_a_page_and_is_made_aside() -> None:
    made = aside.run("convene.paper.qr:data_uri", STREET.url)
    assert made.startswith("data:image/svg+xml;") and made == qr.data_uri(STREET.url)
    assert "<script" not in qr.data_uri("</svg><script>x</script>")
