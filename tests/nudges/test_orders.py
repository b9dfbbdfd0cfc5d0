"""In whatever order people answer, cancel, change their minds or are erased: caps, nights, keys and reasons hold."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from convene.nudges.rules.registry import KINDS, OF, RULES
from tests.nudges.season import BEGINS, DAY, HOUR, Matter, Person, Season, copied

Act = tuple[datetime, str, int, Any]
ZONES = ("Europe/London", "America/New_York", "Asia/Kathmandu")
moments = st.integers(0, 45 * 24).map(lambda hours: BEGINS + hours * HOUR)
folk = st.lists(
    st.builds(Person, st.integers(0, 2), st.integers(0, 2), st.sampled_from(ZONES)), min_size=2, max_size=5
)
which = st.integers(0, 30)
OF_PEOPLE = ("mute", "pause", "fall_silent", "bar", "erase")  # the others are about a matter
yes = st.booleans()
ANSWERS = (
    st.tuples(moments, st.just("answer"), which, yes),
    st.tuples(moments, st.just("place"), which, yes),
    st.tuples(moments, st.just("end"), which, yes),
    st.tuples(moments, st.just("mute"), which, st.sampled_from(KINDS)),
    st.tuples(moments, st.just("pause"), which, st.sampled_from([0, 1, 5, 20])),
    st.tuples(moments, st.just("fall_silent"), which, yes),
)
ACTS = st.one_of(
    *ANSWERS,
    st.tuples(moments, st.just("move"), which, st.integers(-30, 200)),
    st.tuples(moments, st.just("erase"), which, yes),
    st.tuples(moments, st.just("bar"), which, yes),
)


@st.composite
def seasons(draw: st.DrawFn) -> Season:
    people = draw(folk)
    facts = st.tuples(st.sampled_from(KINDS), st.integers(0, len(people) - 1), moments)
    matters = [Matter(at, *one) for at, one in enumerate(draw(st.lists(facts, min_size=3, max_size=16)))]
    timings = {one.kind: replace(one.timing, on=True) for one in RULES}
    if draw(yes):  # as a host may set it: at its shortest, its longest, or not at all
        kind = draw(st.sampled_from(KINDS))
        away = draw(st.sampled_from([OF[kind].least, OF[kind].longest]))
        timings[kind] = replace(timings[kind], on=draw(yes), away=away)
    return Season(people, matters, timings, draw(st.lists(st.integers(0, 90), min_size=1, max_size=5)))


@given(seasons(), st.lists(ACTS, max_size=12))
def test_each_decision_holds_and_each_nudge_comes_to_an_end(season: Season, acts: Sequence[Act]) -> None:
    again = copied(season)
    season.run(acts)
    told = [key for _, _, keys in season.log for key in keys]
    assert len(told) == len(set(told)), "nothing twice"
    left = {key for key, *_ in season.cases()}
    assert not [key for key, row in season.rows.items() if row.outcome.act == "hold" and key in left]
    for row in season.rows.values():
        assert row.outcome.act != "expired" or row.outcome.reason, "what was dropped says why"
    again.run(acts)
    assert (again.log, again.rows) == (season.log, season.rows), "chance has no part in it"


@given(seasons(), st.lists(ACTS, max_size=6), st.lists(st.one_of(*ANSWERS), min_size=1, max_size=6))
def test_what_others_say_or_leave_unsaid_changes_nothing_of_what_one_is_sent(
    season: Season, acts: Sequence[Act], more: Sequence[Act]
) -> None:
    """No, silence and a yes that waits, said by somebody else: the same letters, at the same moments, with reasons."""
    season.late = [0]
    others = copied(season)
    mine = season.people[0].mailbox
    of_others = [at for at, one in enumerate(season.people) if one.mailbox != mine]
    their_matters = [at for at, one in enumerate(season.matters) if one.person in of_others]
    theirs = []
    for moment, act, number, value in more:
        if among := of_others if act in OF_PEOPLE else their_matters:
            theirs.append((moment, act, among[number % len(among)], value))
    season.run(acts)
    others.run([*acts, *theirs])
    assert seen_by(mine, season) == seen_by(mine, others)


def seen_by(mailbox: int, season: Season) -> tuple[object, object]:
    """What came to one mailbox and when, and what was decided of the rest and why."""
    letters = [one for one in season.log if season.people[one[0]].mailbox == mailbox]
    rows = {
        key: row
        for key, row in season.rows.items()
        if season.people[int(key.split(":")[2])].mailbox == mailbox
    }
    return letters, rows


def test_a_mailbox_that_two_read_gets_one_letter_a_day() -> None:
    two = [Person(0, 0, "Europe/London"), Person(0, 0, "Europe/London")]
    noon = BEGINS + 5 * DAY + 12 * HOUR
    both = [Matter(number, "did_you_meet", number, noon - 18 * HOUR) for number in (0, 1)]
    season = Season(two, both, {one.kind: one.timing for one in RULES}, [0])
    season.run([])
    first, second = (moment for _, moment, _ in season.log[:2])
    assert first == noon and second - first >= timedelta(days=1)


def test_what_is_moved_while_it_is_held_is_sent_once_at_its_new_time() -> None:
    evening = BEGINS + 5 * DAY + 22 * HOUR
    met = Matter(0, "did_you_meet", 0, evening - 18 * HOUR)
    season = Season([Person(0, 0, "Europe/London")], [met], {one.kind: one.timing for one in RULES}, [0])
    season.run([(evening + HOUR, "move", 0, 110)])
    assert season.log[0][1] == evening + 110 * HOUR
    assert not [one for one in season.rows.values() if one.outcome.act == "hold"]
