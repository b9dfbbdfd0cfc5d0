"""What one person gets by mail from one host, behind their signed link: each kind on or off, quiet until a day, and
why each letter came."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, DateField, HiddenField, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from convene import clock
from convene.calendar import zones
from convene.extensions import db, start_write
from convene.mail import why
from convene.mail.languages import HOUSE, LANGUAGES, known
from convene.messages import actions as messages
from convene.messages.queries import hears_of_events
from convene.nudges import queries as nudges
from convene.nudges import stopping
from convene.nudges.queries import kinds_for
from convene.nudges.rules import IN_WORDS
from convene.people.actions import hold, unmute
from convene.people.models import Person
from convene.web.behind import behind, one_person
from convene.web.boxes import ZoneField
from convene.web.forms import Form, a_zone, known_zone
from convene.web.visit.choices import Choices, as_facts, as_shown, from_shown, merged

page = Blueprint("preferences", __name__)

HOW = "preferences page"
ANNOUNCEMENTS_WORDING = "You may write to me about new events."
SHOWN = timedelta(days=30)
PRESSED_PAUSE = timedelta(days=30)
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
        choices=[],
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
    shown = HiddenField()

    def offer(self, person: Person) -> "PreferencesForm":
        """Only the kinds that this person may get: a host's are a host's."""
        words = {kind: IN_WORDS[kind].capitalize() for kind in kinds_for(person)}
        self.kinds.choices = [SelectChoice(kind, said) for kind, said in words.items()]
        return self

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


def morning(day: date, zone: str) -> datetime:
    """When the quiet of the night before this day is over; on a day that was skipped at the date line, an hour near."""
    try:
        return zones.utc(datetime.combine(day, WAKES), zone)
    except zones.NoSuchTime:
        return zones.utc(datetime.combine(day, WAKES), "UTC")


def person_of(token: str) -> Person:
    return behind("preferences", token, one_person)[0]


def zone_of(person: Person) -> str:
    return person.zone or person.organisation.zone


def choices_of(person: Person) -> Choices:
    until = quiet_until(person)
    return Choices(
        kinds=tuple(kind for kind in kinds_for(person) if kind not in person.muted.split()),
        announcements=hears_of_events(person.id),
        pause=zones.local(until, zone_of(person)).date() if until else None,
        zone=person.zone or "",
        language=known(person.language),
    )


def quiet_until(person: Person) -> datetime | None:
    until = person.paused_until
    return until if until and until > clock.now() else None


def keep(person: Person, chosen: Choices) -> None:
    """Make it so; what does not change is not touched, so that no consent is written down twice."""
    before = choices_of(person)
    for kind in kinds_for(person):
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


def changed(
    token: str, chosen: Choices | None, said: str, shown: Choices | None = None, **less: Any
) -> ResponseReturnValue:
    """Keep what was chosen, or all as it is but for `less`, and show the page with a way back."""
    person_of(token)
    start_write()
    person = person_of(token)
    hold(person)  # what their mail program does at this moment waits, or is seen here
    before = choices_of(person)
    wanted = chosen or Choices(**{**as_facts(before), **less})
    keep(person, merged(wanted, shown, before) if shown else wanted)
    db.session.commit()
    person = person_of(token)
    return render(person, token, fresh_form(person), said=said, before=before)


def fresh_form(person: Person) -> PreferencesForm:
    choices = choices_of(person)
    facts = {**as_facts(choices), "shown": as_shown(choices)}
    return PreferencesForm(formdata=None, data=facts).offer(person)


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
    language = known(person.language)
    letters = why.told(person.id, since, language)
    # The log gives its own reasons in the house's language alone.
    ours = letters if language == HOUSE else []
    reasons = nudges.reasons(one.key.removeprefix("nudge:") for one in ours)
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
            spoken=language,
            silent=person.state == "paused",
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
    return render(person, token, fresh_form(person))


@page.post("/<token>")
def save(token: str) -> ResponseReturnValue:
    person = person_of(token)
    form = PreferencesForm().offer(person)
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
    return changed(token, chosen, "Saved. This is how it is now.", from_shown(form.shown.data or ""))


@page.post("/<token>/only-places")
def only_places(token: str) -> ResponseReturnValue:
    """Everything that may be switched off, off in one press."""
    said = "Saved. You now get only letters about your places."
    return changed(token, None, said, kinds=(), announcements=False)


@page.post("/<token>/pause")
def pause(token: str) -> ResponseReturnValue:
    """Thirty days of quiet in one press."""
    day = zones.local(clock.now() + PRESSED_PAUSE, zone_of(person_of(token))).date()
    return changed(token, None, "Paused for 30 days. Letters about places you hold still come.", pause=day)


@page.post("/<token>/end-pause")
def end_pause(token: str) -> ResponseReturnValue:
    return changed(token, None, "The pause is over. Letters come as usual again.", pause=None)
