"""The letters that ask for one small act: how each rule is set here, and what the next four weeks would bring."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice, SelectField

from convene import clock
from convene.calendar import zones
from convene.circles import queries as circles
from convene.events.queries import one_for_org
from convene.extensions import db, start_write
from convene.nudges import finding, setting
from convene.nudges.preview import Line, preview
from convene.nudges.rules.base import Timing
from convene.nudges.rules.registry import (
    CIRCLE_KINDS,
    EVENT_KINDS,
    OF,
    RULES,
    OutOfBounds,
    Rule,
    in_units,
    spoken,
)
from convene.people.queries import ORGANISING
from convene.web.forms import AtMost, Form, Paragraphs, Words, small

page = Blueprint("organise_nudges", __name__)

UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}
MEET_AGAIN = timedelta(days=14)  # so long a group has to meet again, unless a host chooses another length
AGAIN = {
    "reminder": "once more {} before it",
    "did_you_meet": "once more {} later, to who has not answered",
    "action_due": "once {} after it",
    "asked_to_join": "once more {} later, if nobody answered",
}
SHOWN, HELD, NAMED = 40, 20, 6  # lines on the page, of what is held back, and names in a line


class RuleForm(Form):
    on = RadioField(
        "These letters", choices=[SelectChoice("on", "Are sent"), SelectChoice("off", "Are not sent")]
    )
    number = Words("How long")
    unit = SelectField("Counted in", choices=[SelectChoice(unit, unit) for unit in UNITS])
    again = RadioField(
        "A second letter", choices=[SelectChoice("yes", "Yes"), SelectChoice("no", "No")], default="no"
    )
    words = Paragraphs("A few words of your own, at the top of it", [AtMost(500, "These words")])

    def length(self) -> timedelta | None:
        """What was typed, or none if it is no number that could be one."""
        typed = (self.number.data or "").strip()
        if not typed.lstrip("-").isdecimal() or len(typed) > 6:
            return None
        return int(typed) * UNITS[self.unit.data or "days"]


def rule_of(rule: str) -> Rule:
    """A rule that hosts may set, for those who organise here; 404 for any other."""
    if not g.desk.roles & set(ORGANISING) or rule not in OF or not OF[rule].settable:
        abort(404)
    return OF[rule]


def place(rule: str) -> tuple[int | None, int | None, str]:
    """The event or circle that a page is about, by ?event=, ?circle= or ?at=event-7, with its title.

    404 where it is of another desk, or where this rule is not set for one alone.
    """
    event_id, circle_id = (request.args.get(name) for name in ("event", "circle"))
    kind, _, number = request.args.get("at", "").partition("-")
    event_id, circle_id = number if kind == "event" else event_id, number if kind == "circle" else circle_id
    host_id = g.desk.organisation_id
    if event_id is not None:
        event = (rule in EVENT_KINDS and one_for_org(host_id, small(event_id))) or abort(404)
        return event.id, None, event.title
    if circle_id is not None:
        circle = (rule in CIRCLE_KINDS and circles.one_for_org(host_id, small(circle_id))) or abort(404)
        return None, circle.id, circle.title
    return None, None, ""


@page.get("")
def show() -> ResponseReturnValue:
    if not g.desk.roles & set(ORGANISING):
        abort(404)
    host_id = g.desk.organisation_id
    settings = finding.settings()
    found = preview(host_id, g.desk.zone, clock.now(), settings)
    here = setting.of_host(settings, host_id)
    rules = [one for one in RULES if one.settable]
    return render_template(
        "organise/nudges.html",
        rules=[
            (one, here.timing(one.kind, host_id), said(one, here.timing(one.kind, host_id))) for one in rules
        ],
        apart=setting.apart(host_id),
        titles={one.kind: one.title for one in RULES},
        sent=by_day(found.sent[:SHOWN], g.desk.zone),
        more=max(0, len(found.sent) - SHOWN),
        withheld=found.withheld[:HELD],
        more_held=max(0, len(found.withheld) - HELD),
        named=NAMED,
    )


def by_day(lines: Sequence[Line], zone: str) -> list[tuple[str, list[Line]]]:
    days: dict[str, list[Line]] = {}
    for line in lines:
        days.setdefault(zones.spoken_date(line.at, zone), []).append(line)
    return list(days.items())


def said(rule: Rule, timing: Timing) -> str:
    """When its letters go out, with the second one if there is one."""
    if rule.kind == "to_do":
        hour, minute = divmod(int(timing.away.total_seconds()) // 60, 60)
        return f"each day at {hour % 12 or 12}.{minute:02}{'am' if hour < 12 else 'pm'}, if anything waits"
    first = rule.when.format(away=spoken(timing.away)) if timing.away else "at once"
    return f"{first}; {AGAIN[rule.kind].format(spoken(timing.again))}" if timing.again else first


def render(rule: Rule, form: RuleForm, code: int = 200) -> ResponseReturnValue:
    event_id, circle_id, title = place(rule.kind)
    alone = asks_to_meet_again(rule.kind, event_id)
    return render_template(
        "organise/nudge.html",
        rule=rule,
        form=form,
        title=title,
        where=where(event_id, circle_id),
        is_set=setting.row(rule.kind, g.desk.organisation_id, event_id, circle_id) is not None,
        bounds=(f"From {spoken(rule.least)} to" if rule.least else "At most") + f" {spoken(rule.longest)}.",
        after="after the end" if alone else rule.when.format(away="").strip(),
        meet_again=alone,
        choices=choices(rule.kind),
    ), code


def choices(rule: str) -> list[tuple[str, str]]:
    """The events near and the circles that this rule can be set for alone: (as it is asked for, in words)."""
    host_id = g.desk.organisation_id
    near = setting.events_near(host_id, clock.now()) if rule in EVENT_KINDS else ()
    going = setting.circles_of(host_id) if rule in CIRCLE_KINDS else ()
    found = [(f"event-{id_}", f"{title}, {zones.spoken_date(at, zone)}") for id_, title, at, zone in near]
    return found + [(f"circle-{id_}", title) for id_, title in going]


def where(event_id: int | None, circle_id: int | None) -> dict[str, Any]:
    return {"event": event_id} if event_id else {"circle": circle_id} if circle_id else {}


def asks_to_meet_again(rule: str, event_id: int | None) -> bool:
    """Whether it would ask the groups of an event outside any circle: they are asked there alone, or not at all."""
    if rule != "did_you_meet" or not event_id:
        return False
    return (one_for_org(g.desk.organisation_id, event_id) or abort(404)).circle_id is None


@page.get("/<rule>")
def edit(rule: str) -> ResponseReturnValue:
    one = rule_of(rule)
    event_id, circle_id, _ = place(rule)
    here, host_id = setting.here(g.desk.organisation_id), g.desk.organisation_id
    timing = here.timing(rule, host_id, event_id, circle_id)
    if event_id and asks_to_meet_again(rule, event_id) and not here.is_wanted_at(rule, host_id, event_id):
        timing = replace(timing, on=False, away=MEET_AGAIN)
    number, unit = in_units(timing.away)
    facts = {
        "on": "on" if timing.on else "off", "number": str(number), "unit": unit,
        "again": "yes" if timing.again else "no", "words": here.words(rule, host_id, event_id, circle_id),
    }  # fmt: skip
    return render(one, RuleForm(formdata=None, data=facts))


@page.post("/<rule>")
def save(rule: str) -> ResponseReturnValue:
    one = rule_of(rule)
    event_id, circle_id, _ = place(rule)
    form = RuleForm()
    if not form.validate():
        return render(one, form, 422)
    length = form.length()
    try:
        if length is None:
            raise OutOfBounds("Enter a whole number")
        wanted = setting.Wish(form.on.data == "on", length, form.again.data == "yes", form.words.data or "")
        start_write()
        setting.keep(one.kind, g.desk.organisation_id, event_id, circle_id, wanted, g.desk.actor, clock.now())
    except OutOfBounds as problem:
        db.session.rollback()
        form.number.errors = [*form.number.errors, str(problem)]
        return render(one, form, 422)
    db.session.commit()
    flash("Saved. Below you see what it brings.", "good")
    return redirect(url_for("organise_nudges.show"), 303)


@page.post("/<rule>/usual")
def usual(rule: str) -> ResponseReturnValue:
    """As it is elsewhere, or as it came."""
    one = rule_of(rule)
    event_id, circle_id, _ = place(rule)
    start_write()
    setting.forget(one.kind, g.desk.organisation_id, event_id, circle_id, g.desk.actor, clock.now())
    db.session.commit()
    flash("It is as usual again.", "good")
    return redirect(url_for("organise_nudges.show"), 303)
