"""Who would like to get involved, and what was promised them: answered in one press, and put back in another."""

from datetime import datetime

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.extensions import db, start_write
from convene.people import involvement
from convene.people.models import Involvement
from convene.people.queries import ORGANISING
from convene.web.organise import own
from convene.web.organise.today import Task

page = Blueprint("organise_involved", __name__)

ID = own.ID.format("involvement_id")


def of_desk(involvement_id: int) -> Involvement:
    """The one of this id at this desk, or 404."""
    if not g.desk.roles & set(ORGANISING):
        abort(404)
    return involvement.one(g.desk.organisation_id, involvement_id) or abort(404)


def tasks(now: datetime) -> list[Task]:
    """One line for the first page of the desk."""
    waiting = involvement.open_at(g.desk.organisation_id)
    if not waiting:
        return []
    late = sum(one.promised_by <= now for one in waiting)
    people = len({one.person_id for one in waiting})
    words = "One person would like" if people == 1 else f"{people} people would like"
    ending = f", and an answer is overdue ({late})" if late else ""
    return [Task(f"{words} to get involved{ending}", "", "Answer them", "organise_involved.show")]


@page.get("")
def show() -> ResponseReturnValue:
    if not g.desk.roles & set(ORGANISING):
        abort(404)
    return render_template(
        "organise/involved.html",
        waiting=involvement.open_at(g.desk.organisation_id),
        done=involvement.done_at(g.desk.organisation_id),
        kinds=involvement.KINDS,
        now=clock.now(),
    )


@page.post(f"/{ID}/answered")
def answered(involvement_id: int) -> ResponseReturnValue:
    start_write()
    found = of_desk(involvement_id)
    words = f"Answered: {found.person.name}, {involvement.KINDS[found.kind].lower()}."
    involvement.close(found, g.desk.actor, clock.now())
    db.session.commit()
    flash(words, "good")
    return redirect(url_for("organise_involved.show"), 303)


@page.post(f"/{ID}/open-again")
def open_again(involvement_id: int) -> ResponseReturnValue:
    start_write()
    found = of_desk(involvement_id)
    involvement.reopen(found, g.desk.actor, clock.now())
    db.session.commit()
    flash("It waits for your answer again.", "good")
    return redirect(url_for("organise_involved.show"), 303)
