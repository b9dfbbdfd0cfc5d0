"""A host's Markdown as the two halves of a letter: text that is plain and whole, and HTML in its own styles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from flask import current_app
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.token import Token
from markupsafe import Markup, escape

MOST_BRACKETS = 200  # that open in one paragraph; a paragraph with more of them holds no links


@lru_cache(maxsize=16)
def is_tangle(paragraph: str) -> bool:
    return paragraph.count("[") > MOST_BRACKETS


def untangled(rule: Callable[[StateInline, bool], bool]) -> Callable[[StateInline, bool], bool]:
    """The same rule, but not asked at each of ten thousand brackets whether a link begins there."""

    def asked(state: StateInline, silent: bool) -> bool:
        return not is_tangle(state.src) and rule(state, silent)

    return asked


def reader() -> MarkdownIt:
    """One that keeps HTML as words, and draws 60,000 characters of any kind within a second of one core."""
    made = MarkdownIt("commonmark", {"html": False})
    for name, rule in (("link", link), ("image", image)):
        made.inline.ruler.at(name, untangled(rule))
    # Its tables for addresses are filled at the first link, where a second thread would find them half filled.
    made.render("[a](https://example.org/%20) <https://example.org/%20>")
    return made


READER = reader()
# A line that happens to be indented is no program, dashes under a sentence are the line that parts the words, and
# nothing that a host types may vanish from a letter.
READER.disable(["code", "lheading", "reference", "html_block", "html_inline"])

SCHEMES = ("http://", "https://", "mailto:")


@dataclass(frozen=True, slots=True)
class Halves:
    """The same words twice: as text, paragraphs with an empty line between, and as HTML."""

    text: str
    html: str


NOTHING = Halves("", "")


@lru_cache(maxsize=512)
def halves(words: str) -> tuple[Halves, Halves]:
    """What stands above the first line of three dashes, and what stands below it."""
    tokens = READER.parse(words)
    part = next((at for at, token in enumerate(tokens) if token.type == "hr"), len(tokens))
    return written(tokens[:part]), written(tokens[part + 1 :])


def addresses(words: str) -> list[str]:
    """Where the links in these words lead, as they were typed."""
    inline = [child for token in READER.parse(words) for child in token.children or ()]
    return [unquote(str(child.attrs.get("href", ""))) for child in inline if child.type == "link_open"]


def written(tokens: Sequence[Token]) -> Halves:
    text, html = Writer(tokens).blocks()
    return Halves("\n\n".join(part for part in text if part.strip()), "".join(html))


class Writer:
    """Reads block after block of one run of tokens, each once."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = list(tokens)
        self.at = 0
        self.parts = current_app.jinja_env.get_template("mail/words.html").module

    def part(self, name: str, *words: object) -> str:
        """A part of mail/words.html; what it is given is escaped unless it is Markup."""
        return str(getattr(self.parts, name)(*words))

    def blocks(self, until: str = "") -> tuple[list[str], list[str]]:
        """Everything up to the token that closes this block."""
        text: list[str] = []
        html: list[str] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == until:
                break
            if token.type in ("paragraph_open", "heading_open"):
                said, shown, links = inline(self.tokens[self.at].children or ())
                self.at += 2
                text += [said, *links]
                html.append(self.part("heading" if token.type == "heading_open" else "para", Markup(shown)))  # noqa: S704 - escaped piece by piece in `inline`
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                said, shown = self.listed(token)
                text.append(said)
                html.append(shown)
            elif token.type == "blockquote_open":
                said_all, shown_all = self.blocks("blockquote_close")
                text += said_all
                html.append(self.part("quoted", Markup("".join(shown_all))))  # noqa: S704 - parts of this house
            elif token.type == "fence":
                text.append(token.content.strip("\n"))
                lines = Markup("<br>").join(token.content.strip("\n").split("\n"))
                html.append(self.part("para", lines))
        return text, html

    def listed(self, opened: Token) -> tuple[str, str]:
        """A list: a line for each item, and what an item holds besides beneath it."""
        numbered = opened.type == "ordered_list_open"
        first = int(opened.attrs.get("start", 1)) if numbered else 1
        lines: list[str] = []
        items: list[Markup] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == opened.type.replace("open", "close"):
                break
            text, html = self.blocks("list_item_close")
            mark = f"{first + len(items)}. " if numbered else "- "
            lines.append(mark + "\n".join(part for part in text if part.strip()))
            items.append(Markup("".join(html)))  # noqa: S704 - parts of this house
        return "\n".join(lines), self.part("items", "ol" if numbered else "ul", first, items)


def inline(tokens: Sequence[Token]) -> tuple[str, str, list[str]]:
    """Words within a paragraph: as text, as HTML, and its links as text, each under the words that were pressed."""
    text: list[str] = []
    html: list[str] = []
    links: list[str] = []
    open_links: list[tuple[str, int]] = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            text.append("\n")
            html.append("<br>")
        elif token.type in ("strong_open", "strong_close", "em_open", "em_close"):
            html.append(f"<{'/' if token.nesting < 0 else ''}{token.tag}>")
        elif token.type == "link_open":
            open_links.append((str(token.attrs.get("href", "")), len(text)))
            if is_link(open_links[-1][0]):
                html.append(link_start(open_links[-1][0]))
        elif token.type == "link_close":
            href, since = open_links.pop()
            if is_link(href):
                html.append("</a>")
                label, bare = " ".join("".join(text[since:]).split()), href.removeprefix("mailto:")
                if label not in (href, bare):
                    links.append(f"{label or 'Link'}:\n{bare}")
        else:  # text, code_inline, image (its own words stand for it)
            text.append(token.content)
            html.append(str(escape(token.content)))
    return "".join(text), "".join(html), links


def is_link(href: str) -> bool:
    return href.lower().startswith(SCHEMES)


def link_start(href: str) -> str:
    """The opening of a link in the letter's own style."""
    parts = current_app.jinja_env.get_template("mail/words.html").module
    return str(parts.link(href, "")).removesuffix("</a>")  # type: ignore[attr-defined] # a macro of the template
