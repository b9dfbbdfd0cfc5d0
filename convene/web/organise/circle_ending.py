"""A circle that rests, goes on, or ends with what it learnt; and all of it to take away."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from convene import clock
from convene.circles import ending, export, queries
from convene.circles.models import Circle, Learning
from convene.extensions import db
from convene.web.forms import AtMost, Form, Paragraphs
from convene.web.organise.circle_members import words
from convene.web.organise.circles import ID, circle_of, circle_to_change, written

page = Blueprint("organise_circle_ending", __name__)

NOT_NOW = "The circle is not in a state in which this can be done; nothing was changed."


class EndForm(Form):
    hoped = Paragraphs("What did we hope?", [AtMost(4000, "This")])
    happened = Paragraphs("What happened?", [AtMost(10_000, "This")])
    again = Paragraphs("What would we do again?", [AtMost(4000, "This")])
    public = BooleanField("Everybody may read this on the circle's page")


def render(circle: Circle, form: EndForm, code: int = 200) -> ResponseReturnValue:
    return render_template(
        "organise/circle_end.html",
        circle=circle,
        form=form,
        sessions=len(ending.not_begun(circle, clock.now())),
        tables=export.TABLES,
    ), code


@page.get(f"/{ID}/end")
def show(circle_id: int) -> ResponseReturnValue:
    circle = circle_of(circle_id)
    learnt = queries.learning(circle.id)
    shown: dict[str, Any] = {}
    if learnt is not None:
        shown = {name: getattr(learnt, name) for name in ("hoped", "happened", "again", "public")}
    return render(circle, EndForm(formdata=None, data=shown))


@page.post(f"/{ID}/end")
def end(circle_id: int) -> ResponseReturnValue:
    form, now = EndForm(), clock.now()
    if not form.validate():
        return render(circle_of(circle_id), form, 422)
    circle = circle_to_change(circle_id)
    learnt = Learning(
        circle_id=circle_id,
        hoped=form.hoped.data or "",
        happened=form.happened.data or "",
        again=form.again.data or "",
        public=bool(form.public.data),
        written_at=now,
        written_by=g.desk.actor,
    )
    try:
        ending.end(circle, learnt, now)
    except ending.NotNow:
        db.session.merge(learnt)  # ended before: its words are mended
    written("ended", circle_id, now)
    db.session.commit()
    flash("The circle has ended, and every member is told.", "good")
    return redirect(url_for("organise_circles.one", circle_id=circle_id), 303)


@page.post(f"/{ID}/rest")
def rest(circle_id: int) -> ResponseReturnValue:
    said = words()
    return turned(
        circle_id,
        lambda circle, now: ending.rest(circle, said, now),
        "rests",
        "The circle rests. Its sessions to come are off, and every member is told.",
    )


@page.post(f"/{ID}/resume")
def resume(circle_id: int) -> ResponseReturnValue:
    return turned(
        circle_id,
        ending.resume,
        "resumed",
        "The circle goes on. Plan its next dates, or give those that were called off again.",
    )


def turned(
    circle_id: int, act: Callable[[Circle, datetime], object], verb: str, done: str
) -> ResponseReturnValue:
    """The circle in another state, written down and said; unchanged where it is not the moment for that."""
    now = clock.now()
    circle = circle_to_change(circle_id)
    try:
        act(circle, now)
    except ending.NotNow:
        db.session.rollback()
        flash(NOT_NOW, "bad")
    else:
        written(verb, circle_id, now)
        db.session.commit()
        flash(done, "good")
    return redirect(url_for("organise_circles.one", circle_id=circle_id), 303)


@page.post(f"/{ID}/export")
def take_away(circle_id: int) -> ResponseReturnValue:
    """One document, or one table; it is written down that it was taken."""
    what = request.form.get("what", "")
    if what != "document" and what not in export.TABLES:
        abort(404)
    circle = circle_to_change(circle_id)
    written("exported", circle_id, clock.now())
    slug = circle.slug
    if what == "document":
        body, kind, name = export.as_markdown(circle), "text/markdown", f"{slug}.md"
    else:
        body, kind, name = export.as_csv(export.rows_of(circle, what)), "text/csv", f"{slug}-{what}.csv"
    db.session.commit()
    answer = Response(body, content_type=f"{kind}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
