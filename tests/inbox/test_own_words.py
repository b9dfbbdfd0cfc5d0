"""Of an answer by mail, what its writer wrote, whichever program they wrote it in."""

import pytest

from convene.inbox.mime import Part, cut, walk
from convene.inbox.own_words import own_words, text_of

MARK = "Write your answer above this line"


@pytest.mark.parametrize(("text", "own"), [
    ("I do.\n\nOn Tue, 12 May 2026 at 18:00, Open Table <e@example.org> wrote:\n> Who?", "I do."),
    ("I do.\r\n\r\nOn Tuesday 12 May 2026, a very long name of somebody\r\n<e@example.org> wrote:\r\n> Who?", "I do."),
    ("Moi.\n\nLe mar. 12 mai 2026 à 18:00, Table <e@example.org> a écrit :\n> Qui ?", "Moi."),
    ("I do.\n\n-----Original Message-----\nFrom: x", "I do."),
    ("I do.\n________________________________\nFrom: Open Table", "I do."),
    ("Me.\n\nFrom: Open Table <e@example.org>\nSent: Tuesday", "Me."),
    ("I do,\non Tuesday.\n\n\n\nBye\n-- \nAda\n07700 900000", "I do,\non Tuesday.\n\nBye"),
    (f"I do.\n\n--- {MARK} ---\nHello Ada", "I do."),
    ("> Who?\n\nI do.", ""),
    ("From what I saw, yes.", "From what I saw, yes."),
    ("", ""),
])  # fmt: skip
def test_what_stands_above_the_letter_is_theirs(text: str, own: str) -> None:
    assert own_words(text, (MARK,)) == own


def parts(raw: bytes) -> list[Part]:
    return walk(cut(raw))


def test_html_alone_is_read_as_words_and_what_is_attached_is_left() -> None:
    html = b"Content-Type: text/html\n\n<style>p{}</style><div>I <b>do</b>.</div><p>Yes</p><blockquote>?</blockquote>"
    assert own_words(text_of(parts(html))) == "I do.\nYes"
    both = (
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n"
        b"Content-Disposition: attachment\n\n"
        b"no\n--x\nContent-Type: text/plain\n\nyes\n--x--"
    )
    assert text_of(parts(both)).strip() == "yes"
    assert text_of(parts(b"Content-Type: image/png\n\nx")) == ""
