"""From the page of a place: whom somebody brings, and how they come where both ways are open."""

import pytest

from convene import links
from convene.extensions import db, start_write
from convene.signups.models import Signup
from tests.factories import a_signup, an_event
from tests.web.browsing import Browsing, path_of


def state_of(signup_id: int) -> Signup:
    db.session.rollback()
    return db.session.get_one(Signup, signup_id)


@pytest.mark.one_database
def test_somebody_brings_two_changes_how_they_sit_and_lets_one_go_with_them(visitor: Browsing) -> None:
    event = an_event(capacity=9, guests_each=2)
    mine = a_signup(event)
    mine_id, own_name, path = mine.id, mine.person.name, path_of(links.place(mine.id, 1))
    db.session.commit()
    at = f"{path}/guests"
    assert f'href="{at}"' in visitor.open(path).text
    visitor.open(at)
    visitor.press("Bring them", name="")
    assert "Enter your guest's name" in visitor.words
    visitor.press("Bring them", name=own_name)
    assert "This is the name we have for you" in visitor.words
    visitor.press("Bring them", name="Bea Guest", sits="apart")
    assert "Bea Guest has a place." in visitor.words and "with others, to meet new people" in visitor.words
    visitor.press("Bring them", name="Cal Guest")
    bea, cal = (
        one.id for one in db.session.query(Signup).filter_by(brought_by_id=mine_id).order_by(Signup.id)
    )
    visitor.open(at)
    token = visitor.token()
    assert "Bring them" not in visitor.words, "no more than each person may bring"
    visitor.press("Let them sit with me")
    assert not state_of(bea).sits_apart and "sits with you" in visitor.words
    start_write()
    stranger = a_signup(an_event()).id
    db.session.commit()
    for verb in ("sits", "give-back"):
        visitor.post(f"{at}/{stranger}/{verb}", {"csrf_token": token})
        assert visitor.page.status_code == 404 and state_of(stranger).state == "confirmed"
    visitor.open(path + "/cancel")
    assert "Whose place goes with yours?" in visitor.words
    visitor.press("Cancel my place", **{"with": [str(cal), str(stranger)]})
    assert [state_of(one).state for one in (mine_id, bea, cal, stranger)] == [
        "cancelled", "confirmed", "cancelled", "confirmed",
    ]  # fmt: skip


@pytest.mark.one_database
def test_where_both_ways_are_open_one_is_chosen_and_changed(visitor: Browsing) -> None:
    event = an_event(capacity=1, online_places=1, online_url="https://video.example.org/hall")
    slug = event.slug
    db.session.commit()
    for page in ("/", f"/events/{slug}/embed", f"/events/{slug}"):
        visitor.open(page)
        assert "1 Long Row, or online" in visitor.words, f"{page} says both ways"
    assert "In the room: 1 place left. Online: 1 place left." in visitor.words
    visitor.press("Sign up", name="Ana Online", email="ana@example.net", way="online")
    mine = db.session.query(Signup).one()
    assert mine.attends_online
    path, mine_id = path_of(links.place(mine.id, mine.generation)), mine.id
    visitor.open(path)
    visitor.press("Keep my place")
    assert "Join online" in visitor.words
    visitor.press("Come to the room instead")
    assert "Changed: you come to the room." in visitor.words and "Join online" not in visitor.words
    start_write()
    a_signup(event, attends_online=True)
    db.session.commit()
    visitor.open(path)
    visitor.press("Come online instead")
    assert "Every place online is taken" in visitor.words and not state_of(mine_id).attends_online
