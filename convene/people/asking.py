"""How often an address may be written to because anybody typed it: few until it has answered once, then more."""

from datetime import datetime

from convene.access import limits
from convene.people.models import Person


def count_letter(person: Person, now: datetime) -> None:
    """One more letter that anybody could have asked for in this person's name. Raises limits.TooMany.

    Few until the address has answered once; then more, so that somebody known can sign up for a whole programme.
    """
    address = person.reachable
    if person.state != "provisional":
        limits.take(now, MAILS_PER_KNOWN_ADDRESS_HOUR=address)
    else:
        limits.take(now, MAILS_PER_ADDRESS_HOUR=address, MAILS_PER_ADDRESS_DAY=address)


def may_write(person: Person, now: datetime) -> bool:
    """Count one more such letter; False if that is too many. Nobody is told which: the page reads the same."""
    try:
        count_letter(person, now)
    except limits.TooMany:
        return False
    return True
