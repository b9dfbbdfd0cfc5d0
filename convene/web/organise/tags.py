"""A host's own words for people: put on and taken off at a person's page."""

from flask import Blueprint, abort, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.extensions import db, start_write
from convene.people import tags
from convene.web.organise import own, person
from convene.web.organise.person import ID, TagForm

page = Blueprint("organise_tags", __name__)


@page.post(f"/{ID}/tags")
def put(person_id: int) -> ResponseReturnValue:
    form = TagForm()
    if not form.validate():
        return person.render(person.known(person_id), tag=form, code=422)
    start_write()
    try:
        tags.put(person.known(person_id), form.tag.data or "", g.desk.actor, clock.now())
    except tags.TooMany:
        db.session.rollback()
        form.tag.errors = [f"There are {tags.MOST} tags already; use one of those, or take one off everybody"]
        return person.render(person.known(person_id), tag=form, code=409)
    db.session.commit()
    flash(f"“{form.tag.data}” is put on.", "good")
    return redirect(url_for("organise_person.show", person_id=person_id, _anchor="tags"), 303)


@page.post(f"/{ID}/tags/{own.ID.format('tag_id')}/remove")
def remove(person_id: int, tag_id: int) -> ResponseReturnValue:
    start_write()
    tag = tags.one(g.desk.organisation_id, tag_id) or abort(404)
    words = f"“{tag.name}” is taken off."
    tags.take_off(person.known(person_id), tag, g.desk.actor, clock.now())
    db.session.commit()
    flash(words, "good")
    return redirect(url_for("organise_person.show", person_id=person_id, _anchor="tags"), 303)
