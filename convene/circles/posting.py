"""Letters of a circle leave numbered, in one thread a member; whoever nobody can reach is told by the host."""

from datetime import datetime

from sqlalchemy import select

from convene.circles import letters
from convene.circles.models import Circle, Member
from convene.extensions import db
from convene.mail import outbox
from convene.mail.letter import Letter
from convene.people.models import Person, Role


def thread(member: Member) -> str:
    return f"member:{member.id}"


def post(letter: Letter, member: Member, now: datetime, replaces: tuple[str, ...] = ()) -> None:
    if not member.person.reachable:
        return
    member.letter_count += 1
    outbox.post(
        letter,
        key=f"member:{member.id}:{letter.kind}:{member.letter_count}",
        now=now,
        organisation_id=member.circle.organisation_id,
        person_id=member.person_id,
        thread=thread(member),
        replaces=replaces,
    )


def hosts(circle: Circle) -> list[Person]:
    """Who hears as host: the one who looks after the circle; where nobody does, the owners of the organisation."""
    own = db.session.get(Person, circle.host_id) if circle.host_id else None
    if own is not None and own.reachable and own.state != "erased":
        return [own]
    rows = select(Person).join(Role, Role.person_id == Person.id)
    rows = rows.where(Person.organisation_id == circle.organisation_id, Role.kind == "owner")
    return list(db.session.scalars(rows.where(Person.state != "erased").distinct().order_by(Person.id)))


def asking_mark(asked_at: datetime | None) -> str:
    """Which asking it was, for whoever asks, leaves and asks again."""
    return f"{asked_at:%Y%m%d%H%M%S}" if asked_at else ""


def tell_hosts_of_asking(member: Member, now: datetime) -> None:
    """At once; the key makes a repeat harmless. Whoever still waits after three days is told of as a nudge."""
    for host in hosts(member.circle):
        if host.reachable:
            outbox.post(
                letters.asked(host, member),
                key=f"circle_asked:{member.id}:{host.id}:{asking_mark(member.asked_at)}:1",
                now=now,
                organisation_id=member.circle.organisation_id,
                person_id=host.id,
            )
