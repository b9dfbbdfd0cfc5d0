"""Whatever is pressed in whatever order, contact is given on two yeses of their time and on nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from convene.extensions import db
from convene.groups.models import Group, Round, Seat
from convene.mail.models import OutgoingMail
from convene.network import actions as network
from convene.network import queries
from convene.network.models import Tie
from convene.nudges import answering
from convene.nudges.models import Answer, Nudge
from convene.people.queries import has_rule
from convene.privacy.erasure import erase
from convene.signups.actions import cancel
from tests.factories import a_signup, an_event, an_organisation
from tests.parts.application import writing

START = datetime(2026, 5, 12, 18, tzinfo=UTC)
PEOPLE = 4  # three at one table, and one elsewhere
WHO = st.integers(0, PEOPLE - 1)
ANSWER = st.tuples(
    st.just("answer"), WHO, st.frozensets(WHO, min_size=1), st.sampled_from(["email", "phone", "relay"])
)
UNTICKED = st.tuples(st.just("answer"), WHO, st.just(frozenset[int]()), st.just("email"))
ACTS = st.one_of(
    ANSWER,
    ANSWER,
    ANSWER,
    UNTICKED,
    st.tuples(st.just("not_again"), WHO, WHO),
    st.tuples(st.just("end"), WHO, WHO),
    st.tuples(st.just("say"), WHO, WHO, st.sampled_from(["in_touch", "not_now", ""])),
    st.tuples(st.just("cancel"), WHO),
    st.tuples(st.just("erase"), WHO),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.just("forget")),
)


class Evening:
    """A table of three and somebody elsewhere, with what must follow worked out beside the program."""

    def __init__(self) -> None:
        host = an_organisation(now=START)
        self.event = an_event(host, starts_at=START, ends_at=START + timedelta(hours=2), now=START)
        self.now = START + timedelta(hours=20)
        self.signups = [a_signup(self.event, now=START) for _ in range(PEOPLE)]
        self.ids = [one.person_id for one in self.signups]
        round_ = Round(event_id=self.event.id, number=1, state="held", created_at=START)
        db.session.add(round_)
        db.session.flush()
        group = Group(round_id=round_.id, number=1, label="Table 1")
        db.session.add(group)
        db.session.flush()
        for position, one in enumerate(self.ids[:3]):
            db.session.add(Seat(round_id=round_.id, group_id=group.id, person_id=one, position=position))
        self.nudges = []
        for one in self.ids:
            nudge = Nudge(
                key=f"thank_you:{self.event.id}:{one}:1", rule="thank_you", event_id=self.event.id,
                person_id=one, state="sent", reason="they had a place", due_at=START, decided_at=START,
            )  # fmt: skip
            db.session.add(nudge)
            self.nudges.append(nudge)
        db.session.flush()
        self.yes: dict[tuple[int, int], datetime] = {}
        self.erased: set[int] = set()
        self.apart: set[frozenset[int]] = set()
        self.told: set[frozenset[int]] = set()
        self.ended: set[tuple[int, int]] = set()

    def do(self, act: tuple[Any, ...]) -> None:
        getattr(self, act[0])(*act[1:])
        db.session.flush()
        db.session.expire_all()

    def answer(self, who: int, ticks: frozenset[int], channel: str) -> None:
        if who in self.erased:
            return  # their link opens nothing
        given_ = answering.Given(
            touch=[self.ids[one] for one in ticks], channel=channel, contact="020 7946 0000"
        )
        try:
            answering.answer(self.nudges[who], given_, self.now)
        except answering.TooLate:
            assert self.now > self.event.ends_at + answering.ANSWERS_CHANGE
            return
        reached = {one for one in ticks if one != who and one < 3 and who < 3 and one not in self.erased}
        for other in range(PEOPLE):
            pair = frozenset((who, other))
            if other in reached:
                self.yes[who, other] = self.now
            elif pair not in self.told:
                self.yes.pop((who, other), None)
        for other in reached:
            pair, theirs = frozenset((who, other)), self.yes.get((other, who))
            if theirs and self.now - theirs <= answering.YES_LASTS and pair not in self.apart | self.told:
                self.told.add(pair)

    def not_again(self, who: int, other: int) -> None:
        if who in self.erased:
            return
        met = who != other and max(who, other) < 3 and other not in self.erased
        assert answering.not_again(self.nudges[who], self.ids[other], self.now) == met
        if met:
            self.apart.add(frozenset((who, other)))

    def side(self, who: int, other: int) -> Tie | None:
        rows = select(Tie).where(Tie.person_id == self.ids[who], Tie.other_id == self.ids[other])
        found = db.session.scalar(rows)
        return queries.side(found.id) if found else None

    def end(self, who: int, other: int) -> None:
        if found := self.side(who, other):
            network.end(found, self.now)
            self.ended.add((who, other))

    def say(self, who: int, other: int, came: str) -> None:
        if found := self.side(who, other):
            network.say(found, came, "words", "hosts", self.now)

    def cancel(self, who: int) -> None:
        cancel(self.signups[who].id, self.now)

    def erase(self, who: int) -> None:
        erase(self.ids[who], "test", self.now)
        self.erased.add(who)
        for pair in list(self.yes):
            if who in pair and frozenset(pair) not in self.told:
                del self.yes[pair]

    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    def forget(self) -> None:
        answering.forget(self.now)
        for pair, at in list(self.yes.items()):
            if self.now - at > answering.YES_LASTS and frozenset(pair) not in self.told:
                del self.yes[pair]

    def check(self) -> None:
        """Letters, ties and rows are those that must be, and no more."""
        letters = db.session.scalars(
            select(OutgoingMail).where(
                OutgoingMail.letter == "stay_in_touch", OutgoingMail.person_id.in_(self.ids)
            )
        ).all()
        told = [
            tuple(sorted(self.ids.index(int(part)) for part in one.key.split(":")[2:4])) for one in letters
        ]
        assert sorted(told) == sorted([tuple(sorted(pair)) for pair in self.told] * 2)
        moments: dict[tuple[int, ...], set[datetime]] = {}
        for one, pair in zip(letters, told, strict=True):
            assert one.organisation_id is None and one.event_id is None
            moments.setdefault(pair, set()).add(one.posted_at)
        assert all(len(found) == 1 for found in moments.values()), "both hear of it at one moment"
        ties = db.session.execute(
            select(Tie.person_id, Tie.other_id).where(Tie.person_id.in_(self.ids))
        ).all()
        pairs = {(self.ids.index(one), self.ids.index(other)) for one, other in ties}
        assert pairs == {(one, other) for pair in self.told for one in pair for other in pair - {one}}
        for who in range(PEOPLE):
            listed = {self.ids.index(one.other_id) for one in queries.of_person(self.ids[who])}
            wanted = {other for one, other in pairs if one == who and (who, other) not in self.ended}
            assert listed == wanted - self.erased, "an end by the other shows nowhere"
            assert has_rule(self.ids[who]) == any(who in pair for pair in self.apart)
        kept = select(Answer).where(Answer.event_id == self.event.id, Answer.question == "touch")
        for row in db.session.scalars(kept):
            both = (self.ids.index(row.person_id), self.ids.index(row.about_id or 0))
            assert (row.released_at is not None) == (frozenset(both) in self.told)
            assert both in self.yes


@given(st.lists(ACTS, min_size=1, max_size=14))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_contact_is_given_on_two_yeses_and_on_nothing_else(
    sqlite_app: Flask, acts: list[tuple[Any, ...]]
) -> None:
    with writing(sqlite_app):
        evening = Evening()
        for act in acts:
            evening.do(act)
            evening.check()
