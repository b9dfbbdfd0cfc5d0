"""A person's own page at one host, by signed link: what is theirs, what they agreed to, what is asked of them."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from convene import clock, links
from convene.access import limits
from convene.circles.models import Circle, Member
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.groups.letters import company
from convene.groups.queries import seats_at
from convene.mail import outbox
from convene.network import letters
from convene.network import queries as network
from convene.network.models import Tie
from convene.nudges import queries as nudges
from convene.offers import queries as offers
from convene.people.actions import hold
from convene.people.models import Person
from convene.privacy import my_data as kept
from convene.privacy.links_ended import end_answers
from convene.signups.models import Signup
from convene.web.behind import behind, one_person
from convene.web.visit.my_data import IN_WORDS, send_link
from convene.web.visit.place import may_see_groups, signup_of
from convene.web.visit.plan import has_one
from convene.web.visit.preferences import person_of as person_of_notices
from convene.web.visit.tie import side_of

page = Blueprint("mine", __name__)

PLACES = 40  # the newest
WORDS = {
    "thank_you": "How was “{title}”?",
    "did_you_meet": "Did your group at “{title}” meet?",
    "plan": "A plan for the day of “{title}”",
}
ON_ITS_WAY = "The link to your page is on its way to your mailbox. It works for 30 days."
TOO_OFTEN = "We have written to you several times in the last hour. Try again later."


@dataclass(frozen=True, slots=True)
class Group:
    """Where they sat, or will sit, in one round, and with whom."""

    number: int
    label: str
    names: list[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is asked of this person now: words, and the page of it."""

    words: str
    url: str


def token_of(person: Person) -> str:
    return links.my_page(person.id, person.generation, clock.now()).rpartition("/")[2]


def person_of(token: str) -> Person:
    """Whose page this is; a link that is forged, replaced or older than 30 days is refused in the same words."""
    person, (day,) = behind("my_page", token, one_person, more=1)
    age = int(clock.now().timestamp()) // 86400 - day
    if not 0 <= age <= letters.PAGE_LASTS.days:
        raise links.Forged
    return person


def person_to_change(token: str) -> Person:
    """The same, under the lock of their row, read anew. Call start_write first."""
    hold(person_of(token))
    return person_of(token)


def places_of(person: Person) -> list[Signup]:
    rows = select(Signup).join(Event, Event.id == Signup.event_id)
    rows = rows.options(joinedload(Signup.event), joinedload(Signup.attendance))
    rows = rows.where(Signup.person_id == person.id, Event.state != "draft", Signup.state != "started")
    return list(db.session.scalars(rows.order_by(Event.starts_at.desc(), Signup.id).limit(PLACES)))


def groups_of(person: Person, places: list[Signup]) -> dict[int, list[Group]]:
    """Their published groups by event, under the rule of each place's own page."""
    seen = [one.event_id for one in places if may_see_groups(one)]
    return {
        event_id: [Group(one.group.round.number, one.group.label, company(one)) for one in seats]
        for event_id, seats in seats_at(seen, person.id).items()
    }


def circles_of(person: Person) -> list[Circle]:
    """Where they have a standing place."""
    rows = select(Circle).join(Member, Member.circle_id == Circle.id)
    rows = rows.where(Member.person_id == person.id, Member.state == "member").order_by(Circle.title)
    return list(db.session.scalars(rows))


def asked_of(person: Person, places: list[Signup]) -> list[Asked]:
    """An offer to answer, and questions after an event that can still be answered."""
    now = clock.now()
    found = [
        Asked(f"A place at {one.event.title} is free for you", place_url(one))
        for one in places
        if one.state == "offered" and one.event.state == "published" and one.event.starts_at > now
    ]
    plans = {one.event_id: one for one in places if has_one(one)}
    # The newest first, so of two letters that ask the same the one that came last.
    once = {
        (one.rule, one.event_id): one
        for one in reversed(nudges.unanswered(person.id, now - timedelta(days=30)))
    }
    for nudge in sorted(once.values(), key=lambda one: -one.id):
        if nudge.rule != "plan":
            token = links.answer(nudge.id, nudge.generation).rpartition("/")[2]
            words = WORDS[nudge.rule].format(title=nudge.event.title)
            found.append(Asked(words, url_for("answer.show", token=token)))
        elif nudge.event_id in plans:
            words = WORDS["plan"].format(title=nudge.event.title)
            found.append(Asked(words, f"{place_url(plans[nudge.event_id])}/plan"))
    if nudges.asks_whether_still_true(person.id, now - timedelta(days=60)):
        found.append(
            Asked("Is what you told us still true?", url_for("still_true.show", token=token_of(person)))
        )
    return found


