"""Writing what was decided: a nudge alone, a reminder of several places on one day, or several nudges in one letter."""

from datetime import datetime, timedelta

from convene.extensions import db
from convene.mail import outbox
from convene.mail.letter import Letter
from convene.nudges import letters
from convene.nudges.finders import FINDERS
from convene.nudges.finding import Case
from convene.nudges.models import Nudge
from convene.nudges.rules.registry import OF
from convene.nudges.settings import Settings
from convene.people.models import Person

LASTS = timedelta(days=2)  # a letter of several is of use so long, or until the first of them is not


def row_of(parts: list[tuple[Nudge, Case]], settings: Settings, now: datetime) -> outbox.Row:
    """One letter of one nudge or several, the one that goes before the others first, as the outbox posts it."""
    nudge, case = parts[0]
    private = OF[case.kind].private
    alone = len(parts) == 1 or case.kind == "reminder"
    return outbox.row_of(
        written(parts, settings, now),
        key=str(nudge.letter_key),
        now=now,
        # Without the host on the row where it is private: who found whom is in no organiser's mail log.
        organisation_id=None if private else case.host_id,
        event_id=case.event_id if alone and not private else None,
        person_id=case.person_id,
        thread=case.thread if alone else None,
    )


def written(parts: list[tuple[Nudge, Case]], settings: Settings, now: datetime) -> Letter:
    nudge, case = parts[0]
    if case.kind == "reminder":
        others = [one.about.signup_id for _, one in parts[1:]]
        return letters.reminder(
            nudge, letters.place(case.about.signup_id), letters.places(others), words(case, settings)
        )
    if len(parts) == 1:
        return alone(nudge, case, words(case, settings))
    person = db.session.get_one(Person, case.person_id)
    asks = [(one.kind, FINDERS[one.kind].says(row, one, person)) for row, one in parts]
    ends = min(now + LASTS, *(one.call.until for _, one in parts))
    return letters.digest(person, asks, person.zone or case.zone, ends)


def alone(nudge: Nudge, case: Case, own_words: str) -> Letter:
    finder = FINDERS[case.kind]
    if finder.write:
        return finder.write(nudge, case, own_words)
    person = db.session.get_one(Person, case.person_id)
    zone = None if OF[case.kind].any_hour else person.zone or case.zone
    return letters.asking(nudge, person, finder.says(nudge, case, person), own_words, zone, case.call.until)


def words(case: Case, settings: Settings) -> str:
    return settings.words(case.kind, case.host_id, case.event_id, case.circle_id)
