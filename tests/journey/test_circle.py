"""A circle from its founding to what it leaves behind: a time poll, seven sessions over a clock change with hosts in
turn and groups dealt anew, people who come late, skip and leave; the same on both databases, and in four calendars."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene import clock, links, worker
from convene.access import sign_ins
from convene.circles import export, joining, queries
from convene.circles.models import Action, Circle, Insight, Member
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.mail.models import OutgoingMail
from convene.people.models import Person
from convene.signups.exporting import BOM
from convene.signups.models import Signup
from tests.calendar.series_readers import Seen, by_scripts, by_vobject, plain
from tests.factories import an_organiser
from tests.journey.sessions import host_of, in_fours, met, own_page, run
from tests.web.browsing import Browsing, path_of

NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
READ: list[tuple[bytes, list[Seen]]] = []  # for the two parsers in JavaScript, which are started once
PROMISED = ("Ask the baker", "Count the benches", "Write to the council")
QUESTION = "What makes a street friendly, or is that a fool's errand?"


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


def letters(kind: str, name: str) -> list[OutgoingMail]:
    rows = select(OutgoingMail).where(OutgoingMail.letter == kind, OutgoingMail.to_name == name)
    return list(db.session.scalars(rows.order_by(OutgoingMail.id)))


def calendar_of(name: str) -> list[str]:
    """When this person's calendar has sessions, as parsers agree, in UTC."""
    rows = select(OutgoingMail.invite).where(OutgoingMail.to_name == name, OutgoingMail.invite.is_not(None))
    data = db.session.scalars(rows.order_by(OutgoingMail.revision.desc(), OutgoingMail.id.desc())).first()
    assert data is not None
    assert f"mailto:{name.lower()}@example.org".encode() in data.replace(b"\r\n ", b"")
    seen = plain(data)
    assert by_vobject(data) == seen
    READ.append((data, seen))

    return [f"{one.starts:%d %b %H:%M}Z" for one in seen]


def later(days: int) -> datetime:
    return clock.now() + timedelta(days=days)


def tell(app: Flask) -> None:
    """Ten minutes pass, and the worker tells of what changed."""
    worker.tell_the_untold(app, lambda: clock.now() + timedelta(minutes=11))


def signed_in(desk: Browsing, owner: Person) -> str:
    """A new sign-in at the desk, as the last one ran out meanwhile; returns its secret."""
    start_write()
    secret = sign_ins.open_sign_in(owner.address or "", owner.organisation_id, "a test", clock.now())
    db.session.commit()
    desk.client.set_cookie("convene_desk", secret)
    return secret


