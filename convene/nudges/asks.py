"""What each nudge says where it is a sentence or two and one press, in the language of whom it goes to."""

from dataclasses import replace

from sqlalchemy import select

from convene import links
from convene.calendar import zones
from convene.circles.models import Action, Circle, Member
from convene.extensions import db
from convene.mail.languages import known
from convene.mail.translations import said
from convene.nudges.finding import Ask, Case
from convene.nudges.models import Nudge
from convene.people.models import Person, Role
from convene.signups.models import Signup


def day(signup: Signup, language: str) -> str:
    return zones.spoken_date(signup.event.starts_at, signup.event.zone, language)


def inside(member: tuple[int, int] | None, place: str) -> str:
    """A page of the circle behind this member's own link; nothing for somebody who hosts it and is no member."""
    return f"{links.member(*member)}{place}" if member else ""


def members_of(circle_id: int, person: Person) -> str:
    """Where a host looks after members: the desk, or their own page of the circle for a member who has no desk."""
    at_desk = Role.person_id == person.id, Role.kind.in_(("owner", "organiser")), Role.event_id.is_(None)
    if db.session.scalar(select(Role.id).where(*at_desk).limit(1)):
        return links.circle_members(circle_id)
    mine = select(Member.id, Member.generation).where(Member.circle_id == circle_id)
    row = db.session.execute(mine.where(Member.person_id == person.id, Member.state == "member")).first()
    return inside((row[0], row[1]) if row else None, "") or links.circle_members(circle_id)


def of_event(nudge: Nudge, signup: Signup, language: str, subject: str, words: str) -> Ask:
    """An ask about an event that has been, answered on its own page."""
    return Ask(
        subject=subject,
        words=words,
        typed={"event": signup.event.title, "day": day(signup, language)},
        press=said("Answer", language),
        url=links.answer(nudge.id, nudge.generation),
    )


def plan(nudge: Nudge, case: Case, person: Person) -> Ask:
    language = known(person.language)
    signup = db.session.get_one(Signup, case.about.signup_id)
    words = said(
        "%(event)s is on %(day)s. How will you get there? Whoever has a way and a time in mind comes more easily.",
        language,
    )
    if signup.event.format == "online" or signup.attends_online:
        seat = said("%(event)s is on %(day)s, online. Where will you sit? Whoever has a place in mind comes more"
                    " easily.", language)  # fmt: skip
        words = seat
    return Ask(
        subject=said("A plan for the day", language),
        words=words,
        typed={"event": signup.event.title, "day": day(signup, language)},
        press=said("Say it in one press", language),
        url=links.plan(signup.id, signup.generation),
    )


def thank_you(nudge: Nudge, case: Case, person: Person) -> Ask:
    language = known(person.language)
    signup = db.session.get_one(Signup, case.about.signup_id)
    words = said("If you came to %(event)s on %(day)s: thank you. How was it?", language)
    if case.about.in_company:
        asked = said("If you came to %(event)s on %(day)s: thank you. How was it, and would you like to hear from"
                     " anybody you met?", language)  # fmt: skip
        words = asked
    return of_event(nudge, signup, language, said("After the event", language), words)


def did_you_meet(nudge: Nudge, case: Case, person: Person) -> Ask:
    language = known(person.language)
    signup = db.session.get_one(Signup, case.about.signup_id)
    words = said(
        "Did you and your group at %(event)s get to talk on %(day)s? Nobody is marked down.", language
    )
    subject = said("Did you get to talk?", language)
    if signup.event.circle_id is None:
        again = said("The hosts of %(event)s on %(day)s hoped that your group would meet again. Did you? Nobody is"
                     " marked down.", language)  # fmt: skip
        words, subject = again, said("Did you meet again?", language)
    reply = said("Or reply with one word, yes or no.", language)
    return replace(of_event(nudge, signup, language, subject, words), reply=reply)


