"""How many people a second get a place: each opens the event, fills in the form, and presses the button in the letter.

A signup counts when the second letter, the one with the invite, has arrived.
"""

import itertools
import re
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode

from bench.load import (
    Address,
    Answer,
    Arrived,
    Broken,
    Crowd,
    Letters,
    NewLine,
    ToAddress,
    Visitor,
    get,
    post,
)
from bench.server import Program

TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')
numbers = itertools.count(1)
T = TypeVar("T")
Steps = Generator[bytes | ToAddress | NewLine, Answer | Arrived, T]


@dataclass
class Seen:
    """What a crowd of people lived through, in seconds."""

    lasted: list[float] = field(default_factory=list)  # each person, from the form to the second letter
    posts: list[float] = field(default_factory=list)  # the answer to the form
    presses: list[float] = field(default_factory=list)  # the answer to the button
    last_letter: float = 0.0  # when it came, on the monotonic clock
    last_answer: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A person whose letter lies open before them: the button's address, its token, the browser's cookie."""

    address: bytes
    place: str
    token: bytes
    cookie: bytes


def page(answer: object, status: int) -> Answer:
    if not isinstance(answer, Answer) or answer.status != status:
        raise Broken(f"an answer other than {status}: {answer}"[:1500])
    return answer


def token(answer: Answer) -> bytes:
    found = TOKEN.search(answer.body)
    if not found:
        raise Broken("a form without its token")
    return found[1]


def cookie(answer: Answer, kept: bytes = b"") -> bytes:
    return answer.header(b"Set-Cookie").split(b";")[0] or kept


def ask(slug: str, seen: Seen) -> Steps[Asked]:
    """From the event's page to the letter with the link, in a new browser that follows every redirect."""
    number = next(numbers)
    address = f"person-{number}@example.org"
    form = page((yield get(f"/events/{slug}")), 200)
    crumb = cookie(form)
    typed = {"csrf_token": token(form).decode(), "name": f"Person {number}", "email": address}
    typed |= {"zone": "", "website": ""}
    sent = page((yield post(f"/events/{slug}/sign-up", urlencode(typed).encode(), crumb)), 303)
    seen.posts.append(sent.seconds)
    page((yield get(f"/events/{slug}/check-your-email", cookie(sent, crumb))), 200)
    letter = yield ToAddress(address.encode())
    assert isinstance(letter, Arrived)
    seen.last_letter = max(seen.last_letter, letter.at)
    # The letter may well be opened on another device: no cookie goes with the link.
    place = page((yield get(letter.place.decode())), 200)
    return Asked(address.encode(), letter.place.decode(), token(place), cookie(place))


def press(asked: Asked, seen: Seen) -> Steps[Arrived]:
    """From the button to the second letter."""
    body = urlencode({"csrf_token": asked.token.decode()}).encode()
    pressed = page((yield post(f"{asked.place}/confirm", body, asked.cookie)), 303)
    seen.presses.append(pressed.seconds)
    page((yield get(asked.place, cookie(pressed, asked.cookie))), 200)
    seen.last_answer = time.monotonic()
    letter = yield ToAddress(asked.address)
    assert isinstance(letter, Arrived)
    seen.last_letter = max(seen.last_letter, letter.at)
    return letter


def one_after_another(slug: str, until: float, seen: Seen) -> Visitor:
    """People who come in turn, each with a browser of their own: the next when the one before holds their invite."""
    while (began := time.monotonic()) < until:
        asked = yield from ask(slug, seen)
        letter = yield from press(asked, seen)
        if not letter.invited:
            raise Broken("a second letter without an invite")
        seen.lasted.append(letter.at - began)
        yield NewLine()


@dataclass(frozen=True, slots=True)
class Pace:
    """What one run showed: people a second, what they lived through, and what one cost the program (s)."""

    rate: float
    seen: Seen
    cost: float


def pace(program: Program, letters: Letters, slug: str, clients: int, seconds: float) -> Pace:
    """So many people at once, each followed to the last letter, which ends the count."""
    seen = Seen()
    began, used = time.monotonic(), program.processor()
    crowd = [one_after_another(slug, began + seconds, seen) for _ in range(clients)]
    Crowd(program.address, crowd, letters).run()
    number = len(seen.lasted)
    return Pace(number / (seen.last_letter - began), seen, (program.processor() - used) / number)


@dataclass(frozen=True, slots=True)
class Rush:
    """Seconds until the last first letter, from the buttons' press to the last answer, and to the last letter."""

    asked: float
    answered: float
    told: float

    @property
    def whole(self) -> float:
        return self.asked + self.told


def rush(server: Address, letters: Letters, slug: str, people: int) -> Rush:
    """So many people at once: all ask, and when the last has their letter all press the button together."""
    ready: list[Asked] = []
    seen = Seen()

    def asking() -> Visitor:
        ready.append((yield from ask(slug, seen)))

    def pressing(asked: Asked) -> Visitor:
        yield from press(asked, seen)

    crowd = Crowd(server, [asking() for _ in range(people)], letters)
    began = time.monotonic()
    crowd.run()
    asked = time.monotonic() - began
    crowd = Crowd(server, [pressing(one) for one in ready], letters)
    began = time.monotonic()
    crowd.run()
    return Rush(asked, seen.last_answer - began, seen.last_letter - began)