def test_a_circle_from_founding_to_export(
    app: Flask, session: scoped_session[Session], travel: time_machine.Traveller
) -> None:
    READ.clear()
    owner = an_organiser(name="Olive")
    db.session.commit()
    desk, pat, quinn = (Browsing(app.test_client()) for _ in range(3))
    signed_in(desk, owner)

    # Founded with three answers, the rhythm still to be found.
    desk.open("/organise/circles")
    assert "No circle has begun yet" in desk.words
    desk.open("/organise/circles/new")
    desk.press("Begin the circle", challenge="new", question="", rhythm="poll", places="24")
    assert desk.page.status_code == 422 and "Write the question" in desk.words
    desk.press(
        "Begin the circle", question=QUESTION, title="The street circle", venue="The Library, 1 Long Row"
    )
    assert desk.heading == "When can people come?"
    circle = db.session.scalars(select(Circle)).one()
    assert (circle.state, circle.places, circle.challenge.question) == ("forming", 24, QUESTION)
    home = f"/organise/circles/{circle.id}"
    desk.open(f"{home}/edit")
    desk.press(
        "Save", agreements="We speak **for ourselves**.", for_whom="Neighbours", about="To try things.",
        hosts_in_turn="y", talks="y",
    )  # fmt: skip

    # Joining: by the mailed link, once the agreements are accepted.
    pat.open("/circles/the-street-circle")
    assert QUESTION in pat.words and "first date is still being found" in pat.words
    pat.press("Send me the link", name="", email="nobody")
    assert pat.page.status_code == 422
    pat.press("Send me the link", name="Pat", email="pat@example.org")
    assert pat.heading == "Check your email"
    assert not queries.members(circle.id), "asking holds no place"
    pat.open(own_page("Pat"))
    pat.press("Join the circle")
    assert pat.page.status_code == 422 and "Tick that you agree" in pat.words
    pat.press("Join the circle", agree="yes")
    assert "you have a place in this circle" in pat.words
    member = db.session.scalars(select(Member)).one()
    assert (member.state, member.agreed_version) == ("member", 1)
    start_write()
    for number in range(23):
        joining.add(circle.id, f"Guest{number}", f"guest{number}@example.org", NOW)
    db.session.commit()
    quinn.open("/circles/the-street-circle")
    quinn.press("Send me the link", name="Quinn", email="quinn@example.org")
    quinn.open(own_page("Quinn"))
    quinn.press("Join the circle", agree="yes")
    assert quinn.heading == "You are on the waiting list"
    assert not any(row.invite for row in letters("circle_waiting", "Quinn"))

    # The poll, and the rhythm from the time that was picked.
    desk.open(f"{home}/poll")
    desk.press("Ask them", day_1="2026-09-22", at_1="18:30", day_2="2026-09-22", at_2="18:30")
    assert desk.page.status_code == 422 and "stands here twice" in desk.words
    desk.press("Ask them", day_2="2026-09-23", at_2="12:00")
    assert len(letters("circle_poll", "Pat")) == 1
    pat.open(own_page("Pat"))
    first, second = re.findall(r'name="when-(\d+)" value="yes"', pat.page.text)
    pat.press("Say when I can", **{f"when-{first}": "yes", f"when-{second}": "no"})
    desk.open(f"{home}/poll")
    desk.press("Take this one")
    assert desk.path == f"{home}/rhythm" and 'value="2026-09-22"' in desk.page.text
    desk.press("Plan these sessions", rhythm="fortnight", ends="20:00", count="7", skipped="17 Novembre")
    assert desk.page.status_code == 422 and "is no date" in desk.words
    desk.press("Plan these sessions", skipped="17 November 2026", ends="20:00")
    assert "7 sessions planned" in desk.words
    dates = [one.event_id for one in queries.sessions(circle.id)]
    assert len(dates) == 7
    assert calendar_of("Pat") == [
        "22 Sep 17:30Z", "06 Oct 17:30Z", "20 Oct 17:30Z", "03 Nov 18:30Z", "01 Dec 18:30Z", "15 Dec 18:30Z",
        "29 Dec 18:30Z",
    ]  # fmt: skip
    held = select(Signup).where(Signup.event_id == dates[0], Signup.state == "confirmed")
    assert len(db.session.scalars(held).all()) == 24, "one place covers all sessions"
    assert not letters("place_confirmed", "Pat"), "and one letter tells of them all"

    # One moved, those that follow at another hour, all somewhere else; one off, and on again.
    desk.open(f"{home}/sessions/{dates[2]}")
    desk.press("Save", day="2026-10-21", starts="19:00", ends="20:30", scope="this")
    desk.open(f"{home}/sessions/{dates[3]}")
    desk.press("Save", starts="19:00", ends="20:30", scope="following")
    tell(app)
    assert len(letters("circle_changed", "Pat")) == 2, (
        "the planning, and all that changed since in one letter"
    )
    desk.open(f"{home}/sessions/{dates[0]}")
    desk.press("Save", venue="The Town Hall", scope="all")
    assert "moved by themselves before" in desk.words and "21 October" in desk.words
    desk.open(f"{home}/sessions/{dates[4]}")
    desk.press("Call it off", words="The hall is let.")
    desk.open(f"{home}/sessions/{dates[4]}")
    desk.press("It takes place after all")
    desk.open(f"{home}/sessions/{dates[5]}")
    desk.press("Call it off")
    tell(app)
    assert calendar_of("Pat") == [
        "22 Sep 17:30Z", "06 Oct 17:30Z", "21 Oct 18:00Z", "03 Nov 19:00Z", "01 Dec 19:00Z", "29 Dec 19:00Z",
    ]  # fmt: skip

    # Pat skips one, which the host sees; somebody leaves, and the first in line is in.
    pat.open(own_page("Pat"))
    pat.press("I can\N{RIGHT SINGLE QUOTATION MARK}t make this one on Tuesday 6 October")
    assert "You skip this one" in pat.words
    assert "06 Oct 17:30Z" not in calendar_of("Pat")
    mine = select(Signup).where(Signup.event_id == dates[6], Signup.person.has(name="Pat"))
    place = path_of(links.place(db.session.scalars(mine).one().id, 1))
    pat.open(f"{place}/cancel")
    pat.press("Cancel my place")
    assert "29 Dec 19:00Z" not in calendar_of("Pat"), "a reminder's link gives one date back, not the circle"
    pat.open(place)
    pat.press("Sign up again")
    assert "29 Dec 19:00Z" in calendar_of("Pat")
    assert not letters("cancelled", "Pat") and not letters("place_confirmed", "Pat")
    desk.open(home)
    assert re.search(r"6 October 2026.*?Pat", desk.words)

    # Taken off the list at the desk, a member skips that one session too.
    guest3 = select(Signup.id).where(Signup.event_id == dates[1], Signup.person.has(name="Guest3"))
    desk.open(f"/organise/events/{dates[1]}/signups/{db.session.scalar(guest3)}/cancel")
    assert "skip this one session" in desk.words
    desk.press("Take off the list")
    assert "Guest3 skips this session and keeps their place" in desk.words
    assert "06 Oct 17:30Z" not in calendar_of("Guest3") and not letters("cancelled", "Guest3")

    # The first session: whoever's turn it is runs it, and three things are promised.
    worker.settle_turns(app, clock.now)
    in_fours(dates)
    travel.move_to(datetime(2026, 9, 22, 17, 30, tzinfo=UTC))
    hosts = [run(app, dates[0], "We begin **small**.")]
    pat.open(f"{own_page('Pat')}/sessions/{dates[0]}")
    for words in PROMISED:
        pat.press("Note this", words=words)
        pat.open(f"{own_page('Pat')}/sessions/{dates[0]}")
    travel.move_to(datetime(2026, 9, 23, 9, 0, tzinfo=UTC))
    secret = signed_in(desk, owner)
    guest = Browsing(app.test_client())
    inside = own_page("Guest7")
    guest.open(inside)
    guest.press("Leave the circle")
    assert guest.heading == "You have left the circle"
    assert guest.client.get(f"{inside}/sessions").status_code == 404, "the inside is shut at once"
    assert letters("circle_left", "Guest7")[-1].invite_method == "CANCEL"
    quinn.open(own_page("Quinn"))
    assert "you have a place in this circle" in quinn.words
    assert calendar_of("Quinn")[0] == "06 Oct 17:30Z", "who joins between sessions has those to come"
    assert app.test_client().get("/member/forged").status_code == 404

    # Agreements that change are asked again; two hosts who edit at once lose nothing.
    desk.open(f"{home}/edit")
    other = Browsing(app.test_client())
    other.client.set_cookie("convene_desk", secret)
    other.open(f"{home}/edit")
    desk.press("Save", agreements="We speak for ourselves, and listen.")
    other.press("Save", agreements="Something else.")
    assert other.page.status_code == 409 and "Something else." in other.page.text
    pat.open(f"{own_page('Pat')}/sessions")
    assert pat.path == own_page("Pat") and "What we agree on has changed" in pat.words
    pat.press("I agree", agree="yes")
    assert pat.client.get(f"{own_page('Pat')}/sessions").status_code == 200

    # Asking: the host is told, reminded once, and answers.
    desk.open(f"{home}/edit")
    desk.press("Save", joining="asking", places="26")
    rosa = Browsing(app.test_client())
    rosa.open("/circles/the-street-circle")
    rosa.press("Send me the link", name="Rosa", email="rosa@example.org", words="I sweep <b>ours</b>.")
    rosa.open(own_page("Rosa"))
    rosa.press("Ask to join", agree="yes")
    assert rosa.heading == "You have asked to join"
    for days in (1, 4, 5):
        for _ in "twice":
            worker.post_nudges(app, partial(later, days))
    assert len(letters("circle_asked", "Olive")) == 1, "at once"
    assert len(letters("asked_to_join", "Olive")) == 1, "and once more after three days, by one sweep alone"
    desk.open("/organise/")
    assert "Somebody asks to join: The street circle" in desk.words
    desk.open(f"{home}/members")
    assert "I sweep &lt;b&gt;ours&lt;/b&gt;." in desk.page.text
    desk.press("Yes, welcome")
    assert calendar_of("Rosa")[0] == "06 Oct 17:30Z"

    # The sessions across the clock change, hosted in turn: what was promised is carried until it is done or let go.
    way, shut = own_page("Pat"), dict.fromkeys(PROMISED, 9)
    actions = {one.words: f"/actions/{one.id}" for one in db.session.scalars(select(Action))}
    for number, closed, state, reason in (
        (1, "", "", ""),
        (2, PROMISED[0], "done", "He gave two loaves"),
        (3, PROMISED[1], "dropped", "The council counts them"),
        (4, PROMISED[2], "done", "They will come and look"),
    ):
        travel.move_to(db.session.get_one(Event, dates[number]).starts_at)
        worker.settle_turns(app, clock.now)
        hosts.append(run(app, dates[number], f"Decided at session {number + 1}."))
        pat.open(f"{way}/sessions/{dates[number]}")
        carried = {words for words, address in actions.items() if f'{address}"' in pat.page.text}
        assert carried == {words for words in PROMISED if shut[words] >= number - 1}, number
        if closed:
            shut[closed] = number
            pat.open(way + actions[closed])
            pat.press("Save", state=state, reason=reason)
    assert host_of(dates[1]) != "Pat", "nobody hosts what they skip"
    pat.open(f"{way}/sessions/{dates[4]}/note")
    pat.press("Save", words="Bread, and <b>soup</b>.")
    pat.open(f"{way}/insights")
    pat.press("Add the question", question="Who is missing?")
    pat.open(f"{way}/insights")
    pat.press("Keep this", insight="A bench makes people talk")
    pat.open(f"{way}/insights")
    pat.press("Keep the link", title="Benches of the world", url="https://benches.example.org/")
    rosa.open(f"{own_page('Rosa')}/insights/{db.session.scalars(select(Insight)).one().id}")
    rosa.press("Keep this", stance="differently", words="=A café does it too")
    pat.open(f"{way}/threads")
    pat.press("Begin", title="Soup", words="Who brings *the pot*?")

    # Rest, resume, and an end with what was learnt; all of it to take away.
    travel.move_to(datetime(2026, 12, 2, 9, tzinfo=UTC))
    signed_in(desk, owner)
    desk.open(f"{home}/end")
    desk.press("Let it rest", words="Winter.")
    assert letters("circle_changed", "Pat")[-1].text.count("is off") == 1
    quiet = app.test_client().get("/circles/the-street-circle")
    assert "This circle is resting" in quiet.text
    desk.open(f"{home}/end")
    desk.press("The circle goes on")
    desk.open(f"{home}/sessions/{dates[6]}")
    desk.press("It takes place after all")
    kept = ["22 Sep 17:30Z", "21 Oct 18:00Z", "03 Nov 19:00Z", "01 Dec 19:00Z", "29 Dec 19:00Z"]
    assert calendar_of("Pat") == kept, "but those skipped, and the one that was called off"
    travel.move_to(datetime(2026, 12, 29, 19, tzinfo=UTC))
    worker.settle_turns(app, clock.now)
    hosts.append(run(app, dates[6], "A bench for everybody."))
    assert len(set(hosts)) == 6, f"six sessions, six hosts: {hosts}"
    together = met(circle.id)
    assert len(together) > 150 and max(together.values()) <= 2, "nobody meets a third time"
    pat.open(f"{way}/story")
    told = ("We begin small.", "Decided at session 5.", "A bench for everybody.", *PROMISED, "He gave two loaves",
            "The council counts them", "They will come and look", "A bench makes people talk")  # fmt: skip
    assert not [words for words in told if words not in pat.words]
    at = [pat.words.find(words) for words in told[:3]]
    assert at == sorted(at), "in the order in which it happened"
    travel.move_to(datetime(2026, 12, 30, 9, tzinfo=UTC))
    signed_in(desk, owner)
    desk.open(f"{home}/end")
    desk.press("End the circle", hoped="A bench.", happened="Two benches.", again="Soup first.", public="y")
    assert "Two benches." in letters("circle_ended", "Pat")[-1].text
    assert calendar_of("Pat") == kept
    ended = app.test_client().get("/circles/the-street-circle").text
    assert "Two benches." in ended and "Send me the link" not in ended
    desk.open(f"{home}/end")
    desk.press("All of it to read")
    story = desk.page.text
    for words in (
        "# The street circle", QUESTION, "- Rosa", "Tuesday 22 September 2026", "(called off)", "Soup first.",
        f"Hosted by {hosts[0]}.", "Decided: We begin **small**.", "Bread, and <b>soup</b>.", "Who is missing?",
        "A bench makes people talk Rosa: =A café", "Ask the baker (Pat, done): He gave two loaves",
        "Count the benches (Pat, dropped): The council counts them", "(https://benches.example.org/)",
        "### Soup", "Who brings *the pot*?",
    ):  # fmt: skip
        assert words in story, words
    tables = {}
    for what in export.TABLES:
        desk.open(f"{home}/end")
        desk.press(f"{what.capitalize()} (CSV)")
        assert desk.page.mimetype == "text/csv"
        tables[what] = list(csv.reader(io.StringIO(desk.page.text.removeprefix(BOM))))[1:]
    assert {what: len(rows) for what, rows in tables.items()} == {
        "sessions": 7, "members": 26, "questions": 1, "insights": 1, "actions": 3, "resources": 1, "posts": 1,
    }  # fmt: skip
    assert ["Guest7", "left"] in [row[:2] for row in tables["members"]]
    assert [row[3] for row in tables["sessions"] if row[4]] == hosts and tables["sessions"][4][5]
    assert tables["insights"][0][4:] == ["", "", "", "", "Rosa: =A café does it too"], "not what one pressed"
    assert [(row[0], row[3]) for row in tables["actions"]] == list(
        zip(PROMISED, ("done", "dropped", "done"), strict=True)
    )
    for (_, seen), script in zip(READ, by_scripts([(data, []) for data, _ in READ]), strict=True):
        assert script.ical_js == script.node_ical == seen, "four parsers see the same sessions"
