"""A house with something behind every door, so that a test can knock at all of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from convene import clock, links
from convene.access import sign_ins, tokens
from convene.circles import memory, notes, planning, promises, talk
from convene.circles.agenda import TEMPLATES
from convene.extensions import db
from convene.groups.models import Group, Need, Round, Seat
from convene.mail.wording import Words
from convene.messages import actions as messages
from convene.network import actions as network
from convene.nudges.models import Nudge
from convene.offers import actions as offers
from convene.offers.models import Offer
from convene.people.models import Involvement, Organisation, Role
from convene.web import PAGES
from tests.factories import a_circle, a_member, a_session, a_signup, an_event, an_organiser


@dataclass
class House:
    """A house with something behind every door, and an organiser's key to it."""

    app: Flask
    good: dict[str, str]  # what each part of an address may be, so that the door opens
    inside: FlaskClient
    outside: FlaskClient

    def at(self, path: str) -> FlaskClient:
        """An organiser at the desk, and anybody at the pages for everybody."""
        return self.inside if path.startswith("/organise") else self.outside

    def addresses(self, rule: Rule, hostile: Sequence[str]) -> Iterator[str]:
        """This address with each part as it should be, and then with one part hostile at a time."""
        parts = [(is_part, text) for is_part, text in rule._trace if text != "|"]
        names = [text for is_part, text in parts if is_part]
        yield self.address(rule)
        for name in names:
            for one in hostile:
                yield self.address(rule, {name: one})

    def address(self, rule: Rule, hostile: Mapping[str, str] = MappingProxyType({})) -> str:
        page = rule.endpoint.partition(".")[0]
        return "".join(
            hostile.get(text, self.good.get(f"{page}.{text}", self.good.get(text, "1"))) if is_part else text
            for is_part, text in rule._trace
            if text != "|"
        )


def a_house(app: Flask) -> House:
    """In an application context that was opened for writing; committed when it is given back."""
    now = clock.now()
    organiser = an_organiser()
    host = organiser.organisation
    event, past = an_event(host), an_event(host, starts_in=-timedelta(days=1))
    signup, there = a_signup(event), a_signup(past)
    round_ = Round(event_id=event.id, number=1, state="draft", created_at=now)
    db.session.add(round_)
    db.session.flush()
    group = Group(round_id=round_.id, number=1, label="Table 1")
    db.session.add(group)
    db.session.flush()
    db.session.add(Seat(round_id=round_.id, group_id=group.id, person_id=signup.person_id, position=0))
    nudge = Nudge(
        key="thank_you:1", rule="thank_you", event_id=past.id, person_id=there.person_id, state="sent",
        reason="they had a place", due_at=now, decided_at=now, generation=1,
    )  # fmt: skip
    need = Need(event_id=event.id, name="captions", groups=1)
    words = Words("The side door", "Hello {name},\n\ncome by the side door.")
    message = messages.draft(host.id, event, ["confirmed"], words, "test", now)
    side = network.tie(past, there.person, signup.person, [1], "email", now)
    term = offers.define(host.id, "Fundraising", "Grant writing")
    offers.say(there.person, "offer", "Grant writing", "group", now)
    hosting = Role(person_id=signup.person_id, kind="host", event_id=event.id, created_at=now)
    wish = Involvement(
        organisation_id=host.id, person_id=signup.person_id, kind="speak", confirmed_at=now, promised_by=now,
        created_at=now,
    )  # fmt: skip
    db.session.add_all([nudge, need, wish, hosting])
    db.session.flush()
    within = inside_a_circle(host)
    offer = db.session.scalars(select(Offer)).one()
    secret = sign_ins.open_sign_in(organiser.address or "", host.id, "a test", now)
    good = {
        "slug": event.slug, "event_id": str(event.id), "signup_id": str(signup.id), "person_id": str(signup.person_id),
        "place.token": links.place(signup.id, 1),
        "now.token": links.place(signup.id, 1),
        "plan.token": links.place(signup.id, 1),
        "still_true.token": links.my_page(there.person_id, 1, now),
        "another.token": links.place(signup.id, 1),
        "worry.token": links.place(signup.id, 1),
        "shown.token": links.place(signup.id, 1),
        "my_data.token": links.place(signup.id, 1),
        "address.secret": tokens.issue("new_address", f"{signup.person_id}:new@example.org", timedelta(minutes=9), now),
        "my_data.secret": tokens.issue("my_data", f"person:{signup.person_id}", timedelta(minutes=9), now),
        "answer.token": links.answer(nudge.id, 1),
        "mine.token": links.my_page(there.person_id, 1, now),
        "mine.place_token": links.place(signup.id, 1),
        "mine.notices_token": links.preferences(signup.person_id, 1),
        "mine.tie_token": links.tie(side.id, 1),
        "own_offers.token": links.my_page(there.person_id, 1, now),
        "offer_id": str(offer.id),
        "term_id": str(term.id),
        "tie.token": links.tie(side.id, 1),
        "own_calendar.key": links.calendar(signup.person_id, 1).removesuffix(".ics"),
        "own_calendar.token": links.place(signup.id, 1),
        "unsubscribe.token": links.unsubscribe(signup.person_id, 1, 0),
        "news.token": links.news(signup.person_id, 1),
        "involved.token": links.involved(signup.person_id, 1, [wish.id]),
        "involvement_id": str(wish.id), "host_role_id": str(hosting.id),
        "preferences.token": links.preferences(signup.person_id, 1),
        "organise_sign_in.token": tokens.issue("sign_in", organiser.address or "", timedelta(minutes=9), now),
        "organise_wording.letter": "reminder", "organise_nudges.rule": "reminder",
        "organise_team.kind": "organiser", "message_id": str(message.id),
        "need_id": str(need.id), "number": "1", "filename": "css/base.css",
    }  # fmt: skip
    good |= within
    good = {
        name: text.rpartition("/")[2] if name.endswith(("token", "key")) else text
        for name, text in good.items()
    }
    db.session.commit()
    inside = app.test_client()
    inside.set_cookie("convene_desk", secret)
    return House(app, good, inside, app.test_client())


