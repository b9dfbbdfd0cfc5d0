"""How an event treats people: unlisted, opened and closed, its place kept back, its letters discreet, and copied."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from convene import clock, links
from convene.events.models import Event
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.signups.models import Question, Signup
from tests.journey.visitor import Reader
from tests.web.organise.conftest import World, text

PLACE = "12 Mill Lane"


def save(world: World, event_id: int, **changes: Any) -> Any:
    """Open the settings, type this and press; a tick is "y", and none takes it away."""
    path = f"/organise/events/{event_id}/care"
    form = next(one for one in Reader(world.client.get(path).text).forms if "hosts" in dict(one.values))
    values: dict[str, Any] = {}
    for name, value in form.values:
        values.setdefault(name, []).append(value)
    values = {name: value for name, value in {**values, **changes}.items() if value is not None}
    return world.client.post(path, data=values, follow_redirects=True)


def sign_up(world: World, slug: str) -> Any:
    typed = {"name": "Bo Ash", "email": "bo@example.net"}
    return world.app.test_client().post(f"/events/{slug}/sign-up", data=typed, follow_redirects=True)


def day_and_time(**ahead: Any) -> tuple[str, str]:
    local = clock.now() + timedelta(**ahead)
    return f"{local:%Y-%m-%d}", f"{local:%H:%M}"


def test_an_unlisted_event_is_found_by_its_link_alone(world: World) -> None:
    event_id = world.event(title="Ideas over bread")
    assert "Saved." in text(save(world, event_id, listed=None))
    visitor = world.app.test_client()
    for where in ("/", "/line-up.ics", "/line-up.atom", "/hosts/the-warm-hall.ics"):
        assert "Ideas over bread" not in visitor.get(where).text, where
    page = visitor.get("/events/ideas-over-bread")
    assert page.status_code == 200 and 'content="noindex"' in page.text
    save(world, event_id, listed="y")
    assert "Ideas over bread" in visitor.get("/").text


def test_before_it_opens_the_page_says_when_and_the_form_is_away(world: World) -> None:
    event_id = world.event(title="Ideas over bread", zone="UTC")
    day, at = day_and_time(days=2)
    save(world, event_id, opens_day=day, opens_at=at)
    page = world.app.test_client().get("/events/ideas-over-bread").text
    assert "Sign-up opens" in page and 'name="email"' not in page
    assert "takes no sign-ups" in text(sign_up(world, "ideas-over-bread"))
    assert world.signup(world.add(event_id, "Cy Dune")[0]).state == "confirmed", (
        "an organiser adds people all the same"
    )


def test_after_it_closes_whoever_asked_in_time_may_still_press_and_nobody_else(world: World) -> None:
    event_id = world.event(title="Ideas over bread", zone="UTC")
    sign_up(world, "ideas-over-bread")
    with world.writing():
        db.session.get_one(Event, event_id).signup_closes_at = clock.now() - timedelta(minutes=1)
    page = world.app.test_client().get("/events/ideas-over-bread").text
    assert "Sign-up is closed" in page and 'name="email"' not in page
    signup = world.read(lambda: db.session.scalars(select(Signup)).one())
    with world.app.app_context():
        token = links.place_token(signup.id, signup.generation)
    visitor = world.app.test_client()
    assert "Your place is kept" in visitor.post(f"/place/{token}/confirm", follow_redirects=True).text
    visitor.post(f"/place/{token}/cancel")
    assert "takes no sign-ups" in text(visitor.post(f"/place/{token}/confirm", follow_redirects=True))
    assert world.signup(signup.id).state == "cancelled"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"opens_day": "2031-05-01"}, "Enter the time too"),
        ({"opens_at": "10:00"}, "Enter the date too"),
        ({"opens_day": "soon", "opens_at": "10:00"}, "Enter a date that exists"),
        ({"opens_day": "2031-05-01", "opens_at": "10:00"}, "It must open before the event is over"),
        (
            {
                "opens_day": "2026-01-02",
                "opens_at": "10:00",
                "closes_day": "2026-01-01",
                "closes_at": "10:00",
            },
            "after",
        ),
        ({"hosts": "\n".join(f"Host {n}" for n in range(21))}, "Name 20 or fewer"),
        ({"speakers": "x" * 121}, "A name has 120 characters"),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_beside_its_field(world: World, wrong: dict[str, str], words: str) -> None:
    event_id = world.event(zone="UTC")
    assert words in text(save(world, event_id, **wrong))
    assert world.event_row(event_id).signup_opens_at is None


def test_a_hidden_place_is_told_to_people_with_a_place_and_to_nobody_else(world: World) -> None:
    event_id = world.event(title="Ideas over bread", venue=f"{PLACE}, Leeds", capacity=1)
    save(world, event_id, hides_place="y")
    visitor = world.app.test_client()
    public = (
        "/",
        "/events/ideas-over-bread",
        "/events/ideas-over-bread.ics",
        "/line-up.ics",
        "/line-up.atom",
    )
    for where in (*public, "/hosts/the-warm-hall.ics"):
        assert PLACE not in visitor.get(where).text.replace("\r\n ", ""), where
    sign_up(world, "ideas-over-bread")
    has, waits = world.add(event_id, "Cy Dune", "Di Elm")
    letters = world.read(lambda: db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all())
    told = {one.letter: PLACE in one.text + one.html + (one.invite or b"").decode() for one in letters}
    assert told == {"confirm": False, "place_confirmed": True, "waitlisted": False}
    with world.app.app_context():
        pages = [f"/place/{links.place_token(one, 1)}" for one in (has, waits)]
    assert [PLACE in visitor.get(page).text for page in pages] == [True, False]
    assert PLACE not in world.client.get(f"/organise/events/{event_id}/share").text, (
        "nor in the words to paste"
    )


def test_a_discreet_event_names_nothing_in_subjects_and_calendars(world: World) -> None:
    event_id = world.event(title="Living with loss", summary="An evening about loss.")
    save(world, event_id, discreet="y")
    sign_up(world, "living-with-loss")
    world.add(event_id, "Cy Dune")
    letters = world.read(lambda: db.session.scalars(select(OutgoingMail)).all())
    assert [one.subject for one in letters] == ["Your booking"] * 2
    invite = next(one.invite for one in letters if one.invite).decode().replace("\r\n ", "")
    assert "SUMMARY:Your booking" in invite and "oss" not in invite.replace("loss@", "")
    file = world.app.test_client().get("/events/living-with-loss.ics").text.replace("\r\n ", "")
    assert "SUMMARY:Your booking" in file and "loss" not in file


def test_what_is_there_and_who_speaks_stand_on_the_page(world: World) -> None:
    event_id = world.event(title="Ideas over bread")
    lines = "Ida Moss, baker of Mill Lane\n\nEd Fir"
    save(
        world,
        event_id,
        access_list=["hearing_loop", "step_free", "made_up"],
        speakers=lines,
        hosts="Ada Bell",
    )
    page = text(world.app.test_client().get("/events/ideas-over-bread"))
    assert "step-free way in, hearing loop" in page and "made" not in world.event_row(event_id).access_list
    assert "Speakers Ida Moss , baker of Mill Lane Ed Fir" in page and "Hosts Ada Bell" in page
    save(world, event_id, speakers="Ed Fir")
    assert "Ida Moss" not in text(world.app.test_client().get("/events/ideas-over-bread"))


def test_the_code_for_the_wall_is_there_when_people_may_check_themselves_in(world: World) -> None:
    event_id = world.event()
    assert "do not check themselves in" in text(world.client.get(f"/organise/events/{event_id}/wall-code"))
    save(world, event_id, self_check_in="y")
    page = world.client.get(f"/organise/events/{event_id}/wall-code").text
    assert 'src="data:image/svg+xml' in page and "/here/" in page


def test_a_copy_is_a_draft_with_everything_and_nobody(world: World) -> None:
    event_id = world.event(title="Ideas over bread", capacity=17, summary="Bring a loaf.")
    save(world, event_id, hides_place="y", discreet="y", speakers="Ed Fir, baker", access_list=["captions"])
    world.add(event_id, "Cy Dune")
    asked = {
        "kind": "text",
        "words": "Which loaf?",
        "purpose": "The table",
        "seen_by": "organisers",
        "kept_days": "30",
    }
    page = world.client.post("/organise/questions", data={**asked, "event_id": str(event_id)})
    assert page.status_code == 303, text(page)
    answer = world.client.post(f"/organise/events/{event_id}/copy", follow_redirects=True)
    assert "Copied as a draft" in text(answer)
    first = world.event_row(event_id)
    second = world.read(lambda: db.session.scalars(select(Event).where(Event.id != event_id)).one())
    for name in ("title", "summary", "capacity", "hides_place", "discreet", "access_list", "zone", "venue"):
        assert getattr(first, name) == getattr(second, name), name
    assert second.state == "draft" and second.starts_at > first.starts_at
    assert second.ends_at - second.starts_at == first.ends_at - first.starts_at
    assert second.uid != first.uid and second.slug != first.slug
    assert "Ed Fir" in world.client.get(f"/organise/events/{second.id}/preview").text
    assert world.read(
        lambda: [
            (one.words, one.kept_days)
            for one in db.session.scalars(select(Question))
            if one.event_id == second.id
        ]
    ) == [("Which loaf?", 30)]
    assert world.read(lambda: [one.event_id for one in db.session.scalars(select(Signup))]) == [event_id]
    other = world.signed_in("olu@elsewhere.example", world.other_host_id)
    for path in ("care", "wall-code", "share", "poster.pdf"):
        assert other.get(f"/organise/events/{event_id}/{path}").status_code == 404
    for path in ("care", "copy", "share/letters"):
        assert other.post(f"/organise/events/{event_id}/{path}").status_code == 404
