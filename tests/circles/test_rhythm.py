"""What a circle's rhythm gives over clock changes and odd months, and in which words it is refused."""

from datetime import date, datetime, time, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from convene import clock
from convene.access import sign_ins
from convene.circles import planning, rules
from convene.circles.agenda import TEMPLATES
from convene.circles.models import Circle, CircleSession
from convene.circles.rules import Pattern, dates
from convene.events import actions as events
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.signups.models import Signup
from tests.factories import a_circle, a_member, a_session, an_organiser
from tests.web.browsing import Browsing

LONDON = "Europe/London"
TUESDAY, EVENING = date(2026, 9, 22), time(18, 30)


def test_seven_fortnights_without_a_holiday_are_seven_at_the_same_hour() -> None:
    pattern = Pattern("fortnight", TUESDAY, EVENING, count=7, skipped=frozenset({date(2026, 11, 17)}))
    found = dates(pattern, LONDON)
    assert len(found) == 7 and date(2026, 11, 17) not in {start.date() for start in found}
    assert {start.time() for start in found} == {EVENING}
    assert rules.read(pattern.kept(), "2026-11-17") == pattern, "as it was written down"


def test_the_31st_passes_over_months_without_one_and_says_which() -> None:
    pattern = Pattern("month_day", date(2026, 10, 31), EVENING, count=4)
    found = dates(pattern, LONDON)
    assert [start.date() for start in found] == [
        date(2026, 10, 31), date(2026, 12, 31), date(2027, 1, 31), date(2027, 3, 31),
    ]  # fmt: skip
    assert rules.passed_over(pattern, found) == [date(2026, 11, 1), date(2027, 2, 1)]
    fifth = Pattern("month_weekday", date(2026, 9, 29), EVENING, count=2)
    assert [start.date() for start in dates(fifth, LONDON)] == [date(2026, 9, 29), date(2026, 12, 29)]


def test_the_hour_that_is_skipped_is_named_and_of_the_one_that_comes_twice_the_first_counts() -> None:
    with pytest.raises(rules.SkippedHour) as refused:
        dates(Pattern("week", date(2027, 3, 21), time(1, 30), count=3), LONDON)
    assert refused.value.day == date(2027, 3, 28)
    without = Pattern("week", date(2027, 3, 21), time(1, 30), count=3, skipped=frozenset({date(2027, 3, 28)}))
    assert len(dates(without, LONDON)) == 3, "skipped, the rest can stand"
    autumn = dates(Pattern("week", date(2026, 10, 18), time(1, 30), count=3), LONDON)
    assert rules.twice(autumn, LONDON) == [date(2026, 10, 25)]
    assert rules.exists(autumn[1], LONDON).hour == 0, "summer time still, the first of the two"


@pytest.mark.parametrize(
    ("pattern", "refusal"),
    [
        (Pattern("week", TUESDAY, EVENING, count=5000), rules.TooManyDates),
        (Pattern("week", TUESDAY, EVENING, until=date(2099, 1, 1)), rules.TooManyDates),
        (Pattern("week", TUESDAY, EVENING, until=date(2026, 9, 1)), rules.NeverFalls),
        (Pattern("week", TUESDAY, EVENING, until=TUESDAY, skipped=frozenset({TUESDAY})), rules.NeverFalls),
        (Pattern("month_last", TUESDAY, EVENING, count=3), rules.NotLast),
    ],
)
def test_what_cannot_be_is_refused_by_name(pattern: Pattern, refusal: type[ValueError]) -> None:
    with pytest.raises(refusal):
        dates(pattern, LONDON)


@given(
    every=st.sampled_from([name for name in rules.RHYTHMS if name != "month_last"]),
    first=st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    count=st.integers(1, rules.MOST),
    skipped=st.frozensets(st.dates(date(2026, 1, 1), date(2030, 1, 1)), max_size=5),
)
def test_a_rhythm_gives_as_many_as_were_asked_for_in_order(
    every: str, first: date, count: int, skipped: frozenset[date]
) -> None:
    found = dates(Pattern(every, first, EVENING, count=count, skipped=skipped), LONDON)
    assert found == sorted(set(found)) and not {start.date() for start in found} & skipped
    assert len(found) == count


def test_a_name_in_the_series_is_never_given_twice() -> None:
    taken = ["2026-09-22T18:30", "2026-09-23T18:30"]
    assert rules.free(taken, TUESDAY, "18:30") == "2026-09-24T18:30"
    assert rules.shifted(datetime.fromisoformat("2026-10-20T17:30:00+00:00"), LONDON, 14, EVENING) == (
        datetime.fromisoformat("2026-11-03T18:30:00+00:00")
    )


