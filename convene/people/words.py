"""What may stand in a text that people typed: any script and any name, no invisible controls."""

import re
import unicodedata

# Marks that reorder what follows them, and so can make one text read as another.
BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
DOTS = str.maketrans(dict.fromkeys("\u3002\u2024\uff0e\uff61\u00b7\u30fb\u2027\u2219", "."))
JOINERS = {
    "\u200c",
    "\u200d",
    "\u200e",
    "\u200f",
}  # needed by Persian, Indic scripts, emoji and mixed-direction names

# Letters that stand for themselves in Unicode and that people without their keyboard type like this.
PLAIN = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ħ": "h",
        "ŧ": "t",
        "\u0131": "i",
        "ə": "e",
    }
)
# And the way some are spelt out instead: "Juergen", "Soeren", "Aase".
SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
ACCENTS = re.compile("[\u0300-\u036f]")
APOSTROPHES = re.compile("['`\u00b4\u02b9\u02bb\u02bc\u2018\u2019\u2032\uff07]")
DASHES = re.compile("[-\u2010-\u2015\u2212]")

FOLDED = 240  # letters kept of a folded name: some letters fold into many


class BadWords(ValueError):
    """The text holds something that cannot be kept; the message says what to do."""


def tidy(text: str, *, lines: bool = False) -> str:
    """The text in NFC with outer spaces gone; `lines` keeps line breaks. Raises BadWords."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    if not lines:
        text = text.replace("\n", " ").replace("\t", " ")
    for c in text:
        if c in BIDI or c == "\ufffd" or c == "\ufeff":
            raise BadWords("This holds hidden marks or broken letters; type it again rather than pasting it")
        if unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") and not (lines and c in "\n\t"):
            raise BadWords(
                "This holds a character that cannot be shown; type it again rather than pasting it"
            )
    if not lines:
        text = re.sub(r"\s+", " ", text)
    text = text.strip()
    if text and not text.strip("".join(JOINERS) + " \n\u200b\u2060\u00ad\u115f\u1160\u2800\u3164\uffa0"):
        raise BadWords("This looks empty; type at least one letter")
    return text


def folded_name(name: str) -> str:
    """What a name is matched and looked for by: case, width and spaces make no other name, in any script.

    At most FOLDED letters. It is done here, as SQLite knows the case of a-z alone.
    """
    # Folding can take a letter apart again (\u0130), so it is put together afterwards.
    whole = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(whole.split())[:FOLDED]


def plain(text: str) -> str:
    """The text as somebody in a hurry types it: without accents, apostrophes and hyphens, in small letters."""
    folded = folded_name(DASHES.sub(" ", APOSTROPHES.sub("", text)))
    bare = ACCENTS.sub("", unicodedata.normalize("NFD", folded.translate(PLAIN)))
    return unicodedata.normalize("NFC", bare)


def is_found(sought: str, name: str) -> bool:
    """Whether a search for these words finds this name, with or without its accents, or with them spelt out."""
    words = plain(sought)
    if not words:  # an apostrophe or a hyphen alone
        return folded_name(sought) in folded_name(name)
    if words in plain(name):
        return True
    return not name.isascii() and words in plain(folded_name(name).translate(SPELT_OUT))


def safe_to_mail(name: str) -> str:
    """A name that may stand in the first mail to an unproven address, or nothing.

    Whoever signs somebody else up must not be able to put words of their own before them (no links, no numbers
    to call): so a name with a dot inside, a digit, a slash, an @ or more than 60 letters is left out.
    """
    # Wide and half-wide forms and other dots are read as links by some mail programs: judged as what they look like.
    looks = unicodedata.normalize("NFKC", name).translate(DOTS)
    if len(name) > 60 or re.search(r"[\d/:@#<>\\=]|\w\.\w|www|http", looks, re.IGNORECASE):
        return ""
    return name
