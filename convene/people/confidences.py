"""The safeguarding lead hears by a letter that something waits, and who reads it when that changes; nobody else does.

It is looked for by the worker and not at the sign-up or the press, so that neither takes a moment longer for it. The
row of the letter belongs to no host: that there was something to tell is in no mail log at a desk.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select

from convene.extensions import db
from convene.mail import outbox
from convene.mail.models import OutgoingMail
from convene.people import letters, worries
from convene.people.models import Organisation, Person, Separation, Worry
from convene.people.queries import roles


def hosts() -> Sequence[int]:
    """The organisations in which something may wait for the lead."""
    told = select(Worry.organisation_id).where(Worry.state == "open")
    ruled = select(Separation.organisation_id)
    return sorted(set(db.session.scalars(told)) | set(db.session.scalars(ruled)))


def waiting(organisation_id: int) -> list[str]:
    """A name for each thing that waits, the same for as long as it does."""
    told = [f"worry:{one.id}" for one in worries.open_ones(organisation_id)]
    return told + [f"like:{one.person.id}:{one.known.id}" for one in worries.alike(organisation_id)]


def tell_leads(organisation_id: int, now: datetime, more: Sequence[str] = ()) -> int:
    """Post one letter to each lead to whom something here is new, or of `more` by name; returns to how many.

    Once for each thing, by its key. The mail log forgets after six weeks: what waits still is told of again then.
    """
    things, told = [*waiting(organisation_id), *more], 0
    host = db.session.get_one(Organisation, organisation_id)
    for lead in worries.leads(organisation_id) if things else ():
        new = unheard(lead, things) if lead.reachable else []
        for key in new:  # several at once are one letter: the last stands for those that have not left
            outbox.post(
                letters.in_confidence(lead, host),
                key=key,
                now=now,
                person_id=lead.id,
                thread=f"confidence:{lead.id}",
                replaces=("in_confidence",),
            )
        told += bool(new)
    return told


def unheard(lead: Person, things: Sequence[str]) -> list[str]:
    keys = [f"confidence:{lead.id}:{thing}" for thing in things]
    known = set(db.session.scalars(select(OutgoingMail.key).where(OutgoingMail.key.in_(keys))))
    return [key for key in keys if key not in known]


@contextmanager
def telling_who_reads(host: Organisation, now: datetime, asked: Person | None = None) -> Iterator[None]:
    """Write to everybody who read what is told in confidence before this block, or does after it, if those changed.

    Not to whoever is `asked` in it: a letter of their own says so. The rows belong to no host, so that whoever took
    the part away cannot stop at the desk the letter that says so.
    """
    before = worries.leads(host.id)
    yield
    db.session.flush()
    after = worries.leads(host.id)
    if not before or set(before) == set(after):
        return
    no_lead = not any("safeguarding" in roles(one.id) for one in after)
    for one in dict.fromkeys((*before, *after)):
        thread = f"confidence:{one.id}"
        if one not in after:
            outbox.drop_unsent(thread, ("in_confidence",), "they do not read it any more")
        if one.reachable and one != asked:
            letter = letters.readers_changed(one, host, before, after, no_lead=no_lead)
            key = f"{thread}:readers:{now.isoformat()}"
            outbox.post(letter, key=key, now=now, person_id=one.id, thread=thread)
