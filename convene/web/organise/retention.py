"""What is kept how long, and when the job that sees to it last ran."""

from datetime import timedelta

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from convene import clock
from convene.calendar import zones
from convene.extensions import db
from convene.health.models import Heartbeat
from convene.privacy.retention import KEPT

page = Blueprint("organise_retention", __name__)

JOBS = {"tidy": "Letters, links, counts and the log", "retention": "Sign-ups, places and people"}
LATE = timedelta(hours=3)  # each runs every hour


@page.get("/retention")
def show() -> ResponseReturnValue:
    now = clock.now()
    beats = {beat.job: beat for beat in db.session.scalars(select(Heartbeat).where(Heartbeat.job.in_(JOBS)))}
    runs = [
        {
            "what": what,
            "ran": zones.spoken_moment(beats[job].beat_at, g.desk.zone) if job in beats else "",
            "failed": bool(job in beats and beats[job].error),
            "late": job not in beats or now - beats[job].beat_at > LATE,
        }
        for job, what in JOBS.items()
    ]
    return render_template("organise/retention.html", kept=KEPT, runs=runs)
