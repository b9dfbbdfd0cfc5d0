"""Every event has a picture without an upload: an operator's board, drawn from the event's own seed."""

import math
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from itertools import count, pairwise
from typing import NamedTuple

from markupsafe import Markup

WIDTH, HEIGHT = 320, 180
COLUMNS = tuple(range(16, WIDTH, 36))
ROWS = (18, 54, 90, 126, 162)
BOARDS = 4  # pic-1 to pic-4 in static/css/parts.css
CORDS = "abc"  # pic-a to pic-c
MOST_SOCKETS, SOCKETS_ACROSS = 40, 20
RINGS = ("pic-ring", "pic-hole")

Point = tuple[int, int]
Cord = tuple[Point, Point, int]  # from, to, how far it hangs below the lower end
Choose = Callable[[int], int]


class Drawing(NamedTuple):
    sockets: list[Point]
    cords: list[Cord]
    tables: tuple[Point, ...] = ()
    rows: tuple[int, ...] = ()  # heights of whole rows, where the sockets stand in rows


@lru_cache(maxsize=2048)
def event_picture(seed: str, title: str = "") -> Markup:
    """An inline SVG of at most 3 kB, the same for the same seed on every machine.

    Decoration, and hidden from screen readers, unless `title` gives it a name. Colours are classes only: the
    content security policy refuses inline style.
    """
    choose = chooser(seed)
    board = 1 + choose(BOARDS)
    sockets, cords, tables, rows = LAYOUTS[choose(len(LAYOUTS))](choose)
    ends = sorted({point for start, end, _ in cords for point in (start, end)})
    lit = [socket for socket in sockets if socket not in ends and choose(6) == 0]
    shapes = [
        path("pic-board", f"M0 0h{WIDTH}v{HEIGHT}H0z"),
        path("pic-table", dots(tables)),
        *(path(f"{part} pic-row", lines(rows)) if rows else path(part, dots(sockets)) for part in RINGS),
        path("pic-lit", dots(lit)),
        path("pic-fall", "".join(hang(line, drop=5) for line in cords)),
        *(path(f"pic-cord pic-{CORDS[n % len(CORDS)]}", hang(line)) for n, line in enumerate(cords, board)),
        path("pic-plug", dots(ends)),
    ]
    name = Markup('role="img" aria-label="{}"').format(title) if title else Markup('aria-hidden="true"')
    return Markup(
        '<svg class="picture pic-{}" viewBox="0 0 {} {}" preserveAspectRatio="xMidYMid slice" {}>{}</svg>'
    ).format(board, WIDTH, HEIGHT, name, Markup("").join(shapes))


@lru_cache(maxsize=2048)
def places_picture(taken: int, total: int) -> Markup:
    """Places as sockets in an inline SVG, the first ones filled. Above 40 places each socket stands for several."""
    shown = min(total, MOST_SOCKETS)
    filled = taken if total <= MOST_SOCKETS else round(taken * MOST_SOCKETS / total)
    rows = math.ceil(shown / SOCKETS_ACROSS)
    across = math.ceil(shown / max(rows, 1))
    width, height = across * 14, rows * 14
    sockets = "".join(
        f'<circle class="socket-{"taken" if number < filled else "open"}"'
        f' cx="{number % across * 14 + 7}" cy="{number // across * 14 + 7}" r="4.5"/>'
        for number in range(shown)
    )
    return Markup(  # noqa: S704 - numbers alone
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true"'
        f' focusable="false">{sockets}</svg>'
    )


def chooser(seed: str) -> Choose:
    """A function n -> 0..n-1 whose answers follow from the seed alone; n is at most 256."""

    def stream() -> Iterator[int]:
        for block in count():
            yield from sha256(f"{seed}/{block}".encode()).digest()

    numbers = stream()
    return lambda n: next(numbers) * n // 256


# A banner shows only y 38 to 142 of a picture, a card only x 34 to 286: what matters stands inside both,
# and rows of free sockets run off the edge, as if the board went on.


