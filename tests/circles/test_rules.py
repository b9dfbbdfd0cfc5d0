"""Turns to host, promises carried, stances summed up, digests cut and mentions found: rules without a database."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convene.circles import carrying, digests, memory, mentions, rotation, stances
from convene.circles.models import Insight
from convene.circles.rotation import Turn

# Turns to host


@given(people=st.integers(1, 8), sessions=st.integers(0, 20))
def test_everybody_hosts_as_often_as_anybody_else_and_never_twice_running(people: int, sessions: int) -> None:
    found = rotation.next_hosts(
        [Turn(n, None, False) for n in range(sessions)], dict.fromkeys(range(people), 0), {}
    )
    counts = Counter(found.values())
    assert len(found) == sessions
    assert max(counts.values(), default=0) - min((counts[one] for one in range(people)), default=0) <= 1
    if people > 1:
        assert all(found[n] != found[n + 1] for n in range(sessions - 1))


def test_who_took_anothers_turn_is_asked_in_their_place() -> None:
    turns = [
        Turn(1, 10, True),
        Turn(2, 11, True),
        Turn(3, None, False),
        Turn(4, None, False),
        Turn(5, None, False),
    ]
    assert rotation.next_hosts(turns, dict.fromkeys([10, 11, 12], 0), {}) == {3: 12, 4: 10, 5: 11}
    assert rotation.next_hosts(turns, dict.fromkeys([10, 11, 12], 0), {3: {12}}) == {3: 10, 4: 12, 5: 11}, (
        "who is away hosts the next"
    )
    assert rotation.next_hosts(turns, {10: 0}, {3: [10]}) == {4: 10, 5: 10}, (
        "a session nobody comes to has no host"
    )
    assert rotation.next_hosts(turns, {}, {}) == {}
    late = [*turns[:2], *(Turn(n, None, False) for n in range(3, 9))]
    found = rotation.next_hosts(late, {10: 0, 11: 0, 12: 2}, {})
    assert [found[n] for n in range(3, 9)].count(12) == 2, "who joins late does not catch up"
    settled = [Turn(1, 10, True), Turn(2, 11, False), Turn(3, 12, False)]
    swapped = rotation.swapped(settled, 2, 3)
    assert swapped == {2: 12, 3: 11}
    assert not rotation.swapped(settled, 1, 2), "what is over stays as it was"
    assert not rotation.swapped(settled, 2, 2) and not rotation.swapped(settled, 2, 9)


# Promises

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def promise(
    id_: int, state: str = "owned", due: int | None = None, made: int = -20, closed: int | None = None
) -> carrying.Promise:
    closed_at = None if closed is None else NOON + closed * DAY
    day = None if due is None else (NOON + due * DAY).date()
    return carrying.Promise(id_, state, 1, day, NOON + made * DAY, closed_at)


def test_a_promise_is_on_every_agenda_until_it_is_done_and_once_after() -> None:
    all_ = [
        promise(1, due=5), promise(2, due=-3), promise(3), promise(4, "done", closed=-2),
        promise(5, "done", closed=-16),
        promise(6, "dropped", due=9, closed=-1), promise(7, made=1),
    ]  # fmt: skip
    found = carrying.carried(all_, NOON, NOON - 14 * DAY)
    assert [one.id for one in found] == [2, 1, 6, 3, 4], (
        "late first, then by day; closed since the last session too"
    )
    assert carrying.is_late(all_[1], NOON.date()) and not carrying.is_late(all_[0], NOON.date())
    assert not carrying.is_late(all_[3], date(2030, 1, 1))


def test_letting_go_takes_a_reason_and_taking_on_takes_somebody() -> None:
    with pytest.raises(carrying.NeedsReason):
        carrying.may_become("dropped", 1, "  ")
    with pytest.raises(carrying.NeedsOwner):
        carrying.may_become("doing", None, "")
    carrying.may_become("dropped", None, "The shop closed")
    carrying.may_become("done", None, "")


# Stances


def said(**counts: int) -> stances.Summary:
    return stances.summary(counts)


def test_common_ground_and_live_disagreement_are_told_and_a_lone_voice_never() -> None:
    assert said(agree=4) == stances.HIDDEN, "four are too few"
    assert said(agree=4, disagree=1) == stances.HIDDEN, "a figure of four would tell that there is a fifth"
    assert said(agree=2, disagree=2, unsure=1) == stances.HIDDEN
    assert said(agree=1, disagree=1, unsure=1) == stances.HIDDEN
    assert said(agree=5).verdict == "common"
    lone = said(agree=5, disagree=1)
    assert lone == said(agree=5), "with and without the one who differs, the page is the same"
    live = said(agree=4, differently=2)
    assert (live.verdict, live.voices, dict(live.counts)) == ("live", 6, {"agree": 4, "differently": 2})
    mixed = said(agree=3, disagree=1, unsure=1)
    assert (mixed.voices, dict(mixed.counts), mixed.others) == (5, {"agree": 3}, 2)
    assert said(unsure=5).verdict == "open" and said(disagree=5).verdict == "common"
    assert said(nonsense=9) == stances.HIDDEN == stances.summary(None)


@given(st.dictionaries(st.sampled_from(sorted(stances.STANCES)), st.integers(0, 6)))
def test_no_count_of_one_is_ever_told_nor_can_be_worked_out(counts: dict[str, int]) -> None:
    found = stances.summary(counts)
    assert all(count > 1 for count in found.counts.values())
    assert found.others != 1
    assert found.voices == sum(found.counts.values()) + found.others


@given(st.lists(st.tuples(st.integers(1, 12), st.sampled_from(["", *sorted(stances.STANCES)])), max_size=60))
def test_whoever_looks_before_and_after_sees_what_five_people_pressed_or_nothing(
    presses: list[tuple[int, str]],
) -> None:
    seen, shown, pressed = Insight(words="A bench helps"), stances.HIDDEN, set[int]()
    for minute, (person_id, stance) in enumerate(presses):
        memory.take_stance(seen, person_id, stance, "my words", NOON + timedelta(minutes=minute))
        pressed.add(person_id)
        assert memory.said(seen).get(person_id, "") == stance, "their own page has what they pressed at once"
        found = stances.summary(seen.told)
        if found != shown:
            assert len(pressed) >= stances.FRESH, (minute, found, shown)
        if seen.told_at == NOON + timedelta(minutes=minute):
            shown, pressed = found, set()


def test_the_same_stance_pressed_again_and_one_taken_back_bring_no_news() -> None:
    seen = Insight(words="A bench helps")
    for person_id in range(1, 6):
        assert stances.summary(seen.told) == stances.HIDDEN
        memory.take_stance(seen, person_id, "agree", "", NOON)
    assert dict(stances.summary(seen.told).counts) == {"agree": 5}
    for number in range(1, 9):  # five who press once more what they had said, and three others
        memory.take_stance(seen, number, "agree", "In other words", NOON + DAY)
    memory.take_stance(seen, 1, "", "", NOON + DAY)
    memory.take_stance(seen, 2, "disagree", "", NOON + DAY)
    assert dict(stances.summary(seen.told).counts) == {"agree": 5}, "four have something new to say"
    memory.take_stance(seen, 3, "disagree", "", NOON + DAY)
    assert dict(stances.summary(seen.told).counts) == {"agree": 5, "disagree": 2}


# Digests


@pytest.mark.parametrize(("choice", "now", "until"), [
    ("daily", datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 28, 8, tzinfo=UTC)),
    ("daily", datetime(2026, 3, 29, 6, 59, tzinfo=UTC), datetime(2026, 3, 28, 8, tzinfo=UTC)),
    ("daily", datetime(2026, 3, 29, 7, 0, tzinfo=UTC), datetime(2026, 3, 29, 7, tzinfo=UTC)),
    ("weekly", datetime(2026, 3, 30, 6, 0, tzinfo=UTC), datetime(2026, 3, 23, 8, tzinfo=UTC)),
    ("weekly", datetime(2026, 4, 5, 23, 0, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC)),
    ("every", datetime(2026, 3, 30, 6, 0, tzinfo=UTC), datetime(2026, 3, 30, 5, 50, tzinfo=UTC)),
])  # fmt: skip
def test_a_digest_is_cut_in_their_own_morning_on_both_sides_of_a_clock_change(
    choice: str, now: datetime, until: datetime
) -> None:
    before = datetime(2026, 3, 1, tzinfo=UTC)
    found = digests.cut(choice, "Europe/London", before, now)
    assert found == digests.Cut(before, until)
    assert digests.cut(choice, "Europe/London", until, now) is None, "nothing is told twice"


def test_who_wants_nothing_gets_nothing_and_a_skipped_hour_is_no_trouble() -> None:
    assert digests.cut("none", "Europe/London", NOON - DAY, NOON) is None
    assert digests.moment(datetime(2026, 3, 29, 1, 30), "Europe/London") == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )


# Mentions

MEMBERS = {
    1: "Ada Lovelace",
    2: "Zoë Ashe",
    3: "Ada Byron",
    4: "Sam",
    5: "Sam Okoro",
    6: "李小龍",
    7: "O'Neill, Pat",
}


@pytest.mark.parametrize(("text", "found"), [
    ("Thanks @Ada Lovelace, and @zoe!", [1, 2]),
    ("@Ada alone could be two", []),
    ("@Sam Okoro and @Sam", [5, 4]),
    ("write to pat@Sam.example or `@Sam`", []),
    ("(@Sam) @Sam @Sam", [4]),
    ("@Samantha is nobody here; @", []),
    ("@李小龍 is asked", [6]),
    ("", []),
])  # fmt: skip
def test_an_at_mentions_the_member_of_that_name_and_nobody_else(text: str, found: list[int]) -> None:
    assert mentions.mentioned(text, MEMBERS) == found


@given(st.text(max_size=300))
def test_no_text_breaks_the_search_for_mentions(text: str) -> None:
    assert set(mentions.mentioned("@" + text, MEMBERS)) <= set(MEMBERS)
