"""The one set of headers on every answer, errors too, and the refusal of posts that come from other sites."""

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import Forbidden

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # same-origin and not no-referrer: Flask-WTF wants a Referer on https, and a form would send `Origin: null`.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# One page may stand in a frame of any site: it takes no press, so nobody can be led to press on it unseen.
FRAMED = "events.embed"
MAY_BE_FRAMED = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors http: https:"
)
# Behind these paths stands what concerns one person: no shared machine may keep it.
PRIVATE = (
    "/place/",
    "/answer/",
    "/unsubscribe/",
    "/preferences/",
    "/organise",
    "/dev/",
    "/door/",
    "/here/",
    "/my-data/",
    "/news/",
    "/involved/",
    "/member/",
    "/me/",
    "/tie/",
)
SHOWS_AN_ADDRESS = ("code.show", "code.use", "circles.asked")
ONE_CLICK = "unsubscribe.stop"  # RFC 8058: a mail program posts here


def set_headers(answer: Response) -> Response:
    for name, value in HEADERS.items():
        if name != "X-Frame-Options" or request.endpoint != FRAMED or answer.status_code != 200:
            answer.headers.setdefault(name, value)
    if current_app.config["HTTPS"]:
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.path.startswith(PRIVATE) or request.endpoint in SHOWS_AN_ADDRESS or "change" in request.args:
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Robots-Tag"] = "noindex"
    elif request.endpoint != "static":
        answer.headers.setdefault("Cache-Control", "no-cache")
    return answer


def refuse_other_sites() -> None:
    """A post that a browser says was started by another site goes no further (the token is asked for besides)."""
    if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint == ONE_CLICK:
        return
    site, origin = request.headers.get("Sec-Fetch-Site", "same-origin"), request.headers.get("Origin")
    ours = origin is None or origin.rpartition("://")[2] == request.host
    if site not in ("same-origin", "none") or not ours:
        raise Forbidden("This was sent from another site.")


def init_app(app: Flask) -> None:
    app.before_request(refuse_other_sites)
    app.after_request(set_headers)
