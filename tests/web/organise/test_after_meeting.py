"""What a host sees of what came of it: figures without names, a gentle list, a glossary; and never a private answer."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from convene import clock, links
from convene.events.models import Event
from convene.extensions import db
from convene.groups.facts import problem
from convene.groups.models import Group, Round, Seat
from convene.groups.settings import row
from convene.mail.models import OutgoingMail
from convene.messages import actions as messages
from convene.network import actions as network
from convene.network import queries
from convene.network.came import first_of_month, quarter_of
from convene.network.models import Tally
from convene.nudges import answering
from convene.nudges.models import Nudge
from convene.offers import actions as offers
from convene.offers.models import Offer
from convene.people.actions import meet
from convene.people.models import Organisation, Person
from convene.signups import attendance
from convene.signups.models import Signup
from tests.factories import a_signup, an_event
from tests.web.browsing import Browsing, path_of, without_tokens
from tests.web.organise.conftest import World


def people_at(event_id: int) -> list[Person]:
    rows = select(Person).join(Signup).where(Signup.event_id == event_id).order_by(Signup.id)
    return list(db.session.scalars(rows))


def held(world: World, days: int, *names: str) -> int:
    """An event that was so many days ago, with these people marked as here."""
    with world.writing():
        host = db.session.get_one(Organisation, world.host_id)
        event = an_event(host, starts_in=-timedelta(days=days), title="Ideas over soup")
        for name in names:
            person = meet(host, f"{name.lower().replace(' ', '.')}@example.net", name, clock.now())
            person.state = "active"
            attendance.mark(a_signup(event, person), "attended", "test", clock.now())
        return event.id


def seat(event_id: int, people: list[int]) -> None:
    round_ = Round(event_id=event_id, number=1, state="held", created_at=clock.now())
    db.session.add(round_)
    db.session.flush()
    group = Group(round_id=round_.id, number=1, label="Table 1")
    db.session.add(group)
    db.session.flush()
    for position, one in enumerate(people):
        db.session.add(Seat(round_id=round_.id, group_id=group.id, person_id=one, position=position))


@pytest.mark.one_database
def test_figures_are_told_in_fives_with_a_file_of_the_same_and_no_names(world: World) -> None:
    visitor = Browsing(world.client)
    visitor.open("/organise/came-of-it")
    assert "Nothing is counted yet" in visitor.words
    now = clock.now()
    with world.writing():
        figures = {"new": [10, 12, 12], "touch": [5, 10, 12], "pairs": [0, 5, None], "fields": None}
        for host in (world.host_id, world.other_host_id):
            db.session.add(
                Tally(
                    organisation_id=host, period=quarter_of(now), as_of=first_of_month(now), figures=figures
                )
            )
    visitor.open("/organise/came-of-it")
    assert "between 41% and 84% of 12" in visitor.words, "rounded outwards"
    assert "fewer than 6" in visitor.words and "fewer than five people: not told" in visitor.words
    assert "<svg" in visitor.page.text and visitor.page.text.count("<table") == 1
    visitor.press("Download as CSV, without names")
    rows = list(csv.reader(io.StringIO(visitor.page.text)))
    assert len(rows) == 1 + len(figures) and visitor.page.mimetype == "text/csv"
    assert rows[1][2:] == ["Sat with somebody they had not met before", "10", "12", "12"]
    event_id = held(world, 50, "Abe Bell", "Ben Okri")
    with world.writing():
        abe, ben = people_at(event_id)
        event = db.session.get_one(Event, event_id)
        for use in ("hosts", "private"):
            side = network.tie(event, *((abe, ben) if use == "hosts" else (ben, abe)), [1], "email", now)
            network.say(side, "started", f"A library, {use}.", use, now)
    visitor.open("/organise/came-of-it")
    assert "A library, hosts." in visitor.words and "A library, private." not in visitor.words
    assert "Abe Bell" not in visitor.words
    visitor.open("/organise/came-of-it?period=1999-Q9")
    assert visitor.page.status_code == 200, "a quarter that there is not is the newest"
    visitor.press("Ask how connected people feel")
    assert "It is asked from the next letter on." in visitor.words
    visitor.press("Stop asking how connected people feel")
    assert "Nobody is asked how connected they feel" in visitor.words


@pytest.mark.one_database
def test_whoever_found_nobody_is_listed_gently_and_invited_in_one_press(world: World) -> None:
    visitor = Browsing(world.client)
    past = held(world, 60, "Abe Bell", "Ben Okri", "Cleo Hart")
    held(world, 40, "Abe Bell", "Ben Okri")
    held(world, 20, "Dev Rao")
    with world.writing():
        ada, ben, cleo = people_at(past)
        seat(past, [ben.id, cleo.id])
        messages.agree(ada, "Write to me", "test", clock.now())
        ids = {one.name: one.id for one in (ada, ben, cleo)}
    visitor.open("/organise/welcome")
    assert "Came twice or more, and sat with nobody yet." in visitor.words
    assert "Came for the first time, and has not been back since." in visitor.words
    assert "Ben Okri" not in visitor.words, "once alone is nothing"
    assert "there is none to invite to" in visitor.words
    next_ = world.event(title="Soup again")
    visitor.open("/organise/welcome")
    assert "Cleo Hart" in visitor.words and "did not agree to news of events" in visitor.words
    token = visitor.token()
    visitor.press("Invite")
    assert "Invited Abe Bell to Soup again." in visitor.words and "Invited." in visitor.words
    for person, event_id in ((ids["Abe Bell"], next_), (ids["Cleo Hart"], next_), (ids["Abe Bell"], 0)):
        visitor.post(f"/organise/welcome/{person}", {"event": str(event_id), "csrf_token": token})
        assert visitor.page.status_code == 200
    with world.app.app_context():
        posted = db.session.scalars(select(OutgoingMail).where(OutgoingMail.letter == "welcome")).all()
        assert [one.person_id for one in posted] == [ids["Abe Bell"]], "once, and only who agreed to news"
    assert world.client.get(f"/organise/welcome/{ids['Abe Bell']}").status_code == 405
    world.add(next_, "Abe Bell")
    visitor.open("/organise/welcome")
    assert "Abe Bell" not in visitor.words, "she is coming"


@pytest.mark.one_database
def test_one_dialect_finds_the_other_and_a_deal_may_draw_them_together(world: World) -> None:
    visitor = Browsing(world.client)
    event_id = world.event()
    world.add(event_id, "Abe Bell", "Ben Okri", "Cleo Hart", "Dev Rao")
    with world.writing():
        ada, ben, cleo, _ = people_at(event_id)
        offers.say(ada, "offer", "Grant writing, A hall", "group", clock.now())
        offers.say(ben, "ask", "Fundraising", "hosts", clock.now())
        offers.say(cleo, "ask", "Money", "nobody", clock.now())
        pair = {f"person-{ada.id}", f"person-{ben.id}"}
        mine = ada.id
        link = path_of(links.my_page(ada.id, 1, clock.now()))
    visitor.open("/organise/glossary")
    assert "Grant writing" in visitor.words and "Money" not in visitor.words, "only what hosts may see"
    visitor.press("Keep it", name="Fundraising", aliases="Grant writing\ngrant-writing\nBids")
    assert "From now on these find each other." in visitor.words
    visitor.press("Keep it", name="Halls", aliases="Bids")
    assert "One of these stands for something else already" in visitor.words
    visitor.press("Keep it", name="…", aliases="")
    assert visitor.page.status_code in (200, 422)
    with world.writing():
        event = db.session.get_one(Signup, 1).event
        assert problem(event, 1).drawn == (), "not asked for"
        row(event).match_offers = True
        assert [set(one) for one in problem(event, 1).drawn] == [pair]
    visitor.open("/organise/glossary")
    visitor.press("Remove")
    assert "What people said stays as they said it." in visitor.words

    visitor.open(f"{link}/offers")
    assert "A hall" in visitor.words and "My groups and the hosts may see it" in visitor.words
    visitor.press("Keep it", offers="", asks="Soup, soup\nBread", shown="nobody")
    assert "Kept for 90 days." in visitor.words and visitor.words.count("Nobody sees it") >= 2
    visitor.press("Keep it", asks="\n".join(f"thing {number}" for number in range(13)))
    assert visitor.page.status_code == 422 and "Keep to 12 things: remove one first" in visitor.words
    visitor.press("Renew")
    assert "Renewed for another 90 days." in visitor.words
    visitor.press("Remove")
    assert "Removed." in visitor.words
    with world.writing():
        theirs = db.session.scalars(select(Offer).where(Offer.person_id != mine)).first()
        assert theirs is not None
        others = theirs.id
        number = len(db.session.scalars(select(Offer)).all())
    visitor.open(f"{link}/offers")
    visitor.post(f"{link}/offers/{others}/remove", {"csrf_token": visitor.token()})
    with world.writing():
        assert len(db.session.scalars(select(Offer)).all()) == number, "another's is out of reach"
        offers.forget(clock.now() + timedelta(days=200))
        assert db.session.scalars(select(Offer)).all() == []


@pytest.mark.one_database
def test_no_page_list_or_file_of_the_desk_shows_what_anybody_ticked(world: World) -> None:
    event_id = held(world, 2, "Abe Bell", "Ben Okri", "Cleo Hart")
    with world.writing():
        people = people_at(event_id)
        seat(event_id, [one.id for one in people])
        nudges = [
            Nudge(
                key=f"thank_you:{event_id}:{one.id}:1", rule="thank_you", event_id=event_id, person_id=one.id,
                state="acted", reason="they had a place", due_at=clock.now(), decided_at=clock.now(),
            )
            for one in people
        ]  # fmt: skip
        db.session.add_all(nudges)
        db.session.flush()
        for nudge in nudges[:2]:  # how many answered is told to the hosts; what, is not
            answering.answer(nudge, answering.Given(), clock.now())
        ids, asked = [one.id for one in people], [one.id for one in nudges]
    before = shown(world, event_id, ids)
    with world.writing():
        for mine, other in ((0, 1), (1, 0), (1, 2)):
            nudge = db.session.get_one(Nudge, asked[mine])
            touch = [ids[other], *([ids[0]] if mine == 1 else [])]
            answering.answer(nudge, answering.Given(touch=touch, contact="x@example.net"), clock.now())
        assert len(queries.of_person(ids[0])) == 1, "two of them found each other"
    after = shown(world, event_id, ids)
    assert len(after) > 8
    for path, page in after.items():
        assert page == before[path], path


def shown(world: World, event_id: int, ids: list[int]) -> dict[str, str]:
    """Every page and file at the desk that could tell of it."""
    paths = [
        f"/organise/events/{event_id}/after", f"/organise/events/{event_id}/signups", f"/organise/events/{event_id}",
        "/organise/people", *(f"/organise/people/{one}" for one in ids), "/organise/outbox", "/organise/came-of-it",
        "/organise/welcome",
    ]  # fmt: skip
    found = {path: without_tokens(world.client.get(path).text) for path in paths}
    visitor = Browsing(world.client)
    visitor.open(f"/organise/events/{event_id}/export")
    visitor.post(f"/organise/events/{event_id}/export", {"csrf_token": visitor.token()})
    return {**found, "export": visitor.page.text}
