"""The letters that a development copy would have sent, to read in the browser."""

import email
import email.policy
from email.message import EmailMessage, Message
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template
from flask.typing import ResponseReturnValue

page = Blueprint("dev_mail", __name__)

NEWEST = 200


def folder() -> Path:
    url = current_app.config["MAIL_URL"]
    return Path(url.removeprefix("folder:")) if url.startswith("folder:") else abort(404)


def message(name: str) -> EmailMessage:
    """A letter by its file name; only names the folder itself lists are ever opened."""
    file = next((one for one in folder().glob("*.eml") if one.stem == name), None) or abort(404)
    found = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


@page.get("/")
def inbox() -> ResponseReturnValue:
    files = sorted(folder().glob("*.eml"), key=lambda one: one.stat().st_mtime_ns, reverse=True)[:NEWEST]
    letters = [(file.stem, message(file.stem)) for file in files]
    return render_template("visit/dev_inbox.html", letters=letters)


@page.get("/<name>")
def letter(name: str) -> ResponseReturnValue:
    found = message(name)
    text = found.get_body(("plain",))
    invite = next((part for part in found.walk() if part.get_content_type() == "text/calendar"), None)
    words = text.get_content() if text else ""
    return render_template(
        "visit/dev_letter.html", name=name, letter=found, words=words, invite=decoded(invite)
    )


def decoded(part: Message | None) -> str:
    content = part.get_payload(decode=True) if part is not None else b""
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


@page.get("/<name>/html")
def html(name: str) -> ResponseReturnValue:
    """The HTML half as a mail program would draw it: its own inline styles, and nothing else, are let through."""
    part = message(name).get_body(("html",)) or abort(404)
    answer = Response(part.get_content(), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups"
    )
    return answer
