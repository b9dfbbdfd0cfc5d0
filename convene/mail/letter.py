"""A letter as a value: rendered once, in full, from the three templates of its folder."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one address. `invite` is an iTIP message whose METHOD is `invite_method`."""

    kind: str
    to_name: str
    to_address: str
    from_name: str
    subject: str
    text: str
    html: str
    reply_to: str | None = None
    invite: bytes | None = None
    invite_method: str | None = None
    revision: int | None = None
    unsubscribe_url: str | None = None
    list_id: str | None = None
    quiet_zone: str | None = None
    expires_at: datetime | None = None


def one_line(text: str) -> str:
    """Text that is safe in a mail header: one line, no control characters, no encoded words.

    `=?` must go because the standard library of Python before 3.11.10 decodes it into header lines
    (CVE-2024-6923 and later relatives).
    """
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return re.sub(r"\s+", " ", text).replace("=?", "= ?").strip()


def write(
    kind: str, *, to_name: str, to_address: str, from_name: str, facts: dict[str, Any], **rest: Any
) -> Letter:
    """The letter of this kind, from templates/mail/<kind>/{subject.txt,body.txt,body.html}."""
    facts = {
        "to_name": to_name,
        "from_name": from_name,
        "unsubscribe_url": rest.get("unsubscribe_url"),
        **facts,
    }
    return Letter(
        kind=kind,
        to_name=one_line(to_name),
        to_address=to_address,
        from_name=one_line(from_name),
        subject=one_line(render_template(f"mail/{kind}/subject.txt", **facts))[:300],
        text=re.sub(r"\n{3,}", "\n\n", render_template(f"mail/{kind}/body.txt", **facts)).strip() + "\n",
        html=render_template(f"mail/{kind}/body.html", **facts),
        **rest,
    )
