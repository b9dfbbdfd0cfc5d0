"""The settings of a deal as an organiser fills them in: kept, refused at the field, and open to nobody else."""

import re
from collections.abc import Collection
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event as happening
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from convene import clock
from convene.access.models import AuditEntry
from convene.events.models import Event
from convene.extensions import db
from convene.groups import queries, settings
from convene.groups.models import Dealing, Group, Need, Seat
from convene.people.actions import keep_apart, keep_together
from convene.people.models import Person
from convene.signups.models import Signup
from convene.web.organise.in_hand import NOT_HERE
from convene.web.organise.mixing import NOBODY_LEADS, NOT_ASKED, SAVED
from tests.journey.visitor import Reader
from tests.web.organise.conftest import OTHER_OWNER, World, text
from tests.web.organise.tonight import publish, seats, shown, tonight

NAMES = ["Bo Ash", "Cy Dune", "Di Elm", "Ed Fir", "Fi Gale", "Gus Heath"]
GOOD: dict[str, Any] = {
    "group_size": "3",
    "round_count": "2",
    "minutes": "15",
    "mix_affiliation": "yes",
    "mix_field": "yes",
    "mix_place": "yes",
    "mix_first_timers": "yes",
}


def at(event_id: int, tail: str = "") -> str:
    return f"/organise/events/{event_id}/groups/settings{tail}"


def people(world: World, *names: str) -> list[str]:
    return [str(world.person(name)) for name in names]


def typed(page: TestResponse, name: str) -> dict[str, str | None]:
    """What the form that has this field holds, as a browser would send it; each name once."""
    return dict(next(form for form in Reader(page.text).forms if name in dict(form.values)).values)


def ticked(page: TestResponse, name: str) -> set[str]:
    """The values of the boxes of this name that are ticked."""
    boxes = re.findall(rf'<input type="checkbox"[^>]* name="{name}" value="([^"]+)"( checked)?', page.text)
    return {value for value, checked in boxes if checked}


def dealing(world: World, event_id: int) -> Dealing:
    return world.read(lambda: settings.of(db.session.get_one(Event, event_id)))


def needs(world: World, event_id: int) -> dict[str, tuple[int, set[int]]]:
    def look() -> dict[str, tuple[int, set[int]]]:
        found = settings.needs_of(event_id)
        return {need.name: (need.groups, {one.person_id for one in need.people}) for need in found}

    return world.read(look)


def add_need(world: World, event_id: int, name: str, groups: int, ids: Collection[str] = ()) -> str:
    """Through the page; returns the address of the new need."""
    data = {"name": name, "groups": str(groups), "people": list(ids)}
    assert world.client.post(at(event_id, "/needs/new"), data=data).status_code == 303
    newest = select(func.max(Need.id)).where(Need.event_id == event_id)
    return at(event_id, f"/needs/{world.read(lambda: db.session.scalars(newest).one())}")


# The settings


