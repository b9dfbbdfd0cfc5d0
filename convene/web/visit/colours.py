"""A host's own colour on its public pages: a small style sheet of its own, as no page may have styles in itself."""

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from convene.people import colours, queries
from convene.people.models import Organisation

page = Blueprint("colours", __name__)

A_YEAR = "public, max-age=31536000, immutable"
SHEET = """:root {{ --lamp: {0.lamp}; --lamp-hover: {0.hover}; --lamp-ink: {0.words}; --lamp-edge: {0.edge_by_day}; }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ --lamp: {0.lamp}; --lamp-hover: {0.hover}; --lamp-ink: {0.words}; --lamp-edge: {0.edge_by_night}; }} }}
"""  # noqa: E501 - one rule a line


@page.app_template_global()
def colours_of(host: object) -> str:
    """Where this host's style sheet is, by its colour, so that it can be kept; empty for the house's own colours.

    A page may have a host's name where others have the host: that is none.
    """
    if not isinstance(host, Organisation) or colours.painted(host.accent) is None:
        return ""
    return url_for("colours.sheet", slug=host.slug, colour=host.accent.removeprefix("#"))


@page.get("/hosts/<slug:slug>/colours.css")
def sheet(slug: str) -> ResponseReturnValue:
    """The sheet: kept for a year under an address that names its colour, else asked for again each time."""
    host = queries.organisation(slug)
    painted = colours.painted(host.accent) if host else None
    if host is None or painted is None:
        abort(404)
    answer = Response(SHEET.format(painted), mimetype="text/css")
    named = request.args.get("colour") == host.accent.removeprefix("#")
    answer.headers["Cache-Control"] = A_YEAR if named else "no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
