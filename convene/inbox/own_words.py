"""What somebody wrote in answer to a letter: their own words, without what their mail program put below them."""

import re
from html.parser import HTMLParser

from convene.inbox.mime import Part

# Where programs say that what follows is another's: in the languages of our letters, and as the largest write it.
BELOW = re.compile(
    r"^(>|--\s*$|_{10,}\s*$|-{2,} ?(original message|message d.origine|forwarded message)"
    r"|(on|le) .{4,200}(wrote|a écrit)\s*:\s*$|(from|de|sent|envoyé)\s?: .+@)",
    re.IGNORECASE,
)
WRAPPED = re.compile(r"^(on|le) .{4,120}$", re.IGNORECASE)  # whose "wrote:" stands on the next line
WROTE = re.compile(r"(wrote|a écrit)\s*:\s*$", re.IGNORECASE)
MOST = 40_000  # characters that are looked at
BREAKS = ("p", "div", "br", "li", "tr", "blockquote", "h1", "h2", "h3")


def own_words(text: str, marks: tuple[str, ...] = ()) -> str:
    """Everything above the first line that is not theirs; `marks` are lines of our own letters, in each language."""
    lines = text.replace("\r\n", "\n")[:MOST].split("\n")
    kept = []
    for at, line in enumerate(lines):
        plain = line.strip()
        wrapped = (
            bool(WRAPPED.match(plain)) and at + 1 < len(lines) and bool(WROTE.search(lines[at + 1].strip()))
        )
        if BELOW.match(plain) or wrapped or any(mark in plain for mark in marks):
            break
        kept.append(line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def text_of(parts: list[Part]) -> str:
    """The first part that is plain text; else the words of the first that is HTML; what is attached is left."""
    for kind, read in (("text/plain", str), ("text/html", words_of)):
        for part in parts:
            attached = "".join(part.words("Content-Disposition")[:1]).lower().startswith("attachment")
            if part.kind == kind and not attached:
                return read(part.text())
    return ""


class Words(HTMLParser):
    """HTML as lines of text; a quotation of another mail ends it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "script", "head", "title"):
            self.silent += 1
        if tag == "blockquote":
            self.found.append("\n> ")
        elif tag in BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script", "head", "title"):
            self.silent = max(0, self.silent - 1)

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(re.sub(r"\s+", " ", data))


def words_of(html: str) -> str:
    reader = Words()
    reader.feed(html[: 4 * MOST])
    return "".join(reader.found)