def tie_token(side: Tie) -> str:
    return links.tie(side.id, side.person.generation).rpartition("/")[2]


def place_url(signup: Signup) -> str:
    return url_for("place.show", token=links.place_token(signup.id, signup.generation))


@page.get("/me/<token>")
def show(token: str) -> ResponseReturnValue:
    person, now = person_of(token), clock.now()
    places = places_of(person)
    over = [one for one in places if one.event.ends_at <= now or one.event.state == "called_off"]
    return render_template(
        "visit/mine.html",
        person=person,
        host=person.organisation,
        token=token,
        zone=person.zone or person.organisation.zone,
        coming=[one for one in reversed(places) if one not in over],
        over=over,
        groups=groups_of(person, places),
        circles=circles_of(person),
        ties=[(one, tie_token(one)) for one in network.of_person(person.id)],
        asked=asked_of(person, places),
        offers=[one for one in offers.of_person(person.id) if one.expires_at > now],
        consents=[one for one in kept.consents(person.id) if one["stands"]],
        in_words=IN_WORDS,
        place_url=place_url,
        preferences=links.preferences(person.id, person.generation).rpartition("/")[2],
    )


@page.post("/me/<token>/my-data")
def my_data(token: str) -> ResponseReturnValue:
    """A fresh link for what needs one: seeing, correcting, copying and erasing all that is kept."""
    person_id = person_of(token).id
    send_link(person_id)
    return redirect(url_for("mine.show", token=token), 303)


@page.post("/me/<token>/new-link")
def new_link(token: str) -> ResponseReturnValue:
    """Every link sent before ends, this one too, and a new one goes to the mailbox."""
    person_of(token)
    start_write()
    person = person_of(token)
    hold(person)
    try:
        post_link(person)
    except limits.TooMany:
        db.session.rollback()
        flash(TOO_OFTEN, "bad")
        return redirect(url_for("mine.show", token=token), 303)
    db.session.commit()
    return render_template("visit/mine_sent.html")


def post_link(person: Person, ending: bool = True) -> None:
    """Mail the way to their page. Raises limits.TooMany."""
    now = clock.now()
    limits.take(now, MAILS_PER_KNOWN_ADDRESS_HOUR=person.reachable)
    if ending:
        person.generation = person.generation + 1
        end_answers(person.id)  # their pages lead to this one
    key = f"my_page:{person.id}:{now:%Y%m%d%H%M%S%f}"
    outbox.post(
        letters.my_page(person, now),
        key=key,
        now=now,
        organisation_id=person.organisation_id,
        person_id=person.id,
    )


@page.post("/place/<place_token>/my-page")
def ask_from_place(place_token: str) -> ResponseReturnValue:
    """The link of one place opens no more than that place: the page's own link goes by mail."""
    return ask(signup_of(place_token).person_id, url_for("place.show", token=place_token))


@page.post("/preferences/<notices_token>/my-page")
def ask_from_notices(notices_token: str) -> ResponseReturnValue:
    return ask(person_of_notices(notices_token).id, url_for("preferences.show", token=notices_token))


@page.post("/tie/<tie_token>/my-page")
def ask_from_tie(tie_token: str) -> ResponseReturnValue:
    """A tie's link works for as long as the tie, so it opens no page of thirty days either."""
    return ask(side_of(tie_token).person_id, url_for("tie.show", token=tie_token))


def ask(person_id: int, back: str) -> ResponseReturnValue:
    start_write()
    person = db.session.get_one(Person, person_id)
    words, kind = "No address of yours is known here, so no letter can reach you.", "bad"
    if person.reachable:
        try:
            post_link(person, ending=False)
            words, kind = ON_ITS_WAY, "good"
        except limits.TooMany:
            db.session.rollback()
            words, kind = TOO_OFTEN, "bad"
    db.session.commit()
    flash(words, kind)
    return redirect(back, 303)
