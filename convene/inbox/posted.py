"""A letter about a thread was answered: what its reader wrote goes into the thread, if it is theirs beyond doubt."""

from datetime import datetime

from convene.access import limits
from convene.circles import queries, talk
from convene.circles.models import Circle, Member, Thread
from convene.circles.reply_addresses import mark, named
from convene.circles.talk_letters import answer_above
from convene.extensions import db
from convene.inbox.models import Inbound
from convene.inbox.own_words import own_words
from convene.inbox.read import Incoming
from convene.inbox.replied import believed
from convene.links import keyed_hash
from convene.mail.languages import LANGUAGES
from convene.people.addresses import folded
from convene.people.words import BadWords, tidy


def handle(incoming: Incoming, row: Inbound, now: datetime) -> None:
    """Write the post, or on `row` why not; a host reads there what was not taken."""
    row.outcome = "unmatched"
    found = thread_of(incoming)
    if found is None:
        row.detail = "An answer to a thread, at an address that is not ours."
        return
    member, thread = found
    circle = db.session.get_one(Circle, member.circle_id)
    row.organisation_id, row.person_id = circle.organisation_id, member.person_id
    marks = tuple(answer_above(language) for language in LANGUAGES)
    try:
        words = tidy(own_words(incoming.words, marks), lines=True)
    except BadWords as problem:
        row.detail = str(problem)[:300]
        return
    row.words = words or incoming.words[:2000]  # what was written below a quotation is for the host to read
    if folded(incoming.sender) != member.person.reachable or not believed(incoming):
        row.detail = "An answer to a thread that came from another address than the member's own."
    elif member.state != "member" or not circle.talks or thread.closed_at or circle.state == "ended":
        row.outcome, row.detail = "late", "An answer to a thread that takes no more posts."
    elif not words or len(words) > talk.MOST:
        row.detail = "An answer to a thread without words of its own, or with too many."
    elif writes_too_often(circle.id, member.person_id, now):
        row.detail = "An answer to a thread by somebody who wrote very often within the hour."
    else:
        key = keyed_hash("post", incoming.identity)
        talk.write(thread, member.person_id, words, talk.names(circle.id), now, key)
        row.outcome, row.words = "applied", ""  # it stands in the thread, which is the circle's alone


def writes_too_often(circle_id: int, person_id: int, now: datetime) -> bool:
    try:
        limits.take(now, POSTS_PER_MEMBER=talk.writer(circle_id, person_id))
    except limits.TooMany:
        return True
    return False


def thread_of(incoming: Incoming) -> tuple[Member, Thread] | None:
    """Whom and which thread the address names, if its mark is ours."""
    for address in incoming.recipients:
        if parts := named(address):
            member_id, thread_id, signed = parts
            member = queries.member(member_id)
            thread = talk.thread(member.circle_id, thread_id) if member else None
            if member and thread and mark(member_id, thread_id, member.generation) == signed:
                return member, thread
    return None
