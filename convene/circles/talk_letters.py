"""Letters that bring what is written between sessions, and what happened at one that somebody missed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from markupsafe import Markup

from convene import links
from convene.calendar import zones
from convene.circles.letters import letter
from convene.circles.models import Member, Post, Thread
from convene.circles.reply_addresses import reply_address
from convene.events.models import Event
from convene.mail.languages import known
from convene.mail.letter import Letter, one_line
from convene.mail.markdown import Halves, halves
from convene.mail.translations import said

STOPS = (
    101  # the number of these letters in links that stop them; those of nudges count up from 0, news are 100
)
USEFUL = timedelta(days=7)
SHOWN = 30  # posts in one letter; the page has them all
MOST_NOTE = 20_000  # characters of a note in a letter; the page has it whole


@dataclass(frozen=True, slots=True)
class Written:
    """One post, as a letter shows it."""

    name: str
    when: str
    text: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Talk:
    """What is new in one thread; `url` is its page."""

    title: str
    url: str
    posts: tuple[Written, ...]


def stopping(member: Member) -> dict[str, Any]:
    host, person = member.circle.organisation, member.person
    return {
        "unsubscribe_url": links.unsubscribe(person.id, person.generation, STOPS),
        "list_id": f"{one_line(host.name)[:60]} <circles.{host.slug}.{links.host()}>",
        "quiet_zone": person.zone or member.circle.zone,
    }


def answer_above(language: str) -> str:
    """The line of a letter below which nothing is taken from an answer to it."""
    return said("Write your answer above this line", language)


def whole(words: str) -> Halves:
    """Markdown as text and as HTML, a line of dashes and all."""
    above, below = halves(words)
    return Halves(f"{above.text}\n\n{below.text}".strip(), above.html + below.html)


def posts(member: Member, found: Sequence[tuple[Thread, Sequence[Post]]], now: datetime) -> Letter:
    """What others wrote, by thread. A letter about one thread can be answered, where an inbox is set up."""
    language, zone = known(member.person.language), member.person.zone or member.circle.zone
    left = SHOWN
    talks = []
    for thread, written in found:
        shown = [as_written(post, zone, language) for post in written[: max(0, left)]]
        left -= len(shown)
        if shown:
            url = f"{links.member(member.id, member.generation)}/threads/{thread.id}"
            talks.append(Talk(thread.title, url, tuple(shown)))
    number = sum(len(written) for _, written in found)
    can_answer = len(found) == 1 and bool(current_app.config["INBOX_URL"])
    made = letter(
        "circle_posts",
        member,
        {
            "talks": talks,
            "more": max(0, number - SHOWN),
            "one": len(talks) == 1,
            "answer_above": answer_above(language) if can_answer else "",
        },
        expires_at=now + USEFUL,
        **stopping(member),
    )
    return replace(made, reply_to=reply_address(member, found[0][0])) if can_answer else made


def as_written(post: Post, zone: str, language: str) -> Written:
    told = whole(post.words)
    name = (post.author.called or post.author.name) if post.author else ""
    return Written(name, zones.spoken_moment(post.written_at, zone, language), told.text, Markup(told.html))  # noqa: S704 - parts of this house


def missed(member: Member, event: Event, note: str, decided: str, now: datetime) -> Letter:
    """What happened at a session, for a member who was not there."""
    language = known(member.person.language)
    told, agreed = whole(note[:MOST_NOTE]), whole(decided)
    return letter(
        "circle_missed",
        member,
        {
            "day": zones.spoken_date(event.starts_at, event.zone, language),
            "decided": agreed.text,
            "decided_html": Markup(agreed.html),  # noqa: S704 - parts of this house
            "note": told.text,
            "note_html": Markup(told.html),  # noqa: S704 - parts of this house
            "cut": len(note) > MOST_NOTE,
            "session_url": f"{links.member(member.id, member.generation)}/sessions/{event.id}",
        },
        expires_at=now + USEFUL,
        **stopping(member),
    )


def turn(member: Member, event: Event) -> Letter:
    """It is their turn to host: of use until the session begins."""
    language = known(member.person.language)
    return letter(
        "circle_turn",
        member,
        {
            "day": zones.spoken_date(event.starts_at, event.zone, language),
            "session_url": f"{links.member(member.id, member.generation)}/sessions/{event.id}",
        },
        expires_at=event.starts_at,
    )
