"""The picture of an event: the same everywhere, small, silent to screen readers, allowed by the policy."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from convene.web.picture import HEIGHT, WIDTH, event_picture

SEEDS = [f"event-{number}" for number in range(300)]


def drawn(seed: str) -> ET.Element:
    return ET.fromstring(event_picture(seed))  # noqa: S314 - our own drawing, no stranger's XML


def test_an_event_keeps_its_picture_from_one_process_to_the_next():
    command = "from convene.web.picture import event_picture; print(event_picture('event-7'), end='')"
    elsewhere = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert elsewhere.stdout == event_picture("event-7")


def test_events_look_different_from_each_other():
    assert len({event_picture(seed) for seed in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize("seed", SEEDS[:60])
def test_a_picture_is_small_and_well_formed(seed):
    assert len(event_picture(seed).encode()) <= 3 * 1024
    assert drawn(seed).tag == "svg"


@pytest.mark.parametrize("seed", SEEDS[:60])
def test_a_picture_carries_no_inline_style_and_no_id_that_could_clash(seed):
    for element in drawn(seed).iter():
        assert not {"style", "id", "fill", "stroke"} & set(element.attrib)


@pytest.mark.parametrize("seed", SEEDS[:60])
def test_every_socket_lies_on_the_board(seed):
    for element in drawn(seed).iter("path"):
        if element.attrib["class"] in ("pic-ring", "pic-ring pic-row"):
            for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)", element.attrib["d"]):
                assert 0 < int(x) <= int(x) + int(length) < WIDTH and 0 < int(y) < HEIGHT


def test_a_picture_is_decoration_unless_it_is_given_a_name():
    assert 'aria-hidden="true"' in event_picture("event-1")
    named = event_picture("event-1", "Cords on a board")
    assert 'role="img"' in named and 'aria-label="Cords on a board"' in named and "aria-hidden" not in named


def test_a_name_cannot_break_out_of_the_picture():
    assert '"><script>' not in event_picture("event-1", '"><script>alert(1)</script>')


def test_a_seed_never_shows_in_the_picture():
    assert "<b>" not in event_picture("<b>")