@pytest.mark.one_database
def test_a_rhythm_that_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    owner = an_organiser()
    circle = a_circle(owner.organisation)
    secret = sign_ins.open_sign_in(owner.address or "", owner.organisation_id, "a test", clock.now())
    client.set_cookie("convene_desk", secret)
    desk = Browsing(client)
    year = clock.now().year + 1
    plain = {"rhythm": "week", "day": f"{year}-06-01", "starts": "18:30", "ends": "20:00", "count": "3"}
    for typed, words in (
        ({"count": "5000"}, "Enter a whole number from 1 to 104"),
        ({"until": f"{year + 4}-01-01"}, "more than 104 sessions"),
        ({"until": f"{year}-01-01"}, "No session is left"),
        ({"ends": "06:00", "starts": "18:30"}, "The end must be after the start"),
        ({"day": "2020-01-01"}, "This is in the past"),
        ({"day": "9999-12-31"}, "more than five years away"),
        ({"day": f"{year}-06-31"}, "Enter a date that exists"),
        ({"skipped": "soon"}, "“soon” is no date"),
        ({"rhythm": "daily"}, "Choose how often"),
    ):
        desk.open(f"/organise/circles/{circle.id}/rhythm")
        desk.press("Plan these sessions", **{**plain, **typed})
        assert desk.page.status_code == 422 and words in desk.words, (typed, desk.words[:600])
        assert desk.title.startswith("Error: ")
        if typed != {"skipped": "soon"}:
            assert 'value="18:30"' in desk.page.text, "what was typed stands there still"
    assert not db.session.scalar(select(func.count()).select_from(CircleSession))
    desk.open("/organise/circles/new")
    desk.press("Begin the circle", challenge="new", question="?" * 700, rhythm="poll", places="0")
    assert desk.page.status_code == 422 and "The question must be 600 characters or fewer" in desk.words
    # A question was written, and the choice above it, which is made already, left as it was.
    desk.press("Begin the circle", challenge=str(circle.challenge_id), question="Who cares?", places="8")
    assert "You wrote a new question and chose another one" in desk.words and "Who cares?" in desk.words
    assert db.session.scalar(select(func.count()).select_from(Circle)) == 1


@pytest.mark.one_database
def test_a_copy_of_a_session_is_a_session_as_any_other_once_it_is_published(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    owner = an_organiser()
    circle = a_circle(owner.organisation, uid="benches", zone=LONDON)
    owner.organisation.controller = owner.organisation.privacy_contact = "us@example.org"
    member = a_member(circle)
    at = clock.now().replace(hour=18, minute=30, second=0, microsecond=0)
    first = a_session(circle, starts_at=at + timedelta(days=7), ends_at=at + timedelta(days=7, hours=1))
    copied = events.copy(first, at + timedelta(days=9, hours=-3), clock.now())
    copied_id, number = copied.id, circle.sequence
    planning.lay_out(copied, TEMPLATES["talk"], 1)
    secret = sign_ins.open_sign_in(owner.address or "", owner.organisation_id, "a test", clock.now())
    client.set_cookie("convene_desk", secret)
    desk = Browsing(client)
    desk.open(f"/organise/circles/{circle.id}")
    assert "Besides these" in desk.words and f"/organise/events/{copied_id}" in desk.page.text
    desk.open(f"/organise/events/{copied_id}")
    desk.press("Publish")
    db.session.rollback()
    names = db.session.scalars(select(CircleSession.original).order_by(CircleSession.event_id)).all()
    assert {name[11:] for name in names} == {names[0][11:]}, (
        "one hour of the series, or no calendar could say it"
    )
    assert db.session.scalars(select(Signup.person_id).where(Signup.event_id == copied_id)).all() == [
        member.person_id
    ]
    told = db.session.scalars(select(OutgoingMail).where(OutgoingMail.person_id == member.person_id)).one()
    assert "New: " in told.text and told.invite and circle.sequence == number + 1
    desk.open(f"/organise/circles/{circle.id}")
    assert f"/organise/circles/{circle.id}/sessions/{copied_id}" in desk.page.text
    assert b"BEGIN:VEVENT" in client.get(f"/circles/{circle.slug}.ics").data
    about = client.get(f"/challenges/{circle.challenge.slug}").text
    assert f'href="/events/{first.slug}"' in about, "what is open to guests is an event about the question"
