"""Every page there is, opened in a browser from the map of addresses: none is forgotten, none is broken."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask, current_app
from playwright.sync_api import Browser
from sqlalchemy import select
from werkzeug.routing import Rule

from convene import clock, links
from convene.access import letters, tokens
from convene.circles import memory, planning, promises, talk
from convene.circles import queries as circles
from convene.circles.agenda import TEMPLATES
from convene.circles.models import Circle
from convene.events.models import Event
from convene.extensions import db
from convene.groups import actions as groups
from convene.groups.models import Need
from convene.mail.models import OutgoingMail
from convene.messages.models import Message
from convene.network.models import Tie
from convene.nudges.models import Nudge
from convene.offers import actions as offers
from convene.people import worries
from convene.people.models import Involvement, Lock, Organisation, Person, Role, Separation, Worry
from convene.signups import attendance, helping
from convene.signups.models import Question, Signup
from convene.web import PAGES
from tests.factories import a_person, a_signup
from tests.journey import evening
from tests.journey.installation import HOST, Installation, opened
from tests.journey.watching import DESK, PHONE_AT_NIGHT, WCAG, Watch, visiting
from tests.parts.browser import AXE
from tests.parts.processes import Processes

pytestmark = pytest.mark.one_database

OWNER = "olive@example.org"
NOT_PAGES = {
    *("static", "health.healthz", "health.readyz"),
    *("calendar.event", "calendar.line_up", "calendar.line_up_atom", "calendar.circle", "calendar.host"),
    "own_calendar.follow",
    "colours.sheet",
    "signup.opened",  # it sends on to the event
    *("events.share_picture", "organise_share.poster"),  # a picture, and paper
    "organise_outbox.as_sent",  # a letter, with the styles of letters
    *("my_data.show", "erase.show"),  # closed without the mailed link; test_browser_my_data.py opens them
    *(
        "organise_second_step.show",
        "organise_second_step_set_up.app",
    ),  # they send on; see test_browser_passkey.py
}
# Events of the demonstration programme.
PAST, FULL = "before-the-service-the-person", "the-shop-at-the-end-of-the-road"
OPEN, GONE = "what-the-school-gate-knows", "walking-and-talking-by-the-water"
DRAFT, CAPTIONED = "a-supper-for-people-who-disagree", "measuring-circle-what-would-you-never-count"
CIRCLE = "the-power-circle"
SEASON = "high-street-circle-a-slow-walk-along-tallow-street"
WAITING, ON = "An evening about to begin", "An evening in its first round"  # made here
HEADED = "() => [document.title, [...document.querySelectorAll('h1')].map(one => one.innerText)]"
LETTERS = "dev_mail.html"  # the HTML of a letter: judged as a letter, which has no landmarks

Values = dict[str, Any]


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mail")


@pytest.fixture(scope="module")
def copy(processes: Processes, mail: Path) -> Iterator[Installation]:
    settings = {"CONVENE_MAIL_URL": f"folder:{mail}"}
    with opened(processes, **settings) as installation:
        posted = processes.start("tick", CONVENE_BASE_URL=installation.url, **settings)
        assert posted.process.wait(30) == 0, posted.said()
        with installation.writing():
            evenings()
        yield installation


def evenings() -> None:
    """Two events that are going on: in the room of one the first round is on, in the other it has not begun."""
    host = db.session.scalars(select(Organisation).where(Organisation.name == HOST)).one()
    names = [f"{first} {last}" for first in ("Bo", "Cy", "Di", "Ed", "Fi") for last in ("Ash", "Dune", "Elm")]
    online = {"format": "online", "online_url": "https://video.example.org/hall"}
    for title, more in ((WAITING, {}), (ON, online)):
        event, here = evening.begin(host, [*names, "Bo Ash"], clock.now(), title=title, **more)
        for number, signup in enumerate(here):
            signup.person.field = ("housing", "health")[number % 2]
    groups.set_rooms(event, [f"https://video.example.org/{number}" for number in range(9)])
    evening.start(event, clock.now())
    late = a_signup(event, a_person(host, name="Wim Late"))
    attendance.mark(late, "attended", "test", clock.now())


def slug_of(title: str) -> str:
    return db.session.scalars(select(Event.slug).where(Event.title == title)).one()


def place(state: str, event: str) -> Values:
    """The link of somebody whose sign-up is in this state."""
    rule = (Signup.state == state, Event.slug == event)
    found = db.session.scalars(select(Signup).join(Event).where(*rule).limit(1)).one()
    return {"token": key(links.place(found.id, found.generation))}


def of_person(name: str) -> Values:
    """The link of somebody by name."""
    found = db.session.scalars(select(Signup).join(Person).where(Person.name == name)).one()
    return {"token": key(links.place(found.id, found.generation))}


def first_of(table: type[Separation] | type[Lock]) -> int:
    """A rule about two people of the host whose desk is looked at."""
    host = select(Organisation.id).where(Organisation.name == HOST).scalar_subquery()
    return db.session.scalars(select(table.id).where(table.organisation_id == host).limit(1)).one()


def key(link: str) -> str:
    """The token at the end of a link."""
    return urlsplit(link).path.rpartition("/")[2]


def examples(mail: Path) -> dict[str, list[Values]]:
    """What to fill into the addresses, by endpoint or by what is asked for: one example, or several states."""
    number = {slug: event_id for slug, event_id in db.session.execute(select(Event.slug, Event.id))}
    nudge = db.session.scalars(select(Nudge).where(Nudge.rule == "thank_you").limit(1)).one()
    person = nudge.person
    signup = db.session.scalars(select(Signup).where(Signup.event_id == number[FULL]).limit(1)).one()
    need = db.session.scalars(select(Need).where(Need.event_id == number[CAPTIONED])).one()
    newest = db.session.scalars(select(OutgoingMail.id).order_by(OutgoingMail.id.desc()).limit(1)).one()
    in_folder = [{"name": file.stem} for file in sorted(mail.glob("*.eml"))]
    waiting, on = slug_of(WAITING), slug_of(ON)
    full = db.session.get_one(Event, number[FULL])
    full.self_check_in = True
    helper = helping.give(full, "Mia", "test", clock.now())
    question = Question(
        organisation_id=full.organisation_id,
        kind="text",
        words="Tea?",
        purpose="The kitchen",
        created_at=clock.now(),
    )
    db.session.add(question)
    db.session.flush()
    wish = Involvement(
        organisation_id=person.organisation_id, person_id=person.id, kind="speak", words="On bees",
        created_at=clock.now(), promised_by=clock.now(),
    )  # fmt: skip
    db.session.add(wish)
    db.session.flush()
    others = db.session.scalars(
        select(Person.id)
        .where(Person.organisation_id == full.organisation_id)
        .order_by(Person.id.desc())
        .limit(2)
    ).all()
    message = db.session.scalars(select(Message.id).limit(1)).one()
    my_data = tokens.issue("my_data", f"person:{signup.person_id}", timedelta(minutes=50), clock.now())
    worries.tell(signup.person, full.id, "Somebody stood too near to me.", clock.now())
    worry = db.session.scalars(select(Worry.id).order_by(Worry.id.desc()).limit(1)).one()
    side = db.session.scalars(select(Tie).order_by(Tie.id).limit(1)).one()
    offers.say(side.person, "offer", "Grant writing\nA hall", "group", clock.now())
    offers.define(full.organisation_id, "Fundraising", "Grant writing")
    about = f"{signup.person_id}:new@example.org"
    new_address = tokens.issue("new_address", about, timedelta(minutes=50), clock.now())
    here = [{"token": key(links.check_in(full.id))}]
    roles = select(Role.id).join(Person).where(Person.organisation_id == full.organisation_id)
    role = db.session.scalars(roles.limit(1)).one()
    room = [{"event_id": number[slug]} for slug in (FULL, PAST, GONE, waiting, on)]
    states = [place(state, FULL) for state in ("confirmed", "waitlisted", "offered", "cancelled")]
    return {
        "events.show": [{"slug": slug} for slug in (FULL, PAST, GONE)],
        "slug": [{"slug": FULL}],
        "token": states[:1],  # most addresses with a token are those of a place
        "circles.show": [{"slug": slug} for slug in ("the-measuring-circle", CIRCLE)],
        "circles.asked": [{"slug": CIRCLE}],
        "challenges.show": [{"slug": "starting-on-power"}],
        "host_privacy.show": [{"slug": full.organisation.slug}],
        **of_circle(),
        "place.show": [*states, place("started", OPEN), place("confirmed", PAST)],
        "place.ask_cancel": states[:1],
        "now.show": [
            *(place("confirmed", slug) for slug in (FULL, PAST, waiting, on)),
            states[-1],
            of_person("Wim Late"),
        ],
        "organise_timer.show": room,
        "organise_wall.show": room,
        "answer.show": [{"token": key(links.answer(nudge.id, nudge.generation))}],
        "mine.show": [{"token": my_page(one.person)} for one in (side, nudge)],
        "still_true.show": [{"token": my_page(one.person)} for one in (side, nudge)],
        "own_offers.show": [{"token": my_page(one.person)} for one in (side, nudge)],
        "tie.show": [{"token": key(links.tie(side.id, side.person.generation))}],
        "unsubscribe.show": [{"token": key(links.unsubscribe(person.id, person.generation, 0))}],
        "unsubscribe.show_never": [{"token": key(links.never(person.id))}],
        "news.press": [{"token": key(links.news(person.id, person.generation))}],
        "involved.press": [{"token": key(links.involved(person.id, person.generation, [wish.id]))}],
        "preferences.show": [{"token": key(links.preferences(person.id, person.generation))}],
        "dev_mail.letter": in_folder[:1],
        LETTERS: in_folder,
        "organise_sign_in.show": [
            {"token": tokens.issue("sign_in", OWNER, letters.LIFETIME, clock.now())},
            {"token": "used"},
        ],
        "organise_events.show": [{"event_id": number[slug]} for slug in (FULL, PAST, DRAFT, GONE)],
        "organise_groups.show": [{"event_id": number[slug]} for slug in (PAST, FULL)],
        "organise_season.show": [{"event_id": number[slug]} for slug in (SEASON, FULL)],
        "organise_mixing.show": [{"event_id": number[slug]} for slug in (CAPTIONED, PAST, GONE, DRAFT)],
        "organise_needs.show": [{"event_id": need.event_id, "need_id": need.id}],
        "organise_needs.new": [{"event_id": number[slug]} for slug in (FULL, DRAFT)],
        "organise_attendance.show": [{"event_id": number[slug]} for slug in (PAST, FULL, on)],
        "organise_signups.ask_cancel": [{"event_id": number[FULL], "signup_id": signup.id}],
        "organise_outbox.letter": [{"mail_id": newest}],
        "organise_together.show": [{}, {"one": "a", "other": "e"}],
        "organise_apart.show": [{"one": "a", "other": "e"}],
        "organise_apart.ask_lift": [{"rule_id": first_of(Separation)}],
        "organise_together.ask_lift": [{"rule_id": first_of(Lock)}],
        "organise_ending.ask_throw_away": [{"event_id": number[slug]} for slug in (DRAFT, FULL)],
        "door.show": [{"token": key(links.helper(helper.id))}],
        "check_in.show": here,
        "check_in.seat": here,
        "another.show": states[:1],
        "my_data.press": [{"secret": my_data}],
        "secret": [{"secret": new_address}],
        "worry_id": [{"worry_id": worry}],
        "organise_helper_links.code": [{"event_id": full.id, "link_id": helper.id}],
        "organise_after.show": [{"event_id": number[PAST]}],
        "organise_wording.edit": [{"letter": "reminder"}],
        "organise_nudges.edit": [{"rule": "reminder"}],
        "organise_merging.compare": [{"person_id": others[0], "other_id": others[1]}],
        "organise_team.ask_end": [{"role_id": role}],
        "organise_questions.edit": [{"question_id": question.id}],
        "message_id": [{"message_id": message}],
        "person_id": [{"person_id": signup.person_id}],
        "event_id": [{"event_id": number[FULL]}],
    }


def of_circle() -> dict[str, list[Values]]:
    """The circle that has lived for some weeks: at the desk, and inside by the link of one of its members."""
    circle = db.session.scalars(select(Circle).where(Circle.slug == CIRCLE)).one()
    member = circles.members(circle.id)[0]
    sessions = circles.sessions(circle.id)
    held, coming = sessions[0].event, sessions[-1].event
    planning.lay_out(coming, TEMPLATES["usual"], 1)
    thread = talk.open_thread(circle.id, "Fares", member.person_id, None, clock.now())
    post = talk.write(thread, member.person_id, "Who pays them?", talk.names(circle.id), clock.now())
    db.session.flush()
    token = {"token": links.member_token(member.id, member.generation)}
    event, at_desk = {**token, "event_id": coming.id}, {"circle_id": circle.id}
    within: dict[str, Values] = {
        "part_id": {**event, "part_id": planning.parts(coming.id)[0].id},
        "action_id": {**token, "action_id": promises.of_circle(circle.id)[0].id},
        "insight_id": {**token, "insight_id": memory.insights(circle.id)[0].id},
        "thread_id": {**token, "thread_id": thread.id},
        "post_id": {**token, "post_id": post.id},
        "event_id": event,
    }
    pages = {page.name for page, prefix, _ in PAGES if prefix == "/member"}
    found = {}
    for rule in copy_rules():
        if rule.endpoint.partition(".")[0] in pages:
            values = next((known for name, known in within.items() if name in rule.arguments), token)
            lays_out = rule.endpoint.startswith("inside_agenda.")  # for whoever hosts: the desk does
            found[rule.endpoint] = [{**values, "token": f"desk-{circle.id}"} if lays_out else values]
    held_too = [{**token, "event_id": held.id}, event]
    return {
        **found,
        "inside_sessions.show": held_too,
        "inside_notes.show": held_too,
        "inside_notes.versions": held_too[:1],
        "organise_circle_dates.session": [{**at_desk, "event_id": one.id} for one in (coming, held)],
        "organise_challenges.edit": [{"challenge_id": circle.challenge_id}],
        "circle_id": [at_desk],
    }


def copy_rules() -> list[Rule]:
    return [rule for rule in current_app.url_map.iter_rules() if "GET" in (rule.methods or ())]


def my_page(person: Person) -> str:
    return key(links.my_page(person.id, person.generation, clock.now()))


def addresses(app: Flask, examples: dict[str, list[Values]]) -> Iterator[tuple[str, str]]:
    """(endpoint, path) of every page that is shown on GET; fails where an address has no example."""
    missing = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint in NOT_PAGES:
                continue
            wanted = "+".join(sorted(rule.arguments))
            known = examples.get(rule.endpoint) or examples.get(wanted) or ([{}] if not wanted else [])
            if not known:
                missing.append(f"{rule.endpoint}: {wanted}")
            for values in known:
                yield rule.endpoint, app.url_for(rule.endpoint, **values)
    assert not missing, f"give these an example of what stands in their address: {missing}"


def asked_for_mail(app: Flask) -> str:
    """The cookie of a visitor who was just told, twice, to look into their mail."""
    written_to = {"slug": FULL, "address": "ada@example.com", "name": "Ada"}
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    asked = {"address": OWNER, "next": ""}
    mailed: dict[str, object] = {"asked_for_news": OWNER, "asked_to_get_involved": OWNER}
    mailed |= {"asked_to_join": {"slug": CIRCLE, "address": "ada@example.com"}}
    return str(signer.dumps({"written_to": written_to, "sign_in_asked": asked, **mailed}))


def test_every_page_is_whole_on_a_phone_and_on_a_desk(
    copy: Installation, mail: Path, browser: Browser
) -> None:
    """One h1, a title that no other page has, nothing for axe to find, all of it reachable, no word to a stranger."""
    context = visiting(browser, DESK)
    cookies = {"convene_desk": copy.signed_in(OWNER), "convene": asked_for_mail(copy.app)}
    context.add_cookies([{"name": name, "value": value, "url": copy.url} for name, value in cookies.items()])
    context.add_init_script(path=AXE)
    page = context.new_page()
    watch = Watch(page, copy.url)
    titles: dict[str, str] = {}

    with copy.writing():
        known = examples(mail)
    for endpoint, path in sorted(addresses(copy.app, known)):
        if endpoint == LETTERS:  # its own sandbox lets nobody run a script, axe neither
            page.goto("about:blank")
            page.set_content(context.request.get(copy.url + path).text())
            looks_whole(watch, WCAG)
            continue
        answer = page.goto(copy.url + path)
        if page.url != copy.url + path or not answer or answer.status not in (200, 410):
            watch.note(f"{path} answers {answer and answer.status} at {page.url}")
        looks_whole(watch)
        title, headings = page.evaluate(HEADED)
        if len(headings) != 1:
            watch.note(f"it has these h1: {headings}")
        if titles.setdefault(title, endpoint) != endpoint:
            watch.note(f"it has the title of {titles[title]}: {title}")
    context.close()
    watch.assert_clean()


def test_on_paper_a_page_of_the_desk_is_its_own_words_over_the_whole_sheet(
    copy: Installation, browser: Browser
) -> None:
    context = visiting(browser, DESK)
    context.add_cookies([{"name": "convene_desk", "value": copy.signed_in(OWNER), "url": copy.url}])
    page = context.new_page()
    past = copy.read(lambda: db.session.scalars(select(Event.id).where(Event.slug == PAST)).one())
    page.emulate_media(media="print")
    for path in ("", "people", "outbox", f"events/{past}/paper/list", f"events/{past}/signups"):
        page.goto(f"{copy.url}/organise/{path}")
        for beside in (".desk-list", ".crumb", ".foot"):
            for part in page.locator(beside).all():
                assert not part.is_visible(), f"{beside} is printed on /organise/{path}"
        sheet, main = page.locator("body").bounding_box(), page.locator("main").bounding_box()
        assert sheet and main and main["width"] > 0.8 * sheet["width"], path
    context.close()


def test_a_card_without_a_picture_gives_its_words_the_whole_width(
    copy: Installation, browser: Browser
) -> None:
    context = visiting(browser, DESK)
    page = context.new_page()
    page.goto(copy.url)
    cards, words = page.locator(".event-card"), page.locator(".event-card > .card-words:only-child")
    assert cards.count() > 6 and words.count() == cards.count() - 6, "only six have a picture"
    for card in words.all():
        whole, own = card.locator("..").bounding_box(), card.bounding_box()
        assert whole and own and own["width"] == pytest.approx(whole["width"], abs=2)
    context.close()


def looks_whole(watch: Watch, rules: list[str] | None = None) -> None:
    """At 1280 px in the light and at 320 px in the dark; the window stays as the last page had it, and turns once."""
    size = watch.page.viewport_size
    wide = size is not None and size["width"] == DESK.width
    for look in (DESK, PHONE_AT_NIGHT) if wide else (PHONE_AT_NIGHT, DESK):
        watch.turn(look)
        watch.look_over(look, rules)
