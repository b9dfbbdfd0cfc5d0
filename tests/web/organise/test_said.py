"""What people said of an evening reaches its hosts without a name, and only once enough of them spoke."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from convene import clock
from convene.extensions import db
from convene.nudges.models import Answer
from convene.people.actions import meet
from convene.people.models import Organisation
from tests.web.organise.conftest import World


def answered(world: World, event_id: int, *words: str) -> None:
    with world.writing():
        host = db.session.get_one(Organisation, world.host_id)
        for number, said in enumerate(words):
            person = meet(host, f"said{number}@example.net", f"Person {number}", clock.now())
            row = Answer(
                key=f"helped:{event_id}:{person.id}", event_id=event_id, person_id=person.id, question="helped",
                value="glad" if number else "so_so", words=said, answered_at=clock.now(),
            )  # fmt: skip
            db.session.add(row)


@pytest.mark.one_database
@pytest.mark.parametrize(("number", "shown"), [(4, False), (5, True)])
def test_answers_are_shown_from_five_on_and_without_names(world: World, number: int, shown: bool) -> None:
    event_id = world.event(starts_at=clock.now() - timedelta(hours=30))
    answered(world, event_id, *["Less noise, please", "", "<b>Lovely</b>", "", ""][:number])
    page = world.client.get(f"/organise/events/{event_id}").text
    assert f"{number} of 0 answered" in page
    assert ("Less noise, please" in page) is shown
    assert ("&lt;b&gt;Lovely" in page) is shown and "<b>Lovely" not in page
    assert ("<strong>4</strong> I am glad I came" in page) is shown
    assert "Person 0" not in page


def test_who_saves_their_answer_again_does_not_bring_anothers_to_light(world: World) -> None:
    """A host who came too could else subtract two looks: their own goes behind the sixth, and the sixth shows."""
    event_id = world.event(starts_at=clock.now() - timedelta(hours=30))
    answered(world, event_id, "", "", "", "", "", "The sixth")
    before = world.client.get(f"/organise/events/{event_id}").text
    with world.writing():
        first = db.session.scalars(select(Answer).order_by(Answer.id)).first()
        assert first is not None
        first.answered_at = clock.now() + timedelta(minutes=1)
    after = world.client.get(f"/organise/events/{event_id}").text
    for page in (before, after):
        assert "<strong>4</strong> I am glad I came" in page and "The sixth" not in page
