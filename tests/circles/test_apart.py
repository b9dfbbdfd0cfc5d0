"""Who must be kept apart never comes into one circle unseen, and nobody but the lead can tell what held them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from convene import clock, links
from convene.circles import apart, joining
from convene.circles.line import Line, Place
from convene.circles.models import Circle, Member
from convene.extensions import db, start_write
from convene.mail.models import OutgoingMail
from convene.people import confidences
from convene.people.actions import keep_apart
from convene.privacy import erasure
from tests.factories import a_circle, a_member, a_person, an_organisation, an_organiser

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
PAIR = frozenset((1, 9))
EACH = frozenset({(1, 9), (9, 1)})  # nine is held because of one, and one because of nine


def in_line(*people: int, fresh: bool = True) -> tuple[Place, ...]:
    return tuple(Place(one, number, True, fresh) for number, one in enumerate(people, 1))


@pytest.mark.parametrize(
    ("line", "next_in", "takes_anybody"),
    [
        (Line(frozenset({1})), None, True),
        (Line(frozenset({1}), in_line(7, 8)), 7, True),
        (Line(frozenset({1}), in_line(9, 8), EACH), None, False),
        (Line(frozenset({1}), in_line(7, 9, 8), EACH), 7, False),
        (Line(frozenset({1}), in_line(9, 8, fresh=False), EACH), 8, True),
        (Line(frozenset({1}), in_line(9, 8), EACH, left_in_line=frozenset({PAIR})), 8, True),
        (Line(frozenset({1}), in_line(9, 8), EACH, let_in=frozenset({PAIR})), 9, True),
        (Line(frozenset({1}), in_line(9, 8), frozenset({(1, 9)})), 9, True),  # by a rule of their own
        (Line(frozenset({1}), (Place(9, 1, False, True), *in_line(8)), EACH), None, False),
    ],
)
def test_the_line_stands_behind_whoever_the_lead_has_yet_to_speak_of(
    line: Line, next_in: int | None, takes_anybody: bool
) -> None:
    assert line.next_in() == next_in
    assert line.takes(5) is takes_anybody
    assert PAIR in line.let_in or (9, 1) not in line.apart or not line.takes(9)
    if next_in:
        assert line.seated(next_in).next_in() != next_in


def way_of(member: Member) -> str:
    return f"/member/{links.member_token(member.id, member.generation)}"


def as_seen(app: Flask, circle: Circle, member: Member) -> list[str]:
    """What somebody sees who comes by their link, presses, looks again, leaves, looks, and presses again."""
    client, own, public = app.test_client(), way_of(member), f"/circles/{circle.slug}"
    seen, person = [], member.person_id
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get(own).text)
    for act in ("", "/join", "/leave", "/join"):
        if act:
            said = client.post(own + act, data={"csrf_token": csrf[1] if csrf else ""})
            seen.append(said.text)
        seen += [client.get(own).text, client.get(public).text]
    db.session.rollback()
    letters = select(OutgoingMail).where(OutgoingMail.person_id == person).order_by(OutgoingMail.id)
    for mail in db.session.scalars(letters):
        seen += [mail.subject, mail.text, mail.html]
    told_apart = re.compile(
        rf'{circle.slug}|{circle.challenge.slug}|[\w.-]{{30,}}|<header class="hero">.*?<h1>', re.S
    )
    return [told_apart.sub("", one) for one in seen]


@pytest.mark.one_database
def test_it_reads_as_a_full_circle_to_whoever_is_held_and_to_whoever_comes_after(app: Flask) -> None:
    with app.app_context():
        start_write()
        host = an_organisation()
        found = {}
        for kind in ("full", "ruled"):
            circle = a_circle(host, title="Benches", places=2)
            safe = a_member(circle)
            feared, after = (
                a_member(circle, a_person(host, name=name), state="started") for name in ("Jo", "Kit")
            )
            if kind == "full":
                a_member(circle)
            else:
                keep_apart(safe.person, feared.person, "", "test", clock.now())
            found[kind] = circle, feared, after
        db.session.commit()
        before = [
            app.test_client().get(way_of(one[which])).text for one in found.values() for which in (1, 2)
        ]
        assert len({re.sub(r"[\w.-]{30,}|Jo|Kit", "", one) for one in before}) == 1, (
            "before pressing nobody is told"
        )
        for which in (1, 2):
            full, ruled = (as_seen(app, one[0], one[which]) for one in found.values())
            assert "You are on the waiting list" in "".join(full) and len(full) > 12
            assert full == ruled
        states = {one.person.name: one.state for one in (found["ruled"][1], found["ruled"][2])}
        assert states == {"Jo": "waiting", "Kit": "waiting"}


def test_the_lead_alone_is_asked_and_their_word_moves_the_line(app: Flask) -> None:
    with app.app_context():
        start_write()
        host = an_organisation(now=NOW)
        lead = an_organiser(host, kind="safeguarding", now=NOW)
        circle, other_circle = (a_circle(host, now=NOW) for _ in range(2))
        safe = a_member(circle, now=NOW)
        jo, kit, lou = (a_member(circle, state="started", joined_at=None, now=NOW) for _ in range(3))
        keep_apart(safe.person, jo.person, "", "test", NOW)
        assert apart.cases(host.id, NOW) == [], "who has not pressed is of no concern"
        assert not apart.in_one_circle(host.id)

        def say(person: Member, word: apart.Word) -> None:
            [case] = [one for one in apart.cases(host.id, NOW) if one.newcomer.id == person.person_id]
            joining.lead_says(case, word, f"person:{lead.id}", NOW)

        def tell(now: datetime) -> int:
            return confidences.tell_leads(host.id, now, apart.things(host.id, now))

        for one in (jo, kit):
            joining.come_in(one.id, None, NOW)
        assert (jo.state, kit.state) == ("waiting", "waiting")
        assert apart.in_one_circle(host.id)
        assert (tell(NOW), tell(NOW)) == (1, 0), "one letter, once"
        assert joining.lines_to_move() == [circle.id] and joining.move_line(circle.id, NOW) == 0
        joining.leave(jo.id, NOW)
        joining.come_in(lou.id, None, NOW)
        assert lou.state == "waiting", "leaving does not show that places are free"
        assert [one.standing for one in apart.cases(host.id, NOW)] == ["left"]
        joining.come_in(jo.id, None, NOW)

        say(jo, "out")
        assert [one.state for one in (jo, kit, lou)] == ["waiting", "member", "member"]
        assert apart.cases(host.id, NOW) == [] and tell(NOW + DAY) == 0
        newcomer = joining.add(circle.id, "Max", None, NOW)
        assert newcomer.state == "member", "nobody waits behind them any more"

        # A rule between two who are in already: the lead is told, and both stay if they say so.
        keep_apart(kit.person, lou.person, "", "test", NOW)
        [case] = apart.cases(host.id, NOW)
        assert case.standing == "member" and tell(NOW + DAY) == 1
        say(kit if case.newcomer.id == kit.person_id else lou, "in")
        assert apart.cases(host.id, NOW) == [] and lou.state == kit.state == "member"

        # Of a host too; and nobody answers: after a week the line passes by, and they are in line still.
        other_circle.host_id = safe.person_id
        there = [
            a_member(other_circle, one.person, state="started", joined_at=None, now=NOW) for one in (jo, kit)
        ]
        for one in there:
            joining.come_in(one.id, None, NOW)
        assert [one.state for one in there] == ["waiting", "waiting"]
        assert joining.move_line(other_circle.id, NOW + 6 * DAY) == 0
        assert joining.move_line(other_circle.id, NOW + 8 * DAY) == 1
        assert [one.state for one in there] == ["waiting", "member"]
        # A rule of their own press holds nobody who made it: they would see by it where somebody is. The lead hears.
        open_one = a_circle(host, now=NOW)
        inside, presser = (
            a_member(open_one, now=NOW),
            a_member(open_one, state="started", joined_at=None, now=NOW),
        )
        keep_apart(presser.person, inside.person, "", f"person:{presser.person_id}", NOW)
        assert joining.come_in(presser.id, None, NOW).state == "member"
        assert [one.standing for one in apart.cases(host.id, NOW) if one.circle is open_one] == ["member"]
        joining.leave(inside.id, NOW)
        assert joining.come_in(inside.id, None, NOW).state == "waiting", "whom they fear is held"
        erasure.erase(safe.person_id, "test", NOW)
        assert jo.state == "member", "there is nobody any more from whom to keep them apart"
