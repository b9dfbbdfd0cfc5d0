"""What somebody told a host, on one page to be kept, changed or taken away: about themself, what they can give or seek,
with whom they stay in touch."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.extensions import db, start_write
from convene.mail.languages import known
from convene.mail.translations import said
from convene.network import queries as network
from convene.nudges import answering
from convene.offers import actions as offers
from convene.offers import queries as offered
from convene.people.models import Person
from convene.signups.called import called
from convene.web.forms import AtMost, Form, Words
from convene.web.speech import page_in, speak
from convene.web.visit.mine import person_of, person_to_change, tie_token

page = Blueprint("still_true", __name__)


class AboutForm(Form):
    affiliation = Words(
        "Organisation or group", [AtMost(120, "The organisation")], render_kw={"autocomplete": "organization"}
    )
    field = Words("Field of work or interest", [AtMost(120, "The field of work")])
    place = Words(
        "Where you are based", [AtMost(120, "The place")], render_kw={"autocomplete": "address-level2"}
    )


def render(person: Person, token: str, form: AboutForm, code: int = 200) -> ResponseReturnValue:
    speak(form, person.language)
    return page_in(
        person.language,
        "visit/still_true.html",
        person=person,
        host=person.organisation,
        token=token,
        form=form,
        said=offered.of_person(person.id),
        now=clock.now(),
        zone=person.zone or person.organisation.zone,
        ties=[(called(one.other), tie_token(one)) for one in network.of_person(person.id)],
    ), code


@page.get("/<token>/still-true")
def show(token: str) -> ResponseReturnValue:
    person = person_of(token)
    about = {"affiliation": person.affiliation, "field": person.field, "place": person.place}
    return render(person, token, AboutForm(formdata=None, data=about))


@page.post("/<token>/still-true")
def save(token: str) -> ResponseReturnValue:
    """What they say of themself, as they have it now; an empty box takes it away."""
    person, form = person_of(token), AboutForm()
    if not form.validate():
        return render(person, token, form, 422)
    start_write()
    person = person_to_change(token)
    person.affiliation, person.field, person.place = form.affiliation.data, form.field.data, form.place.data
    answering.looked_at(person)
    db.session.commit()
    return back(token, said("Saved. Thank you.", known(person.language)))


@page.post("/<token>/still-true/keep")
def keep(token: str) -> ResponseReturnValue:
    """All of it stays, and what they can give or seek stands for as long again."""
    person_of(token)
    start_write()
    person = person_to_change(token)
    offers.renew_all(person.id, clock.now())
    answering.looked_at(person)
    db.session.commit()
    return back(token, said("Kept as it is. Thank you.", known(person.language)))


def back(token: str, words: str) -> ResponseReturnValue:
    flash(words, "good")
    return redirect(url_for("still_true.show", token=token), 303)