def test_what_is_set_is_kept_and_shown_again(world: World) -> None:
    event_id = world.event()
    world.add(event_id, *NAMES)
    page = world.client.get(at(event_id))
    before = typed(page, "minutes")
    assert (before["group_size"], before["round_count"], before["minutes"]) == ("4", "3", "20")
    assert ticked(page, "mix_place") and not ticked(page, "facilitated")
    data = {**GOOD, "facilitated": "yes", "facilitators": people(world, "Bo Ash", "Fi Gale")}
    del data["mix_place"]
    answer = world.client.post(at(event_id), data=data)
    assert answer.status_code == 303
    assert answer.location == f"/organise/events/{event_id}/groups"
    assert SAVED in text(world.client.get(answer.location))
    event, kept = world.event_row(event_id), dealing(world, event_id)
    assert (event.group_size, event.round_count, kept.minutes) == (3, 2, 15)
    assert (kept.mix_affiliation, kept.mix_place, kept.facilitated) == (True, False, True)
    page = world.client.get(at(event_id))
    assert ticked(page, "facilitators") == set(people(world, "Bo Ash", "Fi Gale"))
    assert not ticked(page, "mix_place")
    assert "Who facilitates: 2 of 6 people" in text(page)
    verbs = world.read(lambda: list(db.session.scalars(select(AuditEntry.verb))))
    assert "groups.settings" in verbs


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("group_size", ("1", "7", "1000", "", "three", "-3", "4.5")),
        ("round_count", ("0", "13", "10000", "")),
        ("minutes", ("0", "241", "", "%00", "9" * 24)),
    ],
)
def test_the_numbers_of_a_deal_are_bounded_and_what_was_typed_stays(
    world: World, field: str, values: tuple[str, ...]
) -> None:
    event_id = world.event()
    world.add(event_id, *NAMES)
    chosen = people(world, "Cy Dune")
    for value in values:
        answer = world.client.post(at(event_id), data={**GOOD, field: value, "facilitators": chosen})
        assert answer.status_code == 422, value
        assert f'id="{field}-error"' in answer.text and f'href="#{field}"' in answer.text
        shown = typed(answer, "minutes")
        assert {name: shown[name] for name in ("group_size", "round_count", "minutes")} == {
            **{name: GOOD[name] for name in ("group_size", "round_count", "minutes")},
            field: value,
        }
        assert ticked(answer, "facilitators") == set(chosen)
    assert world.client.post(at(event_id), data={}).status_code == 422
    event = world.event_row(event_id)
    assert (event.group_size, event.round_count, dealing(world, event_id).minutes) == (4, 3, 20)


@pytest.mark.one_database
def test_only_those_who_are_coming_can_be_ticked(world: World) -> None:
    event_id, other = world.event(), world.event(world.other_host_id)
    world.add(event_id, "Bo Ash", "Cy Dune")
    world.add(other, "Di Elm")
    waiting = world.add(event_id, "Ed Fir")[0]
    with world.writing():
        db.session.execute(update(Signup).where(Signup.id == waiting).values(state="waitlisted"))
    strange = [*people(world, "Bo Ash", "Di Elm", "Ed Fir"), "0", "-1", "x", "9" * 24, "999999"]
    data = {**GOOD, "facilitated": "yes", "facilitators": strange}
    assert world.client.post(at(event_id), data=data).status_code == 303
    assert world.read(lambda: settings.facilitators_of(event_id)) == {world.person("Bo Ash")}
    add_need(world, event_id, "captions", 1, strange)
    assert needs(world, event_id) == {"captions": (1, {world.person("Bo Ash")})}
    page = world.client.get(at(event_id)).text
    assert "Ed Fir" not in page and "Di Elm" not in page


@pytest.mark.one_database
def test_who_ticks_half_of_what_belongs_together_is_told(world: World) -> None:
    event_id = world.event()

    def save(**more: Any) -> str:
        return text(world.client.post(at(event_id), data={**GOOD, **more}, follow_redirects=True))

    assert NOBODY_LEADS not in save(facilitated="yes"), "nobody is coming yet"
    world.add(event_id, *NAMES)
    assert NOBODY_LEADS in save(facilitated="yes")
    one = people(world, "Bo Ash")
    assert NOT_ASKED in save(facilitators=one)
    both = save(facilitators=one, facilitated="yes")
    assert NOT_ASKED not in both and NOBODY_LEADS not in both and SAVED in both


@pytest.mark.one_database
def test_an_event_without_people_has_settings_all_the_same(world: World) -> None:
    event_id = world.event()
    page = text(world.client.get(at(event_id)))
    assert "Nobody has a place yet. As soon as somebody has, you can tick them here." in page
    assert "Save this now, and tick who needs it later." in text(world.client.get(at(event_id, "/needs/new")))
    assert world.client.post(at(event_id), data=GOOD).status_code == 303
    add_need(world, event_id, "captions", 2)
    assert "Nobody yet" in text(world.client.get(at(event_id)))


