"""Every letter there is, in each of its wordings, made by the functions that the program itself calls."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from convene.access.letters import CHANGED, new_device, second_step, sign_in
from convene.calendar import zones
from convene.circles import letters as circles
from convene.circles import talk_letters
from convene.circles.models import (
    Action,
    Challenge,
    Circle,
    CircleSession,
    Learning,
    Member,
    PollOption,
    Post,
    Thread,
    TimePoll,
)
from convene.circles.telling import SENTENCES, line
from convene.events.actions import draft
from convene.events.models import Event
from convene.extensions import db
from convene.groups.letters import your_group
from convene.groups.models import Group, Round, Seat
from convene.groups.queries import seats_of
from convene.mail.languages import known
from convene.mail.letter import Letter
from convene.messages.letters import about_event, announcement, new_events, news_confirm
from convene.messages.models import Message
from convene.network.letters import my_page, passed_on, welcome
from convene.network.models import Tie
from convene.nudges import asks
from convene.nudges.finding import Ask, Case
from convene.nudges.letters import asking, digest, reminder, stay_in_touch, thank_you, what_came
from convene.nudges.models import Answer, Nudge
from convene.nudges.near import Place
from convene.nudges.of_people import ToDo
from convene.nudges.rules.base import Call
from convene.people.actions import found_organisation
from convene.people.letters import in_confidence, invited, involved_confirm, readers_changed
from convene.people.models import Organisation, Person
from convene.privacy.letters import address_changed, my_data, new_address
from convene.signups import letters
from convene.signups.models import Signup
from convene.signups.upheaval import in_words

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
STARTS = datetime(2026, 5, 12, 17, 30, tzinfo=UTC)
STATES = ("started", "waitlisted", "offered", "cancelled")
ATTENDANCE = ("attended", "part", "unknown", "no_show", "excused")
JOIN = "https://video.example.org/hall?pass=a&room=1"
ROOM = "https://video.example.org/room?pass=b&room=2"

CALL = Call(NOW, STARTS, "a test")
ASKS = {
    kind: getattr(asks, kind)
    for kind in (
        "plan", "thank_you", "did_you_meet", "action_due", "still_true", "welcome_back", "asked_to_join", "missed_two",
        "no_action", "to_do",
    )
}  # fmt: skip

numbers = itertools.count(1)


def host(name: str, reply_to: str | None = "hosts@example.org") -> Organisation:
    made = found_organisation(f"{name} {next(numbers)}", "Europe/London", NOW)
    made.name, made.reply_to = name[:120], reply_to
    return made


def event(by: Organisation, text: str, *, online: bool) -> Event:
    return draft(
        by,
        {
            "title": text[:140],
            "host_name": text[:120],
            "starts_at": STARTS,
            "ends_at": STARTS + timedelta(minutes=90),
            "zone": "Europe/London",
            "format": "online" if online else "in_person",
            "venue": "" if online else f"{text} Hall, 1 Long Row"[:300],
            "online_url": JOIN if online else "",
        },
        NOW,
    )


def person(of: Organisation, name: str, zone: str | None = None, language: str | None = None) -> Person:
    address = f"person-{next(numbers)}@example.org"
    made = Person(
        organisation_id=of.id,
        name=name,
        address=address,
        address_typed=address,
        state="active",
        zone=zone,
        language=language,
        field="Libraries",
        place="Leeds",
        created_at=NOW,
    )
    db.session.add(made)
    return made


def signup(to: Event, who: Person, state: str = "confirmed") -> Signup:
    made = Signup(event=to, person=who, state=state, started_at=NOW, generation=1, letter_count=0)
    if state == "offered":
        made.offered_until = NOW + timedelta(days=1)
    if state in ("confirmed", "cancelled"):
        made.invite_sequence, made.invite_open = 0, state == "confirmed"
    db.session.add(made)
    db.session.flush()
    return made


def nudge(rule: str, about: Signup, why: str) -> Nudge:
    made = Nudge(
        key=f"{rule}:{next(numbers)}",
        rule=rule,
        event_id=about.event_id,
        person_id=about.person_id,
        state="sent",
        reason=why,
        due_at=NOW,
        decided_at=NOW,
        generation=1,
    )
    db.session.add(made)
    db.session.flush()
    return made


def tie(at: Event, who: Person, other: Person) -> Tie:
    """One side of an agreement to stay in touch."""
    made = Tie(
        organisation_id=at.organisation_id, person=who, other=other, event=at, title=at.title, rounds="1",
        channel="email", made_at=NOW,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def nudged(mine: Signup, text: str) -> Iterator[Letter]:
    """Nudges that are a few sentences and one press, by themselves and several in one letter."""
    who = mine.person
    circle = a_circle_of(who, text)
    action = Action(circle_id=circle.id, words=text[:300], owner_id=who.id, state="owned", created_at=NOW)
    db.session.add(action)
    db.session.flush()
    place, slug = Place(mine.id, True), circle.slug
    about = {
        "plan": place, "did_you_meet": place, "thank_you": place, "welcome_back": 1, "asked_to_join": slug,
        "missed_two": (slug, text[:120]), "no_action": (slug, None), "to_do": ToDo(1, 2, 3, 4),
    }  # fmt: skip
    asked: list[tuple[str, Ask]] = []
    for kind, ask in ASKS.items():
        row = nudge(kind, mine, "they have a place at this event")
        case = Case(
            kind,
            action.id,
            "1",
            who.id,
            who.organisation_id,
            CALL,
            "UTC",
            title=text,
            about=about.get(kind),
            circle_id=circle.id,
        )
        asked.append((kind, ask(row, case, who)))
        if kind != "thank_you":
            yield asking(row, who, asked[-1][1], "", "UTC", STARTS)
    again = nudge("action_due", mine, "they said they would do this")
    again.step = "2"
    late = Case("action_due", action.id, "2", who.id, who.organisation_id, CALL, "UTC")
    yield asking(again, who, asks.action_due(again, late, who), "", "UTC", STARTS)
    paused = Case("welcome_back", 0, "1-2", who.id, who.organisation_id, CALL, "UTC", about=2)
    told = nudge("welcome_back", mine, "they left several letters unanswered")
    yield asking(told, who, asks.welcome_back(told, paused, who), "", "UTC", STARTS)
    alone = Case("thank_you", 0, "1", who.id, who.organisation_id, CALL, "UTC", about=Place(mine.id))
    thanks = nudge("thank_you", mine, "they had a place at this event")
    yield digest(who, [*asked, ("thank_you", asks.thank_you(thanks, alone, who))], "UTC", STARTS)


def a_circle_of(who: Person, text: str) -> Circle:
    number = next(numbers)
    shared = Challenge(
        organisation_id=who.organisation_id, slug=f"zqx-{number}", title="A question", question="Why?", created_at=NOW
    )  # fmt: skip
    db.session.add(shared)
    db.session.flush()
    made = Circle(
        organisation_id=who.organisation_id, challenge_id=shared.id, slug=f"zqx-{number}", title=text[:140],
        created_at=NOW,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def seat_all(at: Event, people: list[Person], label: str, room: str) -> None:
    """Two rounds of one group with everybody; another person starts each time."""
    for number in (1, 2):
        round_ = Round(event_id=at.id, number=number, state="published", created_at=NOW, published_at=NOW)
        db.session.add(round_)
        db.session.flush()
        group = Group(round_id=round_.id, number=1, label=label[:60], room_url=room)
        db.session.add(group)
        db.session.flush()
        for position, one in enumerate(people[number - 1 :] + people[: number - 1]):
            db.session.add(Seat(round_id=round_.id, group_id=group.id, person_id=one.id, position=position))
    db.session.flush()


def every_letter_of_a_circle(signup_: Signup, text: str, online: bool) -> Iterator[Letter]:
    """Each letter of a circle: with the person's place as that of one session, where it is online, or with no date."""
    at, by = signup_.event, signup_.event.organisation
    challenge = Challenge(
        organisation_id=by.id, slug=f"zqx-{next(numbers)}", title=text[:140], question=text, created_at=NOW
    )
    circle = Circle(
        organisation=by, challenge=challenge, slug=f"zqx-{next(numbers)}", title=text[:140], zone="Europe/London",
        created_at=NOW, uid=f"circle-{next(numbers)}@example.org" if online else None, sequence=0, revised_at=NOW,
    )  # fmt: skip
    person_ = signup_.person
    member = Member(
        circle=circle, person=person_, state="member", started_at=NOW, generation=1, letter_count=0
    )
    db.session.add_all([challenge, circle, member])
    db.session.flush()
    if online:
        db.session.add(CircleSession(event_id=at.id, circle_id=circle.id, original="2026-05-12T18:30"))
        at.state = "published"
        db.session.flush()
    yield circles.confirm(member)
    yield circles.link(member)
    yield circles.waiting(member)
    yield from (circles.declined(member, words) for words in ("", text))
    yield circles.joined(member, NOW)
    yield circles.changed(member, [line(member, change, at) for change in SENTENCES], text, NOW)
    yield circles.left(member, NOW)
    yield circles.ended(member, Learning(hoped=text, happened=text, again=text), NOW)
    yield circles.poll(member, TimePoll(options=[PollOption(starts_at=STARTS)]))
    yield circles.asked(person_, member)
    threads = [
        Thread(circle_id=circle.id, title=text[:140], created_at=NOW, last_post_at=NOW) for _ in range(2)
    ]
    db.session.add_all(threads)
    db.session.flush()
    posts = [Post(thread_id=one.id, author=person_, words=text, written_at=NOW) for one in threads]
    yield talk_letters.posts(member, [(threads[0], posts[:1])], NOW)
    yield talk_letters.posts(member, list(zip(threads, ([posts[0]], [posts[1]]), strict=True)), NOW)
    yield talk_letters.turn(member, at)
    yield from (
        talk_letters.missed(member, at, note, decided, NOW)
        for note, decided in ((text, text), (text, ""), ("", text))
    )
    at.state = "draft"


