"""A poster to print: what, when, where, and a code that a phone reads; one page of A4."""

import io
from datetime import UTC, datetime

import segno
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from convene.paper.colours import INK, PAPER, SOFT
from convene.paper.faces import HEADING, TEXT, printable, rgb
from convene.paper.notice import Notice

WIDTH, HEIGHT, EDGE = 210, 297, 20  # mm
CODE = 70  # mm, read from two metres away
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SIZES = (54, 46, 40, 34, 28, 24)  # points that a title may have, the largest that fits


def pdf(notice: Notice) -> bytes:
    """The poster; the same bytes for the same words."""
    sheet = FPDF(format="A4", unit="mm")
    sheet.set_creation_date(LONG_AGO)  # the time of making is nobody's business, and no two would be equal
    sheet.set_title(printable(notice.title, HEADING) or "Poster")
    sheet.set_lang("en-GB")
    sheet.add_font("text", fname=TEXT)
    sheet.add_font("heading", fname=HEADING)
    sheet.set_auto_page_break(False)
    sheet.add_page()
    sheet.set_fill_color(*rgb(PAPER))
    sheet.rect(0, 0, WIDTH, HEIGHT, style="F")
    sheet.set_fill_color(*rgb(notice.accent))
    sheet.rect(0, 0, WIDTH, 12, style="F")
    sheet.set_margins(EDGE, EDGE)
    sheet.set_xy(EDGE, 34)
    title = printable(notice.title, HEADING) or "You are invited"
    write(sheet, title, "heading", largest(sheet, title), INK)
    if summary := printable(notice.summary, TEXT):
        sheet.ln(4)
        write(sheet, summary, "text", 20, SOFT)
    sheet.ln(8)
    for words, size in ((notice.when, 24), (notice.where, 24), (notice.host, 18)):
        if line := printable(words, TEXT):
            write(sheet, line, "text", size, INK)
            sheet.ln(2)
    invite(sheet, notice.url)
    return bytes(sheet.output())


def write(sheet: FPDF, words: str, face: str, size: float, colour: str) -> None:
    sheet.set_font(face, size=size)
    sheet.set_text_color(*rgb(colour))
    sheet.multi_cell(WIDTH - 2 * EDGE, size * 0.42, words, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def largest(sheet: FPDF, title: str) -> float:
    """The largest size at which the title takes no more than a third of the page."""
    for size in SIZES:
        sheet.set_font("heading", size=size)
        high = sheet.multi_cell(WIDTH - 2 * EDGE, size * 0.42, title, dry_run=True, output="HEIGHT")
        assert isinstance(high, float)
        widest = max(map(sheet.get_string_width, title.split()), default=0)
        if high <= HEIGHT / 3.4 and widest <= WIDTH - 2 * EDGE:
            return size
    return SIZES[-1]


def invite(sheet: FPDF, url: str) -> None:
    """At the foot: the code, and beside it what to do and the address to type."""
    top = HEIGHT - EDGE - CODE
    picture = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        picture, kind="png", scale=12, border=3, dark=INK, light="#fff"
    )
    picture.seek(0)
    sheet.image(picture, x=EDGE, y=top, w=CODE, h=CODE, alt_text=f"A QR code for {url}")
    sheet.set_xy(EDGE + CODE + 8, top + 14)
    sheet.set_left_margin(EDGE + CODE + 8)
    wide = WIDTH - 2 * EDGE - CODE - 8
    for words, size, colour in (
        ("Come and meet people", 24, INK),
        ("Point your phone here, or open", 16, SOFT),
        (url, 14, INK),
    ):
        sheet.set_font("heading" if size == 24 else "text", size=size)
        sheet.set_text_color(*rgb(colour))
        sheet.multi_cell(wide, size * 0.45, words, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        sheet.ln(2)
