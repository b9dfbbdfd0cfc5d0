"""The form of an event: what is typed, and what is said of it where it cannot be so."""

from datetime import date, datetime, time, timedelta
from typing import Any

from wtforms import BooleanField, Field, HiddenField, RadioField, SelectChoice
from wtforms.validators import AnyOf

from convene.calendar import zones
from convene.events.models import Event
from convene.web.boxes import ZoneField
from convene.web.forms import AtMost, Form, Needed, Paragraphs, Words, a_zone
from convene.web.organise.event_fields import Clock, Day, Whole, a_room_address

FURTHEST = timedelta(days=5 * 366)
MIDNIGHT = time(0, 0)
OVER = "This event is over, so its day and times stay as they are; its words can still be changed"
A_NIGHT = timedelta(hours=8)  # an end before the start is the next day's, if that is sooner than this
FORMATS = [SelectChoice("in_person", "In person"), SelectChoice("online", "Online")]


class EventForm(Form):
    revision = HiddenField()
    title = Words("What is it called?", [Needed("Enter a title"), AtMost(140, "The title")])
    summary = Words("In a sentence or two", [AtMost(280, "The summary")])
    description = Paragraphs("All about it", [AtMost(10_000, "The description")], render_kw={"rows": 9})
    host_name = Words("Who welcomes people?", [AtMost(120, "The name")])
    day = Day("Date")
    starts = Clock("Starts at", "Enter the time it starts")
    ends = Clock("Ends at", "Enter the time it ends")
    zone = ZoneField("Time zone", [a_zone])
    format = RadioField(
        "How do people meet?",
        [AnyOf([choice.value for choice in FORMATS], "Choose in person or online")],
        choices=FORMATS,
        default="in_person",
        validate_choice=False,
    )
    venue = Words("Where is it?", [AtMost(300, "The place")])
    online_url = Words("Link to join", [AtMost(500, "The link"), a_room_address])
    access_info = Paragraphs("Getting in and taking part", [AtMost(2000, "This")], render_kw={"rows": 4})
    capacity = Whole("How many places?", 1, 5000, default=30)
    group_size = Whole("People in a group", 2, 6, default=4)
    round_count = Whole("Rounds", 1, 12, default=3)
    tell = BooleanField("Write to everybody with a place about this change too")

    def facts(self, event: Event | None, now: datetime) -> dict[str, Any] | None:
        """The columns of Event that were typed, or none where something is wrong (said at its field)."""
        self.validate()
        self.check_place()
        span = self.span(event, now)
        if self.errors or span is None:
            return None
        plain = ("title", "summary", "description", "host_name", "zone", "format", "venue", "online_url")
        names = (*plain, "access_info", "capacity", "group_size", "round_count")
        return {**{name: self[name].data for name in names}, "starts_at": span[0], "ends_at": span[1]}

    def check_place(self) -> None:
        if self.format.data == "in_person" and not self.venue.data and not self.venue.errors:
            wrong(self.venue, "Enter where it is, with the street")

    def span(self, event: Event | None, now: datetime) -> tuple[datetime, datetime] | None:
        """When it starts and ends, as moments; what is past may stay as it was, but not be set anew.

        Once an event is over nothing moves its end: what is counted after it is counted on set days from there.
        """
        day, starts, ends = self.day.data, self.starts.data, self.ends.data
        if day is None or starts is None or ends is None or self.zone.errors:
            return None
        if event is not None and is_over(event, now):
            if (day, starts, ends, self.zone.data) != (*as_shown(event), event.zone):
                wrong(self.day, OVER)
            return event.starts_at, event.ends_at
        last = last_day(day, starts, ends)
        starts_at, ends_at = self.moment(self.starts, day, starts), self.moment(self.ends, last, ends)
        if starts_at is None or ends_at is None:
            return None
        if ends_at <= starts_at:
            wrong(self.ends, "The end must be after the start")
        if starts_at > now + FURTHEST:
            wrong(self.day, "That is more than five years away; check the year")
        if starts_at <= now and (event is None or event.starts_at != starts_at):
            wrong(self.day, "This is in the past; choose a day and time to come")
        elif ends_at <= now and (event is None or event.ends_at != ends_at):
            wrong(self.ends, "This end is in the past; choose a time to come")
        return starts_at, ends_at

    def moment(self, field: Field, day: date, at: time) -> datetime | None:
        try:
            return zones.utc(datetime.combine(day, at), self.zone.data)
        except zones.NoSuchTime:
            wrong(
                field, "The clocks go forward over this time, so it does not exist that day; choose another"
            )
            return None


def is_over(event: Event, now: datetime) -> bool:
    """Whether people came to it and it ended; a draft never took place."""
    return event.state == "published" and event.ends_at <= now


def last_day(day: date, starts: time, ends: time) -> date:
    """The date of the end: the next one for 00:00, the midnight an evening runs into, and for a night's small hours."""
    if day == date.max:
        return day
    following = day + timedelta(days=1)
    short = datetime.combine(following, ends) - datetime.combine(day, starts) < A_NIGHT
    return following if ends == MIDNIGHT or (ends < starts and short) else day


def wrong(field: Field, words: str) -> None:
    field.errors = [*field.errors, words]


def as_shown(event: Event) -> tuple[date, time, time]:
    """Day, start and end as a form shows them, to the minute: wall time where it is."""
    starts, ends = (zones.local(moment, event.zone) for moment in (event.starts_at, event.ends_at))
    return (
        starts.date(),
        starts.time().replace(second=0, microsecond=0),
        ends.time().replace(second=0, microsecond=0),
    )


def typed_of(event: Event) -> dict[str, Any]:
    """An event as its form shows it."""
    plain = {name: getattr(event, name) for name in EventForm(formdata=None).data if hasattr(event, name)}
    return {**plain, **dict(zip(("day", "starts", "ends"), as_shown(event), strict=True))}