def wall(choose: Choose) -> Drawing:
    """Rows of sockets, a few of them joined by long hanging cords."""
    sockets = [(x, y) for y in ROWS for x in COLUMNS]
    open_ends = [(x, y) for x, y in sockets if 40 < x < 280 and y < 130]
    cords: list[Cord] = []
    for _ in range(3 + choose(2)):
        start = open_ends.pop(choose(len(open_ends)))
        far = [point for point in open_ends if abs(point[0] - start[0]) >= 70] or open_ends
        end = far[choose(len(far))]
        open_ends.remove(end)
        cords.append((start, end, 14 + choose(26)))
    return Drawing(sockets, cords, rows=ROWS)


def exchange(choose: Choose) -> Drawing:
    """Cords that cross between a row above and a row below."""
    above, below = list(COLUMNS[1:-1]), list(COLUMNS[1:-1])
    cords: list[Cord] = []
    for _ in range(4 + choose(2)):
        x = above.pop(choose(len(above)))
        aside = [other for other in below if other != x] or below
        to = aside[choose(len(aside))]
        below.remove(to)
        cords.append(((x, 54), (to, 126), 0))
    rows = tuple(y for y in ROWS if y != 90)
    return Drawing([(x, y) for y in rows for x in COLUMNS], cords, rows=rows)


def supper(choose: Choose) -> Drawing:
    """Three round tables, the people at each talking across it, and one cord from table to table."""
    sockets: list[Point] = []
    cords: list[Cord] = []
    tables: list[Point] = []
    hubs: list[Point] = []
    for x in (66, 160, 254):
        middle = (x, 82 + choose(17))
        seats = ring(middle, 34, 4 + choose(3), choose(60) / 10)
        across = len(seats) // 2
        tables.append(middle)
        sockets += seats
        cords += [(seats[0], seats[across], 4), (seats[1], seats[(1 + across) % len(seats)], 4)]
        hubs.append(seats[-1])
    first = choose(2)
    return Drawing(sockets, [*cords, (hubs[first], hubs[first + 1], 10)], tuple(tables))


def constellation(choose: Choose) -> Drawing:
    """Small groups of three or four, each joined within, and cords from group to group."""
    sockets: list[Point] = []
    cords: list[Cord] = []
    tables: list[Point] = []
    hubs: list[Point] = []
    turned = choose(2)
    for number in range(4):
        middle = (46 + 76 * number, 70 + 40 * ((number + turned) % 2))
        group = ring(middle, 22 + choose(5), 3 + choose(2), choose(63) / 10)
        tables.append(middle)
        sockets += group
        cords += [(here, there, 3) for here, there in pairwise(group)]
        hubs.append(max(group))
    first = choose(2)
    cords += [(hubs[first], hubs[first + 1], 14), (hubs[first + 1], hubs[first + 2], 14)]
    return Drawing(sockets, cords, tuple(tables))


LAYOUTS = (wall, exchange, supper, constellation)


def ring(middle: Point, reach: int, seats: int, turn: float) -> list[Point]:
    """Places spread evenly around a point; `turn` in radians."""
    angles = [turn + 2 * math.pi * seat / seats for seat in range(seats)]
    return [(middle[0] + round(reach * math.cos(a)), middle[1] + round(reach * math.sin(a))) for a in angles]


def path(classes: str, data: str) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(classes, data) if data else Markup("")


def lines(rows: tuple[int, ...]) -> str:
    """Path data of whole rows, which the style sheet breaks into dots: fewer bytes than single dots."""
    return "".join(f"M{COLUMNS[0]} {y}h{COLUMNS[-1] - COLUMNS[0] + 1}" for y in rows)


def dots(points: Iterable[Point]) -> str:
    """Path data for round dots: lines of no length, which round caps turn into discs."""
    return "".join(f"M{x} {y}h0" for x, y in points)


def hang(line: Cord, drop: int = 0) -> str:
    """Path data of a cord that hangs by its two ends; `drop` moves it down, for its shadow."""
    (x1, y1), (x2, y2), sag = line
    if sag:
        return f"M{x1} {y1 + drop}Q{(x1 + x2) // 2} {max(y1, y2) + 2 * sag + drop} {x2} {y2 + drop}"
    middle = (y1 + y2) // 2 + drop
    return f"M{x1} {y1 + drop}C{x1} {middle} {x2} {middle} {x2} {y2 + drop}"
