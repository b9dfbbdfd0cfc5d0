"""A host's colour is painted only where its words can be read and its edge is seen, by day and by night."""

import itertools

from convene.people import colours
from tests.house.test_contrast import SCHEMES

STEPS = ("00", "33", "66", "99", "cc", "ff")


def test_every_colour_that_is_painted_can_be_read_and_seen() -> None:
    taken = 0
    for parts in itertools.product(STEPS, repeat=3):
        accent = "#" + "".join(parts)
        painted = colours.painted(accent)
        assert (painted is None) == (colours.words_on(accent) is None), accent
        if painted is None:
            continue
        taken += 1
        for ground in (painted.lamp, painted.hover):
            assert colours.contrast(painted.words, ground) >= 4.5, (accent, ground)
        for edge, scheme in ((painted.edge_by_day, "light"), (painted.edge_by_night, "dark")):
            for name in ("paper", "glow", "sheet", "shade"):
                assert colours.contrast(edge, SCHEMES[scheme][name]) >= 3, (accent, scheme, name)
    assert taken > 180
    assert colours.painted("") is None and colours.painted("red;}") is None


def test_the_grounds_are_those_of_the_house() -> None:
    for grounds, scheme in ((colours.BY_DAY, "light"), (colours.BY_NIGHT, "dark")):
        assert grounds == tuple(SCHEMES[scheme][name] for name in ("paper", "glow", "sheet", "shade"))
