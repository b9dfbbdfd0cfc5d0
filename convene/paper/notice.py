"""What paper and pictures say of an event, in plain words: a web process needs none of the libraries that draw."""

from dataclasses import dataclass

from convene.paper.colours import LAMP


@dataclass(frozen=True, slots=True)
class Notice:
    """What a poster and a share picture say, each as one line of words; `accent` is #rrggbb."""

    title: str
    when: str
    where: str
    host: str
    url: str
    summary: str = ""
    accent: str = LAMP
