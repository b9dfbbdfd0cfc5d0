"""Letters to many that are alike but for names and links: the same is rendered once, and those are put in last."""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from markupsafe import escape

from convene.extensions import db

# What templates only put in, or ask whether it is there: each person has their own. Of `SEVERAL` there are many,
# as a tuple, of which each is put in by its place.
OWN = (
    "to_name", "place_url", "join_url", "answer_url", "act_url", "preferences_url", "unsubscribe_url",
)  # fmt: skip
SEVERAL = ("side_names", "side_urls", "act_urls", "stop_urls")
MARK = re.compile(f"\ue002({'|'.join(OWN)}|(?:{'|'.join(SEVERAL)})[.][0-9]+)\ue003")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is read of a letter: its subject, and its words twice."""

    subject: str
    text: str
    html: str


@contextmanager
def in_common() -> Iterator[None]:
    """Within this, letters of the same facts are rendered once. Nothing that they tell of may change meanwhile."""
    info = db.session().info
    info["sheets"] = {}
    try:
        yield
    finally:
        del info["sheets"]


def shared(kind: Hashable, facts: dict[str, Any], render: Callable[[dict[str, Any]], Sheet]) -> Sheet:
    """What `render` makes of these facts; within `in_common`, from the sheet of the letters that are like this one.

    Facts are the same if they are equal, rows of the database if they are the same row. A letter whose facts cannot be
    compared, or with a name that is more than plain words, is rendered by itself.
    """
    sheets: dict[Hashable, Sheet] | None = db.session().info.get("sheets")
    if sheets is None:
        return render(facts)
    own, common = parted(facts)
    key = (kind, tuple(common.items()))
    try:
        sheet = sheets.get(key)
    except TypeError:  # no hash: a list of other places of that day, for one
        return render(facts)
    if not all(map(is_plain, own.values())):
        return render(facts)
    if sheet is None:
        sheet = sheets[key] = render(common)
    return filled(sheet, own)


def parted(facts: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """What of these facts is each person's own, by its mark, and all of them with the marks in place of that."""
    own = {name: facts[name] for name in OWN if facts.get(name)}
    common = {**facts, **{name: marked(name) for name in own}}
    for name in SEVERAL:
        if texts := facts.get(name):
            each = {f"{name}.{place}": text for place, text in enumerate(texts)}
            own |= each
            common[name] = tuple(map(marked, each))
    return own, common


def marked(name: str) -> str:
    return f"\ue002{name}\ue003"


def is_plain(text: str) -> bool:
    """Whether it stands in a letter as it is: templates and wordings fold what is blank."""
    return text.isprintable() and "  " not in text and text == text.strip()


def filled(sheet: Sheet, own: Mapping[str, str]) -> Sheet:
    in_html = {name: str(escape(text)) for name, text in own.items()}
    return Sheet(put_in(sheet.subject, own), put_in(sheet.text, own), put_in(sheet.html, in_html))


def put_in(words: str, own: Mapping[str, str]) -> str:
    return MARK.sub(lambda found: own.get(found[1], ""), words)
