"""The page behind a thank-you is blind: nobody can tell a yes from silence until both have said yes."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from convene import clock, links
from convene.extensions import db, start_write
from convene.groups.models import Group, Round, Seat
from convene.mail.models import OutgoingMail
from convene.mail.suppression import suppress
from convene.nudges.models import Answer, Nudge
from convene.offers.models import Offer
from convene.people.actions import keep_apart
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event
from tests.web.browsing import Browsing, path_of, without_tokens
from tests.web.rows import all_rows


class Table:
    """Three people who sat together at an event that ended yesterday, each with a thank-you in hand."""

    def __init__(self, people: int = 3) -> None:
        now = clock.now()
        self.event = an_event(starts_in=-timedelta(hours=22), title="A street that talks")
        self.signups = [a_signup(self.event) for _ in range(people)]
        self.nudges = [nudge_to(signup) for signup in self.signups]
        round_ = Round(event_id=self.event.id, number=1, state="published", created_at=now)
        db.session.add(round_)
        db.session.flush()
        group = Group(round_id=round_.id, number=1, label="Table 1")
        db.session.add(group)
        db.session.flush()
        for position, one in enumerate(self.signups):
            seat = Seat(round_id=round_.id, group_id=group.id, person_id=one.person_id, position=position)
            db.session.add(seat)
        db.session.flush()
        self.ids = [one.person_id for one in self.signups]
        self.links = [path_of(links.answer(nudge.id, nudge.generation)) for nudge in self.nudges]

    def answers(self, visitor: Browsing, who: int, *touch: int, **more: str) -> str:
        """This person ticks those people and sends it; returns the page that follows, without tokens."""
        visitor.open(self.links[who])
        visitor.press("Send my answers", touch=[str(self.ids[one]) for one in touch], **more)
        return without_tokens(visitor.page.text)

    def looks(self, client: FlaskClient, who: int) -> str:
        return without_tokens(client.get(self.links[who]).text)


def nudge_to(signup: Signup) -> Nudge:
    nudge = Nudge(
        key=f"thank_you:{signup.event_id}:{signup.person_id}:1", rule="thank_you", event_id=signup.event_id,
        person_id=signup.person_id, state="sent", reason="they had a place at this event",
        due_at=clock.now(), decided_at=clock.now(), generation=1,
    )  # fmt: skip
    db.session.add(nudge)
    db.session.flush()
    return nudge


def letters() -> list[OutgoingMail]:
    db.session.rollback()
    return list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


@pytest.fixture
def table(visitor: Browsing) -> Table:
    return Table()


def test_it_asks_how_it_was_and_names_those_of_their_groups_with_no_box_ticked(
    visitor: Browsing, table: Table
) -> None:
    table.signups.append(a_signup(table.event, a_person(table.event.organisation, name="Somebody elsewhere")))
    visitor.open(table.links[0])
    assert visitor.heading == "Two questions about “A street that talks”"
    for other in (1, 2):
        assert table.signups[other].person.name in visitor.words
    assert table.signups[0].person.name not in visitor.words
    assert "Somebody elsewhere" not in visitor.words
    assert "touch" not in dict(visitor.form("Send my answers")[0].values)
    assert "example.org" not in visitor.words, "nobody's address"


def test_where_they_met_nobody_one_question_is_asked(visitor: Browsing) -> None:
    signup = a_signup(an_event(starts_in=-timedelta(hours=22), title="A street that talks"))
    nudge = nudge_to(signup)
    visitor.open(path_of(links.answer(nudge.id, nudge.generation)))
    assert visitor.heading == "One question about “A street that talks”"
    assert "hear from" not in visitor.words


def test_somebody_who_left_no_address_is_named_but_not_offered_for_contact(
    visitor: Browsing, table: Table
) -> None:
    walk_in = table.signups[1].person
    walk_in.name, walk_in.address, walk_in.address_typed = "Wim Late", None, None
    table.answers(visitor, 0, 1, 2)
    assert "Wim Late (round 1) left no address, so no letter can reach them." in visitor.words
    assert f'id="touch-{table.ids[1]}"' not in visitor.page.text
    assert visitor.heading == "Two questions about “A street that talks”"
    wished = select(Answer.about_id).where(Answer.question == "touch")
    assert db.session.scalars(wished).all() == [table.ids[2]], "a tick put in by hand is not kept either"


def test_who_asked_for_no_mail_is_offered_like_everybody(visitor: Browsing, table: Table) -> None:
    before = table.looks(visitor.client, 0)
    start_write()
    suppress(table.signups[1].person.address or "", "never", clock.now())
    db.session.commit()
    assert table.looks(visitor.client, 0) == before


def test_where_nobody_they_met_left_an_address_one_question_is_asked(visitor: Browsing, table: Table) -> None:
    for signup in table.signups[1:]:
        signup.person.address = signup.person.address_typed = None
    visitor.open(table.links[0])
    assert visitor.heading == "One question about “A street that talks”"
    assert "Who would you like to hear from?" not in visitor.words
    assert visitor.words.count("left no address") == 2


def test_what_somebody_can_give_and_seeks_is_said_in_a_box_that_is_closed_until_it_is_wanted(
    visitor: Browsing, table: Table
) -> None:
    visitor.open(table.links[0])
    assert "<details>" in visitor.page.text and "You have said" not in visitor.words
    visitor.press("Send my answers", offers="Grant writing\nA hall in Leeds", asks="Maps", shown="hosts")
    kept = db.session.scalars(select(Offer).order_by(Offer.id)).all()
    assert [(one.kind, one.words, one.shown) for one in kept] == [
        ("offer", "Grant writing", "hosts"), ("offer", "A hall in Leeds", "hosts"), ("ask", "Maps", "hosts"),
    ]  # fmt: skip
    assert all(timedelta(days=89) < one.expires_at - clock.now() <= timedelta(days=90) for one in kept)
    assert "You have said: A hall in Leeds, Grant writing, Maps. Change it" in visitor.words
    assert "<details>" in visitor.page.text
    visitor.open(table.links[1])
    assert "Grant writing" not in visitor.words, "the others read it in their group, if at all"

    before = len(db.session.scalars(select(Answer)).all())
    visitor.open(table.links[0])
    visitor.press(
        "Send my answers", offers=",".join(f"Thing {number}" for number in range(12)), helped="glad"
    )
    assert visitor.page.status_code == 422 and "Keep to 12 things: remove one first" in visitor.words
    assert "<details open>" in visitor.page.text and "Thing 7" in visitor.page.text
    assert dict(visitor.form("Send my answers")[0].values)["helped"] == "glad", "nothing typed is lost"
    assert len(db.session.scalars(select(Answer)).all()) == before, "and nothing is half kept"


def test_looking_changes_nothing(visitor: Browsing, table: Table) -> None:
    before = all_rows()
    assert visitor.client.get(table.links[0]).status_code == 200
    assert visitor.client.head(table.links[0]).status_code == 200
    assert all_rows() == before


def test_answers_are_kept_and_can_be_changed(visitor: Browsing, table: Table) -> None:
    table.answers(visitor, 0, 1, helped="glad", words="The tea.\nAnd the talk.")
    assert "Thank you. Your answers are kept" in visitor.words
    values = dict(visitor.form("Send my answers")[0].values)
    assert (values["helped"], values["touch"]) == ("glad", str(table.ids[1]))
    table.answers(visitor, 0, helped="so_so")
    rows = db.session.scalars(select(Answer).order_by(Answer.id)).all()
    assert [(row.question, row.value) for row in rows] == [("helped", "so_so")]


def test_the_other_sees_and_gets_the_same_to_the_byte_whether_the_first_said_yes_or_nothing(
    visitor: Browsing, table: Table
) -> None:
    silent = table.looks(visitor.client, 1)
    table.answers(visitor, 0, 1, 2)
    assert table.looks(visitor.client, 1) == silent, "a yes is not shown"
    table.answers(visitor, 0)
    assert table.looks(visitor.client, 1) == silent, "a yes taken back is not shown"
    assert letters() == []


def test_what_follows_an_answer_is_the_same_whether_the_other_said_yes_or_nothing(
    visitor: Browsing, table: Table
) -> None:
    """The first page after the press, with nobody, with a yes to another, and with a yes to the answering person."""
    alone = table.answers(visitor, 0, 2)
    start_write()
    for row in db.session.scalars(select(Answer)):
        db.session.delete(row)
    db.session.commit()
    table.answers(visitor, 2, 0)
    assert letters() == []
    both = table.answers(visitor, 0, 2)
    assert both == alone, "even a mutual yes is told by letter alone"
    assert len(letters()) == 2


def test_two_who_both_say_yes_each_get_one_letter_with_what_the_other_chose_to_give(
    visitor: Browsing, table: Table
) -> None:
    table.answers(visitor, 0, 1, channel="phone", phone="020 7946 0000")
    table.answers(visitor, 1, 0)
    one, two = letters()
    assert {one.letter, two.letter} == {"stay_in_touch"}
    by_address = {letter.to_address: letter for letter in (one, two)}
    first, second = (signup.person for signup in table.signups[:2])
    assert str(second.address_typed) in by_address[first.address_typed or ""].text
    assert "020 7946 0000" in by_address[second.address_typed or ""].text
    assert str(first.address_typed) not in by_address[second.address_typed or ""].text, "they chose the phone"
    assert one.posted_at == two.posted_at
    for _ in range(2):
        table.answers(visitor, 0, 1)
        table.answers(visitor, 1, 0)
    assert len(letters()) == 2, "never twice"


def test_one_yes_stays_unheard_of(visitor: Browsing, table: Table) -> None:
    table.answers(visitor, 0, 1, 2)
    table.answers(visitor, 1, 2)
    assert letters() == []


def test_two_who_must_be_kept_apart_never_hear_of_each_other_and_see_nothing_of_it(
    visitor: Browsing, table: Table
) -> None:
    plain = [table.looks(visitor.client, who) for who in (0, 1)]
    start_write()
    first, second = (signup.person for signup in table.signups[:2])
    keep_apart(first, second, "", "person:1", clock.now())
    db.session.commit()
    assert [table.looks(visitor.client, who) for who in (0, 1)] == plain
    table.answers(visitor, 0, 1, 2)
    table.answers(visitor, 1, 0)
    assert letters() == []
    table.answers(visitor, 2, 0)
    assert len(letters()) == 2, "and the rule stands in nobody else's way"


def test_ids_of_people_they_did_not_sit_with_are_passed_over(visitor: Browsing, table: Table) -> None:
    stranger = a_signup(table.event)
    elsewhere = a_person()
    theirs = path_of(links.answer(nudge_to(stranger).id, 1))
    token_page = visitor.open(table.links[0])
    assert token_page.status_code == 200
    ids = [str(stranger.person_id), str(elsewhere.id), str(table.ids[0]), "0", "-1", "9" * 18]
    visitor.press("Send my answers", touch=ids)
    visitor.open(theirs)
    visitor.press("Send my answers", touch=[str(table.ids[0])])
    assert letters() == []
    assert db.session.scalars(select(Answer).where(Answer.question == "touch")).all() == []


@pytest.mark.one_database
@pytest.mark.parametrize("touch", ["x", "9" * 24, "9" * 5000, "1.5", "", "\0"])
def test_what_is_no_id_at_all_is_never_a_fault(visitor: Browsing, table: Table, touch: str) -> None:
    visitor.open(table.links[0])
    visitor.press("Send my answers", touch=[touch])
    assert visitor.page.status_code in (200, 422)
    assert letters() == []


def test_a_phone_that_is_no_number_is_refused_with_the_ticks_kept(visitor: Browsing, table: Table) -> None:
    table.answers(visitor, 0, 1, channel="phone", phone="ring me", words="Lovely")
    assert visitor.page.status_code == 422
    assert "Enter the number they may call, or choose another way" in visitor.words
    values = dict(visitor.form("Send my answers")[0].values)
    assert (values["touch"], values["channel"], values["words"]) == (str(table.ids[1]), "phone", "Lovely")
    assert db.session.scalars(select(Answer)).all() == []


@pytest.mark.one_database
@pytest.mark.parametrize(("name", "text"), [("words", "x" * 2001), ("words", "nu\0l"), ("helped", "fantastic"),
                                            ("channel", "pigeon"), ("phone", "0" * 41)])  # fmt: skip
def test_bad_answers_are_refused_beside_their_question(
    visitor: Browsing, table: Table, name: str, text: str
) -> None:
    before = all_rows()
    table.answers(visitor, 0, 1, **{name: text})
    assert visitor.page.status_code == 422
    assert f'id="{name}-error"' in visitor.page.text
    assert all_rows() == before


@pytest.mark.one_database
def test_answers_can_be_given_for_thirty_days(visitor: Browsing, table: Table) -> None:
    ends = table.event.ends_at
    for moment, code in ((ends + timedelta(days=29), 200), (ends + timedelta(days=30, minutes=1), 404)):
        with time_machine.travel(moment, tick=False):
            assert visitor.open(table.links[0]).status_code == code


def test_after_thirty_days_a_press_on_a_page_left_open_changes_nothing(
    visitor: Browsing, table: Table
) -> None:
    visitor.open(table.links[0])
    before = all_rows()
    with time_machine.travel(table.event.ends_at + timedelta(days=31), tick=False):
        visitor.press("Send my answers", touch=[str(table.ids[1])])
        assert visitor.page.status_code == 404
    assert all_rows() == before


@pytest.mark.one_database
def test_a_link_for_something_else_is_none_for_answers(visitor: Browsing, table: Table) -> None:
    place = links.place(table.signups[0].id, 1).rpartition("/")[2]
    for token in (place, "x", table.links[0][8:-2], links.signer("answer").dumps([table.nudges[0].id, 2])):
        assert visitor.open(f"/answer/{token}").status_code == 404, token


def test_who_was_erased_is_named_to_nobody(visitor: Browsing, table: Table) -> None:
    name = table.signups[1].person.name
    table.signups[1].person.state = "erased"
    visitor.open(table.links[0])
    assert name not in visitor.page.text
    assert visitor.open(table.links[1]).status_code == 404


def test_somebody_who_sat_with_nobody_is_asked_only_how_it_was(visitor: Browsing) -> None:
    nudge = nudge_to(a_signup(an_event(starts_in=-timedelta(days=1))))
    visitor.open(path_of(links.answer(nudge.id, 1)))
    assert "Who would you like to hear from?" not in visitor.words
    visitor.press("Send my answers", helped="good")
    assert "Your answers are kept" in visitor.words


@pytest.mark.one_database
def test_the_page_is_in_the_language_of_the_letter_that_led_to_it(visitor: Browsing, table: Table) -> None:
    table.signups[0].person.language = "fr"
    visitor.open(table.links[0])
    assert 'lang="fr"' in visitor.page.text and "De qui aimeriez-vous avoir des nouvelles" in visitor.words
    assert "Send my answers" not in visitor.words
    visitor.press("Envoyer mes réponses", touch=[str(table.ids[1])], channel="phone", phone="x")
    assert visitor.page.status_code == 422 and "Entrez le numéro à appeler" in visitor.words
    assert "Il y a un problème" in visitor.words and "Erreur : Entrez" in visitor.words.replace("\xa0", " ")
    assert "There is a problem" not in visitor.words
    visitor.press("Envoyer mes réponses", words="x" * 2001)
    assert "Au plus 2" in visitor.words and "characters" not in visitor.words
    visitor.press("Plus cette personne")
    assert "plus de groupe ensemble" in visitor.words
    assert re.search(r'role="status"[^>]* lang="fr"', visitor.page.text), "a voice reads it as what it is"
