"""What people in a circle said they would do: added, taken on, done, or let go with a reason."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, RadioField, SelectChoice, SelectField

from convene import clock
from convene.calendar import zones
from convene.circles import carrying, promises, talk
from convene.circles.models import Action
from convene.events.models import Event
from convene.extensions import db
from convene.web.forms import AtMost, Form, Needed, Paragraphs, Words, small
from convene.web.inside import entry
from convene.web.inside.entry import Inside
from convene.web.inside.sessions import ID, back
from convene.web.organise.event_fields import DayIfAny

page = Blueprint("inside_actions", __name__)

ONE = f"/<token>/actions/{ID.format('action_id')}"
CLOSED = 20  # that the page shows; our story has them all
TOO_MANY = f"{promises.MOST_OPEN} actions are open: close one, or let one go, before you note another."


class ActionForm(Form):
    words = Words("What will be done?", [Needed("Say what will be done"), AtMost(300, "This")])
    owner = SelectField("Who does it?", coerce=small, validate_choice=False, default=0)
    due_on = DayIfAny("By when?")
    session = HiddenField()


class ChangeForm(ActionForm):
    state = RadioField(
        "How does it stand?", choices=[SelectChoice(key, words) for key, words in carrying.STATES.items()]
    )
    reason = Paragraphs("What came of it, or why it was let go", [AtMost(1000, "This")])
    revision = HiddenField()


def with_people(form: ActionForm, here: Inside) -> ActionForm:
    names = talk.names(here.circle.id)
    form.owner.choices = [
        SelectChoice(0, "Nobody yet"),
        *(SelectChoice(one, name) for one, name in names.items()),
    ]
    return form


def owner_of(form: ActionForm, here: Inside) -> int | None:
    """Who does it, of the members alone."""
    chosen = form.owner.data or 0
    return chosen if chosen in talk.names(here.circle.id) else None


@page.get("/<token>/actions")
def listed(token: str) -> ResponseReturnValue:
    here = entry.of(token)
    return render_list(here, ActionForm(formdata=None, data={"owner": here.person_id if here.member else 0}))


def sees(here: Inside, action: Action) -> bool:
    """What is open is everybody's; what was done or let go before they came only where the circle wants that."""
    open_ = action.state in carrying.OPEN
    return open_ or here.story_since is None or action.created_at >= here.story_since


def action_of(here: Inside, action_id: int) -> Action:
    found = promises.one(here.circle.id, action_id)
    return found if found is not None and sees(here, found) else abort(404)


def render_list(here: Inside, form: ActionForm, code: int = 200) -> ResponseReturnValue:
    found = promises.of_circle(here.circle.id)
    seen = [one for one in found if one.state in carrying.CLOSED and sees(here, one)]
    now = clock.now()
    today = zones.local(now, here.circle.zone).date()
    return render_template(
        "inside/actions.html",
        inside=here,
        form=with_people(form, here),
        open=[one for one in found if one.state in carrying.OPEN],
        closed=sorted(seen, key=lambda one: (one.closed_at or now, one.id))[-CLOSED:][::-1],
        late={one.id for one in found if carrying.is_late(promises.promise(one), today)},
        states=carrying.STATES,
    ), code


@page.post("/<token>/actions")
def add(token: str) -> ResponseReturnValue:
    here = entry.of(token)
    form = ActionForm()
    if not with_people(form, here).validate():
        return render_list(here, form, 422)
    here = entry.to_write(token)
    event = session_named(here, form.session.data)
    event_id = event.id if event else None
    try:
        promises.add(
            here.circle.id,
            form.words.data or "",
            here.person_id,
            clock.now(),
            owner_id=owner_of(form, here),
            due_on=form.due_on.data,
            event_id=event_id,
        )
    except promises.TooMany:
        db.session.rollback()
        form.form_errors.append(TOO_MANY)
        return render_list(entry.of(token), form, 409)
    db.session.commit()
    flash("Noted. It is on every agenda until it is done.", "good")
    return back(token, event_id, "actions") if event_id else to_list(token)


def session_named(here: Inside, text: str | None) -> Event | None:
    """The session at which it was said, where the form stood on its page."""
    event = db.session.get(Event, number) if (number := small(text)) else None
    return event if event is not None and event.circle_id == here.circle.id else None


@page.get(ONE)
def show(token: str, action_id: int) -> ResponseReturnValue:
    here = entry.of(token)
    action = action_of(here, action_id)
    data = {
        "words": action.words,
        "owner": action.owner_id or 0,
        "due_on": action.due_on,
        "state": action.state,
        "reason": action.reason,
        "revision": action.revision,
    }
    return render_one(here, action, ChangeForm(formdata=None, data=data))


def render_one(here: Inside, action: Action, form: ChangeForm, code: int = 200) -> ResponseReturnValue:
    return render_template(
        "inside/action.html", inside=here, action=action, form=with_people(form, here)
    ), code


@page.post(ONE)
def save(token: str, action_id: int) -> ResponseReturnValue:
    here = entry.of(token)
    action = action_of(here, action_id)
    form = ChangeForm()
    if not with_people(form, here).validate():
        return render_one(here, action, form, 422)
    here = entry.to_write(token)
    action = promises.locked(here.circle.id, action_id) or abort(404)
    try:
        promises.change(action, small(request.form.get("revision")))
        action.words, action.due_on = form.words.data or "", form.due_on.data
        promises.own(action, owner_of(form, here), clock.now())
        promises.put(action, form.state.data or action.state, form.reason.data or "", clock.now())
    except carrying.NeedsReason:
        form.reason.errors = [*form.reason.errors, "Say in a word or two why it was let go"]
        return refused(token, action_id, form, 422)
    except carrying.NeedsOwner:
        form.owner.errors = [*form.owner.errors, "Choose who does it, or say that somebody could"]
        return refused(token, action_id, form, 422)
    except promises.Overtaken:
        form.form_errors.append("Somebody else changed this meanwhile. Press again if yours is right.")
        return refused(token, action_id, form, 409)
    db.session.commit()
    flash("Saved.", "good")
    return to_list(token)


def refused(token: str, action_id: int, form: ChangeForm, code: int) -> ResponseReturnValue:
    """What was typed, with what is wrong about it, on top of how the action stands now."""
    db.session.rollback()
    here = entry.of(token)
    action = action_of(here, action_id)
    form.revision.data = str(action.revision)
    return render_one(here, action, form, code)


def to_list(token: str) -> ResponseReturnValue:
    return redirect(url_for("inside_actions.listed", token=token), 303)
