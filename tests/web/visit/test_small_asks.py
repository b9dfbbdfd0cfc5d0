"""From the letter that asks one small thing to the press that answers it, as whoever gets it lives it."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from convene import clock, links
from convene.extensions import db, start_write
from convene.mail.models import OutgoingMail
from convene.nudges import actions
from convene.nudges.models import Answer, Nudge, NudgeSetting
from convene.offers import actions as offers
from convene.offers.models import Offer
from convene.people.models import Person
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event
from tests.web.browsing import Browsing, path_of
from tests.web.rows import all_rows
from tests.web.visit.test_answer import Table

DAY = timedelta(days=1)


@pytest.fixture
def noon() -> datetime:
    """The next day's noon: letters that ask go by day."""
    return (clock.now() + DAY).replace(hour=12, minute=0, second=0, microsecond=0)


def swept(now: datetime) -> list[OutgoingMail]:
    """Every letter that the sweep posts at this moment."""
    db.session.commit()
    before = set(db.session.scalars(select(OutgoingMail.id)))
    batches = actions.due(now)
    for batch in batches:
        start_write()
        actions.post_batch(batch, now)
        db.session.commit()
    return [one for one in db.session.scalars(select(OutgoingMail)) if one.id not in before]


def link_in(mail: OutgoingMail, ends: str) -> str:
    return next(path_of(word) for word in mail.text.split() if word.endswith(ends))


def test_how_somebody_gets_there_is_asked_by_letter_and_said_in_one_press(
    visitor: Browsing, noon: datetime
) -> None:
    event = an_event(starts_at=noon + 6 * DAY, title="A street that talks")
    person = a_person(event.organisation, name="Ada Bell")
    signup = a_signup(event, person, state="confirmed", now=noon - 20 * DAY)
    wish = {"key": "plan", "organisation_id": event.organisation_id, "rule": "plan", "on": True, "words": ""}
    db.session.add(NudgeSetting(**wish, changed_at=noon, changed_by="a test"))
    person_id, signup_id = person.id, signup.id
    (mail,) = swept(noon)
    assert mail.letter == "plan" and "How will you get there?" in mail.text
    page = link_in(mail, "/plan")
    with time_machine.travel(noon, tick=False):
        before = all_rows()
        visitor.open(page)
        assert visitor.heading == "How will you get there?" and all_rows() == before, (
            "looking changes nothing"
        )
        mine = visitor.page.request.path
        assert mine == page
        for wrong in ("", "home", "by broom", "\0"):
            visitor.client.post(page, data={"way": wrong})
            assert all_rows() == before, f"{wrong!r} is no way there"
        visitor.press("By bus, tram or train")
        assert "Noted, for you alone." in visitor.words
        assert "You said: By bus, tram or train. You can change it until it starts." in visitor.words
        visitor.press("On foot or by bike")
        db.session.rollback()
        kept = select(Answer.question, Answer.value).where(Answer.person_id == person_id)
        assert db.session.execute(kept).all() == [("plan", "foot")]
        assert db.session.scalars(select(Nudge.state).where(Nudge.rule == "plan")).all() == ["acted"]
        assert not [one for one in swept(noon + timedelta(minutes=5)) if one.letter == "plan"]
        visitor.open(page)
        with time_machine.travel(noon + 6 * DAY, tick=False):
            visitor.press("By car")
            assert "Nothing was noted: it has begun" in visitor.words
            db.session.rollback()
        assert db.session.execute(kept).all() == [("plan", "foot")]
        start_write()
        db.session.get_one(Signup, signup_id).state = "cancelled"
        db.session.commit()
        visitor.open(page)
        assert visitor.heading != "How will you get there?", "who gave the place back is asked nothing"
        visitor.client.post(page, data={"way": "car"})
        db.session.rollback()
        assert db.session.execute(kept).all() == [("plan", "foot")]


def test_a_group_that_is_asked_to_meet_again_is_asked_later_whether_it_did(visitor: Browsing) -> None:
    table, quiet = Table(), Table()
    for event, is_on in ((table.event, True), (quiet.event, False)):
        facts = {
            "key": f"did_you_meet:{event.id}",
            "organisation_id": event.organisation_id,
            "event_id": event.id,
        }
        wish = NudgeSetting(
            **facts, rule="did_you_meet", on=is_on, away_minutes=3 * 1440, words="",
            changed_at=clock.now(), changed_by="a test",
        )  # fmt: skip
        db.session.add(wish)
    db.session.commit()
    visitor.open(table.links[0])
    assert "Your hosts hope that your group meets again." in visitor.words
    visitor.press("Send my answers", helped="glad")
    later = (table.event.ends_at + 4 * DAY).replace(hour=12, minute=30)
    asked = [one for one in swept(later) if one.letter == "did_you_meet"]
    assert {one.person_id for one in asked} == set(table.ids), (
        "how it was says nothing of whether they met again"
    )
    (mine,) = [one for one in asked if one.person_id == table.ids[0]]
    assert "hoped that your group would meet again. Did you?" in mine.text
    page = next(path_of(word) for word in mine.text.split() if "/answer/" in word)
    with time_machine.travel(later, tick=False):
        visitor.open(page)
        assert "Did you and your group meet again?" in visitor.words
        values = dict(visitor.form("Send my answers")[0].values)
        assert values["helped"] == "glad", "what was said before stands"
        start_write()
        (first,) = db.session.scalars(
            select(Nudge).where(Nudge.person_id == table.ids[0], Nudge.rule == "did_you_meet")
        )
        # Asked twice, and the letter of the first time is the one that is answered.
        db.session.add(
            Nudge(
                key=f"{first.key}:again", rule=first.rule, step="2", subject_id=first.subject_id, state="sent",
                event_id=first.event_id, person_id=first.person_id, reason="", due_at=later, decided_at=later,
            )
        )  # fmt: skip
        mine_id, generation = first.person_id, first.person.generation
        db.session.commit()
        own_page = path_of(links.my_page(mine_id, generation, later))
        assert visitor.open(own_page).text.count("Did your group at") == 1, "two letters ask one thing"
        visitor.open(page)
        visitor.press("Send my answers", met="not_yet")
        visitor.open(own_page)
        assert "What is asked of you" not in visitor.words, "nothing is asked that was answered"
        db.session.rollback()
        said = (
            select(Answer.question, Answer.value).where(Answer.person_id == table.ids[0]).order_by(Answer.id)
        )
        assert db.session.execute(said).all() == [("helped", "glad"), ("again", "not_yet")]
    as_if_long_ago()
    again = [one for one in swept(later + 5 * DAY) if one.letter == "did_you_meet"]
    assert {one.person_id for one in again} == set(table.ids[1:]), "once more, to those who have not answered"


