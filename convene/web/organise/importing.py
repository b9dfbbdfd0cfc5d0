"""Signups from a file: first only looked at, line by line, then brought in while the page tells how far it is."""

import base64
import queue
import threading
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from flask import Blueprint, Flask, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, FileField, HiddenField

from convene import clock
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.signups import importing, queries
from convene.signups.actions import NotOpen
from convene.signups.importing import Row
from convene.web.forms import Form
from convene.web.organise import own

page = Blueprint("organise_importing", __name__)

SHOWN = 200
HERE = "[[lines]]"  # where the page is cut, to let them in
IN_WORDS = {
    "so far": '<p class="small">{reached} of {number} lines</p>\n',
    "done": '<p class="notice notice-good">Brought in: {reached}.</p>\n',
    "closed": '<p class="notice notice-bad">Nobody more can be brought in: the event must be published and not over. '
    "Lines done: {reached}.</p>\n",
    "fault": '<p class="notice notice-bad">It stopped by a fault of ours. Lines done: {reached}. Bring the same file '
    "in again for the rest.</p>\n",
}


class ImportForm(Form):
    file = FileField("A CSV file")


class BringForm(Form):
    carried = HiddenField()
    letters = BooleanField("Write to each of them, with a link to their place")


def packed(data: bytes) -> str:
    """The file, to be carried by the page: nothing of it is kept here until it is brought in."""
    return base64.b64encode(zlib.compress(data, 6)).decode()


def unpacked(text: str) -> bytes:
    """Raises Unreadable; however small it was packed, no more is unpacked than may be sent."""
    try:
        data = zlib.decompressobj().decompress(
            base64.b64decode(text, validate=True), importing.MOST_BYTES + 1
        )
    except (ValueError, zlib.error):
        raise importing.Unreadable("The file did not come whole. Choose it once more.") from None
    return data


def render(event: Event, form: Form, code: int = 200) -> ResponseReturnValue:
    return render_template("organise/import.html", event=event, form=form), code


@page.get(f"/{own.ID.format('event_id')}/import")
def ask(event_id: int) -> ResponseReturnValue:
    return render(own.event(event_id), ImportForm(formdata=None))


@page.post(f"/{own.ID.format('event_id')}/import")
def look(event_id: int) -> ResponseReturnValue:
    """What would happen with each line; nothing is changed."""
    event, form = own.event(event_id), ImportForm()
    file = request.files.get("file")
    data = file.read(importing.MOST_BYTES + 1) if file else b""
    if file:
        file.close()
    if not data:
        form.file.errors = ["Choose a CSV file"]
        return render(event, form, 422)
    try:
        planned = importing.plan(event, importing.read(data))
    except importing.Unreadable as problem:
        form.file.errors = [str(problem)]
        return render(event, form, 422)
    seated, in_line = importing.seats(planned, queries.places(event).of(False))
    return render_template(
        "organise/import_plan.html",
        event=event,
        takes=event.state == "published" and event.ends_at > clock.now(),
        seated=seated,
        in_line=in_line,
        form=BringForm(formdata=None, data={"carried": packed(data)}),
        counts=Counter(one.kind for one in planned),
        wrong=[one for one in planned if one.kind in ("fault", "ask")][:SHOWN],
        right=[one for one in planned if one.kind not in ("fault", "ask")][:SHOWN],
        number=len(planned),
        shown=SHOWN,
    )


@page.post(f"/{own.ID.format('event_id')}/import/bring-in")
def bring_in(event_id: int) -> ResponseReturnValue:
    """The work goes on in a thread of its own: whoever leaves the page does not stop it."""
    event, form = own.event(event_id), BringForm()
    try:
        rows = importing.read(unpacked(form.carried.data or ""))
    except importing.Unreadable as problem:
        again = ImportForm(formdata=None)
        again.file.errors = [str(problem)]
        return render(event, again, 422)
    start_write()
    importing.note(event, g.desk.actor, clock.now())
    db.session.commit()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # the application behind the proxy
    told: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
    work = threading.Thread(target=bring_all_in, args=(app, event_id, rows, bool(form.letters.data), told))
    work.start()
    whole = render_template("organise/import_run.html", event=own.event(event_id), lines_stand=HERE)
    head, _, foot = whole.partition(HERE)
    return Response(chain([head], steps(told, len(rows)), [foot]), content_type="text/html; charset=utf-8")


def bring_all_in(
    app: Flask, event_id: int, rows: Sequence[Row], letters: bool, told: "queue.SimpleQueue[tuple[str, int]]"
) -> None:
    """A transaction for each chunk, so that others who write are let in between."""
    added = done = 0
    with app.app_context():
        try:
            for some in importing.chunks(rows):
                start_write()
                added += importing.bring_in(event_id, some, letters, clock.now())
                db.session.commit()
                done += len(some)
                told.put(("so far", done))
            told.put(("done", added))
        except NotOpen:
            told.put(("closed", done))
        except Exception:
            app.logger.exception("import into event %s", event_id)
            told.put(("fault", done))
        finally:
            db.session.remove()


def steps(told: "queue.SimpleQueue[tuple[str, int]]", number: int) -> Iterator[str]:
    """How far it is, a line for each chunk, until it ends."""
    while True:
        kind, reached = told.get()
        yield IN_WORDS[kind].format(reached=reached, number=number)
        if kind != "so far":
            return