def inside_a_circle(host: Organisation) -> dict[str, str]:
    """One of everything that members see, and the link of the one who hosts."""
    now = clock.now()
    circle = a_circle(host, talks=True, hosts_in_turn=True)
    session, member = a_session(circle), a_member(circle)
    circle.host_id = member.person_id
    a_signup(session, member.person)
    planning.lay_out(session, TEMPLATES["usual"], 1)
    notes.save(session.id, member.person_id, "We were **two**.", 0, now)
    question = memory.ask(circle.id, "What makes a street friendly?", member.person_id, None, now)
    insight = memory.see(circle.id, "A bench brings people to talk.", member.person_id, now, session.id)
    link = memory.keep_link(circle.id, "Benches", "https://example.org/", "", member.person_id, now)
    action = promises.add(circle.id, "Ask the baker", member.person_id, now, owner_id=member.person_id)
    thread = talk.open_thread(circle.id, "Benches", member.person_id, question.id, now)
    post = talk.write(thread, member.person_id, "Who has one to spare?", talk.names(circle.id), now)
    db.session.flush()
    ids = {
        "token": links.member(member.id, 1), "event_id": session.id, "part_id": planning.parts(session.id)[-1].id,
        "question_id": question.id, "insight_id": insight.id, "link_id": link.id, "action_id": action.id,
        "thread_id": thread.id, "post_id": post.id, "circle_id": circle.id, "member_id": member.id,
    }  # fmt: skip
    pages = [page.name for page, prefix, _ in PAGES if prefix == "/member"]
    found = {f"{page}.{part}": str(value) for page in pages for part, value in ids.items()}
    desk = [page.name for page, prefix, _ in PAGES if prefix == "/organise/circles"]
    found |= {
        f"{page}.{part}": str(ids[part]) for page in desk for part in ("circle_id", "event_id", "member_id")
    }
    found["organise_challenges.challenge_id"] = str(circle.challenge_id)
    return found | {
        "host_privacy.slug": host.slug,
        "circles.slug": circle.slug,
        "challenges.slug": circle.challenge.slug,
    }


def rules(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
