"""Where the focus lands on the page that answers a form: on what was said there, else on its heading.

A page that comes anew is silent to a screen reader until something has the focus; without it, whoever pressed a button
would have to look for what came of it.
"""

from flask import Flask, Response, request, session
from markupsafe import Markup

MARK = "answers_form"
HEADING = "<h1"
LIVE = "data-part"  # such a page puts its parts in place anew, heading and all, while it is read
LANDS = " data-lands"  # the part of such a page that takes the focus in place of its heading


def remember(answer: Response) -> Response:
    """A form that sends on elsewhere leaves a mark for that page, unless its address names a place on it."""
    if request.method == "POST" and answer.status_code in (302, 303) and "#" not in (answer.location or "#"):
        session[MARK] = True
    return answer


def answers_form() -> bool:
    """Whether this page answers a form: the one that was sent to it, or one that sent on to it."""
    marked = MARK in session
    if marked:
        session.pop(MARK)
    return marked or request.method == "POST"


def from_heading(page: Markup) -> Markup:
    """The page with the focus on its heading, unless something on it takes it already."""
    if " autofocus" in page:
        return page
    if LIVE in page:
        return Markup(page.replace(LANDS, Markup(' tabindex="-1" autofocus'), 1))  # noqa: S704 - the page itself
    return Markup(page.replace(HEADING, Markup('<h1 tabindex="-1" autofocus'), 1))  # noqa: S704 - the page itself


def init_app(app: Flask) -> None:
    app.after_request(remember)
    app.jinja_env.globals.update(answers_form=answers_form)
    app.jinja_env.filters.update(from_heading=from_heading)
