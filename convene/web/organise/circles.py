"""Circles at the desk: founded with three answers, looked after on one page, their words changed."""

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice
from wtforms.validators import AnyOf

from convene import clock
from convene.access import audit
from convene.circles import dates, founding, polls, queries, telling
from convene.circles.joining import give_free_places
from convene.circles.models import Circle
from convene.events.actions import CannotPublish
from convene.extensions import db, start_write
from convene.people.models import Organisation
from convene.signups.queries import states
from convene.web.filters import plural
from convene.web.forms import AtMost, Paragraphs, Words
from convene.web.organise import meanwhile, own
from convene.web.organise.circle_fields import CHOICES, POLL, RhythmForm, notes
from convene.web.organise.circle_form import PLAIN, CircleForm, typed_of
from convene.web.organise.event_fields import Whole, a_room_address
from convene.web.organise.event_form import FORMATS, wrong

page = Blueprint("organise_circles", __name__)

ID = own.ID.format("circle_id")
NEW = "new"
MOST_AHEAD, MOST_HELD = 40, 12  # sessions on one page; the inside of the circle has them all


def circle_of(circle_id: int) -> Circle:
    """The circle of this id at this desk, or 404."""
    return queries.one_for_org(g.desk.organisation_id, circle_id) or abort(404)


def circle_to_change(circle_id: int) -> Circle:
    """The same, in a transaction opened for writing and under the lock of its row."""
    start_write()
    return queries.locked(circle_of(circle_id).id)


def written(what: str, circle_id: int, now: datetime) -> None:
    audit.record(g.desk.organisation_id, g.desk.actor, f"circle.{what}", f"circle:{circle_id}", now)


BOTH = "You wrote a new question and chose another one: choose the last of these, or empty the box below"


class FoundForm(RhythmForm):
    """The three answers; the rest has a sensible beginning."""

    challenge = RadioField("Which question?", validate_choice=False)
    question = Paragraphs("A new question", [AtMost(600, "The question")], render_kw={"rows": 3})
    rhythm = RadioField(
        "In what rhythm?",
        [AnyOf([POLL, *(choice.value for choice in CHOICES)], "Choose a rhythm")],
        choices=[*CHOICES, SelectChoice(POLL, "Ask people first when they can come")],
        default="fortnight",
        validate_choice=False,
    )
    places = Whole("For how many?", 2, 200, default=8)
    title = Words("A name for the circle", [AtMost(140, "The name")])
    format = RadioField("How do people meet?", choices=FORMATS, default="in_person", validate_choice=False)
    venue = Words("Where?", [AtMost(300, "The place")])
    online_url = Words("Link to join", [AtMost(500, "The link"), a_room_address])

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        fields: dict[str, Any] = self.__dict__["_fields"]
        first = ("challenge", "question", "rhythm")  # as on the page, so that errors are said in that order
        self.__dict__["_fields"] = {**{name: fields[name] for name in first}, **fields}

    def offer(self, organisation_id: int) -> None:
        open_ones = [one for one in queries.challenges(organisation_id) if one.state == "open"]
        self.challenge.choices = [
            *(SelectChoice(str(one.id), one.title) for one in open_ones),
            SelectChoice(NEW, "A new one, written below"),
        ]
        if self.challenge.data is None:
            self.challenge.data = str(open_ones[0].id) if open_ones else NEW

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        known = [choice.value for choice in self.challenge.choices]
        if self.challenge.data not in known:
            wrong(self.challenge, "Choose a question, or write a new one")
        elif self.challenge.data == NEW and not self.question.data:
            wrong(self.question, "Write the question that people will gather around")
        elif self.challenge.data != NEW and self.question.data:
            wrong(self.challenge, BOTH)
        if self.format.data not in ("in_person", "online"):
            wrong(self.format, "Choose in person or online")
        return fine and not self.errors

    def by_poll(self) -> bool:
        return bool(self.rhythm.data == POLL)

    def dates_left_out(self) -> None:
        """With a poll there are no dates yet: what stands in those boxes is asked for later."""
        for field in (self.day, self.starts, self.ends, self.count, self.until, self.skipped):
            field.errors = []
            field.process_errors = []


@page.get("")
def show() -> ResponseReturnValue:
    circles = queries.for_org(g.desk.organisation_id)
    return render_template(
        "organise/circles.html", circles=circles, counts=queries.counts([one.id for one in circles])
    )


@page.get("/new")
def new() -> ResponseReturnValue:
    form = FoundForm(formdata=None)
    form.offer(g.desk.organisation_id)
    return render_template("organise/circle_new.html", form=form)


