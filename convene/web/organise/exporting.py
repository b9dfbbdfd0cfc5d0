"""Signups as a file to take away, of one event or of all: streamed, harmless in a spreadsheet, and written down."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from convene import aside, clock
from convene.access import audit
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.signups import exporting
from convene.web.organise import afresh, own

page = Blueprint("organise_exporting", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PIECE = 64 * 1024
PATIENCE = 300.0  # seconds, for fifty thousand rows on a busy machine


@page.get("/export")
def ask_all() -> ResponseReturnValue:
    return render_template("organise/export.html", event=None)


@page.get(f"/{own.ID.format('event_id')}/export")
def ask(event_id: int) -> ResponseReturnValue:
    return render_template("organise/export.html", event=own.event(event_id))


@page.post("/export")
def export_all() -> ResponseReturnValue:
    """Everything: for somebody who signed in a short while ago."""
    if not afresh.is_fresh():
        return afresh.sign_in_again(url_for("organise_exporting.ask_all"))
    return export(None)


@page.post(f"/{own.ID.format('event_id')}/export")
def export_one(event_id: int) -> ResponseReturnValue:
    return export(own.event(event_id))


def export(event: Event | None) -> ResponseReturnValue:
    """It is written down before the first row leaves."""
    event_id, name = (event.id, event.slug) if event else (None, "sign-ups")
    zone = event.zone if event else g.desk.zone
    organisation_id, actor = g.desk.organisation_id, g.desk.actor
    start_write()
    subject = f"event:{event_id}" if event_id else f"organisation:{organisation_id}"
    audit.record(organisation_id, actor, "signups.exported", subject, clock.now())
    db.session.commit()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # the application behind the proxy
    rows = beyond_the_request(app, exporting.as_csv(exporting.table(organisation_id, event_id, zone)))
    as_book = request.form.get("kind") == "xlsx"
    body = workbook(rows) if as_book else (piece.encode() for piece in rows)
    ending, kind = ("xlsx", XLSX) if as_book else ("csv", "text/csv; charset=utf-8")
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(body, headers=headers, content_type=kind)


def beyond_the_request(app: Flask, pieces: Iterator[str]) -> Iterator[str]:
    """The pieces, each read in a session of its own: none is held while a slow client takes what it was given."""
    while True:
        with app.app_context():
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def workbook(rows: Iterator[str]) -> Iterator[bytes]:
    """The same rows as a workbook, made beside this process and handed on a piece at a time."""
    with tempfile.TemporaryDirectory(prefix="convene-") as folder:
        source, target = Path(folder) / "rows.csv", Path(folder) / "rows.xlsx"
        with source.open("w", encoding="utf-8", newline="") as file:
            file.writelines(rows)
        aside.run("convene.paper.table:from_csv", str(source), str(target), seconds=PATIENCE)
        with target.open("rb") as made:
            while piece := made.read(PIECE):
                yield piece
