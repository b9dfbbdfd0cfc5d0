"""What is kept how long: the figures, and the sweep that keeps to them.

Somebody is made anonymous a year after the last event they had to do with. What an old place says of them (access
needs, words, answers to a host's questions) goes at its own time, also of people who still come.
"""

from datetime import datetime, timedelta

from sqlalchemy import Exists, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from convene.access import codes
from convene.circles.models import Circle, Member
from convene.events.models import Event
from convene.extensions import db, dialect
from convene.messages.audience import PURPOSE
from convene.nudges.models import Answer
from convene.people import involvement
from convene.people.models import Consent, Involvement, Person, Role, Separation, Worry
from convene.privacy import erasure
from convene.signups.models import Attendance, Invitation, Question, Response, Signup

UNCONFIRMED = timedelta(days=7)
PLACES = timedelta(days=365)
AT_ONCE = 200  # people in one sweep

# What is kept, how long, and what becomes of it then: for the page, in its order.
KEPT = (
    ("A sign-up whose button was never pressed", "7 days", "deleted, and the person with it"),
    ("A wish to get involved whose button was never pressed", "7 days", "deleted"),
    (
        "A place, and what somebody told us with it",
        "12 months after the event",
        "made anonymous: the counts stay",
    ),
    (
        "A person",
        "12 months after their last event",
        "made anonymous, unless they asked for news, organise or are in a circle",
    ),
    ("Answers to a host's own questions", "as each question says", "deleted"),
    ("What people wrote after an event", "12 months", "deleted; how it was for them stays as a number"),
    ("The words of a letter", "14 days after it was written", "deleted"),
    ("That a letter was sent, and where", "44 days", "deleted"),
    ("Links and codes by mail", "a day after they end", "deleted"),
    ("Signed-in devices", "30 days after they end", "deleted"),
    ("Counts that keep abuse away", "24 hours", "deleted"),
    ("Notes on who must not sit together", "until the safeguarding lead's yearly review", "the lead decides"),
    ("The log of what organisers did", "24 months", "deleted"),
)


def forget_unconfirmed(now: datetime) -> None:
    """End signups that nobody confirmed within a week; a place once held, or somebody marked, stays as given back."""
    # Whom a host invited by name has until the event to say yes or no.
    waits = and_(
        Signup.invitation_id.is_not(None), Signup.event_id.in_(select(Event.id).where(Event.ends_at > now))
    )
    old = and_(Signup.state == "started", Signup.started_at < now - UNCONFIRMED, ~func.coalesce(waits, False))
    marked = exists().where(Attendance.signup_id == Signup.id)
    was_there = or_(Signup.confirmed_at.is_not(None), Signup.cancelled_at.is_not(None), marked)
    quiet = {"synchronize_session": False}
    kept = update(Signup).where(old, was_there).values(state="cancelled")
    db.session.execute(kept, execution_options=quiet)
    for signup_id in db.session.scalars(select(Signup.id).where(old)).all():
        codes.end("signup", signup_id)
    db.session.execute(delete(Signup).where(old), execution_options=quiet)
    unheard = and_(Member.state == "started", Member.started_at < now - UNCONFIRMED)
    db.session.execute(delete(Member).where(unheard), execution_options=quiet)
    involvement.forget(now)
    other = aliased(Person)
    loose = (
        Person.state == "provisional",
        Person.created_at < now - UNCONFIRMED,
        ~exists().where(Signup.person_id == Person.id),
        ~exists().where(Role.person_id == Person.id),
        ~exists().where(Consent.person_id == Person.id),
        ~exists().where(Involvement.person_id == Person.id, Involvement.confirmed_at.is_not(None)),
        ~exists().where(Member.person_id == Person.id),
        ~exists().where(other.mailbox_id == Person.id),
    )
    db.session.execute(delete(Person).where(*loose), execution_options=quiet)


def forget_details(now: datetime) -> None:
    """Blank what old places say, and delete answers to a host's questions when their own time is over."""
    quiet = {"synchronize_session": False}
    invited = delete(Invitation).where(
        Invitation.event_id.in_(select(Event.id).where(Event.ends_at < now - PLACES))
    )
    db.session.execute(invited, execution_options=quiet)
    over = select(Event.id).where(Event.ends_at < now - PLACES)
    says = or_(Signup.access_needs != "", Signup.reply_words != "")
    old = update(Signup).where(Signup.event_id.in_(over), says).values(access_needs="", reply_words="")
    db.session.execute(old, execution_options=quiet)
    # How somebody meant to get there is of no use once it is over.
    ended = select(Event.id).where(Event.ends_at < now)
    ways = delete(Answer).where(Answer.question == "plan", Answer.event_id.in_(ended))
    db.session.execute(ways, execution_options=quiet)
    wrote = or_(Answer.words != "", Answer.contact != "")
    said = update(Answer).where(Answer.answered_at < now - PLACES, wrote)
    db.session.execute(said.values(words="", contact="", channel=""), execution_options=quiet)
    for days in db.session.scalars(select(Question.kept_days).distinct()).all():
        asked = select(Question.id).where(Question.kept_days == days)
        ended = select(Signup.id).join(Event, Event.id == Signup.event_id)
        ended = ended.where(Event.ends_at < now - timedelta(days=min(days, PLACES.days)))
        gone = delete(Response).where(Response.question_id.in_(asked), Response.signup_id.in_(ended))
        db.session.execute(gone, execution_options=quiet)


def long_gone(now: datetime) -> list[int]:
    """People with nothing to do with any event for a year, who did not ask to be written to and do not organise."""
    recent = exists().where(
        Signup.person_id == Person.id, Event.id == Signup.event_id, Event.ends_at > now - PLACES
    )
    rows = select(Person.id).where(Person.state != "erased", Person.created_at < now - PLACES)
    rows = rows.where(~recent, ~exists().where(Role.person_id == Person.id), ~wants_news())
    asked = exists().where(Involvement.person_id == Person.id, Involvement.created_at > now - PLACES)
    # Whom a keep-apart rule or a word in confidence is about stays known until the lead has looked at it again.
    rule = or_(Separation.first_id == Person.id, Separation.second_id == Person.id)
    told = exists().where(Worry.person_id == Person.id, Worry.state == "open")
    gathers = exists().where(
        Member.person_id == Person.id,
        Member.state.in_(("member", "waiting", "asked")),
        Circle.id == Member.circle_id,
        Circle.state != "ended",
    )
    rows = rows.where(~asked, ~exists().where(rule), ~told, ~gathers)
    return list(db.session.scalars(rows.order_by(Person.id).limit(AT_ONCE)))


def wants_news() -> Exists:
    """In SQL: their newest word on news of events is a yes."""
    word = aliased(Consent)
    newest = select(func.max(word.id)).where(word.person_id == Person.id, word.purpose == PURPOSE)
    mine = Consent.id == newest.correlate(Person).scalar_subquery()
    return exists().where(Consent.person_id == Person.id, mine, Consent.given)


def make_anonymous(person_id: int, now: datetime) -> None:
    erasure.erase(person_id, "worker", now)


def empty_the_log() -> None:
    """SQLite's own log holds what was just blanked until it is written back: empty it. Outside any transaction.

    Whoever reads at this moment is not waited for, as letters would wait too: then it is emptied an hour later.
    """
    if dialect() == "sqlite":
        with db.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            if raw is not None:
                (patience,) = raw.execute("PRAGMA busy_timeout").fetchone()
                raw.execute("PRAGMA busy_timeout=0")
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                raw.execute(f"PRAGMA busy_timeout={int(patience)}")
