"""Whatever the hour, the zone or the season: no nudge at night, none too early or too late, and each with a reason."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convene.calendar.quiet import end_of_quiet, is_quiet
from convene.nudges.rules import circles, events, people
from convene.nudges.rules.base import JITTER, NIGHT, STOPPED_KIND, Call, Timing, Who, judge
from convene.nudges.rules.circles import Asked, Due, Missed, NoAction
from convene.nudges.rules.events import Meeting, Part, did_you_meet, plan, reminder, thank_you
from convene.nudges.rules.people import Agreed, Kept, Silence, Tasks
from convene.nudges.rules.registry import AT_ONCE, KINDS, OF, RULES, OutOfBounds, checked, spoken

STARTS = datetime(2026, 5, 12, 17, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = [
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Asia/Kathmandu",
    "UTC",
]
LONDON = Who("Europe/London")


def part(starts_at: datetime = STARTS, **more: object) -> Part:
    facts: dict = {
        "starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=90), "state": "confirmed",
        "confirmed_at": starts_at - timedelta(days=9),
    }  # fmt: skip
    return Part(**facts | more)


def usual(kind: str) -> Timing:
    return OF[kind].timing


def call(kind: str, one: Part) -> Call:
    return {"reminder": reminder, "thank_you": thank_you, "plan": plan}[kind](one, usual(kind))


# A year with both changes of the clocks in each of the zones that have them.
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda wall: wall.replace(tzinfo=UTC))
parts = st.builds(part, moments)
whos = st.builds(Who, st.sampled_from(ZONES), salt=st.text(max_size=5))
kinds = st.sampled_from(["reminder", "thank_you", "plan"])


@given(kinds, parts, whos, st.timedeltas(-timedelta(days=9), timedelta(days=4)))
def test_nothing_is_sent_at_night_too_early_or_too_late(
    kind: str, one: Part, who: Who, away: timedelta
) -> None:
    now, said = one.starts_at + away, call(kind, one)
    verdict = judge(said, kind, who, now)
    if verdict.act == "send":
        assert not is_quiet(now, who.zone)
        assert said.due_at <= now < said.until
    if verdict.act == "hold":
        assert said.due_at <= now < said.until
        assert not is_quiet(verdict.at, who.zone) and verdict.at > now
        assert verdict.reason == NIGHT
    assert verdict.reason, "each has one"


@given(parts, whos)
def test_a_worker_that_looks_every_ten_minutes_sends_each_once_at_a_good_hour(one: Part, who: Who) -> None:
    """Every event gets its thank-you in time; a reminder is missed only where its whole last day was night."""
    for kind in ("reminder", "thank_you"):
        said = call(kind, one)
        looks = (said.due_at + timedelta(minutes=10 * step) for step in range(200))
        first = next((now for now in looks if judge(said, kind, who, now).act in ("send", "expired")), None)
        assert first is not None
        if kind == "thank_you":
            assert judge(said, kind, who, first).act == "send"
            assert first - said.due_at <= timedelta(hours=13, minutes=10)


@given(parts, whos)
def test_what_waits_for_the_morning_comes_within_half_an_hour_of_eight(one: Part, who: Who) -> None:
    said = call("thank_you", one)
    verdict = judge(said, "thank_you", who, said.due_at)
    if is_quiet(said.due_at, who.zone):
        assert (verdict.act, verdict.reason) == ("hold", NIGHT)
        assert (
            end_of_quiet(said.due_at, who.zone) <= verdict.at <= end_of_quiet(said.due_at, who.zone) + JITTER
        )
    else:
        assert (verdict.act, verdict.due_at) == ("send", said.due_at)


@given(parts, st.sampled_from(["started", "waitlisted", "offered", "lapsed", "cancelled"]), moments, kinds)
def test_only_those_with_a_place_are_nudged(one: Part, state: str, now: datetime, kind: str) -> None:
    assert judge(call(kind, replace(one, state=state)), kind, LONDON, now).act == "stopped"


@given(parts, moments)
def test_who_stopped_a_kind_never_gets_it_and_still_gets_the_other(one: Part, now: datetime) -> None:
    silent = replace(LONDON, muted=frozenset({"reminder"}))
    stopped = judge(call("reminder", one), "reminder", silent, now)
    assert (stopped.act, stopped.reason) == ("stopped", STOPPED_KIND)
    thanks = call("thank_you", one)
    assert judge(thanks, "thank_you", silent, now) == judge(thanks, "thank_you", LONDON, now)


@given(parts, moments, st.timedeltas(-timedelta(days=4), timedelta(days=4)))
def test_who_asked_for_quiet_is_left_in_quiet_and_the_reason_says_so(
    one: Part, until: datetime, away: timedelta
) -> None:
    now = one.starts_at + away
    for kind in ("reminder", "thank_you"):
        said = call(kind, one)
        before = judge(said, kind, LONDON, now)
        verdict = judge(said, kind, replace(LONDON, paused_until=until), now)
        if now >= until:
            assert verdict == before, "a pause that is over leaves no trace"
        else:
            assert verdict.act != "send"
        if before.act == "send" and now < until:
            assert verdict.reason.startswith("they asked for quiet until ")
            assert verdict.act == ("hold" if until < said.until else "stopped")


def test_a_reminder_comes_one_day_before() -> None:
    said = call("reminder", part())
    assert judge(said, "reminder", LONDON, STARTS - timedelta(hours=24, seconds=1)).act == "wait"
    sent = judge(said, "reminder", LONDON, STARTS - DAY)
    assert (sent.act, sent.due_at, sent.reason) == ("send", STARTS - DAY, "they have a place at this event")
    assert judge(said, "reminder", LONDON, STARTS).act == "expired"


def test_a_second_reminder_comes_an_hour_before_where_it_is_wanted_and_not_when_it_would_be_too_late() -> (
    None
):
    again = reminder(part(), Timing(True, DAY, again=HOUR), 2)
    assert (again.due_at, again.until) == (STARTS - HOUR, STARTS - timedelta(minutes=10))
    late = reminder(part(confirmed_at=STARTS - timedelta(minutes=20)), usual("reminder"), 2)
    assert late.stop == "they took their place just now"


def test_one_day_before_is_a_day_of_real_hours_over_a_change_of_the_clocks() -> None:
    """Clocks in London go forward on 29 March 2026: the event is at 10am on both of them, 23 hours of wall time on."""
    starts = datetime(2026, 3, 29, 9, 0, tzinfo=UTC)
    sent = judge(call("reminder", part(starts)), "reminder", LONDON, starts - DAY)
    assert (sent.act, sent.due_at) == ("send", datetime(2026, 3, 28, 9, 0, tzinfo=UTC))


def test_a_night_with_a_change_of_the_clocks_ends_at_eight_on_the_new_clock() -> None:
    """The event ends at 2am in London on 25 October 2026 less 18 hours: its thank-you would come in that night."""
    ends = datetime(2026, 10, 24, 8, 0, tzinfo=UTC)
    said = call("thank_you", part(ends - timedelta(minutes=90)))
    held = judge(said, "thank_you", LONDON, ends + timedelta(hours=18))
    eight = datetime(2026, 10, 25, 8, 0, tzinfo=UTC)
    assert held.act == "hold" and eight <= held.at <= eight + JITTER, "GMT by then"
    assert judge(said, "thank_you", LONDON, eight - timedelta(minutes=30)).act == "hold"


def test_the_day_of_a_pause_is_said_in_words_where_they_are() -> None:
    quiet = Who("America/New_York", paused_until=datetime(2026, 6, 3, 12, tzinfo=UTC))
    verdict = judge(call("reminder", part()), "reminder", quiet, STARTS - timedelta(hours=2))
    assert (verdict.act, verdict.reason) == ("stopped", "they asked for quiet until Wednesday 3 June 2026")


ENDED = STARTS + timedelta(minutes=90)
STOPS: list[tuple[str, Call, str]] = [
    ("N2 answered", plan(part(answered=True), usual("plan")), "they have answered"),
    ("N2 late", plan(part(confirmed_at=STARTS - DAY), usual("plan")), "they took their place after that"),
    (
        "N3 late",
        reminder(part(confirmed_at=STARTS - HOUR), usual("reminder")),
        "they took their place within the last day",
    ),
    ("N12 answered", thank_you(part(answered=True), usual("thank_you")), "they have answered"),
    (
        "N12 in a group",
        thank_you(part(group_asked=True), usual("thank_you")),
        "they are asked about their group instead",
    ),
    (
        "N9 answered",
        did_you_meet(Meeting(ENDED, "confirmed", 2, True), usual("did_you_meet")),
        "they have answered",
    ),
    (
        "N9 alone",
        did_you_meet(Meeting(ENDED, "confirmed", 0), usual("did_you_meet")),
        "nobody else of their group is left",
    ),
    ("N13 ended", people.what_came(Agreed(STARTS, ended=True), usual("what_came")), "they ended it"),
    (
        "N13 answered",
        people.what_came(Agreed(STARTS, answered=True), usual("what_came")),
        "they have answered",
    ),
    (
        "N13 snoozed",
        people.what_came(Agreed(STARTS, snoozed=True), usual("what_came")),
        "they asked not to be asked",
    ),
    ("N14 done", circles.action_due(Due(STARTS, "done"), usual("action_due")), "it is done"),
    ("N14 dropped", circles.action_due(Due(STARTS, "dropped"), usual("action_due"), 2), "it was dropped"),
    (
        "N14 given away",
        circles.action_due(Due(STARTS, "owned", None, False), usual("action_due")),
        "somebody else does it now",
    ),
    (
        "N14 new",
        circles.action_due(Due(STARTS, "owned", STARTS - DAY), usual("action_due")),
        "they took it on a moment ago",
    ),
    (
        "N15 gone",
        people.still_true(Kept(STARTS, gone=True), usual("still_true")),
        "nothing of it is kept any more",
    ),
    (
        "N16 acted",
        people.welcome_back(Silence((STARTS,)), usual("welcome_back")),
        "they have answered, or signed up again",
    ),
    (
        "N18 answered",
        circles.asked_to_join(Asked(STARTS, True), usual("asked_to_join")),
        "it has been answered",
    ),
    (
        "N19 came",
        circles.missed_two(Missed(STARTS, False), usual("missed_two")),
        "they were not missed twice after all",
    ),
    (
        "N19 left",
        circles.missed_two(Missed(STARTS, True, False), usual("missed_two")),
        "they have left the circle",
    ),
    (
        "N20 action",
        circles.no_action_yet(NoAction(STARTS, 2, True), usual("no_action")),
        "somebody has taken an action on",
    ),
    ("N17 empty", people.to_do(Tasks(0, STARTS), usual("to_do")), "nothing is left to do"),
]


@pytest.mark.parametrize(
    ("said", "reason"), [(said, reason) for _, said, reason in STOPS], ids=[one[0] for one in STOPS]
)
def test_each_rule_stops_in_words(said: Call, reason: str) -> None:
    assert said.stop == reason


WHEN: list[tuple[str, Call, timedelta]] = [
    ("N2", plan(part(), usual("plan")), -7 * DAY),
    ("N9", did_you_meet(Meeting(STARTS, "confirmed", 2), usual("did_you_meet")), 18 * HOUR),
    ("N9 again", did_you_meet(Meeting(STARTS, "confirmed", 2), usual("did_you_meet"), 2), 18 * HOUR + 5 * DAY),
    ("N13", people.what_came(Agreed(STARTS), usual("what_came")), 42 * DAY),
    ("N13 again", people.what_came(Agreed(STARTS), usual("what_came"), 2), 182 * DAY),
    ("N14", circles.action_due(Due(STARTS, "owned"), usual("action_due")), -3 * DAY),
    ("N14 again", circles.action_due(Due(STARTS, "owned"), usual("action_due"), 2), 2 * DAY),
    ("N15", people.still_true(Kept(STARTS), usual("still_true")), 180 * DAY),
    ("N15 runs out", people.still_true(Kept(STARTS, ends_at=STARTS + 30 * DAY), usual("still_true")), 16 * DAY),
    ("N16", people.welcome_back(Silence((STARTS - DAY, STARTS)), usual("welcome_back")), 7 * DAY),
    ("N16 again", people.welcome_back(Silence((STARTS, STARTS, STARTS)), usual("welcome_back"), 2), 7 * DAY),
    ("N18 again", circles.asked_to_join(Asked(STARTS, False), usual("asked_to_join"), 2), 3 * DAY),
    ("N19", circles.missed_two(Missed(STARTS, True), usual("missed_two")), 18 * HOUR),
    ("N20", circles.no_action_yet(NoAction(STARTS, 2, False), usual("no_action")), -2 * DAY),
    ("N17", people.to_do(Tasks(1, STARTS), usual("to_do")), timedelta()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "away"), [(said, away) for _, said, away in WHEN], ids=[one[0] for one in WHEN]
)
def test_each_rule_speaks_in_its_time_and_says_why(said: Call, away: timedelta) -> None:
    assert said.due_at - STARTS == away
    assert said.stop == "" and said.why and said.until > said.due_at


def test_the_list_of_rules_is_whole_and_its_numbers_are_for_ever() -> None:
    """A kind's number stands in links already sent."""
    assert KINDS == (
        "reminder", "thank_you", "plan", "did_you_meet", "what_came", "action_due", "still_true", "welcome_back",
        "asked_to_join", "missed_two", "no_action", "to_do",
    )  # fmt: skip
    codes = {rule.code for rule in RULES} | {one.code for one in AT_ONCE}
    assert codes == {f"N{number}" for number in range(1, 21)} - {"N5", "N7", "N8"}, (
        "those come with programmes"
    )
    before = sorted(RULES, key=lambda rule: rule.goes_before)
    assert [rule.code for rule in before][:5] == ["N3", "N9", "N12", "N2", "N13"]
    assert all(len(rule.kind) <= 20 and rule.most in (1, 2) for rule in RULES)
    assert len(" ".join((*KINDS, "announcements"))) <= 200, "what one person may have stopped, in one column"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_a_host_may_set_what_helps_and_nothing_else(rule: object) -> None:
    one = OF[getattr(rule, "kind")]  # noqa: B009
    assert one.least <= one.timing.away <= one.longest, "the usual length is one that may be set"
    for wrong in (timedelta(minutes=-5), timedelta(days=3650), one.longest + timedelta(minutes=1)):
        with pytest.raises(OutOfBounds, match="Choose from "):
            checked(one.kind, Timing(True, wrong))
    for right in (one.least, one.longest):
        assert checked(one.kind, Timing(True, right)).away == right


def test_lengths_are_said_as_people_say_them() -> None:
    lengths: list[tuple[timedelta, str]] = [
        (18 * HOUR, "18 hours"), (DAY, "1 day"), (180 * DAY, "180 days"), (timedelta(), "no time"),
        (8 * HOUR + timedelta(minutes=30), "510 minutes"),
    ]  # fmt: skip
    speak: Callable[[timedelta], str] = spoken
    assert [speak(length) for length, _ in lengths] == [words for _, words in lengths]
    assert events.LAST_MINUTES < HOUR
