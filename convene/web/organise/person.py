"""One person as their host knows them: signups, attendance, consents, tags, letters; no private answer, no note."""

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import EmailField

from convene import clock
from convene.access import limits
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.mail.models import OutgoingMail
from convene.mail.suppression import reason_for
from convene.people import merging, tags
from convene.people.models import Consent, Person, Role
from convene.privacy.links_ended import readdress
from convene.signups import actions, mending
from convene.signups.models import Signup
from convene.web.forms import AtMost, Form, Needed, Words, an_address
from convene.web.organise import own

page = Blueprint("organise_person", __name__)

LETTERS = 30
ID = own.ID.format("person_id")


class AddressForm(Form):
    email = EmailField(
        "Email",
        [Needed("Enter an address"), an_address],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class TagForm(Form):
    tag = Words("A tag", [Needed("Enter a word"), AtMost(tags.LONGEST, "The tag")])


def known(person_id: int) -> Person:
    """The person of this id at this desk, or 404; also for one whose data was erased."""
    mine = (
        Person.id == person_id,
        Person.organisation_id == g.desk.organisation_id,
        Person.state != "erased",
    )
    return db.session.scalar(select(Person).where(*mine)) or abort(404)


def signups_of(person_id: int) -> list[Signup]:
    rows = select(Signup).join(Event, Signup.event_id == Event.id).where(Signup.person_id == person_id)
    rows = rows.where(Event.organisation_id == g.desk.organisation_id).order_by(Event.starts_at.desc())
    return list(db.session.scalars(rows.options(joinedload(Signup.event), joinedload(Signup.attendance))))


def letters_of(person_id: int) -> list[OutgoingMail]:
    rows = select(OutgoingMail).where(
        OutgoingMail.organisation_id == g.desk.organisation_id, OutgoingMail.person_id == person_id
    )
    return list(db.session.scalars(rows.order_by(OutgoingMail.id.desc()).limit(LETTERS)))


def render(
    person: Person, address: AddressForm | None = None, tag: TagForm | None = None, code: int = 200
) -> ResponseReturnValue:
    now = clock.now()
    shown = AddressForm(formdata=None, data={"email": person.address_typed or ""})
    consents = select(Consent).where(Consent.person_id == person.id).order_by(Consent.id.desc())
    return (
        render_template(
            "organise/person.html",
            person=person,
            form=address or tag or shown,
            address_form=address or shown,
            tag_form=tag or TagForm(formdata=None),
            signups=signups_of(person.id),
            can_write=set(mending.open_signups(person.id, now)),
            consents=db.session.scalars(consents).all(),
            tags=tags.of_person(person.id),
            all_tags=tags.of_host(g.desk.organisation_id),
            letters=letters_of(person.id),
            unreached=reason_for(person.reachable) if person.reachable else None,
            at_desk=db.session.scalar(select(Role.id).where(Role.person_id == person.id).limit(1)),
            merges=merging.undoable(g.desk.organisation_id, now, person.id),
            undo_until=merging.UNDO,
        ),
        code,
    )


@page.get(f"/{ID}")
def show(person_id: int) -> ResponseReturnValue:
    return render(known(person_id))


@page.post(f"/{ID}/address")
def mend(person_id: int) -> ResponseReturnValue:
    form = AddressForm()
    if not form.validate():
        return render(known(person_id), address=form, code=422)
    start_write()
    person = known(person_id)
    try:
        letters = readdress(person, form.email.data or "", g.desk.actor, clock.now())
    except mending.AtDesk:
        words = (
            "They sign in at the desk with this address. End their part first, then give it to the new one."
        )
    except mending.Taken:
        words = "Somebody else here has this address. If the two are one person, make them one below."
    else:
        said = f" We have written to it: {letters} new link{'' if letters == 1 else 's'}." if letters else ""
        db.session.commit()
        flash(f"The address is put right, and links sent to the old one are dead.{said}", "good")
        return redirect(url_for("organise_person.show", person_id=person_id), 303)
    db.session.rollback()
    form.email.errors = [words]
    return render(known(person_id), address=form, code=409)


@page.post(f"/{ID}/signups/{own.ID.format('signup_id')}/send-again")
def send_again(person_id: int, signup_id: int) -> ResponseReturnValue:
    """The letter with their link once more; the link sent before ends."""
    start_write()
    known(person_id)
    now = clock.now()
    signup = next((one for one in signups_of(person_id) if one.id == signup_id), None) or abort(404)
    if signup_id not in mending.open_signups(person_id, now):
        abort(404)
    try:
        actions.new_link(signup, now)
    except actions.PlaceGone:
        db.session.rollback()
        flash("We have no address for them, so tell them yourself.", "bad")
    except limits.TooMany:
        db.session.rollback()
        flash("They have had several letters within the hour. Try again later.", "bad")
    else:
        db.session.commit()
        flash("Sent again, with a new link. The old one opens nothing any more.", "good")
    return redirect(url_for("organise_person.show", person_id=person_id), 303)
