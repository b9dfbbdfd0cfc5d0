"""What a proxy or a monitor asks: is the process there, and can the installation do its work."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from convene import clock
from convene.health import checks

page = Blueprint("health", __name__)


@page.get("/healthz")
def healthz() -> ResponseReturnValue:
    return "ok\n", 200, {"Content-Type": "text/plain"}


@page.get("/readyz")
def readyz() -> ResponseReturnValue:
    parts = checks.ready(clock.now())
    return jsonify(parts), 200 if all(parts.values()) else 503
