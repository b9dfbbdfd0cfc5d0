"""What a host says of a circle's rhythm, as fields of a form, and in which words a rhythm cannot be."""

from datetime import date, datetime, timedelta
from typing import Any

from wtforms import RadioField, SelectChoice
from wtforms.validators import AnyOf

from convene.circles import dates, rules
from convene.circles.rules import RHYTHMS, Pattern
from convene.events.actions import CannotPublish, NobodyAnswersForData
from convene.web.forms import AtMost, Form, Paragraphs
from convene.web.organise.event_fields import Clock, Day, DayIfAny, Whole
from convene.web.organise.event_form import last_day, wrong
from convene.web.organise.events import NOBODY_ANSWERS

POLL = "poll"
CHOICES = [SelectChoice(name, words) for name, (words, _, _) in RHYTHMS.items()]
MOST_SKIPPED = 60
FURTHEST = timedelta(days=5 * 366)


class RhythmForm(Form):
    rhythm = RadioField(
        "How often?",
        [AnyOf([choice.value for choice in CHOICES], "Choose how often")],
        choices=CHOICES,
        default="fortnight",
        validate_choice=False,
    )
    day = Day("First session on")
    starts = Clock("Starts at", "Enter the time it starts")
    ends = Clock("Ends at", "Enter the time it ends")
    count = Whole("How many sessions?", 1, rules.MOST, default=6)
    until = DayIfAny("Or up to and with this day")
    skipped = Paragraphs("Dates without a session", [AtMost(2000, "The list of dates")])

    def pattern(self, zone: str, now: datetime) -> tuple[Pattern, int] | None:
        """The rhythm and the minutes of a session, or none where something is wrong (said at its field)."""
        self.validate()
        skipped = self.skipped_days()
        minutes = self.minutes()
        day, at = self.day.data, self.starts.data
        if self.errors or skipped is None or minutes is None or day is None or at is None:
            return None
        if day > now.date() + FURTHEST:
            wrong(self.day, "That is more than five years away; check the year")
            return None
        until = self.until.data
        pattern = Pattern(
            every=self.rhythm.data,
            first=day,
            at=at,
            count=None if until else self.count.data,
            until=until,
            skipped=skipped,
        )
        try:
            found = rules.dates(pattern, zone)
            if rules.exists(found[0], zone) <= now:
                raise dates.InThePast
        except (ValueError, CannotPublish) as fault:
            self.refuse(fault)
            return None
        return pattern, minutes

    def minutes(self) -> int | None:
        starts, ends, day = self.starts.data, self.ends.data, self.day.data
        if starts is None or ends is None or day is None:
            return None
        length = datetime.combine(last_day(day, starts, ends), ends) - datetime.combine(day, starts)
        if length <= timedelta():
            wrong(self.ends, "The end must be after the start")
            return None
        return int(length.total_seconds() // 60)

    def skipped_days(self) -> frozenset[date] | None:
        """One day a line, as people write days."""
        found = set()
        lines = [line.strip() for line in (self.skipped.data or "").splitlines() if line.strip()]
        if len(lines) > MOST_SKIPPED:
            wrong(self.skipped, f"List {MOST_SKIPPED} dates or fewer")
            return None
        for line in lines:
            reader = DayIfAny("").bind(Form(formdata=None), "skipped")
            try:
                reader.process_formdata([line])
            except ValueError:
                wrong(self.skipped, f"“{line[:40]}” is no date: write one a line, such as 25 December 2026")
                return None
            if reader.data:
                found.add(reader.data)
        return frozenset(found)

    def refuse(self, fault: Exception) -> None:
        """Say what stands in the way, at the field that can mend it."""
        if isinstance(fault, rules.SkippedHour):
            day = f"{fault.day.day} {fault.day:%B %Y}"
            wrong(self.starts, f"On {day} the clocks go forward over this time, so it does not exist: "
                               "choose another, or list that day among those without a session")  # fmt: skip
        elif isinstance(fault, rules.TooManyDates):
            wrong(self.until if self.until.data else self.count,
                  f"That is more than {rules.MOST} sessions; plan fewer at once, you can add more later")  # fmt: skip
        elif isinstance(fault, rules.NotLast):
            wrong(self.day, "That day is not the last such weekday of its month: choose the last one")
        elif isinstance(fault, dates.InThePast):
            wrong(self.day, "This is in the past; choose a day and time to come")
        elif isinstance(fault, dates.Ended):
            self.form_errors.append("This circle has come to its end, so nothing was planned.")
        elif isinstance(fault, dates.Full):
            wrong(self.count, f"The circle would have more than {dates.MOST_AHEAD} sessions to come")
        elif isinstance(fault, NobodyAnswersForData):
            self.form_errors.append(NOBODY_ANSWERS)
        elif isinstance(fault, rules.NeverFalls):
            wrong(self.until if self.until.data else self.day, "No session is left: the rhythm ends before it "
                  "begins, or every date of it is among those without a session")  # fmt: skip
        else:
            self.form_errors.append("These dates cannot be planned as they stand; look them over.")


def notes(pattern: Pattern, zone: str) -> list[str]:
    """What a host should know of dates that were planned: months passed over, an hour that comes twice."""
    found = rules.dates(pattern, zone)
    said = []
    if months := rules.passed_over(pattern, found):
        names = ", ".join(f"{month:%B %Y}" for month in months[:6])
        said.append(f"Not every month has such a day, so there is no session in {names}.")
    said += [
        f"On {day.day} {day:%B %Y} the clocks go back and show that hour twice; the session is at the first of the two."
        for day in rules.twice(found, zone)
    ]
    return said


def typed_of(pattern: Pattern, minutes: int) -> dict[str, Any]:
    """A rhythm as its form shows it."""
    start = datetime.combine(pattern.first, pattern.at)
    return {
        "rhythm": pattern.every,
        "starts": pattern.at,
        "ends": (start + timedelta(minutes=minutes)).time(),
        "count": pattern.count or 6,
        "skipped": "\n".join(sorted(day.isoformat() for day in pattern.skipped)),
    }
