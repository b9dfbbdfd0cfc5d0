"""What came of it: a quarter's figures as they were counted on the first of the month, with bounds for the silent."""

import csv
import io

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import audit
from convene.calendar import zones
from convene.extensions import db, start_write
from convene.network import came, queries
from convene.network.models import Tally
from convene.network.rules import Told
from convene.people.models import Organisation
from convene.web.organise.after import WIDTH, Bar, bars

page = Blueprint("organise_came_of_it", __name__)

FIGURES = {**came.FIGURES, "feeling": "Feel more connected than before"}
IN_PICTURE = {
    "new": "Sat with somebody new",
    "touch": "Stayed in touch",
    "again": "Pairs who met again",
    "feeling": "More connected",
}
QUARTERS = {
    "1": "January to March",
    "2": "April to June",
    "3": "July to September",
    "4": "October to December",
}


def spoken(period: str) -> str:
    return f"{QUARTERS[period[-1]]} {period[:4]}"


def told_of(tally: Tally) -> dict[str, Told | None]:
    """Each figure as it was told then, or none where it would have told of somebody."""
    return {
        name: Told(*tally.figures[name]) if tally.figures[name] else None
        for name in FIGURES
        if name in tally.figures
    }


def in_words(one: Told | None) -> str:
    """The same words for nought and four."""
    if one is None:
        return "fewer than five people: not told"
    if one.of is None:
        low = f"at least {one.least}" if one.least else ""
        if one.most <= one.least:
            return low or "fewer than five"
        return f"{one.least} to {one.most}" if one.least else f"fewer than {one.most + 1}"
    low_share, high_share = one.percent
    return f"between {low_share}% and {high_share}% of {one.of}"


def of_what(name: str, one: Told | None) -> str:
    return in_words(one) + (" pairs" if name == "again" and one and not one.hidden else "")


def picture(figures: dict[str, Told | None]) -> list[Bar]:
    """The shares, each as a bar: full to what is known, hatched to what may be."""
    rows = [
        (IN_PICTURE[name], in_words(one).partition(" of ")[0], *one.percent)
        for name, one in figures.items()
        if one is not None and one.of is not None
    ]
    return bars(rows, 100)


@page.get("")
def show() -> ResponseReturnValue:
    tallies = came.latest(g.desk.organisation_id)
    asked = request.args.get("period", "")
    chosen = next((one for one in tallies if one.period == asked), tallies[0] if tallies else None)
    figures = told_of(chosen) if chosen else {}
    host = db.session.get_one(Organisation, g.desk.organisation_id)
    return render_template(
        "organise/came_of_it.html",
        tallies=tallies,
        chosen=chosen,
        spoken=spoken,
        rows=[(FIGURES[name], of_what(name, one)) for name, one in figures.items()],
        picture=picture(figures),
        width=WIDTH,
        next_count=came.months_after(came.first_of_month(clock.now()), 1),
        asks_feeling=host.asks_feeling,
        words=queries.told(host.id, "hosts"),
        stories=queries.told(host.id, "story"),
    )


@page.post("/csv")
def as_csv() -> ResponseReturnValue:
    """The same figures as a file: no names, and nothing that the page does not tell."""
    start_write()
    organisation_id, now = g.desk.organisation_id, clock.now()
    audit.record(organisation_id, g.desk.actor, "figures.exported", f"organisation:{organisation_id}", now)
    tallies = came.latest(organisation_id)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Events of", "Counted on", "What", "At least", "At most", "Of"])
    for tally in tallies:
        day = zones.local(tally.as_of, "UTC").date().isoformat()
        for name, one in told_of(tally).items():
            numbers = (
                [one.least, one.most, "" if one.of is None else one.of]
                if one
                else ["", "", "fewer than five"]
            )
            writer.writerow([tally.period, day, FIGURES[name], *numbers])
    db.session.commit()
    headers = {"Content-Disposition": 'attachment; filename="what-came-of-it.csv"'}
    return Response(text.getvalue(), headers=headers, content_type="text/csv; charset=utf-8")


@page.post("/feeling")
def feeling() -> ResponseReturnValue:
    """Ask, or ask no more, how connected people feel: off until a host wants it."""
    start_write()
    host = db.session.get_one(Organisation, g.desk.organisation_id)
    host.asks_feeling = request.form.get("asks") == "yes"
    verb = "feeling.asked" if host.asks_feeling else "feeling.not_asked"
    audit.record(host.id, g.desk.actor, verb, f"organisation:{host.id}", clock.now())
    words = "It is asked from the next letter on." if host.asks_feeling else "It is not asked any more."
    db.session.commit()
    flash(words, "good")
    return redirect(url_for("organise_came_of_it.show"), 303)
