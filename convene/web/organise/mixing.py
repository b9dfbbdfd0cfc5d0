"""How the next deal goes, in plain words: sizes, what to mix, who facilitates, what only some groups have."""

from dataclasses import dataclass

from flask import Blueprint, flash, g, render_template
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from convene import clock
from convene.access import audit
from convene.events.models import Event
from convene.extensions import db
from convene.groups import facts, queries, settings
from convene.groups.deal import group_sizes
from convene.groups.models import Need
from convene.web.forms import Form
from convene.web.organise import own
from convene.web.organise.event_fields import Ticked, Whole
from convene.web.organise.groups import back, called_off
from convene.web.organise.seen import sees_rules

page = Blueprint("organise_mixing", __name__)

SAVED = "Saved. The next deal keeps to it."
NOBODY_LEADS = "Nobody facilitates yet: tick who does, or every group of the next deal goes without."
NOT_ASKED = "You ticked who facilitates, but not that some people do: the next deal leaves it aside."


class MixingForm(Form):
    group_size = Whole("How many in a group", 2, 6)
    round_count = Whole("How many rounds", 1, 12)
    minutes = Whole("Minutes a round", 1, 240)
    mix_affiliation = BooleanField("Organisation")
    mix_field = BooleanField("Field of work")
    mix_place = BooleanField("Place")
    mix_first_timers = BooleanField("Nobody is the only newcomer in a group")
    match_offers = BooleanField("Who offers something, beside somebody who seeks it")
    facilitated = BooleanField("Some people facilitate: at least one in each group")
    facilitators = Ticked("Who facilitates")


@dataclass(frozen=True, slots=True)
class InWords:
    """A need as the page lists it: who of those coming has it, and whether they are more than its groups seat."""

    need: Need
    people: list[str]
    seats: int | None  # in the groups that have it, if more people need it than that


def in_words(event: Event, names: dict[int, str]) -> list[InWords]:
    here = {signup.person_id for signup in facts.to_seat(event)}
    sizes = group_sizes(len(here), event.group_size)
    found = []
    for need in settings.needs_of(event.id):
        ids = {one.person_id for one in need.people}
        seats = sum(sizes[: need.groups])
        people = sorted((names[one] for one in ids if one in names), key=str.casefold)
        found.append(InWords(need, people, seats if len(ids & here) > seats else None))
    return found


def typed_of(event: Event) -> MixingForm:
    """The settings as they are."""
    dealing = settings.of(event)
    kept = {name: getattr(event, name) for name in settings.OF_EVENT}
    kept |= {name: getattr(dealing, name) for name in settings.OF_DEAL}
    return MixingForm(formdata=None, data={**kept, "facilitators": settings.facilitators_of(event.id)})


def render(event: Event, form: MixingForm, code: int = 200) -> ResponseReturnValue:
    coming = settings.coming(event)
    return (
        render_template(
            "organise/mixing.html",
            event=event,
            form=form,
            coming=coming,
            needs=in_words(event, {signup.person_id: signup.person.name for signup in coming}),
            room_for_more=settings.MOST_NEEDS,
            held=len(queries.rounds(event.id, "held")),
            minutes=int((event.ends_at - event.starts_at).total_seconds() // 60),
            may_see=sees_rules(),
        ),
        code,
    )


@page.get(f"/{own.ID.format('event_id')}/groups/settings")
def show(event_id: int) -> ResponseReturnValue:
    event = own.event(event_id)
    return render(event, typed_of(event))


@page.post(f"/{own.ID.format('event_id')}/groups/settings")
def save(event_id: int) -> ResponseReturnValue:
    form, now = MixingForm(), clock.now()
    if not form.validate():
        return render(own.event(event_id), form, 422)
    event = own.event_to_change(event_id)
    if event.state == "called_off":
        db.session.rollback()
        return called_off(event_id)
    coming = {signup.person_id for signup in settings.coming(event)}
    settings.save(event, form.data, now)
    settings.set_facilitators(event, coming, form.facilitators.data)
    leads = bool(coming & form.facilitators.data)
    audit.record(g.desk.organisation_id, g.desk.actor, "groups.settings", f"event:{event_id}", now)
    db.session.commit()
    flash(SAVED, "good")
    if leads != form.facilitated.data and (leads or coming):
        flash(NOT_ASKED if leads else NOBODY_LEADS, "warn")
    return back(event_id)