@pytest.mark.one_database
def test_nothing_is_set_for_an_event_that_was_called_off(world: World) -> None:
    event_id = world.event()
    one = add_need(world, event_id, "captions", 2)
    with world.writing():
        db.session.get_one(Event, event_id).state = "called_off"
    for path in (at(event_id), at(event_id, "/needs/new"), one):
        page = world.client.get(path)
        assert "was called off" in text(page) and 'name="minutes"' not in page.text
    need = {"name": "no steps", "groups": "1"}
    for path, data in ((at(event_id), GOOD), (at(event_id, "/needs/new"), need), (one, need)):
        assert "was called off" in text(world.client.post(path, data=data, follow_redirects=True))
    assert needs(world, event_id) == {"captions": (2, set())}
    assert world.event_row(event_id).group_size == 4


@pytest.mark.one_database
def test_when_every_round_was_held_the_page_says_how_to_go_on(world: World) -> None:
    event_id = tonight(world, round_count=1, group_size=3)
    world.add(event_id, *NAMES, here=True)
    groups = f"/organise/events/{event_id}/groups"
    world.client.post(groups + "/deal")
    publish(world, event_id)
    world.client.post(groups + "/rounds/1/held")
    page = text(world.client.get(at(event_id)))
    assert "Every round has been held. Raise the number of rounds to deal another." in page
    assert "1 has been held and counts." in page
    world.client.post(at(event_id), data={**GOOD, "round_count": "2"})
    assert "Every round has been held" not in text(world.client.get(at(event_id)))
    world.client.post(groups + "/deal")
    assert seats(world, 2)


# What only some groups have


def test_a_need_is_added_changed_and_removed(world: World) -> None:
    event_id = world.event()
    world.add(event_id, *NAMES)
    one = add_need(world, event_id, "  Live   captions ", 2, people(world, "Bo Ash", "Cy Dune")[:1])
    bo, cy = world.person("Bo Ash"), world.person("Cy Dune")
    assert needs(world, event_id) == {"Live captions": (2, {bo})}
    page = world.client.get(one)
    assert ticked(page, "people") == {str(bo)}
    assert typed(page, "name")["name"] == "Live captions"
    data = {"name": "Captions", "groups": "1", "people": [str(cy)]}
    answer = world.client.post(one, data=data)
    assert answer.location == at(event_id) + "#needs"
    assert SAVED in text(world.client.get(at(event_id)))
    assert needs(world, event_id) == {"Captions": (1, {cy})}
    assert "Captions The first group Cy Dune" in text(world.client.get(at(event_id)))
    removed = world.client.post(one + "/remove", follow_redirects=True)
    assert "Removed: Captions." in text(removed)
    assert needs(world, event_id) == {}
    assert world.client.post(one + "/remove").status_code == world.client.get(one).status_code == 404


@pytest.mark.one_database
def test_what_is_wrong_with_a_need_is_said_at_its_field_and_what_was_typed_stays(world: World) -> None:
    event_id = world.event()
    world.add(event_id, *NAMES)
    one = add_need(world, event_id, "No steps", 1)
    chosen = people(world, "Cy Dune")
    for name, groups, field in (
        ("", "1", "name"),
        ("   ", "1", "name"),
        ("x" * 61, "1", "name"),
        ("\u202ecaptions", "1", "name"),
        ("\u200b", "1", "name"),
        ("no STEPS", "1", "name"),
        ("captions", "0", "groups"),
        ("captions", "1000", "groups"),
        ("captions", "", "groups"),
        ("captions", "two", "groups"),
    ):
        data = {"name": name, "groups": groups, "people": chosen}
        answer = world.client.post(at(event_id, "/needs/new"), data=data)
        assert answer.status_code == 422, data
        assert f'id="{field}-error"' in answer.text and "<title>Error: " in answer.text, data
        assert typed(answer, "groups")["groups"] == groups
        assert ticked(answer, "people") == set(chosen)
    assert needs(world, event_id) == {"No steps": (1, set())}
    add_need(world, event_id, "x" * 60, 999)
    again = world.client.post(one, data={"name": "x" * 60, "groups": "1"})
    assert again.status_code == 422 and "There is a need of that name already" in again.text
    assert "<bdi>No steps</bdi>" in again.text, "it is still called what it was"
    assert world.client.post(one, data={"name": "no steps", "groups": "1"}).status_code == 303


