"""An organiser sees what is kept how long, and whether the job that sees to it still runs."""

from datetime import timedelta

import convene.clock
from convene import worker
from convene.events import actions as events
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.people.models import Organisation
from convene.signups import actions as signups
from tests.web.organise.conftest import World, text


def test_the_page_says_when_each_job_last_ran(world: World) -> None:
    page = text(world.client.get("/organise/retention"))
    assert "Not yet" in page and "A job has not run for three hours" in page and "24 months" in page
    for name, job in (("tidy", worker.tidy), ("retention", worker.keep_no_longer)):
        assert worker.run_job(world.app, name, job)
    page = text(world.client.get("/organise/retention"))
    assert "Not yet" not in page and "has not run" not in page and "Well" in page
    old = convene.clock.now() - timedelta(hours=4)
    worker.run_job(world.app, "tidy", worker.tidy, lambda: old)
    assert "A job has not run for three hours" in text(world.client.get("/organise/retention"))


def test_publishing_needs_somebody_who_answers_for_data(world: World) -> None:
    event_id = world.event(publish=False)

    with world.writing():
        db.session.get_one(Organisation, world.host_id).privacy_contact = ""
    page = text(world.client.post(f"/organise/events/{event_id}/publish", follow_redirects=True))
    assert "Say first who answers for people's data" in page
    assert world.event_row(event_id).state == "draft"
    assert issubclass(events.NobodyAnswersForData, events.CannotPublish)


def test_an_organiser_reads_a_letter_without_its_readers_code(world: World) -> None:
    event_id = world.event()

    with world.writing():
        signups.sign_up(event_id, "pat@example.org", "Pat", None, convene.clock.now(), "a browser")
        mail_id = db.session.query(OutgoingMail).one().id
    for page in ("", "/as-sent"):
        answer = world.client.get(f"/organise/outbox/{mail_id}{page}")
        assert "(their own code)" in answer.text and answer.status_code == 200
