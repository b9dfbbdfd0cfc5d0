"""A season in the life of two hosts, drawn by lot: people, events, circles, rounds, and all that people do meanwhile.

The rules, the sweep and the last look before sending are the program's own, over a real database. Only the words of
the letters and the mail server are left out: a letter counts as sent at the moment when the outbox would let it go.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from convene import mailing
from convene.calendar.quiet import is_quiet
from convene.circles.models import Action, Challenge, Circle, CircleSession, Member
from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import db, start_write
from convene.groups.models import Group, Round, Seat
from convene.groups.publishing import publish
from convene.mail.models import OutgoingMail
from convene.network.models import Tie
from convene.nudges import actions, answering, stopping
from convene.nudges.met import met as met_at
from convene.nudges.models import Answer, Nudge, NudgeSetting
from convene.people.models import Organisation, Person, Role
from convene.privacy.erasure import erase
from convene.signups.actions import cancel
from convene.signups.line import accept_offer
from convene.signups.models import Attendance, Signup
from convene.signups.upheaval import call_off, change
from tests.factories import an_event, an_organisation

BEGINS = datetime(2026, 2, 20, tzinfo=UTC)  # clocks change on 8 March in New York, on 29 March in London
ZONES = ("Europe/London", "America/New_York")
LONG_AGO = BEGINS - timedelta(days=200)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KILLED = 0.03  # of all batches


class Killed(Exception):
    """The worker died here; what it had not committed is gone."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One letter that left, with what it needed to be right to leave."""

    at: datetime
    letter: str
    person_id: int
    address: str
    key: str
    zone: str | None


