"""The picture that a shared link shows: 1200 by 630 pixels, as the large networks ask for (The Open Graph protocol)."""

import hashlib
import io
import math

from PIL import Image, ImageDraw, ImageFont

from convene.paper.colours import CORD, INK, LAMP, PAPER, SOFT
from convene.paper.faces import HEADING, TEXT, printable
from convene.paper.notice import Notice

SIZE = WIDTH, HEIGHT = 1200, 630
EDGE = 72
SIZES = (76, 66, 58, 50, 42)


def png(notice: Notice) -> bytes:
    """The picture; the same bytes for the same words."""
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    board(draw, notice.url, notice.accent)
    title, face = fitted(draw, printable(notice.title, HEADING) or "You are invited")
    y = 110.0
    for line in title:
        draw.text((EDGE, y), line, font=face, fill=INK)
        y += face.size * 1.16
    y += 22
    for words, size, colour in ((notice.when, 34, INK), (notice.where, 32, SOFT), (notice.host, 30, SOFT)):
        if line := printable(words, TEXT):
            small = ImageFont.truetype(TEXT, size)
            for part in told(draw, line, small):
                draw.text((EDGE, y), part, font=small, fill=colour)
                y += size * 1.3
            y += size * 0.15
    out = io.BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def board(draw: ImageDraw.ImageDraw, seed: str, accent: str) -> None:
    """Sockets along the right edge and cords between them, as on an operator's board; each event has its own."""
    chance = hashlib.sha256(seed.encode()).digest()
    sockets = [(900 + 130 * (k % 3), 120 + 130 * (k // 3)) for k in range(12)]
    for k in range(3):
        here = chance[2 * k] % 12
        (x0, y0), (x1, y1) = sockets[here], sockets[(here + 1 + chance[2 * k + 1] % 11) % 12]
        sag = 60 + chance[k + 8] % 60
        points = [
            (x0 + (x1 - x0) * t / 40, y0 + (y1 - y0) * t / 40 + sag * math.sin(math.pi * t / 40))
            for t in range(41)
        ]
        draw.line(points, fill=CORD, width=9, joint="curve")
    for k, (x, y) in enumerate(sockets):
        lit = chance[16 + k] % 3 == 0
        draw.ellipse((x - 22, y - 22, x + 22, y + 22), fill=accent if lit else PAPER, outline=INK, width=7)
    draw.rectangle((0, 0, WIDTH, 26), fill=accent or LAMP)


def fitted(draw: ImageDraw.ImageDraw, title: str) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """The title in at most four lines beside the board, as large as it goes."""
    face = ImageFont.truetype(HEADING, SIZES[-1])
    lines: list[str] = []
    for size in SIZES:
        face = ImageFont.truetype(HEADING, size)
        lines = wrapped(draw, title, face, 740)
        if len(lines) <= (3 if size > 50 else 4):
            return lines, face
    return [*lines[:3], shortened(draw, " ".join(lines[3:]), face)], face


def wrapped(draw: ImageDraw.ImageDraw, words: str, face: ImageFont.FreeTypeFont, most: float) -> list[str]:
    lines, line = [], ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if draw.textlength(longer, font=face) <= most:
            line = longer
        else:
            lines += [line] if line else []
            line = shortened(draw, word, face)
    return [*lines, line] if line else lines


def told(draw: ImageDraw.ImageDraw, words: str, face: ImageFont.FreeTypeFont) -> list[str]:
    """When or where it is, in at most two lines: a date is of no use without its end."""
    lines = wrapped(draw, words, face, 790)
    return lines if len(lines) <= 2 else [lines[0], shortened(draw, " ".join(lines[1:]), face)]


def shortened(draw: ImageDraw.ImageDraw, words: str, face: ImageFont.FreeTypeFont, most: float = 790) -> str:
    """The words, with an ellipsis where they are too long for one line."""
    if draw.textlength(words, font=face) <= most:
        return words
    while words and draw.textlength(f"{words}…", font=face) > most:
        words = words[:-1]
    return f"{words.rstrip()}…"
