"""Days and hours are said as people who speak the language say and set them."""

from datetime import UTC, datetime

import pytest

from convene.calendar import zones
from convene.calendar.spoken import SPACE, SPEECHES
from convene.mail.languages import LANGUAGES


def test_every_language_of_letters_can_say_a_day() -> None:
    assert set(SPEECHES) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ((2026, 5, 12, 17, 30), (2026, 5, 12, 19, 0), "mardi 12 mai 2026, 18 h 30 à 20 h (London)"),
        ((2026, 5, 1, 11, 0), (2026, 5, 1, 13, 5), "vendredi 1er mai 2026, midi à 14 h 05 (London)"),
        ((2026, 7, 31, 20, 0), (2026, 7, 31, 23, 0), "vendredi 31 juillet 2026, 21 h à minuit (London)"),
        (
            (2026, 2, 28, 22, 0),
            (2026, 3, 1, 9, 0),
            "samedi 28 février 2026, 22 h, jusqu\N{RIGHT SINGLE QUOTATION MARK}au dimanche 1er mars 2026, 9 h (London)",
        ),
        ((2026, 12, 31, 0, 0), (2026, 12, 31, 1, 0), "jeudi 31 décembre 2026, 0 h à 1 h (London)"),
    ],
)
def test_days_and_hours_are_said_as_in_french(
    first: tuple[int, ...], last: tuple[int, ...], said: str
) -> None:
    start, end = datetime(*first, tzinfo=UTC), datetime(*last, tzinfo=UTC)  # type: ignore[misc,arg-type]
    assert zones.spoken(start, end, "Europe/London", "fr").replace(SPACE, " ") == said
    assert (
        zones.spoken_moment(start, "Europe/London", "fr")
        .replace(SPACE, " ")
        .startswith(said.split(" à ")[0][:20])
    )


def test_a_number_never_parts_from_its_word_at_the_end_of_a_line() -> None:
    there = datetime(2026, 5, 12, 17, 30, tzinfo=UTC)
    assert zones.spoken_time(there, "Europe/London", "fr") == f"18{SPACE}h{SPACE}30"
    assert zones.spoken_date(there, "Europe/London", "fr") == f"mardi 12{SPACE}mai 2026"
    assert zones.month(there, "Europe/London", "fr") == "mai 2026"
    assert zones.spoken_time(datetime(2026, 5, 11, 23, 0, tzinfo=UTC), "Europe/London", "fr") == "minuit"
