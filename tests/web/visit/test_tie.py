"""From a mutual yes to its end: each has a side of their own, and nothing done on the one shows on the other."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import delete, select
from sqlalchemy import event as sql_event

from convene import clock, links
from convene.extensions import db, start_write
from convene.network import actions as network
from convene.network.models import Tie
from convene.nudges.models import Answer
from convene.people.actions import keep_apart
from convene.people.models import Consent, Person, Separation, Worry
from convene.privacy import my_data
from convene.privacy.erasure import erase
from convene.signups.attendance import mark
from convene.signups.models import Signup
from tests.factories import an_organiser
from tests.web.browsing import Browsing, path_of, without_tokens
from tests.web.visit.test_answer import Table, letters

STAMP = re.compile(r"/(?:me|tie|preferences|calendar)/[\w.-]+")


@pytest.fixture
def table(visitor: Browsing) -> Table:
    return Table(4)


def side(table: Table, who: int, other: int) -> Tie:
    db.session.rollback()
    rows = select(Tie).where(Tie.person_id == table.ids[who], Tie.other_id == table.ids[other])
    return db.session.scalars(rows).one()


def tie_path(table: Table, who: int, other: int) -> str:
    return path_of(links.tie(side(table, who, other).id, 1))


def my_page(table: Table, who: int) -> str:
    return path_of(links.my_page(table.ids[who], 1, clock.now()))


def seen(visitor: Browsing, *paths: str) -> list[str]:
    """These pages to the byte, but for tokens."""
    found = []
    for path in paths:
        answer = visitor.client.get(path)
        assert answer.status_code == 200, path
        found.append(STAMP.sub("/-", without_tokens(answer.text)))
    return found


def test_two_sides_of_one_agreement(visitor: Browsing, table: Table) -> None:
    table.answers(visitor, 1, 0)
    start_write()
    db.session.get_one(Person, table.ids[1]).address_typed = "put.right@example.org"
    db.session.commit()
    table.answers(visitor, 0, 1, channel="relay")
    one, two = letters()
    to_first, to_second = (one, two) if one.person_id == table.ids[0] else (two, one)
    first, second = (signup.person for signup in table.signups[:2])
    assert str(second.address_typed) in to_first.text, "the second gave their address"
    assert str(first.address_typed) not in to_second.text, "the first wants messages to go through us"
    assert "messages to go through us" in to_second.text
    assert path_of(links.tie(side(table, 0, 1).id, 1)) in to_first.text
    assert (side(table, 0, 1).title, side(table, 0, 1).rounds) == ("A street that talks", "1")

    visitor.open(my_page(table, 0))
    assert second.name in visitor.words and "A street that talks" in visitor.words
    assert "Nobody yet" in visitor.client.get(my_page(table, 2)).text, "nobody else sees it"
    theirs = (my_page(table, 1), tie_path(table, 1, 0), table.links[1])
    before = seen(visitor, *theirs)

    visitor.open(tie_path(table, 0, 1))
    visitor.press("Save", came="started", words="A street library.", use="story")
    assert "Thank you. You can change it here at any time." in visitor.words
    given = db.session.scalars(select(Consent).where(Consent.person_id == table.ids[0])).all()
    assert [(one.purpose, one.given) for one in given] == [(f"words_story:{side(table, 0, 1).id}", True)]
    purpose = f"words_story:{side(table, 0, 1).id}"
    for who, use in ((1, "story"), (0, "private")):  # taken back on the page of one's data
        start_write()
        network.keep_to_oneself(table.ids[who], purpose)
        db.session.commit()
        assert side(table, 0, 1).use == use
    number = side(table, 0, 1).id
    start_write()
    db.session.get_one(Tie, number).use = "story"
    db.session.commit()
    visitor.press("Save", came="started", words="A street library.", use="private")
    db.session.rollback()
    assert db.session.scalars(select(Consent.given).order_by(Consent.id)).all() == [True, False]
    assert seen(visitor, *theirs) == before, "what the first says shows nowhere at the second"

    asked = statements_of(
        lambda: visitor.press("Pass it on", message="Shall we say Tuesday?\nAt the library.")
    )
    assert "your words are on their way" in visitor.words
    passed = letters()[-1]
    assert (passed.letter, passed.person_id, passed.organisation_id) == ("passed_on", table.ids[1], None)
    assert "Shall we say Tuesday?" in passed.text and str(first.address_typed) not in passed.text
    assert passed.reply_to is None, "an answer would reach somebody else"

    visitor.open(tie_path(table, 0, 1))
    link = tie_path(table, 0, 1)
    assert "/me/" not in visitor.page.text, "a link without an end opens no page of thirty days"
    visitor.press("Send me the link to my page")
    assert letters()[-1].letter == "my_page" and "on its way to your mailbox" in visitor.words
    visitor.press("End it")
    assert "Ended. It is gone from your page, and nobody is told." in visitor.words
    assert "Nobody yet" in visitor.client.get(my_page(table, 0)).text
    assert visitor.client.get(link).status_code == 404
    assert seen(visitor, *theirs) == before, "an end does not show either"
    sent = len(letters())
    visitor.open(tie_path(table, 1, 0))
    assert statements_of(lambda: visitor.press("Pass it on", message="Are you there?")) == asked
    assert "your words are on their way" in visitor.words, "nor is it told to whoever writes"
    assert len(letters()) == sent, "but nothing arrives"
    again = Answer.query.filter_by(question="touch").all()
    assert len(again) == 2 and all(row.released_at for row in again)


Change = Callable[[Table, Browsing], None]


def silent(table: Table, visitor: Browsing) -> None:
    """Nothing was pressed."""


def said_no(table: Table, visitor: Browsing) -> None:
    table.answers(visitor, 0, helped="glad")


def said_yes(table: Table, visitor: Browsing) -> None:
    table.answers(visitor, 0, 1)


def took_it_back(table: Table, visitor: Browsing) -> None:
    table.answers(visitor, 0, 1)
    table.answers(visitor, 0)


def never_again(table: Table, visitor: Browsing) -> None:
    visitor.open(table.links[0])
    page = visitor.page.text
    visitor.press("Not this person again", person=str(table.ids[1]))
    assert without_tokens(visitor.page.text).replace("Noted", "") != "" and "Noted" in visitor.words
    assert without_tokens(visitor.client.get(table.links[0]).text) == without_tokens(page), "nor to themself"
    assert db.session.scalars(select(Separation.created_by)).all() == [f"person:{table.ids[0]}"]


def shown_to_the_other(table: Table, visitor: Browsing) -> list[object]:
    """All that reaches the second of them: pages, feeds, a copy of their data, letters, and the work of an answer."""
    other = table.signups[1]
    pages = (
        table.links[1],
        my_page(table, 1),
        path_of(links.place(other.id, 1)),
        path_of(links.preferences(other.person_id, 1)),
        path_of(links.calendar(other.person_id, 1)),
        "/line-up.ics",
        "/",
    )
    answers = [visitor.client.get(path) for path in pages]
    assert [one.status_code for one in answers] == [200] * len(pages)
    found: list[object] = [STAMP.sub("/-", without_tokens(one.text)) for one in answers]
    found += [sorted(set(dict(one.headers)) - {"Set-Cookie"}) for one in answers]
    found.append(str(my_data.of(other.person)))
    found.append(statements_of(lambda: table.answers(visitor, 1, 2)))
    found.append(without_tokens(visitor.page.text))
    found.append([(one.letter, one.text) for one in letters() if one.person_id == other.person_id])
    return found


@pytest.mark.one_database
def test_no_silence_and_a_pending_yes_are_the_same_to_the_byte(visitor: Browsing, table: Table) -> None:
    with time_machine.travel(clock.now(), tick=False):
        table.answers(visitor, 1, 2)
        first = shown_to_the_other(table, visitor)
        assert first == shown_to_the_other(table, visitor), "or the test says nothing"
        for change in (silent, said_no, said_yes, took_it_back, never_again):
            change(table, visitor)
            for mine, before in zip(shown_to_the_other(table, visitor), first, strict=True):
                assert mine == before, change.__name__
            start_write()
            db.session.execute(delete(Answer).where(Answer.person_id == table.ids[0]))
            db.session.execute(delete(Separation))
            db.session.commit()
        table.answers(visitor, 0, 1)
        table.answers(visitor, 1, 0, 2)
        assert [one.letter for one in letters()] == ["stay_in_touch"] * 2, "and both yes are told, at once"


def statements_of(act: Callable[[], object]) -> int:
    """How many statements reach the database while this is done: as good as a clock, and steadier."""
    count = [0]

    def counted(*_: object) -> None:
        count[0] += 1

    sql_event.listen(db.engine, "before_cursor_execute", counted)
    try:
        act()
    finally:
        sql_event.remove(db.engine, "before_cursor_execute", counted)
    return count[0]


@pytest.mark.one_database
def test_an_answer_to_somebody_kept_apart_asks_the_database_no_more_than_one_to_silence(
    visitor: Browsing,
) -> None:
    asked = []
    for rule in (False, True):
        start_write()
        table = Table(3)
        if rule:
            first, second = (signup.person for signup in table.signups[:2])
            keep_apart(first, second, "", "person:1", clock.now())
        db.session.commit()
        if rule:
            table.answers(visitor, 0, 1)
        asked.append(statements_of(lambda table=table: table.answers(visitor, 1, 0)))  # type: ignore[misc] # bound
    assert asked[0] == asked[1]
    assert letters() == []


def test_a_worry_reaches_the_lead_alone_and_no_page(visitor: Browsing, table: Table) -> None:
    visitor.open(table.links[0])
    assert "Anything worrying?" not in visitor.words, "nobody is there to read it"
    start_write()
    an_organiser(table.event.organisation, name="Olive Lead")
    db.session.commit()
    visitor.open(table.links[0])
    assert (
        "Only Olive Lead, who is there for safeguarding, or whoever takes that over, reads this."
        in visitor.words
    )
    visitor.press("Send my answers", worry="He followed me home.")
    assert "He followed me home" not in visitor.page.text
    assert "He followed me home" not in visitor.client.get(table.links[0]).text
    db.session.rollback()
    assert db.session.execute(select(Worry.person_id, Worry.event_id)).all() == [
        (table.ids[0], table.event.id)
    ]


def test_what_was_typed_when_too_much_was_pressed_is_still_there(visitor: Browsing, table: Table) -> None:
    an_organiser(table.event.organisation, kind="safeguarding")
    limits = visitor.client.application.config["LIMITS"]
    usual = limits["CONVENE_LIMIT_PRESSES_PER_PLACE"]
    limits["CONVENE_LIMIT_PRESSES_PER_PLACE"] = (0, 3600)
    try:
        page = table.answers(visitor, 0, 1, worry="He waited for me outside.", words="Good soup.")
    finally:
        limits["CONVENE_LIMIT_PRESSES_PER_PLACE"] = usual
    assert visitor.page.status_code == 429 and "So much was pressed here" in page
    assert "He waited for me outside." in page and "Good soup." in page and " checked" in page
    visitor.press("Send my answers")
    db.session.rollback()
    assert db.session.query(Worry).count() == 1 and db.session.query(Answer).count()


def test_a_pause_of_thirty_days_is_one_press(visitor: Browsing, table: Table) -> None:
    visitor.open(table.links[0])
    visitor.press("Pause questions like these for 30 days")
    assert "Paused for 30 days." in visitor.words
    db.session.rollback()
    until = table.signups[0].person.paused_until
    assert until and until > clock.now() + timedelta(days=29)


def test_my_page_names_the_company_of_each_group_as_the_page_of_the_place_does(
    visitor: Browsing, table: Table
) -> None:
    db.session.commit()
    start_write()
    ben, cleo, dee = (db.session.get_one(Person, one) for one in table.ids[1:])
    ben.name, ben.called, cleo.name, dee.name = "Benjamin Frost", "Ben", "Cleo Hart", "Dee Gone"
    assert erase(dee.id, "test", clock.now())
    db.session.commit()
    visitor.open(my_page(table, 0))
    assert "Round 1, Table 1, with Ben, Cleo Hart" in visitor.words
    assert "Benjamin" not in visitor.words and "Erased person" not in visitor.words
    visitor.open(path_of(links.place(table.signups[0].id, 1)))
    assert "With Ben, Cleo Hart." in visitor.words and "Erased person" not in visitor.words
    start_write()
    db.session.get_one(Signup, table.signups[0].id).state = "cancelled"
    db.session.commit()
    assert "Cleo Hart" not in visitor.open(my_page(table, 0)).text, "who gave the place back sees no names"
    start_write()
    mark(db.session.get_one(Signup, table.signups[0].id), "attended", "test", clock.now())
    db.session.commit()
    assert "Cleo Hart" in visitor.open(my_page(table, 0)).text, "but came all the same"


def test_links_that_open_nothing(visitor: Browsing, table: Table) -> None:
    """Forged, for another purpose, replaced, run out, after an end of the event, and after erasure."""
    table.answers(visitor, 0, 1)
    table.answers(visitor, 1, 0)
    tie, mine = tie_path(table, 0, 1), my_page(table, 0)
    for path in (
        tie[:-2],
        f"/tie/{mine.rpartition('/')[2]}",
        f"/me/{tie.rpartition('/')[2]}",
        "/me/x",
        "/tie/x",
    ):
        assert visitor.open(path).status_code == 404, path
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        assert visitor.open(mine).status_code == 404, "thirty days are over"
        assert visitor.open(tie).status_code == 200, "a tie stays until it is ended"
    visitor.open(mine)
    visitor.press("Send me a new link to this page and end the old ones")
    assert visitor.heading == "A new link is on its way"
    for path in (mine, tie, table.links[0]):
        assert visitor.open(path).status_code == 404, f"{path} led to that page"
    theirs, answer = tie_path(table, 1, 0), table.links[1]
    start_write()
    db.session.delete(table.event)
    db.session.commit()
    assert visitor.open(answer).status_code == 404, "the event is gone"
    assert visitor.open(theirs).status_code == 200 and "A street that talks" in visitor.words, (
        "the tie is not"
    )
    start_write()
    assert erase(table.ids[0], "test", clock.now())
    db.session.commit()
    assert visitor.open(theirs).status_code == 404, "and nothing names who was erased"
    assert "Nobody yet" in visitor.open(path_of(links.my_page(table.ids[1], 1, clock.now()))).text
