"""Letters about a place: numbered, in one thread a signup, and rationed where anybody could ask for them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select

from convene.access import codes
from convene.mail import outbox
from convene.mail.letter import Letter
from convene.mail.models import OutgoingMail
from convene.people.asking import may_write
from convene.signups import letters
from convene.signups.joining import comes_online
from convene.signups.models import Signup

LINK_LASTS = letters.LINK_LASTS
# Why a reminder was taken back: nudges.actions judges it anew, and it goes out with what is then so.
ASKED_FOR = ("confirm", "place_link")
UNTRUE = "what it tells of changed before this left"


def thread(signup: Signup) -> str:
    return f"signup:{signup.id}"


def post(
    letter: Letter, signup: Signup, now: datetime, replaces: tuple[str, ...] = (), counted: bool = False
) -> None:
    """Post a letter about this place; people without an address are told by the host, and members by their circle.

    `counted`: it was counted on the signup already.
    """
    if not signup.person.reachable or (signup.by_circle and letter.kind not in ASKED_FOR):
        return
    if not counted:
        signup.letter_count += 1
    outbox.post(
        letter,
        key=f"signup:{signup.id}:{letter.kind}:{signup.letter_count}",
        now=now,
        organisation_id=signup.event.organisation_id,
        event_id=signup.event_id,
        person_id=signup.person_id,
        thread=thread(signup),
        replaces=replaces,
    )


def take_back_reminders(person_ids: Sequence[int] | Select[int]) -> None:
    """Take back the waiting reminders of these people: one letter may tell of several events, this one among them."""
    outbox.set_aside(UNTRUE, OutgoingMail.letter == "reminder", OutgoingMail.person_id.in_(person_ids))


def next_sequence(signup: Signup) -> int:
    """SEQUENCE for this person's next invite: never lower than the event's, always higher than the last sent."""
    last = -1 if signup.invite_sequence is None else signup.invite_sequence
    signup.invite_sequence = max(signup.event.sequence, last + 1)
    return signup.invite_sequence


def send_link(signup: Signup, now: datetime) -> None:
    """Post the way to a place, unless this address has had its share of letters that nobody asked it for."""
    if signup.person.reachable and may_write(signup.person, now):
        post_link(signup, now)


def deliver_link(signup: Signup, now: datetime, browser: str, writes: bool) -> None:
    """Post the way to a place in a letter that is counted already, if it `writes`: by address, and on the signup.

    With the secret of the browser in which it was asked for, the letter holds a code to type there as well.
    """
    if not signup.person.reachable:
        return
    slug, until = signup.event.slug, signup.event.ends_at + LINK_LASTS
    if writes:
        code = codes.make(browser, "signup", slug, signup.id, until, now) if browser else ""
        post_link(signup, now, code, counted=True)
    elif browser:
        codes.pretend(browser, "signup", slug, until, now)


def post_new_link(signup: Signup, now: datetime) -> None:
    """As `post_link`, after the links before were ended: an entry in a calendar gets the new way into the room."""
    event = signup.event
    if signup.state != "confirmed" or not (signup.invite_open and comes_online(signup)):
        return post_link(signup, now)
    if signup.by_circle or event.state != "published" or event.ends_at <= now:
        return post_link(signup, now)
    post(letters.place_link(signup, **letters.request(signup, next_sequence(signup), now)), signup, now)


def post_link(signup: Signup, now: datetime, code: str = "", counted: bool = False) -> None:
    first = signup.state == "started"
    letter = letters.confirm(signup, code) if first else letters.place_link(signup, code)
    post(letter, signup, now, counted=counted)
