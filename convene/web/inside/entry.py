"""Who may see the inside of a circle: its members by their own link, and the desk of its host; nobody else finds it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from flask import abort, g, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from convene import clock
from convene.access import limits
from convene.circles import hosting, joining, planning, queries, talk
from convene.circles.models import Circle, CircleSession, Member
from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import db, start_write
from convene.web.access import organiser
from convene.web.behind import behind
from convene.web.forms import Form

# In place of a member's signed token: whoever is signed in at the desk of the circle's organisation.
DESK = re.compile(r"desk-([0-9]{1,9})")
# The fields of all forms in here that hold somebody's words.
WRITTEN = ("title", "question", "insight", "words", "reason", "decided", "prompt", "url")
TOO_OFTEN = (
    "You have written very often within this hour. What you wrote is here still: send it a little later."
)
ENDED = "This circle has ended", "It can be read, and nothing is added to it any more."


@dataclass(frozen=True, slots=True)
class Inside:
    """One person inside one circle.

    hosts        they are the circle's host, or organise where it belongs
    since        from when on they see sessions, notes and posts; none: from the beginning
    story_since  the same of the story, of insights and of what was done
    """

    token: str
    circle: Circle
    person_id: int
    name: str
    member: Member | None
    hosts: bool
    since: datetime | None
    story_since: datetime | None

    @property
    def actor(self) -> str:
        return f"person:{self.person_id}"

    @property
    def ended(self) -> bool:
        return self.circle.state == "ended"

    def sees(self, moment: datetime) -> bool:
        return self.since is None or moment >= self.since

    def takes_words(self, event: Event) -> bool:
        """Whether something can be added about this session: one that was on when the circle ended goes on."""
        return not self.ended or event.ends_at > clock.now()


def of(token: str) -> Inside:
    """Raises Forged for a link that is none of ours or was replaced; 404 for whoever is not in the circle."""
    desk = DESK.fullmatch(token)
    return at_desk(token, int(desk[1])) if desk else of_member(token)


def whole(member_id: int) -> Member | None:
    rows = select(Member).where(Member.id == member_id)
    with_all = (joinedload(Member.person), joinedload(Member.circle).joinedload(Circle.organisation))
    return db.session.scalar(rows.options(*with_all))


def of_member(token: str) -> Inside:
    member, _ = behind("member", token, whole)
    if member.state != "member":
        abort(404)
    # Asked on their own page, which is open to them all the while: at the next look, as what somebody was typing when
    # the agreements changed is not to be lost.
    if request.method in ("GET", "HEAD") and joining.has_to_agree(member):
        abort(redirect(url_for("member.show", token=token), 303))
    circle, person = member.circle, member.person
    hosts = circle.host_id == person.id
    joined = None if hosts or circle.past_shown == "all" else member.joined_at
    name = person.called or person.name
    story = None if circle.past_shown == "story" else joined
    return Inside(token, circle, person.id, name, member, hosts, joined, story)


def at_desk(token: str, circle_id: int) -> Inside:
    """An organiser of the organisation that the circle belongs to; others are shown to the sign-in first."""
    answer = organiser()
    if answer is not None:
        abort(make_response(answer))
    rows = select(Circle).where(Circle.id == circle_id, Circle.organisation_id == g.desk.organisation_id)
    circle = db.session.scalar(rows.options(joinedload(Circle.organisation))) or abort(404)
    mine = select(Member).where(Member.circle_id == circle.id, Member.person_id == g.desk.person_id)
    member = db.session.scalar(mine.where(Member.state == "member"))
    return Inside(token, circle, g.desk.person_id, g.desk.person_name, member, True, None, None)


def to_write(token: str) -> Inside:
    """The same, in a transaction that was opened for writing; refused where the circle has ended, as by mail."""
    here = of(token)
    if not here.ended:
        here = to_take_back(token)
    return refuse(here, *ENDED) if here.ended else here


def to_take_back(token: str) -> Inside:
    """The same in a circle that has ended, too: what one said is one's own to take back."""
    of(token)
    start_write()
    return of(token)


def refuse(here: Inside, heading: str, words: str) -> NoReturn:
    """Nothing is added; what was typed stands on the page that says so, and a page's script keeps what it has."""
    db.session.rollback()
    if request.accept_mimetypes.best == "application/json":
        abort(make_response(jsonify(problem=f"{heading}. {words}"), 409))
    typed = [request.form[name] for name in WRITTEN if not request.form.get(name, "0").strip().isdigit()]
    words_ = {"heading": heading, "words": words, "typed": [one for one in typed if one.strip()]}
    abort(make_response(render_template("inside/refused.html", inside=here, **words_), 409))


def session(here: Inside, event_id: int) -> Event:
    """A session of this circle that this person may see, or 404."""
    event = db.session.get(Event, event_id)
    if event is None or event.circle_id != here.circle.id or (event.state == "draft" and not here.hosts):
        abort(404)
    return event if here.sees(event.ends_at) else abort(404)


def session_to_write(token: str, event_id: int) -> tuple[Inside, Event]:
    """The same under the lock of the event's row."""
    session(of(token), event_id)
    start_write()
    here = of(token)
    event = session(here, locked(event_id).id)
    return (here, event) if here.takes_words(event) else refuse(here, *ENDED)


def turn_to_change(token: str, event_id: int) -> tuple[Inside, Event]:
    """As `session_to_host`, with the circle's row locked as well: before any event's, as whoever comes or goes does."""
    here = of(token)
    session(here, event_id)
    circle_id = here.circle.id
    start_write()
    queries.locked(circle_id)
    event = locked(event_id)
    here = of(token)
    session(here, event.id)
    return (here, event) if hosts_session(here, planning.session_of(event)) else abort(404)


def hosts_session(here: Inside, row: CircleSession | None) -> bool:
    """Whoever hosts the circle, and whoever's turn it is."""
    return here.hosts or hosting.host_id_of(here.circle, row) == here.person_id


def session_to_host(token: str, event_id: int) -> tuple[Inside, Event]:
    """As `session_to_write`, for those who host it; 404 for others."""
    here, event = session_to_write(token, event_id)
    return (here, event) if hosts_session(here, planning.session_of(event)) else abort(404)


def count_writing(here: Inside) -> None:
    """A post, an insight or a link, which everybody may be told of. Raises limits.TooMany."""
    limits.take(clock.now(), POSTS_PER_MEMBER=talk.writer(here.circle.id, here.person_id))


def may_write(here: Inside, form: Form) -> bool:
    """Count one more; where that is too many nothing is kept, the form says so, and what was read is read anew."""
    try:
        count_writing(here)
    except limits.TooMany:
        db.session.rollback()
        form.form_errors.append(TOO_OFTEN)
        return False
    return True
