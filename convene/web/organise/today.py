"""What needs an organiser now, the soonest event first, each with its one button: a rule over what the desk read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import g
from sqlalchemy import func, select

from convene.circles.models import Circle, Member
from convene.events.capacity import Places
from convene.events.models import Event
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.signups.models import Signup

SOON = timedelta(hours=36)  # "tomorrow", also for who looks in the morning of the day before
LATELY = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Task:
    """`words` say what is so; the button `label` leads to the page `endpoint` with `ids`."""

    words: str
    about: str
    label: str
    endpoint: str
    ids: Mapping[str, int | str] = field(default_factory=dict)


def failed_mail(now: datetime) -> int:
    """Letters of this host that did not leave and were not tried again, of the last fortnight."""
    rows = select(func.count()).where(OutgoingMail.organisation_id == g.desk.organisation_id)
    rows = rows.where(OutgoingMail.state == "failed", OutgoingMail.posted_at > now - LATELY)
    return db.session.scalar(rows) or 0


def asking(event_ids: Sequence[int]) -> dict[int, int]:
    """How many wait for the host's yes or no, by event."""
    rows = select(Signup.event_id, func.count()).where(
        Signup.event_id.in_(event_ids), Signup.state == "waitlisted", Signup.needs_answer
    )
    return {event_id: number for event_id, number in db.session.execute(rows.group_by(Signup.event_id))}


def asking_circles() -> list[Task]:
    """Circles of this host that somebody asks to join."""
    rows = select(Circle.id, Circle.title, func.count()).join(Member, Member.circle_id == Circle.id)
    rows = rows.where(Circle.organisation_id == g.desk.organisation_id, Member.state == "asked")
    rows = rows.group_by(Circle.id, Circle.title).order_by(Circle.id)
    return [
        Task(
            "Somebody asks to join" if number == 1 else f"{number} people ask to join",
            title,
            "Answer them",
            "organise_circle_members.show",
            {"circle_id": circle_id},
        )
        for circle_id, title, number in db.session.execute(rows)
    ]


def tasks(
    events: Sequence[Event],
    places: Mapping[int, Places],
    dealt: Mapping[int, set[str]],
    asked: Mapping[int, int],
    failed: int,
    now: datetime,
) -> list[Task]:
    """`dealt`: the states of each event's rounds; `asked`: how many wait for an answer; `failed`: stuck letters."""
    found = []
    if failed:
        words = "One letter did not leave" if failed == 1 else f"{failed} letters did not leave"
        found.append(Task(words, "", "See which", "organise_outbox.show"))
    for event in sorted(events, key=lambda one: (one.starts_at, one.id)):
        here = {"event_id": event.id}
        if event.state == "published" and event.ends_at > now:
            found += of_one(
                event, places[event.id], dealt.get(event.id, set()), asked.get(event.id, 0), here, now
            )
        elif event.state == "published" and not event.attendance_complete_at and event.ends_at > now - LATELY:
            found.append(
                Task(
                    "Who came is not complete",
                    event.title,
                    "Finish attendance",
                    "organise_attendance.show",
                    here,
                )
            )
    return found


def of_one(
    event: Event, places: Places, dealt: set[str], asked: int, here: dict[str, int], now: datetime
) -> list[Task]:
    found = []
    if asked:
        words = "One person waits for your answer" if asked == 1 else f"{asked} people wait for your answer"
        found.append(Task(words, event.title, "Answer them", "organise_asking.show", here))
    if event.starts_at <= now + SOON and places.taken:
        if not dealt:
            found.append(
                Task(
                    "No groups yet, and it is close",
                    event.title,
                    "Make the groups",
                    "organise_groups.show",
                    here,
                )
            )
        elif "draft" in dealt:
            found.append(
                Task(
                    "Groups that nobody has seen",
                    event.title,
                    "Publish the groups",
                    "organise_groups.show",
                    here,
                )
            )
    if places.left == 0 and places.waiting:
        waiting = places.waiting
        words = f"Full, and {waiting} {'person waits' if waiting == 1 else 'people wait'}"
        found.append(
            Task(words, event.title, "Make room", "organise_events.edit", {**here, "_anchor": "capacity"})
        )
    if (
        (event.format == "online" or event.online_places)
        and not event.online_url
        and event.starts_at <= now + SOON
    ):
        found.append(
            Task("There is no link to join", event.title, "Add the link", "organise_events.edit", here)
        )
    return found
