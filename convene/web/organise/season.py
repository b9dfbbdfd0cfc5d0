"""A whole season on one page: every session of a circle still to come, planned at once where its list is fixed."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import audit
from convene.circles.models import Circle
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.groups import actions, facts, season
from convene.groups.deal import Invalid, Refused
from convene.groups.deal.sizes import NUMBER_WORDS
from convene.groups.dealing import deal_for_board
from convene.groups.models import Round
from convene.groups.spread import Spread, company, least_repeats
from convene.web.filters import plural
from convene.web.organise import own
from convene.web.organise.refusals import refused
from convene.web.organise.rounds import refused_in_words
from convene.web.organise.seen import sees_rules

page = Blueprint("organise_season", __name__)

SECONDS = 2.0  # of work: nobody waits at the door for a plan of weeks
NAMED = 12  # of those missing from a session; the rest are counted

CHANGED = "Something changed while this was made: who comes, a date, a rule. Nothing was kept. Look again, then plan."
GONE = "These sessions cannot be planned at once any more. Below it says why."


@dataclass(frozen=True, slots=True)
class Line:
    """One session as the page lists it: what stands at its groups, who is missing from its list, how many come."""

    session: Event
    state: str  # of its groups: none, draft, published or held
    coming: int | None  # none where its list is no part of the plan
    missing: str


@page.get(f"/{own.ID.format('event_id')}/groups/season")
def show(event_id: int) -> ResponseReturnValue:
    event = own.event(event_id)
    found = season.of(event, clock.now())
    everything = sorted(
        (*found.sessions, *found.told, *found.of_other_size), key=lambda one: (one.starts_at, one.id)
    )
    boards = season.dealt(everything)
    return render_template(
        "organise/season.html",
        event=event,
        circle=db.session.get(Circle, event.circle_id) if event.circle_id else None,
        season=found,
        lines=[line(found, session, boards) for session in everything],
        bound=bound_in_words(found) if not found.hindrance else "",
        ways=named(found.now_here_now_there),
        drafts=sum(session.id in boards for session in found.sessions),
        dealt=len(boards),
        spread=spread_in_words(everything, boards) if len(boards) > 1 else [],
        sizes=NUMBER_WORDS,
    )


def line(found: season.Season, session: Event, boards: Mapping[int, Sequence[Round]]) -> Line:
    states = {round_.state for round_ in boards.get(session.id, ())}
    state = next((one for one in ("draft", "published", "held") if one in states), "")
    listed = found.lists.get(session.id)
    gone = named(found.missing(session)) if listed is not None else ""
    return Line(session, state, None if listed is None else len(listed), gone)


def named(names: Sequence[str]) -> str:
    more = f" and {plural(len(names) - NAMED, 'other')}" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def bound_in_words(found: season.Season) -> str:
    """How many others everybody can meet at best, and how often, if that is all of them; by each way they come."""
    if len(found.apart) == 1:
        return best(found, found.apart[0], "everybody")
    room, online = found.apart
    both = f"{plural(room, 'person comes', 'people come')} to the room and {online} online. "
    here = best(found, room, "whoever is in the room", " there")
    there = best(found, online, "whoever is online", " there")
    return f"{both}The two share no group, so each is dealt by itself. {here} {there}"


def best(found: season.Season, people: int, who: str, there: str = "") -> str:
    size = found.sessions[0].group_size
    others, seats = people - 1, company(people, size, found.rounds)
    opening = f"In {plural(found.rounds, 'round')} of {NUMBER_WORDS[size]} {who} can at best meet"
    if not others:
        return f"{who[:1].upper()}{who[1:]} is alone there."
    if seats < others:
        return f"{opening} {seats} of the {others} others{there}."
    times, more = divmod(seats, others)
    often = {1: "once", 2: "twice"}.get(times, f"{times} times")
    whom = "the other" if others == 1 else f"all {others} others"
    return f"{opening} {whom}{there} {often}{', and some of them once more' if more else ''}."


def spread_in_words(sessions: Sequence[Event], boards: Mapping[int, Sequence[Round]]) -> list[str]:
    """Who meets whom over all sessions that have groups, in a sentence each."""
    dealt = [session for session in sessions if session.id in boards]
    found, kept = season.spread_of(boards, dealt[-1])
    others = found.people - 1
    if sum(found.times.values()) + len(kept) == found.people * others // 2:
        words = ["Everybody meets everybody."]
    elif found.fewest == found.most:
        words = [f"Everybody meets {found.most} of the {others} others."]
    else:
        words = [f"Everybody meets at least {found.fewest} and at most {found.most} of the {others} others."]
    return [
        *words,
        *repeats_in_words(found, is_least(dealt, boards, found, kept)),
        *before_in_words(found, kept),
    ]


def repeats_in_words(found: Spread, least: bool) -> list[str]:
    often = [(times, pairs) for times, pairs in sorted(found.times.items()) if times > 1]
    if not often:
        return ["Nobody meets the same person twice."]
    counts = [
        f"{plural(pairs, 'pair meets', 'pairs meet')} {'twice' if times == 2 else f'{times} times'}"
        for times, pairs in often
    ]
    both = " and ".join(filter(None, (", ".join(counts[:-1]), counts[-1])))
    return [f"{both}: so many repeats are the least possible." if least else f"{both}."]


def before_in_words(found: Spread, kept: Sequence[tuple[int, int]]) -> list[str]:
    words = []
    if found.again:
        words.append(f"{plural(found.again, 'pair', 'pairs')} had met at an earlier event.")
    if kept:
        words.append("Those who are kept together are not counted.")
    return words


def is_least(
    dealt: Sequence[Event],
    boards: Mapping[int, Sequence[Round]],
    found: Spread,
    kept: Sequence[tuple[int, int]],
) -> bool:
    """Whether the repeats are the fewest that there can be; told only where everybody sits in every round."""
    rounds = [round_ for board in boards.values() for round_ in board]
    whole = all(sum(len(group.seats) for group in round_.groups) == found.people for round_ in rounds)
    sizes = {session.group_size for session in dealt}
    if not whole or len(sizes) > 1:
        return False
    return found.repeats == least_repeats(found.people, sizes.pop(), len(rounds), kept)


@page.post(f"/{own.ID.format('event_id')}/groups/season")
def plan(event_id: int) -> ResponseReturnValue:
    """Read, deal outside any transaction (it takes time), then keep all of it or nothing."""
    found = season.of(own.event(event_id), clock.now())
    names = dict(found.names)
    try:
        asked = season.ask(found, secrets.randbelow(2**31))
        db.session.rollback()
        dealt = deal_for_board(asked.problem, seconds=SECONDS)
        start_write()
        season.keep(asked, dealt.plan, clock.now())
    except season.NotPlanned:
        db.session.rollback()
        flash(GONE, "warn")
    except actions.Changed:
        db.session.rollback()
        flash(CHANGED, "warn")
    except (Refused, Invalid) as refusal:
        refused(event_id)
        for words in refused_in_words(refusal, names):
            flash(words, "bad")
    else:
        for session_id, _ in asked.sessions:
            audit.record(
                g.desk.organisation_id, g.desk.actor, "groups.dealt", f"event:{session_id}", clock.now()
            )
        db.session.commit()
        flash(
            f"Planned: {plural(asked.problem.rounds, 'round')} over {len(asked.sessions)} sessions. "
            "Nobody has been told: publish the groups of each session when you like.",
            "good",
        )
        for words in (dealt.plan.because if sees_rules() else dealt.open_because)[:2]:
            flash(facts.with_names(words, names)[:400], "good")
    return redirect(url_for("organise_season.show", event_id=event_id), 303)