@pytest.mark.one_database
def test_more_needs_than_an_event_can_have_are_refused_in_words(world: World) -> None:
    event_id = world.event()
    for number in range(settings.MOST_NEEDS):
        add_need(world, event_id, f"need {number}", 1)
    assert "Add what some groups have" not in text(world.client.get(at(event_id)))
    answer = world.client.post(at(event_id, "/needs/new"), data={"name": "one more", "groups": "1"})
    assert answer.status_code == 422 and "Remove one first." in answer.text


@pytest.mark.one_database
def test_a_need_is_found_only_at_its_own_event(world: World) -> None:
    event_id, another = world.event(), world.event()
    foreign = world.event(world.other_host_id)
    one = add_need(world, event_id, "captions", 1).rpartition("/")[2]
    for elsewhere in (another, foreign):
        for method, tail in (("GET", ""), ("POST", ""), ("POST", "/remove")):
            path = at(elsewhere, f"/needs/{one}{tail}")
            data = {"name": "mine", "groups": "1"}
            assert world.client.open(path, method=method, data=data).status_code == 404, path
    assert needs(world, event_id) == {"captions": (1, set())}


@pytest.mark.one_database
def test_what_people_told_of_their_needs_stands_beside_their_name_and_they_come_first(world: World) -> None:
    event_id = world.event()
    ids = world.add(event_id, *NAMES)
    with world.writing():
        db.session.get_one(Signup, ids[4]).access_needs = "I lip-read <b>best</b>"
    page = world.client.get(at(event_id, "/needs/new"))
    assert "Needs: I lip-read &lt;b&gt;best&lt;/b&gt;" in text(page)
    assert page.text.index("Fi Gale") < page.text.index("Bo Ash")
    assert "I lip-read" in world.client.get(f"/organise/events/{event_id}/signups").text
    assert "I lip-read" not in world.client.get(at(event_id)).text
    stranger = world.signed_in(OTHER_OWNER, world.other_host_id)
    assert stranger.get(at(event_id, "/needs/new")).status_code == 404


@pytest.mark.one_database
def test_more_people_than_the_groups_with_it_seat_are_noticed_before_the_deal(world: World) -> None:
    event_id = world.event(group_size=3)
    world.add(event_id, *NAMES)
    one = add_need(world, event_id, "captions", 1, people(world, *NAMES[:4]))
    assert "That is more people than these groups seat, which is 3." in text(world.client.get(at(event_id)))
    world.client.post(one, data={"name": "captions", "groups": "2", "people": people(world, *NAMES[:4])})
    assert "more people than these groups seat" not in text(world.client.get(at(event_id)))


# The deal keeps to it


def test_the_next_deal_seats_needs_and_facilitators_where_they_belong(world: World) -> None:
    event_id = tonight(world)
    world.add(event_id, *NAMES, here=True)
    data = {**GOOD, "facilitated": "yes", "facilitators": people(world, "Di Elm", "Ed Fir")}
    world.client.post(at(event_id), data=data)
    add_need(world, event_id, "captions", 1, people(world, "Bo Ash", "Cy Dune"))
    world.client.post(f"/organise/events/{event_id}/groups/deal")
    for number in (1, 2):
        where = seats(world, number)
        assert where["Bo Ash"] == where["Cy Dune"] == "Table 1"
        assert {where["Di Elm"], where["Ed Fir"]} == {"Table 1", "Table 2"}


