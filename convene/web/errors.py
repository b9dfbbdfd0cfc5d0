"""What a person sees when something is refused or goes wrong: plain words, and nothing half written."""

from flask import Flask, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from convene.access.limits import TooMany
from convene.extensions import db
from convene.groups.actions import NotPossible
from convene.links import Forged
from convene.web.access import press_again

WORDS = {
    400: (
        "That did not reach us whole",
        "Something in the address or the form was not as it should be. Go back and try again.",
    ),
    403: (
        "This was sent from another site",
        "For your safety we only take what is pressed on our own pages. Open the page here and press again.",
    ),
    404: (
        "There is nothing here",
        "The address may be mistyped, or what was here is gone. What is on now is on the front page.",
    ),
    405: ("That is not how this page works", "Open the page first, and use the button on it."),
    413: (
        "That was too much at once",
        "What you sent is larger than we can take. Shorten it and send it again.",
    ),
    429: (
        "Many people are here at this moment",
        "Wait {}, then press again. Nothing that you typed is lost: go back and it is still there.",
    ),
    503: (
        "We could not save that just now",
        "Nothing was saved. Please try again in a minute: go back and what you typed is still there.",
    ),
}
OURS = (
    "Something went wrong here",
    "It is our fault, not yours, and nothing was saved by halves. Please try again in a minute.",
)


def page(code: int, heading: str, words: str, retry_after: int | None = None) -> ResponseReturnValue:
    """The page of a refusal; what was begun to be written is given up first, and its lock with it."""
    db.session.rollback()
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return render_template("error.html", heading=heading, words=words, code=code), code, headers


def refused(error: HTTPException) -> ResponseReturnValue:
    """Every refusal that has a number; a redirect that werkzeug raises is left as it is."""
    if error.code is None or error.code < 400:
        return error
    heading, words = WORDS.get(error.code, OURS if error.code >= 500 else WORDS[400])
    answer = make_response(page(error.code, heading, words.format("a minute")))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.allow.update(error.valid_methods)  # RFC 9110 15.5.6
    return answer


def unknown_host(error: SecurityError) -> ResponseReturnValue:
    """Asked for under a name that is not ours: no page of ours can be drawn, for none has an address there."""
    return "This site does not answer to that name.\n", 400, {"Content-Type": "text/plain; charset=utf-8"}


def forgery(error: CSRFError) -> ResponseReturnValue:
    """The form's token does not fit (cookies were off, or cleared): ask again with what was typed still in it."""
    return press_again(), 400


def unreadable_link(error: Forged) -> ResponseReturnValue:
    words = (
        "The link is damaged or has been replaced by a newer one. If it came in a mail, check that the whole address "
        "was copied, or open the newest mail. You can always sign up again with the same address: you keep your place."
    )
    return page(404, "This link does not work any more", words)


def not_possible(error: NotPossible) -> ResponseReturnValue:
    """A hard rule stands against it. Which one is for the safeguarding lead alone: all read the same words."""
    return page(
        409, "The groups have changed", "Somebody came, left or was moved since this was dealt. Deal again."
    )


def too_many(error: TooMany) -> ResponseReturnValue:
    heading, words = WORDS[429]
    return page(
        429, heading, words.format(error.minutes), retry_after=max(1, int(error.wait.total_seconds()))
    )


def database_away(error: OperationalError) -> ResponseReturnValue:
    """Locked too long, full, or not there: nothing was kept, and we say so."""
    current_app.logger.error("database: %s", type(error.orig).__name__)
    heading, words = WORDS[503]
    return page(503, heading, words, retry_after=10)


def fault(error: Exception) -> ResponseReturnValue:
    current_app.logger.exception("unexpected, at %s", request.endpoint)
    return page(500, *OURS)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(SecurityError, unknown_host)
    app.register_error_handler(CSRFError, forgery)
    app.register_error_handler(Forged, unreadable_link)
    app.register_error_handler(NotPossible, not_possible)
    app.register_error_handler(TooMany, too_many)
    app.register_error_handler(OperationalError, database_away)
    app.register_error_handler(Exception, fault)
