"""How often an address may be written to because anybody typed it: few until it has answered once, then more."""

from datetime import datetime

from convene.access import limits
from convene.people.models import Person


def may_write(person: Person, now: datetime) -> bool:
    """Count one more letter that anybody could have asked for in this person's name; False if that is too many.

    Nobody is told which: the page reads the same.
    """
    address = person.reachable
    try:
        if person.state != "provisional":
            limits.take(now, MAILS_PER_KNOWN_ADDRESS_HOUR=address)
        else:
            limits.take(now, MAILS_PER_ADDRESS_HOUR=address)
            limits.take(
                now, MAILS_PER_ADDRESS_DAY=address
            )  # apart: what the hour refuses uses up nothing of the day
    except limits.TooMany:
        return False
    return True
