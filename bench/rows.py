"""What the bench finds in the database, planted by the program's own actions in a process that then ends.

`python -m bench.rows programme` plants what a line-up shows; `event CAPACITY` an event to sign up for; `calendar
NUMBER` so many events to come (all three print a slug); `retitle` gives the newest event another title; `letters NUMBER
FILE` plants so many letters in the outbox, and the facts of one in FILE; `again` puts what was sent back in the queue;
`states SLUG` prints how many signups of an event are in each state.
"""

import base64
import json
import sys
from collections import Counter
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from sqlalchemy import select, update

from config import Config
from convene import clock
from convene.app import create_app
from convene.circles.models import Challenge, Circle
from convene.events import actions as events
from convene.events.models import Event
from convene.extensions import affected, begin_write, db
from convene.mail.models import OutgoingMail
from convene.people.actions import found_organisation
from convene.people.models import Organisation
from convene.signups import actions as signups
from convene.signups.models import Signup

DESCRIPTION = """What happens when a street decides what to do with its own shops?

Two people who tried it tell what they did, what it cost and what they would leave out next time. Then the evening is
yours: three rounds of talk in small groups, each with people you have not met.

### The evening

- **6.00pm** doors open, there is soup
- **6.30pm** two short talks, ten minutes each
- **7.00pm** three rounds in small groups
- **8.15pm** what we take home, and who would like to meet again

You need not prepare anything. Read [what others asked last time](https://example.org/asked) if you like.

> The best hour of my month was spent with three people I would never have sat down beside.
"""


def host(now: datetime) -> Organisation:
    made = found_organisation("The Long Table", "Europe/London", now)
    made.privacy_contact = "data@example.org"
    return made


def an_event(title: str, starts_at: datetime, capacity: int, now: datetime) -> Event:
    facts = {
        "title": title,
        "summary": "What one street learnt when it asked everybody who lives there, and what it did next.",
        "description": DESCRIPTION,
        "host_name": "Hetty Host",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "zone": "Europe/London",
        "venue": "The Hall, 1 Long Row, Manchester",
        "access_info": "Level entrance from the yard, a hearing loop, and a quiet room beside the hall.",
        "capacity": capacity,
    }
    event = events.draft(host(now), facts, starts_at - timedelta(days=40))
    events.publish(event, min(now, starts_at - timedelta(days=30)))
    return event


def programme(now: datetime) -> str:
    """Ten events to come, four that were, three circles; half the places of the first are taken."""
    first = an_event("What a high street is for", now + timedelta(days=9), 60, now)
    for number in range(9):
        an_event(f"An inspiring idea {number}", now + timedelta(days=12 + 4 * number), 30 + number, now)
    for number in range(4):
        an_event(f"An idea of last season {number}", now - timedelta(days=5 + 6 * number), 30, now)
    for topic in ("Measuring relationships", "Who decides", "High streets"):
        challenge = Challenge(
            organisation_id=host(now).id,
            slug=f"{topic.lower().replace(' ', '-')}-challenge",
            title=topic,
            question=f"{topic}: what would have to be true for it to go well?",
            created_at=now,
        )
        circle = Circle(
            organisation_id=host(now).id,
            challenge=challenge,
            slug=topic.lower().replace(" ", "-"),
            title=f"The circle on {topic.lower()}",
            about="Meets every other Thursday.",
            created_at=now,
        )
        db.session.add_all([challenge, circle])
    db.session.flush()
    for number in range(30):
        signups.add(first.id, f"Person {number}", f"programme-{number}@example.org", now)
    # These letters were sent long ago: what is measured begins with an empty queue.
    for mail in db.session.scalars(select(OutgoingMail)):
        mail.state, mail.sent_at = "sent", now
    return first.slug


def calendar(number: int, now: datetime) -> str:
    """So many events over the seventeen months to come; prints the slug of the last."""
    apart = timedelta(days=500) / number
    for one in range(number):
        last = an_event(
            f"An evening among many, number {one}", now + timedelta(days=2) + one * apart, 30, now
        )
    return last.slug


def retitle(now: datetime) -> str:
    """Another title for the event that was planted last."""
    event = db.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    events.edit(event, {"title": f"{event.title[:100]} again"}, now)
    return event.slug


def letters(number: int, file: Path, now: datetime) -> str:
    """So many people with a place, each with their letter and invite in the queue."""
    event = an_event("An evening that many hear of", now + timedelta(days=20), number, now)
    for one in range(number):
        signups.add(event.id, f"Person {one}", f"letter-{one}@example.org", now)
    mail = db.session.scalars(select(OutgoingMail).where(OutgoingMail.event_id == event.id).limit(1)).one()
    facts = {name: getattr(mail, name) for name in ("subject", "text", "html")}
    facts |= {"from": "Convene <convene@example.org>", "date": format_datetime(mail.posted_at)}
    facts["invite"] = base64.b64encode(mail.invite or b"").decode()
    file.write_text(json.dumps(facts))
    return event.slug


def again(now: datetime) -> str:
    """Every letter that was sent waits once more, but the last: without it the database would seem to be restored."""
    last = select(OutgoingMail.id).order_by(OutgoingMail.sent_at.desc(), OutgoingMail.id.desc()).limit(1)
    back = update(OutgoingMail).where(OutgoingMail.state == "sent", OutgoingMail.id != last.scalar_subquery())
    back = back.values(state="queued", tries=0, due_at=now, sent_at=None)
    return str(affected(back.execution_options(synchronize_session=False)))


def states(slug: str) -> str:
    rows = select(Signup.state).join(Event, Event.id == Signup.event_id).where(Event.slug == slug)
    return json.dumps(Counter(db.session.scalars(rows)))


def main(words: list[str]) -> str:
    now = clock.now()
    if words[0] == "states":
        return states(words[1])
    begin_write()
    if words[0] == "programme":
        said = programme(now)
    elif words[0] == "calendar":
        said = calendar(int(words[1]), now)
    elif words[0] == "retitle":
        said = retitle(now)
    elif words[0] == "letters":
        said = letters(int(words[1]), Path(words[2]), now)
    elif words[0] == "again":
        said = again(now)
    else:
        said = an_event("An evening to sign up for", now + timedelta(days=14), int(words[1]), now).slug
    db.session.commit()
    return said


if __name__ == "__main__":
    with create_app(Config()).app_context():
        print(main(sys.argv[1:]))