def as_if_long_ago() -> None:
    """What was posted counts no more where caps are asked."""
    start_write()
    for one in db.session.scalars(select(OutgoingMail)):
        one.posted_at = one.posted_at - 40 * DAY
    db.session.commit()


def test_what_runs_out_soon_is_asked_about_and_renewed_or_ended_in_one_press(
    visitor: Browsing, noon: datetime
) -> None:
    host = an_event().organisation
    person, other = (a_person(host, name=name, now=noon - 30 * DAY) for name in ("Ada Bell", "Bo Ash"))
    offers.say(person, "offer", "Grant writing\nA hall in Leeds", "group", noon - 80 * DAY)
    offers.say(other, "ask", "Maps", "group", noon - 40 * DAY)
    person_id = person.id
    hour = noon  # the rules that take long are asked in the first minutes of an hour
    (mail,) = [one for one in swept(hour) if one.letter == "still_true"]
    assert mail.person_id == person_id, "what another said stands for longer"
    assert mail.organisation_id is None, (
        "a tie or an offer that nobody may see can be why: no host's log has it"
    )
    assert "runs out soon" in mail.text and "Grant writing" not in mail.text
    page = link_in(mail, "/still-true")
    with time_machine.travel(noon, tick=False):
        before = all_rows()
        visitor.open(page)
        assert visitor.heading == "Is it still true?" and all_rows() == before
        assert "Grant writing" in visitor.words and "Maps" not in visitor.words
        visitor.press("Renew Grant writing")
        assert "Renewed for another 90 days." in visitor.words
        assert visitor.heading == "Is it still true?", "the rest of what is asked stands there yet"
        visitor.press("Remove A hall in Leeds")
        db.session.rollback()
        (left,) = db.session.scalars(select(Offer).where(Offer.person_id == person_id))
        assert (left.words, left.expires_at) == ("Grant writing", noon + 90 * DAY)
        visitor.open(page)
        visitor.press("Save", affiliation="Leeds Libraries", field="x" * 121)
        assert visitor.page.status_code == 422 and "Leeds Libraries" in visitor.page.text, (
            "nothing typed is lost"
        )
        visitor.press("Save", affiliation="Leeds Libraries", field="Maps")
        assert "Saved. Thank you." in visitor.words
        start_write()
        over = Offer.person_id == person_id
        offers.say(db.session.get_one(Person, person_id), "offer", "Old maps", "group", noon - 100 * DAY)
        db.session.commit()
        visitor.open(page)
        visitor.press("All of it is still true")
        assert "Kept as it is. Thank you." in visitor.words
        db.session.rollback()
        ends = dict(db.session.execute(select(Offer.words, Offer.expires_at).where(over)).all())
        assert ends == {"Grant writing": noon + 90 * DAY, "Old maps": noon - 10 * DAY}, (
            "what ran out stays so"
        )
        start_write()
        kept = db.session.get_one(Person, person_id)
        kept.language = "fr"
        db.session.commit()
        visitor.open(page)
        visitor.press("Renouveler")
        assert "est renouvelé" in visitor.words
        assert re.search("au (lun|mar|mercre|jeu|vendre|same|diman)", visitor.words), (
            "a day is said as one is"
        )
        assert (kept.affiliation, kept.field) == ("Leeds Libraries", "Maps")
        assert db.session.scalars(select(Nudge.state).where(Nudge.rule == "still_true")).all() == ["acted"]
    assert not [one for one in swept(noon + 80 * DAY) if one.person_id == person_id], "once in half a year"


def test_a_pause_and_its_end_are_one_press_each_also_of_one_that_silence_began(visitor: Browsing) -> None:
    person = a_person(an_event().organisation, name="Ada Bell")
    person.state = "paused"
    page, person_id = path_of(links.preferences(person.id, person.generation)), person.id
    db.session.commit()
    visitor.open(page)
    assert "We paused our letters, as they brought no answer." in visitor.words
    visitor.press("Start them again")
    assert "The pause is over." in visitor.words and "We paused our letters" not in visitor.words
    visitor.press("Pause for 30 days")
    assert "Paused for 30 days." in visitor.words and "You asked for quiet until" in visitor.words
    db.session.rollback()
    kept = db.session.get_one(Person, person_id)
    assert kept.state == "active" and kept.paused_until and kept.paused_until > clock.now() + 29 * DAY