@page.post("/new")
def found() -> ResponseReturnValue:
    form, now = FoundForm(), clock.now()
    form.offer(g.desk.organisation_id)
    planned = None
    if form.by_poll():
        form.validate()
        form.dates_left_out()
        fine = not form.errors
    else:
        planned = form.pattern(g.desk.zone, now)
        fine = planned is not None
    if not fine:
        return render_template("organise/circle_new.html", form=form), 422
    start_write()
    try:
        circle = begin(form, planned[1] if planned else 90, now)
        if planned:
            dates.plan(circle, planned[0], now)
    except (ValueError, CannotPublish) as fault:
        db.session.rollback()
        form.refuse(fault)
        form.offer(g.desk.organisation_id)
        return render_template("organise/circle_new.html", form=form), 422
    written("founded", circle.id, now)
    circle_id, zone = circle.id, circle.zone
    db.session.commit()
    flash("The circle is there, and people can find it. Look it over and fill in what you like.", "good")
    if planned:
        for words in notes(planned[0], zone):
            flash(words, "warn")
        return redirect(url_for("organise_circles.one", circle_id=circle_id), 303)
    return redirect(url_for("organise_circle_poll.show", circle_id=circle_id), 303)


def begin(form: FoundForm, minutes: int, now: datetime) -> Circle:
    host = db.session.get_one(Organisation, g.desk.organisation_id)
    if form.challenge.data == NEW:
        challenge = founding.pose(host, "", form.question.data or "", now)
    else:
        challenge = queries.challenge_for_org(host.id, int(form.challenge.data)) or abort(404)
    facts = {
        "title": form.title.data or "",
        "places": form.places.data,
        "minutes": minutes,
        "format": form.format.data,
        "venue": form.venue.data or "",
        "online_url": form.online_url.data or "",
        "zone": host.zone,
        "host_id": g.desk.person_id,
    }
    return founding.found(host, challenge, facts, now)


@page.get(f"/{ID}")
def one(circle_id: int) -> ResponseReturnValue:
    circle, now = circle_of(circle_id), clock.now()
    coming, held = queries.ahead(circle.id, now, MOST_AHEAD), queries.lately(circle.id, now, MOST_HELD)
    sessions = [*coming, *held]
    ids = [session.event_id for session in sessions]
    return render_template(
        "organise/circle.html",
        circle=circle,
        to_come=coming,
        held=held,
        beside=queries.beside(circle.id, now),
        more_held=len(held) == MOST_HELD,
        more_to_come=len(coming) == MOST_AHEAD,
        counts=queries.counts([circle.id])[circle.id],
        asking=queries.members(circle.id, "asked"),
        skips=queries.skips(ids),
        states=states(ids),
        agreement=queries.agreement(circle.id),
        poll=polls.running(circle.id),
        waits=any(session.event.tell_at for session in sessions),
        now=now,
    )


@page.post(f"/{ID}/tell")
def tell(circle_id: int) -> ResponseReturnValue:
    """Members hear of what changed without waiting."""
    now = clock.now()
    circle_to_change(circle_id)
    told = telling.tell_waiting(circle_id, now)
    db.session.commit()
    flash(
        f"Told: {plural(told, 'person', 'people')}."
        if told
        else "There is nothing to tell: it was told, or undone.",
        "good",
    )
    return redirect(url_for("organise_circles.one", circle_id=circle_id), 303)


@page.get(f"/{ID}/edit")
def edit(circle_id: int) -> ResponseReturnValue:
    circle = circle_of(circle_id)
    shown = typed_of(circle)
    form = CircleForm(formdata=None, data={**shown, "revision": meanwhile.revision(shown)})
    form.offer(circle)
    return render_template("organise/circle_form.html", form=form, circle=circle)


@page.post(f"/{ID}/edit")
def save(circle_id: int) -> ResponseReturnValue:
    form, now = CircleForm(), clock.now()
    form.offer(circle_of(circle_id))
    if not form.validate():
        return render_template("organise/circle_form.html", form=form, circle=circle_of(circle_id)), 422
    circle = circle_to_change(circle_id)
    before = typed_of(circle)
    if clashes := meanwhile.settle(form, before):
        db.session.rollback()
        again = circle_of(circle_id)
        return render_template("organise/circle_form.html", form=form, circle=again, clashes=clashes), 409
    for name in PLAIN:
        setattr(circle, name, form[name].data)
    circle.host_id = int(form.host.data) if form.host.data else None
    circle.revision += 1
    agreed = founding.write_agreements(circle, form.agreements.data or "", g.desk.actor, now)
    if form.places.data != before["places"]:
        dates.resize(circle, form.places.data or 1, now)
        give_free_places(circle, now)
    written("changed", circle_id, now)
    anew = agreed is not None and agreed.words != before["agreements"]
    db.session.commit()
    flash("Saved." + (" Members are asked at their next visit whether they agree." if anew else ""), "good")
    return redirect(url_for("organise_circles.one", circle_id=circle_id), 303)