def every_letter(text: str, other_name: str, language: str | None = None) -> Iterator[Letter]:
    """Each letter in each wording; `text` stands wherever a person may type but in the name of one other."""
    speech = known(language)
    by = host(text)
    for online, zone in ((True, "America/New_York"), (False, None)):
        at = event(by, text, online=online)
        mine = signup(at, person(by, text[:120], zone, language))
        other = person(by, other_name, language=language)
        line = {state: signup(at, person(by, text[:120], language=language), state) for state in STATES}
        yield letters.confirm(line["started"])
        yield letters.place_link(mine)
        yield from (letters.place_link(line[state]) for state in STATES[1:])
        yield letters.place_confirmed(mine, 0, NOW)
        yield from (letters.waitlisted(line["waitlisted"], ahead) for ahead in (0, 1, 7))
        yield letters.asked(line["waitlisted"])
        yield letters.not_this_time(line["cancelled"])
        yield letters.asked_to_come(line["started"])
        yield from (letters.answers_wanted(at, other, number) for number in (1, 3))
        yield in_confidence(other, by)
        readers = [other], [other, mine.person], [mine.person]
        for before, after in ((readers[0], readers[1]), (readers[0], readers[2])):
            yield from (readers_changed(one, by, before, after, no_lead=True) for one in readers[1])
        yield letters.place_offered(line["offered"])
        new = {"starts_at", "venue", "title", "summary", "access_info"}
        changes = in_words(at, new, speech)
        yield letters.changed(mine, changes, 1, NOW)
        yield from (letters.changed(line[state], changes, None, NOW) for state in ("waitlisted", "offered"))
        yield letters.cancelled(line["cancelled"], 1, NOW)
        yield from (letters.declined(line["cancelled"], held) for held in (True, False))
        yield letters.called_off(mine, 1, NOW, f"{text}\n\nWe hope to see you in June.")
        yield letters.called_off(line["waitlisted"], None, NOW, "")
        why = "they have a place at this event"
        yield invited(mine.person, by, "organiser")
        yield reminder(nudge("reminder", mine, why), mine)
        seat_all(
            at, [mine.person, other, person(by, text[:120], language=language)], text, ROOM if online else ""
        )
        yield your_group(mine, seats_of(at.id, mine.person_id))
        for in_company in (True, False):
            for attendance in ATTENDANCE:
                after = nudge("thank_you", mine, "they had a place at this event")
                yield thank_you(after, mine, attendance, in_company)
        yield from nudged(mine, text)
        words = "Hello {name},\n\nBring a cup.\n\n---\n\nSee you there, {organisation}"
        news = Message(subject="About {event}", words=words, organisation=by, event=at)
        yield about_event(news, mine, NOW)
        yield about_event(news, mine, STARTS + timedelta(days=1))
        yield announcement(Message(subject="New: {organisation}", words=words, organisation=by), other, NOW)
        side, other.address_typed = tie(at, mine.person, other), "yes.please@example.net"
        for channel, contact in (("email", "as.it.was@example.net"), ("phone", "020 7946 0000")):
            theirs = Answer(channel=channel, contact=contact)
            yield stay_in_touch(side, theirs, at, NOW)
        yield stay_in_touch(side, Answer(channel="relay", contact=""), at, NOW)
        yield passed_on(tie(at, other, mine.person), f"{text}\n\nShall we say Tuesday?", NOW)
        yield my_page(mine.person, NOW)
        yield welcome(at, mine.person)
        for sides in ([side], [side, side]):
            after = nudge("what_came", mine, "they and somebody both said yes to staying in touch")
            yield what_came(after, mine.person, sides, at.zone, NOW + timedelta(days=21))
        yield letters.confirm(line["started"], "123456")
        yield letters.place_link(mine, "123456")
        yield reminder(nudge("reminder", mine, why), mine, [mine])
        at.by_approval = True
        yield letters.confirm(line["started"])
        at.by_approval = False
        at.state = "published"
        yield letters.place_link(mine, "123456")
        at.state = "draft"
        yield my_data(other, "secret", NOW)
        yield news_confirm(mine.person, NOW)
        yield involved_confirm(mine.person, [1, 2])
        yield new_events(mine.person, [at, at], NOW)
        yield from (new_address(other, "new@example.org", secret, NOW) for secret in ("secret", None))
        yield address_changed(other, "old@example.org", NOW)
        yield from every_letter_of_a_circle(mine, text, online)
    yield sign_in("olive@example.org", "secret", NOW, language=language)
    yield sign_in("olive@example.org", "secret", NOW, "123456", language)
    when = zones.spoken_moment(NOW, "Europe/London", speech)
    yield new_device("olive@example.org", "Firefox on Linux", when, language)
    yield from (second_step("olive@example.org", what, language) for what in CHANGED)
