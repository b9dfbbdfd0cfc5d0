"""The UID of a person's calendar entry: the event's own, but where two read one mailbox each has one of their own."""

from convene.signups.models import Signup


def uid_of(signup: Signup) -> str:
    """With one UID for both, the cancelled place of one would take the other's entry out of their one calendar."""
    if signup.person.mailbox_id is None:
        return signup.event.uid
    return f"{signup.id}.{signup.event.uid}"


def read(uid: str) -> tuple[str, int | None]:
    """The event's UID, and the id of the signup where the entry was one person's own."""
    number, dot, rest = uid.partition(".")
    if dot and number.isascii() and number.isdigit() and len(number) < 18:
        return rest, int(number)
    return uid, None
