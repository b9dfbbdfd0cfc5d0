"""Problems for Hypothesis to draw: small, tangled, and as often impossible as not."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from convene.groups.deal import Guest, Problem, price_of_meeting
from convene.groups.deal.problem import Groups
from tests.nightly import NIGHTLY


def examples(count: int) -> settings:
    return settings(
        max_examples=count * NIGHTLY,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=NIGHTLY == 1,
    )


@st.composite
def problems(draw: st.DrawFn, most: int = 26, told: bool = True, least: int = 0) -> Problem:
    n = draw(st.integers(least, most))
    ids = [f"p{k:02d}" for k in range(n)]
    some = lambda labels: draw(st.lists(st.sampled_from(labels), min_size=n, max_size=n))  # noqa: E731
    organisations, sectors, flags = some([None, "o1", "o2", "o3"]), some([None, "s1", "s2"]), some(range(8))
    needy = some([(), (), (), (), ("captions",), ("step-free", "captions")])
    people = tuple(
        Guest(
            each,
            organisations[k],
            sectors[k],
            None,
            bool(flags[k] & 1),
            bool(flags[k] & 2),
            flags[k] > 5,
            needy[k],
        )
        for k, each in enumerate(ids)
    )
    pair = (
        st.lists(st.sampled_from(ids), min_size=2, max_size=2, unique=True).map(lambda two: (two[0], two[1]))
        if n > 1
        else st.nothing()
    )
    size = draw(st.integers(2, 6))
    held: tuple[Groups, ...] = ()
    if n and draw(st.booleans()):
        order = draw(st.permutations(ids))
        held = (tuple(tuple(order[k : k + size]) for k in range(0, n, size)),)
    announced: tuple[Groups, ...] = ()
    if told and 0 < n <= 3 * size and draw(st.booleans()):
        order = draw(st.permutations(ids))
        announced = (tuple(tuple(order[k : k + size]) for k in range(0, n, size)),)
    return Problem(
        people,
        size,
        rounds=draw(st.integers(1, 3)) + len(held),
        seed=draw(st.integers(-3, 2**70)),
        facilitated=draw(st.booleans()),
        served=draw(st.dictionaries(st.sampled_from(["captions", "step-free"]), st.integers(0, 4))),
        apart=tuple(draw(st.lists(pair, max_size=4))) if n > 1 else (),
        together=tuple(draw(st.lists(pair, max_size=3))) if n > 1 else (),
        met=tuple(
            (a, b, price_of_meeting(draw(st.integers(0, 5)))) for a, b in draw(st.lists(pair, max_size=8))
        )
        if n > 1
        else (),
        held=held,
        told=announced,
        present=draw(st.none() | st.frozensets(st.sampled_from(ids))) if n else None,
    )
