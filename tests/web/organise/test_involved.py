"""Get involved: ticked by anybody without an account, confirmed by mail, answered at the desk in one press."""

from sqlalchemy import select

from convene import links
from convene.extensions import db, start_write
from convene.mail.models import OutgoingMail
from convene.messages.queries import hears_of_events
from convene.people.models import Consent, Involvement
from tests.factories import an_organisation
from tests.web.browsing import Browsing, path_of
from tests.web.organise.conftest import OWNER, World, text
from tests.web.rows import all_rows


def test_it_is_told_to_the_host_once_the_button_in_the_mail_is_pressed(world: World) -> None:
    visitor = Browsing(world.app.test_client())
    visitor.open("/")
    assert 'href="/get-involved"' in visitor.page.text
    visitor.open("/get-involved")
    visitor.press("Send it", email="pat")
    assert visitor.page.status_code == 422 and visitor.title.startswith("Error: ")
    for words in ("Choose with whom", "Tick at least one thing", "Enter your name"):
        assert words in visitor.words, words
    typed: dict[str, str | list[str]] = {
        "of": str(world.host_id),
        "kinds": ["speak", "watch"],
        "words": "On bees <b>",
        "name": "Pat Quill",
    }
    visitor.press("Send it", email="Pat@example.org", **typed)
    assert visitor.heading == "Now look for our mail"
    assert "Nobody waits for an answer" in text(world.client.get("/organise/involved"))
    mail, ids = world.read(
        lambda: (
            db.session.scalars(select(OutgoingMail).where(OutgoingMail.letter == "involved_confirm")).one(),
            list(db.session.scalars(select(Involvement.id).order_by(Involvement.id))),
        )
    )
    assert "bees" not in mail.text and mail.to_address == "Pat@example.org"
    with world.app.app_context():
        path = path_of(links.involved(mail.person_id or 0, 1, ids))
        before = all_rows()
    assert path in mail.text
    visitor.open(path)
    visitor.client.head(path)
    with world.app.app_context():
        assert all_rows() == before
    visitor.press("Tell the host")
    assert visitor.heading == "Thank you: the host knows" and "A person answers you by" in visitor.words
    assert world.read(lambda: hears_of_events(mail.person_id or 0))
    said = world.read(lambda: db.session.scalars(select(Consent.wording)).one())
    assert said.startswith("Just watch for now: write to me about new events")
    assert "One person would like to get involved" in text(world.client.get("/organise/"))
    desk = world.client.get("/organise/involved")
    assert "Pat Quill" in text(desk) and "On bees &lt;b&gt;" in text(desk) and "Just watch" not in text(desk)
    for _ in range(2):
        answered = world.client.post(f"/organise/involved/{ids[0]}/answered", follow_redirects=True)
        assert "Answered: Pat Quill, speak" in text(answered) and "Nobody waits for an answer" in text(
            answered
        )
    again = world.client.post(f"/organise/involved/{ids[0]}/open-again", follow_redirects=True)
    assert "It waits for your answer again" in text(again)
    elsewhere = world.organiser("eve@elsewhere.example", "organiser", host_id=world.other_host_id)
    assert elsewhere.post(f"/organise/involved/{ids[0]}/answered").status_code == 404
    assert visitor.open("/involved/forged").status_code == 404 and OWNER


def test_with_one_host_there_is_nothing_to_choose_and_with_none_the_page_says_so(visitor: Browsing) -> None:
    db.session.commit()
    assert "Nobody holds events here yet" in (visitor.open("/get-involved"), visitor.words)[1]
    start_write()
    an_organisation("Soup Hall")
    db.session.commit()
    visitor.open("/get-involved")
    visitor.press("Send it", kinds=["attend"], name="Pat", email="pat@example.org", website="x")
    assert visitor.heading == "Now look for our mail", "what a machine fills in is kept nowhere"
    assert db.session.scalars(select(Involvement.id)).all() == []
