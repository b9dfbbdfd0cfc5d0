"""Two entries that are one person: found, laid side by side, made one, and parted again within thirty days."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import RadioField, SelectChoice

from convene import clock
from convene.events.queries import locked
from convene.extensions import db, start_write
from convene.people import finding, merging
from convene.people.actions import SamePerson
from convene.people.models import Merge, Person
from convene.signups.models import Signup
from convene.web.forms import Form
from convene.web.organise import own, refusals
from convene.web.organise.person import ID, known

page = Blueprint("organise_merging", __name__)

OTHER = own.ID.format("other_id")
FOUND = 20
HAS_PART = "One of them has a part at your desk. End it under Team first; afterwards it can be given again."
# Whichever rule it is, and whoever asks: the words must not tell that somebody is kept apart.
NOT_POSSIBLE = "Not possible here."


class MergeForm(Form):
    name = RadioField("Which name stays?")
    address = RadioField("Which address stays?")

    def offer(self, both: tuple[Person, Person]) -> "MergeForm":
        """The choices that these two leave; where they agree there is nothing to choose."""
        self.name.choices = [SelectChoice(str(one.id), one.name) for one in both]
        self.address.choices = [
            SelectChoice(str(one.id), one.address_typed) for one in both if one.address_typed
        ]
        return self


def two(person_id: int, other_id: int) -> tuple[Person, Person]:
    return known(person_id), known(other_id)


@page.get(f"/{ID}/merge")
def find(person_id: int) -> ResponseReturnValue:
    person = known(person_id)
    text = " ".join(request.args.get("q", person.name).split())[:120]
    sought = "".join(c for c in text if c.isprintable())
    people = finding.search(g.desk.organisation_id, sought, limit=FOUND) if sought else []
    others = [one for one in people if one.id != person.id]
    return render_template("organise/merge_find.html", person=person, others=others, typed=text)


def compare_page(both: tuple[Person, Person], form: MergeForm, code: int = 200) -> ResponseReturnValue:
    return render_template("organise/merge.html", both=both, form=form), code


@page.get(f"/{ID}/merge/{OTHER}")
def compare(person_id: int, other_id: int) -> ResponseReturnValue:
    if person_id == other_id:
        abort(404)
    both = two(person_id, other_id)
    first = next((str(one.id) for one in both if one.address_typed), None)
    form = MergeForm(formdata=None, data={"name": str(person_id), "address": first})
    return compare_page(both, form.offer(both))


@page.post(f"/{ID}/merge/{OTHER}")
def merge(person_id: int, other_id: int) -> ResponseReturnValue:
    start_write()
    if person_id == other_id:
        db.session.rollback()
        flash("These are one person already.", "bad")
        return redirect(url_for("organise_merging.find", person_id=person_id), 303)
    lock_shared_events(person_id, other_id)
    kept, gone = two(person_id, other_id)
    form = MergeForm().offer((kept, gone))
    if len(form.address.choices) < 2:
        form.address.data = form.address.choices[0].value if form.address.choices else None
        form.address.validate_choice = False
    by_id = {str(one.id): one for one in (kept, gone)}
    problem = "Choose the name and the address that stay." if not form.validate() else ""
    if not problem:
        name, address_of = by_id[form.name.data].name, by_id.get(form.address.data or "")
        try:
            merging.merge(kept, gone, name, address_of, g.desk.actor, clock.now())
        except merging.HasPart:
            problem = HAS_PART
        except (merging.RuleBetween, SamePerson):
            problem = NOT_POSSIBLE
            refusals.refused_to_merge(person_id)
    if problem:
        db.session.rollback()
        form.form_errors.append(problem)
        return compare_page(two(person_id, other_id), form.offer(two(person_id, other_id)), 409)
    db.session.commit()
    flash(f"They are one person now: {name}. You can part them again for thirty days.", "good")
    return redirect(url_for("organise_person.show", person_id=person_id), 303)


def lock_shared_events(*people: int) -> None:
    """Of two places at one event one is given back, which is decided under the lock of its row."""
    shared = select(Signup.event_id).where(Signup.person_id.in_(people)).order_by(Signup.event_id).distinct()
    for event_id in list(db.session.scalars(shared)):
        locked(event_id)


@page.post(f"/merges/{own.ID.format('merge_id')}/undo")
def undo(merge_id: int) -> ResponseReturnValue:
    start_write()
    mine = (Merge.id == merge_id, Merge.organisation_id == g.desk.organisation_id)
    one = db.session.scalar(select(Merge).where(*mine)) or abort(404)
    kept_id = one.kept_id
    lock_shared_events(kept_id)
    try:
        merging.undo(one, g.desk.actor, clock.now())
    except merging.TooLate:
        db.session.rollback()
        flash("This cannot be undone: thirty days are over, or a later one has to be undone first.", "bad")
    else:
        db.session.commit()
        flash("They are two people again, as they were.", "good")
    return redirect(url_for("organise_person.show", person_id=kept_id), 303)
