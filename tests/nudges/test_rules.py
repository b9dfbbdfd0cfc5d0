"""Whatever the hour, the zone or the season: no nudge at night, none too early or too late, none too often."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convene.calendar.quiet import end_of_quiet, is_quiet
from convene.nudges.rules import KINDS
from convene.nudges.rules.occasion import (
    JITTER,
    REMIND,
    THANK_FROM,
    THANK_UNTIL,
    Occasion,
    capped,
    reminder,
    thank_you,
)

STARTS = datetime(2026, 5, 12, 17, 30, tzinfo=UTC)
ZONES = [
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Asia/Kathmandu",
    "UTC",
]


def occasion(starts_at: datetime = STARTS, **more: object) -> Occasion:
    facts: dict = {
        "starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=90), "zone": "Europe/London",
        "state": "confirmed",
        "confirmed_at": starts_at - timedelta(days=9), "attendance": "attended", "muted": frozenset(), "salt": "1:1",
    }  # fmt: skip
    return Occasion(**facts | more)


# A year with both changes of the clocks in each of the zones that have them.
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda wall: wall.replace(tzinfo=UTC))
occasions = st.builds(occasion, moments, zone=st.sampled_from(ZONES), salt=st.text(max_size=5))


@given(occasions, st.timedeltas(-timedelta(days=4), timedelta(days=4)))
def test_nothing_is_sent_at_night_too_early_or_too_late(one: Occasion, away: timedelta) -> None:
    now = one.starts_at + away
    for rule in (reminder, thank_you):
        if rule(one, now).act == "send":
            assert not is_quiet(now, one.zone)
            since = one.starts_at - REMIND if rule is reminder else one.ends_at + THANK_FROM
            until = one.starts_at if rule is reminder else one.ends_at + THANK_UNTIL
            assert since <= now < until


@given(occasions)
def test_a_worker_that_looks_every_ten_minutes_sends_each_once_at_a_good_hour(one: Occasion) -> None:
    """Every event gets its thank-you in time; a reminder is missed only where its whole last day was night."""
    for rule, start in ((reminder, one.starts_at - REMIND), (thank_you, one.ends_at + THANK_FROM)):
        looks = (start + timedelta(minutes=10 * step) for step in range(200))
        first = next((now for now in looks if rule(one, now).act in ("send", "expired")), None)
        assert first is not None
        if rule is thank_you:
            assert rule(one, first).act == "send"
            assert first - start <= timedelta(hours=13) + JITTER + timedelta(minutes=10)


@given(occasions)
def test_what_waits_for_the_morning_comes_within_half_an_hour_of_eight(one: Occasion) -> None:
    due = thank_you(one, one.ends_at).due_at
    if is_quiet(one.ends_at + THANK_FROM, one.zone):
        there = due.astimezone(end_of_quiet(due, one.zone).tzinfo)
        assert not is_quiet(due, one.zone)
        assert is_quiet(due - JITTER - timedelta(minutes=1), one.zone)
        assert there == due
    else:
        assert due == one.ends_at + THANK_FROM


@given(occasions, st.sampled_from(["started", "waitlisted", "offered", "lapsed", "cancelled"]), moments)
def test_only_those_with_a_place_are_nudged(one: Occasion, state: str, now: datetime) -> None:
    for rule in (reminder, thank_you):
        assert rule(replace(one, state=state), now).act == "stopped"


@given(occasions, moments)
def test_who_stopped_a_kind_never_gets_it_and_still_gets_the_other(one: Occasion, now: datetime) -> None:
    silent = replace(one, muted=frozenset({"reminder"}))
    assert reminder(silent, now).act == "stopped"
    assert thank_you(silent, now) == thank_you(one, now)


def test_a_reminder_comes_one_day_before() -> None:
    one = occasion()
    assert reminder(one, STARTS - timedelta(hours=24, seconds=1)).act == "wait"
    sent = reminder(one, STARTS - timedelta(hours=24))
    assert (sent.act, sent.due_at, sent.reason) == (
        "send",
        STARTS - timedelta(days=1),
        "they have a place at this event",
    )
    assert reminder(one, STARTS).act == "expired"


def test_one_day_before_is_a_day_of_real_hours_over_a_change_of_the_clocks() -> None:
    """Clocks in London go forward on 29 March 2026: the event is at 10am on both of them, 23 hours of wall time on."""
    starts = datetime(2026, 3, 29, 9, 0, tzinfo=UTC)
    sent = reminder(occasion(starts), starts - timedelta(days=1))
    assert (sent.act, sent.due_at) == ("send", datetime(2026, 3, 28, 9, 0, tzinfo=UTC))


def test_a_night_with_a_change_of_the_clocks_ends_at_eight_on_the_new_clock() -> None:
    """The event ends at 2am in London on 25 October 2026 less 18 hours: its thank-you would come in that night."""
    ends = datetime(2026, 10, 24, 8, 0, tzinfo=UTC)
    one = occasion(ends - timedelta(minutes=90), salt="")
    due = thank_you(one, ends).due_at
    assert datetime(2026, 10, 25, 8, 0, tzinfo=UTC) <= due <= datetime(2026, 10, 25, 8, 30, tzinfo=UTC), (
        "GMT by then"
    )
    assert thank_you(one, datetime(2026, 10, 25, 7, 30, tzinfo=UTC)).act == "wait"


def test_who_took_their_place_within_the_last_day_is_not_reminded_of_it() -> None:
    late = occasion(confirmed_at=STARTS - timedelta(hours=5))
    verdict = reminder(late, STARTS - timedelta(hours=4))
    assert (verdict.act, verdict.reason) == ("stopped", "they took their place within the last day")


@pytest.mark.parametrize("attendance", ["unknown", "attended", "part", "no_show", "excused"])
def test_everybody_who_had_a_place_is_thanked_or_missed(attendance: str) -> None:
    one = occasion(attendance=attendance)
    assert thank_you(one, one.ends_at + timedelta(hours=19)).act == "send"


@given(st.lists(st.integers(0, 31 * 24 * 60), max_size=12))
def test_no_nudge_passes_the_caps(minutes_ago: list[int]) -> None:
    now = STARTS
    sent = [now - timedelta(minutes=ago) for ago in minutes_ago]
    if not capped(sent, now):
        for span, most in ((1, 1), (7, 2), (30, 8)):
            assert sum(moment > now - timedelta(days=span) for moment in [*sent, now]) <= most


def test_a_kinds_number_is_for_ever_since_it_stands_in_links_already_sent() -> None:
    assert KINDS[:2] == ("reminder", "thank_you")


@given(occasions, moments, st.timedeltas(-timedelta(days=4), timedelta(days=4)))
def test_who_asked_for_quiet_is_left_in_quiet_and_the_reason_says_so(
    one: Occasion, until: datetime, away: timedelta
) -> None:
    paused, now = replace(one, paused_until=until), one.starts_at + away
    for rule in (reminder, thank_you):
        usual, verdict = rule(one, now), rule(paused, now)
        if now >= until:
            assert verdict == usual, "a pause that is over leaves no trace"
        else:
            assert verdict.act != "send"
        if usual.act == "send" and now < until:
            assert verdict.reason.startswith("they asked for quiet until ")
            use_ends = one.starts_at if rule is reminder else one.ends_at + THANK_UNTIL
            assert verdict.act == ("wait" if until < use_ends else "stopped")


def test_the_day_of_a_pause_is_said_in_words_where_they_are() -> None:
    quiet = occasion(zone="America/New_York", paused_until=datetime(2026, 6, 3, 12, tzinfo=UTC))
    verdict = reminder(quiet, STARTS - timedelta(hours=2))
    assert (verdict.act, verdict.reason) == ("stopped", "they asked for quiet until Wednesday 3 June 2026")