def move_away(world: World, client: FlaskClient, event_id: int, name: str) -> tuple[bool, str]:
    """Move somebody from one of two tables to the other: whether they went, and what the board says."""

    def sits() -> Seat:
        return next(s for group in groups() for s in group.seats if s.person.name == name)

    def groups() -> list[Group]:
        return list(queries.board(event_id)[0].groups)

    seat_id, was = world.read(lambda: (sits().id, sits().group_id))
    to = world.read(lambda: next(group.id for group in groups() if group.id != was))
    data = {"seat": str(seat_id), "to": str(to), "round": "1", "revision": shown(world, event_id)}
    path = f"/organise/events/{event_id}/groups/move"
    answer = client.post(path, data=data, follow_redirects=True)
    assert answer.status_code == 200
    (notice,) = re.findall(r'<p class="notice [^"]*">.*?</p>', answer.text, re.DOTALL)
    return world.read(lambda: sits().group_id) == to, notice


@pytest.mark.one_database
def test_whichever_hard_rule_refuses_a_move_whoever_may_not_see_rules_reads_the_same_bytes(
    world: World,
) -> None:
    helper = world.organiser("helper@example.org", "organiser")
    said = {}
    for rule in ("apart", "together", "size", "need", "facilitator"):
        event_id = tonight(world)
        names = [f"{name} {rule.title()}" for name in NAMES]
        world.add(event_id, *names, here=True)
        ids = people(world, *names)
        leads = {"facilitated": "yes", "facilitators": ids[:2]} if rule == "facilitator" else {}
        world.client.post(at(event_id), data={**GOOD, "round_count": "1", **leads})
        if rule == "need":
            add_need(world, event_id, "captions", 1, ids[:1])
        with world.writing():
            one, other = (db.session.get_one(Person, int(person_id)) for person_id in ids[:2])
            if rule == "apart":
                keep_apart(one, other, "", "test", clock.now())
            if rule == "together":
                keep_together(one, other, "test", clock.now())
        world.client.post(f"/organise/events/{event_id}/groups/deal")
        first = {name for name, label in seats(world, 1).items() if label == "Table 1"} & {*names}
        leaving = (
            sorted(first) if rule == "size" else names[:1]
        )  # one after the other, until the table is too small
        went: list[tuple[bool, str]] = []
        while not went or went[-1][0]:
            went.append(move_away(world, helper, event_id, leaving[len(went)]))
        assert not went[-1][0], rule
        said[rule] = went[-1][1]
    assert NOT_HERE in said["need"]
    assert {words.encode() for words in said.values()} == {said["apart"].encode()}


# Who may, and at what cost


@pytest.mark.one_database
def test_the_page_reads_alike_with_keep_apart_rules_and_without_to_those_who_may_not_know(
    world: World,
) -> None:
    event_id = world.event()
    world.add(event_id, *NAMES)
    helper = world.organiser("helper@example.org", "organiser")
    before = text(helper.get(at(event_id)))
    with world.writing():
        one, other = (db.session.get_one(Person, world.person(name)) for name in NAMES[:2])
        keep_apart(one, other, "afraid", "test", clock.now())
    assert text(helper.get(at(event_id))) == before
    assert "/people/apart" not in helper.get(at(event_id)).text
    assert "/people/together" in helper.get(at(event_id)).text
    assert "/people/apart" in world.client.get(at(event_id)).text


@pytest.mark.one_database
@pytest.mark.parametrize("tail", ["", "/needs/new"])
def test_the_page_asks_the_database_no_more_for_sixty_people_than_for_ten(world: World, tail: str) -> None:
    event_id = world.event(capacity=100)
    asked: list[str] = []

    def note(*rest: Any) -> None:
        asked.append(str(rest[2]))

    with world.app.app_context():
        engine = db.engine
    counts = []
    for start, end in ((0, 10), (10, 60)):
        world.add(event_id, *[f"Person Number{number}" for number in range(start, end)])
        ids = world.read(lambda: [str(one.person_id) for one in settings.coming(world.event_row(event_id))])
        world.client.post(at(event_id), data={**GOOD, "facilitators": ids[::2]})
        add_need(world, event_id, f"need {end}", 2, ids[::3])
        happening.listen(engine, "before_cursor_execute", note)
        assert world.client.get(at(event_id, tail)).status_code == 200
        happening.remove(engine, "before_cursor_execute", note)
        counts.append(len(asked))
        asked.clear()
    assert counts[0] == counts[1] <= 22, counts