def action_due(nudge: Nudge, case: Case, person: Person) -> Ask:
    """`case.about`: the number and generation of the owner's row as a member."""
    language = known(person.language)
    action = db.session.get_one(Action, case.subject_id)
    circle = db.session.get_one(Circle, action.circle_id)
    if nudge.step == "1":
        words = said("You said you would do this for %(circle)s, and its day is near: %(action)s", language)
    else:
        words = said("You said you would do this for %(circle)s, and its day has passed: %(action)s. Done, or shall it"
                     " be dropped? Either is fine.", language)  # fmt: skip
    return Ask(
        subject=said("What you said you would do", language),
        words=words,
        typed={"circle": circle.title, "action": action.words},
        press=said("Say how it stands", language),
        url=inside(case.about, f"/actions/{action.id}") or links.circle(circle.slug),
    )


def still_true(nudge: Nudge, case: Case, person: Person) -> Ask:
    """`case.about`: whether it is asked because an offer or an ask runs out."""
    language = known(person.language)
    words = said(
        "Some time ago you told us about yourself. Is it still true? Keep it, change it or take it away.",
        language,
    )
    if case.about:
        ends = said("Something that you can give or seek runs out soon. Is it still true? One press renews it, and"
                    " another ends it.", language)  # fmt: skip
        words = ends
    return Ask(
        subject=said("Is it still true?", language),
        words=words,
        press=said("Look at it", language),
        url=links.still_true(person.id, person.generation, nudge.decided_at),
        reply=said("If all of it is, you can also reply with one word, yes.", language),
    )


def welcome_back(nudge: Nudge, case: Case, person: Person) -> Ask:
    language = known(person.language)
    if case.about == 1:
        words = said(
            "Our last letters brought no answer, and that is fine. Would you like a pause from them?",
            language,
        )
        subject, press = said("Would you like a pause?", language), said("Choose", language)
        reply = said("Or reply with one word, yes for a pause of 30 days or no.", language)
    else:
        words = said("Our letters brought no answer, so we have paused them. Whatever you do with us next starts them"
                     " again, and so does your page.", language)  # fmt: skip
        subject, press = said("We have paused our letters", language), said("Start them again", language)
        reply = ""
    return Ask(subject, words, press, links.preferences(person.id, person.generation), reply=reply)


def asked_to_join(nudge: Nudge, case: Case, person: Person) -> Ask:
    language = known(person.language)
    words = said("Somebody asked to join %(circle)s some days ago and still waits for your answer.", language)
    return Ask(
        subject=said("Somebody asked to join", language),
        words=words,
        typed={"circle": case.title},
        press=said("Answer them", language),
        url=members_of(case.circle_id or 0, person),
    )


def missed_two(nudge: Nudge, case: Case, person: Person) -> Ask:
    """`case.about`: the slug of the circle and the name of the member."""
    language = known(person.language)
    _, name = case.about
    words = said("%(name)s was not at the last two sessions of %(circle)s. Perhaps a line from you would be welcome;"
                 " perhaps life is full. Nothing has been said to them.", language)  # fmt: skip
    return Ask(
        subject=said("Somebody was missed", language),
        words=words,
        typed={"name": name, "circle": case.title},
        press=said("See the circle", language),
        url=members_of(case.circle_id or 0, person),
    )


def no_action(nudge: Nudge, case: Case, person: Person) -> Ask:
    """`case.about`: the slug of the circle, and the number and generation of the host's row where they are a member."""
    language = known(person.language)
    slug, member = case.about
    words = said("The last two sessions of %(circle)s led to nothing that somebody took on. Perhaps the next agenda has"
                 " room for one small step.", language)  # fmt: skip
    return Ask(
        subject=said("Room for one small step", language),
        words=words,
        typed={"circle": case.title},
        press=said("Open the agenda", language),
        url=inside(member, f"/sessions/{case.subject_id}") or links.circle(slug),
    )


def to_do(nudge: Nudge, case: Case, person: Person) -> Ask:
    language = known(person.language)
    waiting = case.about
    lines = (
        ("asking", said("People who asked to come and wait for your answer: %(asking)s.", language)),
        ("joining", said("People who asked to join a circle: %(joining)s.", language)),
        ("offering", said("People who would like to do something with you: %(offering)s.", language)),
        ("attendance", said("Events where it is still open who came: %(attendance)s.", language)),
    )
    open_ = {name: getattr(waiting, name) for name, _ in lines if getattr(waiting, name)}
    return Ask(
        subject=said("What waits for you today", language),
        words=" ".join(words for name, words in lines if name in open_),
        press=said("Open the desk", language),
        url=links.organise(),
        typed=open_,
    )
