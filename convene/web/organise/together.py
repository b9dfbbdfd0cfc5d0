"""Who sits together in every group: somebody and their carer, or their interpreter."""

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.extensions import db, start_write
from convene.people import actions
from convene.people.models import Lock
from convene.web.organise import own
from convene.web.organise.pairs import PairForm, chosen, fill, named, pairs_of, rule, typed

page = Blueprint("organise_together", __name__)


def render(form: PairForm, code: int = 200) -> ResponseReturnValue:
    one, other = typed("one"), typed("other")
    return render_template(
        "organise/together.html", form=fill(form), one=one, other=other, pairs=pairs_of(Lock)
    ), code


@page.get("/together")
def show() -> ResponseReturnValue:
    return render(PairForm(formdata=None))


@page.post("/together")
def keep() -> ResponseReturnValue:
    form = PairForm()
    start_write()
    pair = chosen(form) if form.validate() else None
    if pair is not None:
        try:
            actions.keep_together(*pair, g.desk.actor, clock.now())
        except actions.SamePerson:
            form.second.errors = ["Choose two different people"]
        else:
            words = f"{pair[0].name} and {pair[1].name} are kept together from the next deal on."
            db.session.commit()
            flash(words, "good")
            return redirect(url_for("organise_together.show"), 303)
    db.session.rollback()
    return render(form, 422)


@page.get(f"/together/{own.ID.format('rule_id')}/lift")
def ask_lift(rule_id: int) -> ResponseReturnValue:
    return render_template("organise/lift.html", kind="together", pair=named([rule(Lock, rule_id)])[0])


@page.post(f"/together/{own.ID.format('rule_id')}/lift")
def lift(rule_id: int) -> ResponseReturnValue:
    start_write()
    if not actions.lift(Lock, rule_id, g.desk.organisation_id, g.desk.actor, clock.now()):
        abort(404)
    db.session.commit()
    flash("That rule is lifted. It no longer counts in the next deal.", "good")
    return redirect(url_for("organise_together.show"), 303)