@dataclass
class Season:
    """`people` mailboxes over so many days; the same seed gives the same season."""

    people: int
    days: int
    seed: int
    sent: list[Sent] = field(default_factory=list)
    erased: dict[int, datetime] = field(default_factory=dict)  # when
    killed: int = 0
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.lot = random.Random(self.seed)

    # The world

    def make(self) -> None:
        """Hosts, people, a programme, circles, ties: all that is there before the first sweep."""
        start_write()
        self.hosts = [an_organisation(f"Host {zone}", zone=zone, now=LONG_AGO) for zone in ZONES]
        self.plans_at = self.hosts[0].id
        setting = {"key": "plan", "organisation_id": self.plans_at, "rule": "plan", "on": True, "words": ""}
        db.session.add(NudgeSetting(**setting, changed_at=BEGINS, changed_by="a test"))
        for host in self.hosts:
            self.of_host(host)
        self.events = [self.event(number) for number in range(max(12, self.people * self.days // 1500))]
        self.sign_up()
        for number in range(max(2, self.people // 60)):
            self.circle(number)
        self.ties()
        self.at_once()
        db.session.commit()

    def of_host(self, host: Organisation) -> None:
        shared = self.people // 20  # they are known to both hosts
        rows = [
            {
                "organisation_id": host.id, "name": f"Person {number}", "state": "active", "created_at": LONG_AGO,
                "address": f"p{number}@example.org", "address_typed": f"p{number}@example.org",
                "zone": self.lot.choice((None, *ZONES)), "field": "Libraries" if number % 9 == 0 else None,
            }
            for number in range(self.people)
            if number % 2 == self.hosts.index(host) or number < shared
        ]  # fmt: skip
        db.session.execute(insert(Person), rows)
        first = db.session.scalars(select(Person).where(Person.organisation_id == host.id).limit(1)).one()
        db.session.add(Role(person_id=first.id, kind="owner", created_at=LONG_AGO))

    def of(self, host_id: int) -> list[int]:
        return list(db.session.scalars(select(Person.id).where(Person.organisation_id == host_id)))

    def moment(self) -> datetime:
        return BEGINS + timedelta(days=self.lot.randrange(2, self.days - 3), hours=self.lot.randrange(9, 23))

    def event(self, number: int) -> int:
        host = self.lot.choice(self.hosts)
        lasts = timedelta(minutes=self.lot.choice((60, 90, 180)))
        return an_event(
            host, starts_at=self.moment(), lasts=lasts, zone=host.zone, now=LONG_AGO, capacity=500
        ).id

    def sign_up(self) -> None:
        """Some come to everything, most to a few; every fifth never answers a letter."""
        rows = []
        whose = {host.id: self.of(host.id) for host in self.hosts}
        for event_id in self.events:
            event = db.session.get_one(Event, event_id)
            known = whose[event.organisation_id]
            regular = known[: max(2, self.people // 60)]
            for person_id in {*regular, *self.lot.sample(known, max(3, self.people // 20))}:
                at = event.starts_at - timedelta(hours=self.lot.choice((6, 30, 300, 1000)))
                rows.append(self.place(event_id, person_id, at))
        db.session.execute(insert(Signup), rows)

    def place(self, event_id: int, person_id: int, at: datetime) -> dict[str, Any]:
        return {
            "event_id": event_id, "person_id": person_id, "state": "confirmed", "started_at": at, "confirmed_at": at,
            "generation": 1, "letter_count": 0,
        }  # fmt: skip

    def circle(self, number: int) -> None:
        """Twelve people who meet every second week (every fifth day in a short season), in two groups.

        One of them never comes and says nothing. Every second circle has a host who does nothing else, and takes
        nothing on; the others are hosted by one of them.
        """
        host = self.hosts[number % 2]
        members = self.lot.sample(self.of(host.id), 12)
        shared = Challenge(
            organisation_id=host.id, slug=f"q{number}", title="A question", question="?", created_at=LONG_AGO
        )
        db.session.add(shared)
        db.session.flush()
        circle = Circle(
            organisation_id=host.id, challenge_id=shared.id, slug=f"circle-{number}", title=f"Circle {number}",
            created_at=LONG_AGO, host_id=members[0] if number % 2 else self.hostess(host, number), zone=host.zone,
        )  # fmt: skip
        db.session.add(circle)
        db.session.flush()
        db.session.execute(insert(Member), [self.member(circle.id, one) for one in members])
        asking = self.lot.choice([one for one in self.of(host.id) if one not in members])
        db.session.add(
            Member(**self.member(circle.id, asking) | {"state": "asked", "asked_at": self.moment()})
        )
        often = 14 if self.days > 60 else 5
        for day in range(0, self.days - often, often):
            self.session(circle, number, day, members)
        for owner in members[:3] if number % 2 else ():
            due_on = date(2026, 2, 20) + timedelta(days=self.lot.randrange(5, self.days - 5))
            db.session.add(
                Action(
                    circle_id=circle.id, words="Ask the library", owner_id=owner, due_on=due_on, state="owned",
                    created_at=LONG_AGO, owned_at=LONG_AGO,
                )
            )  # fmt: skip

    def hostess(self, host: Organisation, number: int) -> int:
        address = f"hostess-{number}@example.org"
        whole = {"address": address, "address_typed": address, "state": "active", "created_at": LONG_AGO}
        made = Person(organisation_id=host.id, name=f"Hostess {number}", **whole)
        db.session.add(made)
        db.session.flush()
        return made.id

    def member(self, circle_id: int, person_id: int) -> dict[str, Any]:
        return {
            "circle_id": circle_id, "person_id": person_id, "state": "member", "started_at": LONG_AGO,
            "joined_at": LONG_AGO, "delivery": "none",
        }  # fmt: skip

    def session(self, circle: Circle, number: int, day: int, members: list[int]) -> None:
        starts_at = BEGINS + timedelta(days=day + 1 + number % 10, hours=18 + number % 4)
        event = an_event(circle.organisation, starts_at=starts_at, now=LONG_AGO, zone=circle.zone)
        event.circle_id = circle.id
        db.session.add(
            CircleSession(event_id=event.id, circle_id=circle.id, original=f"2026-{day:03d}T18:00")
        )
        db.session.execute(insert(Signup), [self.place(event.id, one, LONG_AGO) for one in members])
        never = select(Signup.id).where(Signup.event_id == event.id, Signup.person_id == members[-1])
        mark = {"state": "no_show", "marked_at": starts_at, "marked_by": "a test"}
        db.session.add(Attendance(signup_id=db.session.scalars(never).one(), **mark))
        round_ = Round(event_id=event.id, number=1, state="published", created_at=LONG_AGO)
        db.session.add(round_)
        db.session.flush()
        for label, first in ((1, 0), (2, 6)):
            group = Group(round_id=round_.id, number=label, label=f"Table {label}")
            db.session.add(group)
            db.session.flush()
            seats = [
                {"round_id": round_.id, "group_id": group.id, "person_id": one, "position": place}
                for place, one in enumerate(members[first : first + 6])
            ]
            db.session.execute(insert(Seat), seats)

    def at_once(self) -> None:
        """Letters that answer an act: a place given back is offered and taken, and the groups of one evening told."""
        host = self.hosts[0]
        event = an_event(host, starts_at=self.moment() + DAY, zone=host.zone, now=LONG_AGO, capacity=4)
        people = self.lot.sample(self.of(host.id), 7)
        db.session.execute(insert(Signup), [self.place(event.id, one, LONG_AGO) for one in people[:4]])
        for number, one in enumerate(people[4:], 1):
            waits = {"state": "waitlisted", "queue_number": number, "confirmed_at": None}
            db.session.add(Signup(**self.place(event.id, one, LONG_AGO) | waits))
        event.next_in_line = 9
        db.session.flush()
        held = db.session.scalars(
            select(Signup.id).where(Signup.event_id == event.id).order_by(Signup.id)
        ).all()
        offers = select(Signup).where(Signup.event_id == event.id, Signup.state == "offered")
        cancel(held[0], BEGINS)
        accept_offer(db.session.scalars(offers).one(), BEGINS)
        cancel(held[3], BEGINS)  # the next in line thinks it over
        round_ = Round(event_id=event.id, number=1, state="draft", created_at=BEGINS)
        db.session.add(round_)
        db.session.flush()
        group = Group(round_id=round_.id, number=1, label="Table 1")
        db.session.add(group)
        db.session.flush()
        for place, one in enumerate((people[1], people[2])):
            db.session.add(Seat(round_id=round_.id, group_id=group.id, person_id=one, position=place))
        db.session.flush()
        publish(locked(event.id), BEGINS)

    def ties(self) -> None:
        for host in self.hosts:
            known = self.of(host.id)
            event_id = next(one for one in self.events)
            for one, two in zip(known[: self.people // 20], known[self.people // 20 :], strict=False):
                at = BEGINS - timedelta(days=self.lot.randrange(0, 42))
                for mine, theirs in ((one, two), (two, one)):
                    db.session.add(
                        Tie(
                            organisation_id=host.id, person_id=mine, other_id=theirs, title="An evening",
                            channel="email", made_at=at, event_id=event_id,
                        )
                    )  # fmt: skip

    # What people do

    def live(self, now: datetime) -> None:
        """What people do at this moment: some answer, and now and then something happens that changes all."""
        rare = (self.give_back, self.stop, self.pause, self.forget_me, self.upset)
        start_write()
        for _ in range(2):
            self.answer(now)
        if self.lot.random() < 0.25:
            self.lot.choice(rare)(now)
        db.session.commit()

    def some_place(self, now: datetime) -> Signup | None:
        rows = select(Signup).join(Event).where(Event.starts_at > now, Signup.state == "confirmed")
        found = db.session.scalars(rows.order_by(Signup.id).limit(200)).all()
        return self.lot.choice(found) if found else None

    def some_person(self) -> Person:
        rows = select(Person).where(Person.state == "active").order_by(Person.id).limit(1)
        return db.session.scalars(rows.offset(self.lot.randrange(self.people // 2))).one()

    def give_back(self, now: datetime) -> None:
        if place := self.some_place(now):
            cancel(place.id, now)
            self.done["given back"] += 1

    def stop(self, now: datetime) -> None:
        stopping.stop(self.some_person(), self.lot.choice(("reminder", "thank_you", "did_you_meet")))
        self.done["stopped"] += 1

    def pause(self, now: datetime) -> None:
        person = self.some_person()
        if person.paused_until and person.paused_until > now:
            stopping.end_pause(person)
        else:
            stopping.pause(person, now + timedelta(days=self.lot.choice((1, 5, 20))), "UTC")
        self.done["paused"] += 1

    def forget_me(self, now: datetime) -> None:
        if len(self.erased) < self.people // 50:
            person = self.some_person()
            if not db.session.scalar(select(Role.id).where(Role.person_id == person.id)):
                erase(person.id, "a test", now)
                self.erased[person.id] = now

    def upset(self, now: datetime) -> None:
        """An event is moved, to another day or hour, called off, or deleted altogether."""
        rows = select(Event.id, Event.starts_at, Event.ends_at).where(
            Event.starts_at > now + HOUR, Event.state == "published"
        )
        found = db.session.execute(rows.order_by(Event.starts_at).limit(10)).all()
        if not found:
            return
        event_id, starts_at, ends_at = self.lot.choice(found)
        way = self.lot.choice(("move", "move", "move", "call off", "delete"))
        if way == "move":
            by = self.lot.choice((2 * HOUR, DAY, 6 * DAY))
            change(event_id, {"starts_at": starts_at + by, "ends_at": ends_at + by}, now)
            db.session.execute(update(Event).where(Event.id == event_id).values(tell_at=None, told_before=""))
        elif way == "call off":
            call_off(event_id, "", now)
        else:
            db.session.execute(delete(Event).where(Event.id == event_id))
        self.done[way] += 1

    def answer(self, now: datetime) -> None:
        rows = select(Nudge).where(Nudge.state == "sent", Nudge.rule.in_(("thank_you", "did_you_meet")))
        found = db.session.scalars(rows.order_by(Nudge.id.desc()).limit(50)).all()
        told = [one for one in found if one.person_id % 5]
        if not told:
            return
        nudge = self.lot.choice(told)
        said = db.session.scalar(
            select(Answer.id).where(Answer.event_id == nudge.event_id, Answer.person_id == nudge.person_id)
        )
        if said is None and now < nudge.event.ends_at + answering.ANSWERS_CHANGE:
            met = [one.person.id for one in met_at(nudge.event.id, nudge.person) if one.can_be_reached]
            given = answering.Given(helped="good", touch=met, contact=nudge.person.address_typed or "")
            answering.answer(nudge, given, now)
            self.done["answered"] += 1

    # What the worker does

    def sweep(self, now: datetime) -> None:
        """One sweep, which may be killed in the middle of any batch; then another, which takes up where it died."""
        try:
            self.sweep_once(now, mortal=True)
        except Killed:
            db.session.rollback()
            db.session.expire_all()
            self.killed += 1
            self.sweep_once(now, mortal=False)

    def sweep_once(self, now: datetime, mortal: bool) -> None:
        db.session.rollback()
        for one in actions.taken_back(now):
            start_write()
            actions.forget(one)
            db.session.commit()
        for batch in actions.due(now):
            start_write()
            actions.post_batch(batch, now)
            if mortal and self.lot.random() < KILLED:
                raise Killed
            db.session.commit()
        db.session.rollback()

    def deliver(self, now: datetime) -> None:
        """What the outbox would let go now leaves, after the last look; at times the mail server is away."""
        if self.lot.random() < 0.1:
            return
        rows = select(OutgoingMail).where(OutgoingMail.state == "queued", OutgoingMail.due_at <= now)
        going = [one for one in db.session.scalars(rows.order_by(OutgoingMail.id)) if self.may_go(one, now)]
        gone = mailing.look_again(going, now)
        db.session.rollback()
        start_write()
        ids = [one.id for one in going if one.id not in gone]
        left = update(OutgoingMail).where(OutgoingMail.id.in_(ids)).values(state="sent", sent_at=now)
        db.session.execute(left, execution_options={"synchronize_session": False})
        late = update(OutgoingMail).where(OutgoingMail.state == "queued", OutgoingMail.expires_at <= now)
        late = late.values(state="dropped", last_answer="not sent: it would have come too late to help")
        db.session.execute(late, execution_options={"synchronize_session": False})
        db.session.commit()
        for one in db.session.scalars(select(OutgoingMail).where(OutgoingMail.id.in_(ids))):
            self.sent.append(
                Sent(now, one.letter, one.person_id or 0, one.to_address, one.key, one.quiet_zone)
            )
        db.session.rollback()

    def may_go(self, one: OutgoingMail, now: datetime) -> bool:
        late = one.expires_at is not None and one.expires_at <= now
        return not late and not (one.quiet_zone and is_quiet(now, one.quiet_zone))

    def run(self) -> None:
        """Through the season in steps of uneven length, shorter by day; every sweep is followed by the mail."""
        now, end = BEGINS, BEGINS + timedelta(days=self.days)
        while now < end:
            self.live(now)
            self.sweep(now)
            self.deliver(now)
            night = 2 <= now.hour < 7  # nobody of either zone is up
            now += timedelta(minutes=self.lot.randrange(150, 300) if night else self.lot.randrange(75, 240))
