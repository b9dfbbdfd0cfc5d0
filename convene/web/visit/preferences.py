"""What one person gets by mail from one host, behind their signed link: each kind on or off, quiet until a day, and
why each letter came."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, DateField, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from convene import clock, links
from convene.calendar import zones
from convene.extensions import db, start_write
from convene.mail import why
from convene.mail.languages import LANGUAGES
from convene.messages import actions as messages
from convene.messages.queries import hears_of_events
from convene.nudges import queries as nudges
from convene.nudges import stopping
from convene.nudges.rules import IN_WORDS, KINDS
from convene.people.actions import unmute
from convene.people.models import Person
from convene.web.boxes import ZoneField
from convene.web.forms import Form, a_zone, known_zone

page = Blueprint("preferences", __name__)

HOW = "preferences page"
ANNOUNCEMENTS_WORDING = "You may write to me about new events."
SHOWN = timedelta(days=30)
LONGEST_PAUSE = timedelta(days=731)
WAKES = time(8)  # a day of letters begins when the quiet of the night ends


class Day(DateField):
    """A day, or none; what was typed is shown again if it cannot be read."""

    data: date | None

    def __init__(self, label: str, **rest: Any):
        super().__init__(label, format=["%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y"], **rest)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        text = valuelist[0].strip()[:40] if valuelist else ""
        if text:
            try:
                super().process_formdata([text])
            except ValueError:
                raise ValueError("Enter a date that exists, such as 12 May 2026, or leave it empty") from None


class PreferencesForm(Form):
    host_zone = "UTC"

    kinds = SelectMultipleField(
        "Letters around an event",
        choices=[SelectChoice(kind, IN_WORDS[kind].capitalize()) for kind in KINDS],
        validate_choice=False,
    )
    announcements = BooleanField(ANNOUNCEMENTS_WORDING)
    pause = Day("No such letters until")
    zone = ZoneField("Your time zone", [], same="The same as each event")
    language = SelectField(
        "Language of your letters",
        choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()],
        validate_choice=False,
    )

    def validate_zone(self, field: ZoneField) -> None:
        if field.data:
            a_zone(self, field)

    def validate_pause(self, field: Day) -> None:
        if field.data is None:
            return
        now = clock.now()
        # Far days first: the last one of the calendar is in no zone.
        if field.data > (now + LONGEST_PAUSE).date():
            raise ValidationError("Choose a date within the next two years")
        if morning(field.data, known_zone(self.zone.data) or self.host_zone) <= now:
            raise ValidationError("Choose a date after today, or leave it empty")


@dataclass(frozen=True, slots=True)
class Choices:
    """All that this page can set, as it stands for one person."""

    kinds: tuple[str, ...]
    announcements: bool
    pause: date | None
    zone: str
    language: str


def morning(day: date, zone: str) -> datetime:
    """When the quiet of the night before this day is over; on a day that was skipped at the date line, an hour near."""
    try:
        return zones.utc(datetime.combine(day, WAKES), zone)
    except zones.NoSuchTime:
        return zones.utc(datetime.combine(day, WAKES), "UTC")


def person_of(token: str) -> Person:
    parts = links.read("preferences", token)
    person = db.session.get(Person, parts[0]) if len(parts) == 2 else None
    if person is None or person.generation != parts[1] or person.state == "erased":
        raise links.Forged
    return person


def zone_of(person: Person) -> str:
    return person.zone or person.organisation.zone


def choices_of(person: Person) -> Choices:
    until = quiet_until(person)
    return Choices(
        kinds=tuple(kind for kind in KINDS if kind not in person.muted.split()),
        announcements=hears_of_events(person.id),
        pause=zones.local(until, zone_of(person)).date() if until else None,
        zone=person.zone or "",
        language=person.language or next(iter(LANGUAGES)),
    )


def quiet_until(person: Person) -> datetime | None:
    until = person.paused_until
    return until if until and until > clock.now() else None


def keep(person: Person, chosen: Choices) -> None:
    """Make it so; what does not change is not touched, so that no consent is written down twice."""
    before = choices_of(person)
    for kind in KINDS:
        if kind in chosen.kinds and kind not in before.kinds:
            unmute(person, kind)
        elif kind in before.kinds and kind not in chosen.kinds:
            stopping.stop(person, kind)
    if chosen.announcements and not before.announcements:
        messages.agree(person, ANNOUNCEMENTS_WORDING, HOW, clock.now())
    elif before.announcements and not chosen.announcements:
        messages.stop(person, HOW, clock.now())
    person.zone = chosen.zone or None
    person.language = chosen.language if chosen.language in LANGUAGES else None
    if chosen.pause is None:
        stopping.end_pause(person)
    elif (chosen.pause, chosen.zone) != (before.pause, before.zone):
        stopping.pause(person, morning(chosen.pause, zone_of(person)), zone_of(person))


def changed(token: str, chosen: Choices | None, said: str, **less: Any) -> ResponseReturnValue:
    """Keep what was chosen, or all as it is but for `less`, and show the page with a way back."""
    person_of(token)
    start_write()
    person = person_of(token)
    before = choices_of(person)
    keep(person, chosen or Choices(**{**as_facts(before), **less}))
    db.session.commit()
    person = person_of(token)
    form = PreferencesForm(formdata=None, data=as_facts(choices_of(person)))
    return render(person, token, form, said=said, before=before)


def as_facts(choices: Choices) -> dict[str, Any]:
    return {name: getattr(choices, name) for name in Choices.__slots__}


def render(
    person: Person,
    token: str,
    form: PreferencesForm,
    code: int = 200,
    said: str = "",
    before: Choices | None = None,
) -> ResponseReturnValue:
    since = clock.now() - SHOWN
    until = quiet_until(person)
    letters = why.told(person.organisation_id, person.id, since)
    reasons = nudges.reasons(one.key.removeprefix("nudge:") for one in letters)
    return (
        render_template(
            "visit/preferences.html",
            token=token,
            form=form,
            person=person,
            host=person.organisation,
            zone=zone_of(person),
            now=choices_of(person),
            kinds=IN_WORDS,
            languages=LANGUAGES,
            quiet_until=zones.spoken_date(until, zone_of(person)) if until else "",
            letters=letters,
            reasons={f"nudge:{key}": to_you(reason) for key, reason in reasons.items()},
            withheld=[(one, to_you(one.reason)) for one in nudges.withheld(person.id, since)],
            said=said,
            before=before,
        ),
        code,
    )


def to_you(reason: str) -> str:
    """A reason as the log has it, said to the person it is about."""
    return reason.replace("they ", "you ")


@page.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    person = person_of(token)
    return render(person, token, PreferencesForm(formdata=None, data=as_facts(choices_of(person))))


@page.post("/<token>")
def save(token: str) -> ResponseReturnValue:
    person = person_of(token)
    form = PreferencesForm()
    form.host_zone = person.organisation.zone
    if not form.validate():
        return render(person, token, form, 422)
    chosen = Choices(
        kinds=tuple(form.kinds.data or ()),
        announcements=bool(form.announcements.data),
        pause=form.pause.data,
        zone=form.zone.data or "",
        language=form.language.data or "",
    )
    return changed(token, chosen, "Saved. This is how it is now.")


@page.post("/<token>/only-places")
def only_places(token: str) -> ResponseReturnValue:
    """Everything that may be switched off, off in one press."""
    said = "Saved. You now get only letters about your places."
    return changed(token, None, said, kinds=(), announcements=False)


@page.post("/<token>/end-pause")
def end_pause(token: str) -> ResponseReturnValue:
    return changed(token, None, "The pause is over. Letters come as usual again.", pause=None)
