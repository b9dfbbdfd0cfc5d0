"""A person's place behind their link: a look changes nothing, a button does what it says, an old link does nothing."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from convene import clock, links
from convene.extensions import db, start_write
from convene.groups.models import Group, Round, Seat
from convene.mail.models import OutgoingMail
from convene.people.models import Consent
from convene.signups.actions import sign_up
from convene.signups.models import Attendance, Signup
from convene.web.visit.place import ACCESS_WORDING
from tests.factories import a_person, a_signup, an_event
from tests.web.browsing import Browsing, path_of
from tests.web.rows import all_rows

STATES = ("started", "confirmed", "waitlisted", "offered", "lapsed", "cancelled")


def link(signup: Signup) -> str:
    return path_of(links.place(signup.id, signup.generation))


def letters() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(OutgoingMail.letter).order_by(OutgoingMail.id)))


def state_of(signup: Signup) -> str:
    db.session.commit()
    return signup.state


HEADINGS = {
    "started": "One press, and your place is kept",
    "confirmed": "Your place is kept",
    "waitlisted": "You are on the waiting list",
    "offered": "A place has come free for you",
    "lapsed": "The place went to the next person",
    "cancelled": "Your place is cancelled",
}


@pytest.mark.one_database
@pytest.mark.parametrize("state", STATES)
def test_the_page_says_in_its_heading_how_things_stand_and_looking_changes_nothing(
    visitor: Browsing, state: str
) -> None:
    signup = a_signup(state=state)
    if state == "cancelled":
        signup.confirmed_at = clock.now()
    path = link(signup)
    before = all_rows()
    assert visitor.open(path).status_code == 200
    assert visitor.heading == HEADINGS[state]
    assert visitor.page.headers["Cache-Control"] == "no-store"
    for method in (visitor.client.get, visitor.client.head):
        for address in (path, f"{path}/cancel"):
            assert method(address).status_code == 200
    for action in ("confirm", "details", "new-link"):
        assert visitor.client.get(f"{path}/{action}").status_code == 405
        assert visitor.client.head(f"{path}/{action}").status_code == 405
    assert all_rows() == before


def test_the_button_of_the_mailed_link_takes_the_place_and_the_invite_follows(visitor: Browsing) -> None:
    event = an_event()
    signup = sign_up(event.id, "ngozi@example.org", "Ngozi", None, clock.now())
    assert signup.person.state == "provisional"
    visitor.open(link(signup))
    visitor.press("Keep my place")
    assert visitor.heading == "Your place is kept"
    assert (state_of(signup), signup.person.state) == ("confirmed", "active")
    assert letters() == ["confirm", "place_confirmed"]


def test_pressing_twice_takes_one_place_and_sends_one_letter(visitor: Browsing) -> None:
    signup = a_signup(state="started")
    visitor.open(link(signup))
    form, _ = visitor.form("Keep my place")
    for _ in range(2):
        visitor.post(form.action, {"csrf_token": dict(form.values)["csrf_token"]})
        assert visitor.heading == "Your place is kept"
    assert letters() == ["place_confirmed"]


def test_where_every_place_is_taken_the_same_button_joins_the_line_and_says_so_before(
    visitor: Browsing,
) -> None:
    event = an_event(capacity=1)
    a_signup(event)
    a_signup(event, state="waitlisted")
    signup = a_signup(event, state="started")
    visitor.open(link(signup))
    assert visitor.heading == "One press, and you are in line"
    visitor.press("Join the waiting list")
    assert visitor.heading == "You are on the waiting list"
    assert "1 person is before you." in visitor.words
    assert letters() == ["waitlisted"]


def test_nobody_passes_those_who_wait(visitor: Browsing) -> None:
    event = an_event(capacity=2)
    a_signup(event)
    waiting = a_signup(event, state="waitlisted")
    late = a_signup(event, state="started")
    visitor.open(link(late))
    visitor.press("Join the waiting list")
    assert state_of(late) == "waitlisted"
    assert state_of(waiting) == "waitlisted"


def test_a_place_given_back_is_asked_for_once_more_and_offered_to_the_next_at_once(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    mine = a_signup(event)
    first, second = a_signup(event, state="waitlisted"), a_signup(event, state="waitlisted")
    visitor.open(link(mine))
    visitor.open(f"{link(mine)}/cancel")
    assert visitor.heading == "Give your place back?"
    visitor.press("Cancel my place")
    assert visitor.heading == "Your place is cancelled"
    assert [state_of(one) for one in (mine, first, second)] == ["cancelled", "offered", "waitlisted"]
    assert letters() == ["cancelled", "place_offered"]
    visitor.open(f"{link(mine)}/cancel")
    visitor.press("Cancel my place")
    assert letters() == ["cancelled", "place_offered"], "a second press does nothing"


def test_after_cancelling_one_press_signs_up_again(visitor: Browsing) -> None:
    signup = a_signup(state="cancelled")
    visitor.open(link(signup))
    visitor.press("Sign up again")
    assert visitor.heading == "Your place is kept"


def test_the_line_is_left_with_one_press(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    a_signup(event)
    signup = a_signup(event, state="waitlisted")
    visitor.open(link(signup))
    visitor.press("Leave the waiting list")
    assert state_of(signup) == "cancelled"
    assert letters() == []
    assert visitor.heading == "You have left the line"
    assert "you no longer wait for" in visitor.words and "somebody else can come" not in visitor.words


def test_who_had_a_place_once_and_left_the_line_since_gave_no_place_back(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    a_signup(event)
    signup = a_signup(event, state="cancelled", confirmed_at=clock.now())
    visitor.open(link(signup))
    assert "somebody else can come" in visitor.words
    visitor.press("Join the waiting list")
    visitor.press("Leave the waiting list")
    assert visitor.heading == "You have left the line" and "somebody else can come" not in visitor.words


# Offers


def test_an_offer_says_until_when_and_is_taken_with_one_press(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    signup = a_signup(event, state="offered")
    visitor.open(link(signup))
    assert "It is yours until" in visitor.words and "(London)" in visitor.words
    visitor.press("Take the place")
    assert visitor.heading == "Your place is kept"
    assert letters() == ["place_confirmed"]


def test_an_offer_declined_goes_to_the_next(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    signup, following = a_signup(event, state="offered"), a_signup(event, state="waitlisted")
    visitor.open(link(signup))
    visitor.press("No, thank you")
    assert [state_of(signup), state_of(following)] == ["cancelled", "offered"]


def test_an_offer_taken_too_late_is_told_so_and_changes_nothing(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    signup = a_signup(event, state="offered", offered_until=clock.now() + timedelta(minutes=1))
    visitor.open(link(signup))
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        visitor.press("Take the place")
        assert "The time to take this place is over" in visitor.words
    assert state_of(signup) == "offered", "until the worker passes it on"
    assert letters() == []


def test_an_offer_that_ran_out_can_be_asked_for_again_by_joining_the_line(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    a_signup(event)
    signup = a_signup(event, state="lapsed")
    visitor.open(link(signup))
    visitor.press("Join the waiting list again")
    assert state_of(signup) == "waitlisted"


# Links


def forged(signup: Signup) -> list[str]:
    token = link(signup).removeprefix("/place/")
    flipped = token[:-1] + ("A" if token[-1] != "A" else "B")
    answer = links.answer(signup.id, signup.generation).rpartition("/")[2]
    return [
        flipped,
        token[:10],
        "x",
        "%00",
        "%ff",
        "." * 300,
        answer,
        links.signer("place").dumps([10**6, 1]),
    ]


@pytest.mark.one_database
def test_a_link_that_is_not_ours_opens_nothing_and_presses_nothing(visitor: Browsing) -> None:
    signup = a_signup()
    visitor.open(f"/events/{signup.event.slug}")
    token = visitor.token()
    bad = forged(signup)
    before = all_rows()
    for one in bad:
        assert visitor.open(f"/place/{one}").status_code == 404, one
        assert visitor.heading == "This link does not work any more"
        for action in ("confirm", "cancel", "details", "new-link"):
            answer = visitor.client.post(f"/place/{one}/{action}", data={"csrf_token": token})
            assert answer.status_code == 404, (one, action)
    assert all_rows() == before


def test_a_new_link_ends_the_old_one(visitor: Browsing) -> None:
    signup = a_signup()
    old = link(signup)
    visitor.open(old)
    visitor.press("Send me a new link")
    assert visitor.heading == "A new link is on its way"
    db.session.commit()
    assert letters() == ["place_link"]
    assert link(signup) != old
    assert visitor.open(old).status_code == 404
    assert visitor.open(link(signup)).status_code == 200
    body = db.session.scalar(select(OutgoingMail.text)) or ""
    assert link(signup) in body and old not in body


@pytest.mark.one_database
def test_a_new_link_that_cannot_be_sent_leaves_the_old_one_alive(visitor: Browsing, app: Flask) -> None:
    app.config["LIMITS"] = {**app.config["LIMITS"], "CONVENE_LIMIT_MAILS_PER_KNOWN_ADDRESS_HOUR": (1, 3600)}
    signup = a_signup()
    for _ in range(2):
        visitor.open(link(signup))
        visitor.press("Send me a new link")
        db.session.commit()
    assert "This link still works" in visitor.page.text
    assert letters() == ["place_link"]
    assert visitor.open(link(signup)).status_code == 200


@pytest.mark.one_database
def test_one_link_pressed_over_and_over_posts_only_so_many_letters(visitor: Browsing, app: Flask) -> None:
    app.config["LIMITS"] = {**app.config["LIMITS"], "CONVENE_LIMIT_PRESSES_PER_PLACE": (3, 3600)}
    signup = a_signup(state="started")
    visitor.open(link(signup))
    token = visitor.token()
    with time_machine.travel(clock.now(), tick=False):
        for action in ("confirm", "confirm", "cancel", "cancel", "confirm"):
            visitor.post(f"{link(signup)}/{action}", {"csrf_token": token})
            assert "many times in the last hour" not in visitor.words, "a press that changes nothing is free"
        before = all_rows()
        visitor.post(f"{link(signup)}/cancel", {"csrf_token": token})
        assert "many times in the last hour, so nothing was changed" in visitor.words
        assert visitor.heading == "Your place is kept"
        assert all_rows() == before
    assert letters() == ["place_confirmed", "cancelled", "place_confirmed"]
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        visitor.post(f"{link(signup)}/cancel", {"csrf_token": token})
    assert state_of(signup) == "cancelled"


def test_a_link_lives_thirty_days_past_the_event_and_dies_then(visitor: Browsing) -> None:
    signup = a_signup(an_event())
    ends = signup.event.ends_at
    for moment, code in (
        (ends + timedelta(days=29, hours=23), 200),
        (ends + timedelta(days=30, minutes=1), 404),
    ):
        with time_machine.travel(moment, tick=False):
            assert visitor.open(link(signup)).status_code == code, moment


def test_the_link_of_an_erased_person_is_dead(visitor: Browsing) -> None:
    signup = a_signup(person=a_person(state="erased"))
    assert visitor.open(link(signup)).status_code == 404


# Details


def test_what_they_tell_of_themselves_is_kept_and_shown_again(visitor: Browsing) -> None:
    signup = a_signup()
    visitor.open(link(signup))
    typed = {
        "name": "Ngozi A.", "affiliation": "Leeds Tenants", "field": "housing", "place": "Leeds",
        "first_time": "yes", "access_needs": "Captions, please.\nAnd no stairs.", "zone": "Africa/Lagos",
    }  # fmt: skip
    visitor.press("Save", **typed)
    assert "Saved. Thank you." in visitor.words
    db.session.commit()
    person = signup.person
    assert (person.name, person.affiliation, person.field, person.place) == (
        "Ngozi A.",
        "Leeds Tenants",
        "housing",
        "Leeds",
    )
    assert (signup.first_time, signup.access_needs, person.zone) == (
        True,
        "Captions, please.\nAnd no stairs.",
        "Africa/Lagos",
    )
    values = dict(visitor.form("Save")[0].values)
    assert {name: values[name].replace("\r\n", "\n") for name in typed} == typed


def test_consent_to_keep_access_needs_is_written_down_when_given_and_when_taken_back(
    visitor: Browsing,
) -> None:
    signup = a_signup()
    for needs in ("Captions", "Captions and tea", ""):
        visitor.open(link(signup))
        visitor.press("Save", access_needs=needs)
    rows = db.session.scalars(select(Consent).order_by(Consent.id)).all()
    assert [(row.purpose, row.given, row.wording) for row in rows] == [
        ("access_needs", True, ACCESS_WORDING),
        ("access_needs", False, ACCESS_WORDING),
    ]
    assert {row.person_id for row in rows} == {signup.person_id}


TAKE_BACK = "Take back what I wrote about access"


@pytest.mark.one_database
@pytest.mark.parametrize("facts", [{}, {"state": "called_off"}, {"starts_in": -timedelta(days=2)}], ids=str)
@pytest.mark.parametrize("state", STATES)
def test_access_needs_can_be_taken_back_however_things_stand(
    visitor: Browsing, facts: dict, state: str
) -> None:
    signup = a_signup(an_event(**facts), state=state, access_needs="Captions")
    visitor.open(link(signup))
    assert "Captions" in visitor.page.text
    assert visitor.form("Send me a new link")
    if not facts and state in ("confirmed", "waitlisted", "offered"):
        visitor.press("Save", access_needs="")
    else:
        visitor.press(TAKE_BACK)
    assert "Captions" not in visitor.page.text
    db.session.commit()
    assert (signup.access_needs, signup.state) == ("", state)
    rows = db.session.scalars(select(Consent)).all()
    assert [(row.purpose, row.given, row.wording) for row in rows] == [
        ("access_needs", False, ACCESS_WORDING)
    ]
    assert TAKE_BACK not in visitor.words
    visitor.post(f"{link(signup)}/take-back", {"csrf_token": visitor.token()} if facts == {} else {})
    db.session.rollback()
    assert len(db.session.scalars(select(Consent)).all()) == 1, "there was nothing more to take back"


def test_a_zone_under_an_old_name_survives_a_save(visitor: Browsing) -> None:
    signup = a_signup(person=a_person(zone="Asia/Calcutta"))
    visitor.open(link(signup))
    visitor.press("Save", field="housing")
    db.session.commit()
    assert (signup.person.field, signup.person.zone) == ("housing", "Asia/Calcutta")


BAD_DETAILS = {
    "name": "",
    "affiliation": "x" * 121,
    "field": "hou\0sing",
    "place": "Le\u202eeds",
    "access_needs": "x" * 1001,
    "zone": "Mars/Olympus",
    "first_time": "perhaps",
}


@pytest.mark.one_database
@pytest.mark.parametrize(("name", "text"), BAD_DETAILS.items(), ids=BAD_DETAILS)
def test_what_cannot_be_kept_is_refused_beside_its_box_and_the_rest_stays_typed(
    visitor: Browsing, name: str, text: str
) -> None:
    signup = a_signup()
    visitor.open(link(signup))
    before = all_rows()
    visitor.press("Save", **{"name": "Ngozi", "place": "Leeds", name: text})
    assert visitor.page.status_code == 422
    assert visitor.title.startswith("Error: ")
    assert f'id="{name}-error"' in visitor.page.text
    if name != "place":
        assert dict(visitor.form("Save")[0].values)["place"] == "Leeds"
    assert all_rows() == before


# After the event, and when it is called off


@pytest.mark.one_database
@pytest.mark.parametrize(
    "facts", [{"state": "called_off"}, {"starts_in": -timedelta(days=2)}], ids=["off", "over"]
)
@pytest.mark.parametrize("state", STATES)
def test_what_is_over_or_called_off_can_be_looked_at_and_not_changed(
    visitor: Browsing, facts: dict, state: str
) -> None:
    signup = a_signup(an_event(**facts), state=state)
    visitor.open(f"/events/{an_event().slug}")
    token = visitor.token()
    before = all_rows()
    assert visitor.open(link(signup)).status_code == 200
    for action in ("confirm", "cancel"):
        visitor.post(f"{link(signup)}/{action}", {"csrf_token": token})
        assert "This event takes no sign-ups any more, so nothing was changed." in visitor.words, action
    assert all_rows() == before


@pytest.mark.one_database
def test_the_link_to_join_is_shown_with_a_place_and_not_without(visitor: Browsing) -> None:
    event = an_event(format="online", venue="", online_url="https://video.example.org/hall")
    for state, path in [(state, link(a_signup(event, state=state))) for state in STATES]:
        visitor.open(path)
        assert "video.example.org" not in visitor.page.text
        assert ("Join online" in visitor.words) == (state == "confirmed"), state


# Groups


def a_round(
    signups: list[Signup], state: str = "published", room: str = "https://video.example.org/room"
) -> Round:
    now = clock.now()
    round_ = Round(event_id=signups[0].event_id, number=1, state=state, created_at=now)
    db.session.add(round_)
    db.session.flush()
    group = Group(round_id=round_.id, number=1, label="Room 1", room_url=room)
    db.session.add(group)
    db.session.flush()
    for position, one in enumerate(signups):
        seat = Seat(round_id=round_.id, group_id=group.id, person_id=one.person_id, position=position)
        db.session.add(seat)
    db.session.flush()
    return round_


def test_groups_are_shown_once_published_to_those_in_them_with_names_and_no_addresses(
    visitor: Browsing,
) -> None:
    event = an_event()
    mine, theirs, other = (a_signup(event) for _ in range(3))
    round_ = a_round([theirs, mine], state="draft")
    visitor.open(link(mine))
    assert theirs.person.name not in visitor.words
    start_write()
    db.session.refresh(round_)
    round_.state = "published"
    visitor.open(link(mine))
    assert f"With {theirs.person.name}. {theirs.person.name} starts." in visitor.words
    assert str(theirs.person.address_typed) not in visitor.page.text
    visitor.open(link(theirs))
    assert f"With {mine.person.name}. You start." in visitor.words
    visitor.open(link(other))
    assert "Your groups" not in visitor.words


@pytest.mark.one_database
@pytest.mark.parametrize("state", ["cancelled", "lapsed", "waitlisted"])
def test_who_gave_their_place_back_sees_no_group_and_no_room(visitor: Browsing, state: str) -> None:
    event = an_event(format="online", venue="")
    mine, theirs = a_signup(event, state=state), a_signup(event)
    a_round([theirs, mine])
    visitor.open(link(mine))
    assert theirs.person.name not in visitor.page.text
    assert "video.example.org" not in visitor.page.text


def test_a_walk_in_who_was_there_sees_the_group_all_the_same(visitor: Browsing) -> None:
    event = an_event(starts_in=-timedelta(minutes=20))
    mine, theirs = a_signup(event, state="waitlisted"), a_signup(event)
    mine.attendance = Attendance(state="attended", marked_at=clock.now(), marked_by="test")
    a_round([theirs, mine])
    visitor.open(link(mine))
    assert theirs.person.name in visitor.words


def test_the_page_never_tells_of_others_but_how_many_are_before(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    others = [a_signup(event), a_signup(event, state="waitlisted")]
    mine = a_signup(event, state="waitlisted")
    visitor.open(link(mine))
    for other in others:
        assert other.person.name not in visitor.page.text
        assert str(other.person.address_typed) not in visitor.page.text
    assert re.search("1 person is before you", visitor.words)
