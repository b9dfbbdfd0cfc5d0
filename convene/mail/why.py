"""Why each letter came, in a sentence for the one who got it, and which letters those were."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from convene.extensions import db
from convene.mail.languages import HOUSE
from convene.mail.models import OutgoingMail
from convene.mail.translations import said

MOST = 50

# To the person, after "Why did I get this?"; a nudge has its own reason in its row besides.
WHY = {
    "confirm": "Somebody, most likely you, signed up with this address; nothing is kept until its button is pressed.",
    "place_link": "You signed up again, or asked for a new link to your place.",
    "place_confirmed": "You took a place at this event.",
    "waitlisted": "You joined the waiting list of this event.",
    "asked": "You asked to come, and the host answers everybody who asks.",
    "not_this_time": "You asked to come, and the host could not give you a place.",
    "asked_to_come": "The host would like you to come, and invited you by name.",
    "answers_wanted": "Somebody asked to come to an event that you organise, and had no answer yet.",
    "in_confidence": "You look after safeguarding for this host, and something waited for you.",
    "readers_changed": "You look after safeguarding for this host, or did, and who reads confidences changed.",
    "place_offered": "A place came free and you were next in line.",
    "changed": "The host changed something about an event that you have a part in.",
    "cancelled": "Your place was given back, by you or by the host.",
    "declined": "Your calendar told us that you cannot come.",
    "called_off": "The host called off an event that you had a part in.",
    "your_group": "You have a place at this event, and its groups were published.",
    "stay_in_touch": "You and somebody whom you met both said yes to staying in touch.",
    "message": "The host wrote to people with a part in this event.",
    "announcement": "You said that this host may write to you about new events.",
    "new_events": "You said that this host may write to you about new events.",
    "news_confirm": "Somebody, most likely you, asked for news of events; nothing comes without your yes.",
    "involved_confirm": "Somebody, most likely you, would like to get involved; the host hears of it once you say so.",
    "reminder": "You have a place at this event, and it was a day away.",
    "thank_you": "You had a place at this event.",
    "what_came": "You and somebody both said yes to staying in touch.",
    "passed_on": "Somebody you said yes to asked us to pass their words on.",
    "welcome": "You said that this host may write to you about new events, and it wrote to you by name.",
    "my_page": "Somebody asked on a page of yours for the way to your own page.",
    "my_data": "Somebody asked on the page of your place to see what is kept about you.",
    "new_address": "Somebody asked to have their letters sent to this address.",
    "address_changed": "Your address was changed on the page of your data.",
    "sign_in": "Somebody asked to sign in with this address.",
    "invited": "Somebody gave you a part at the desk of a host.",
    "second_step": "The second step of a sign-in with this address was changed.",
    "new_device": "Somebody signed in as you on a device that we had not seen before.",
    "circle_confirm": "Somebody, most likely you, asked with this address to join a circle; nothing is kept until its "
    "button is pressed.",
    "circle_link": "You asked to join this circle again, or for a new link to your page in it.",
    "circle_joined": "You have a place in this circle.",
    "circle_waiting": "You joined the waiting list of this circle.",
    "circle_declined": "You asked to join this circle, and its host answered.",
    "circle_changed": "Something changed about your dates in this circle.",
    "circle_left": "You left this circle.",
    "circle_ended": "A circle that you were in has ended.",
    "circle_poll": "You are in this circle, and its first date is being found.",
    "circle_posts": "Somebody wrote in a circle that you are in, and you chose to hear of it by mail.",
    "circle_turn": "The members of your circle host in turn, and it is yours.",
    "circle_missed": "You are in this circle and were not at one of its sessions.",
    "circle_asked": "You look after this circle, and somebody asked to join it.",
    "digest": "Several small things were due at one time, and one letter is enough.",
    "plan": "You have a place at this event, and it was a week away.",
    "did_you_meet": "Your group was to meet.",
    "action_due": "You said you would do this, and its day was near.",
    "still_true": "What you told us, or what you can give or seek, was not looked at for a while.",
    "welcome_back": "Several letters of ours brought no answer.",
    "asked_to_join": "Somebody asked to join a circle that you host, and still waits.",
    "missed_two": "A member missed two sessions of a circle that you host.",
    "no_action": "Two sessions of a circle that you host led to no action.",
    "to_do": "Something waits for you as a host.",
}
OTHERWISE = "It is about your part in what this host does."


@dataclass(frozen=True, slots=True)
class Told:
    """One letter that left: `key` is the outbox's own, `why` a sentence."""

    key: str
    subject: str
    sent_at: datetime
    why: str


def sentence(letter: str, language: str = HOUSE) -> str:
    return said(WHY.get(letter, OTHERWISE), language)


def told(person_id: int, since: datetime, language: str = HOUSE) -> list[Told]:
    """The letters sent to this person since then, the newest first, 50 at most; each with its reason.

    Those that are between two people are among them, though no row of theirs names the host.
    """
    rows = select(OutgoingMail.key, OutgoingMail.subject, OutgoingMail.sent_at, OutgoingMail.letter)
    rows = rows.where(OutgoingMail.person_id == person_id)
    rows = rows.where(OutgoingMail.state == "sent", OutgoingMail.sent_at >= since)
    rows = rows.order_by(OutgoingMail.sent_at.desc(), OutgoingMail.id.desc()).limit(MOST)
    return [
        Told(key, subject, sent_at, sentence(letter, language))
        for key, subject, sent_at, letter in db.session.execute(rows)
        if sent_at is not None
    ]
