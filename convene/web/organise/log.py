"""What was done at this desk, by whom and when, in words: never what was in it, and nothing kept for the lead alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from convene.access import audit
from convene.access.models import AuditEntry
from convene.calendar import zones
from convene.people.queries import ORGANISING
from convene.web.organise import log_subjects
from convene.web.organise.seen import sees_rules

page = Blueprint("organise_log", __name__)

PAGE = 50
OTHERS = {"worker": "The program", "command": "Whoever runs the server", "sign_in": "Somebody signing in"}
# Of whom it would tell that somebody fears somebody, or who tries out whom: read by the lead alone.
FOR_THE_LEAD = ("separation.", "worry.", "likeness.", "circle_apart.", "groups.refused")
WORDS = {
    "signed_in": "signed in", "device.ended": "signed a device out", "devices.ended": "signed out everywhere",
    "event.drafted": "wrote a draft", "event.published": "published", "event.called_off": "called off",
    "event.thrown_away": "threw a draft away", "event.told": "told people of a change",
    "event.cared": "changed the settings of", "attendance.reopened": "said that attendance is not complete after all",
    "event.one_more": "gave one more place", "attendance.complete": "said that attendance is complete",
    "groups.dealt": "dealt the groups", "groups.moved": "moved somebody", "groups.published": "published the groups",
    "groups.undone": "undid a change to the groups", "groups.held": "said that a round was held",
    "groups.refused": "was refused a change to the groups or to who is who",
    "groups.settings": "changed the settings of the deal",
    "groups.needs": "changed who needs what", "groups.chosen": "chose another deal", "groups.told": "told the groups",
    "round.started": "began a round", "round.prolonged": "gave a round more time", "round.ended": "ended a round",
    "signup.invited": "invited somebody by name", "signup.uninvited": "took an invitation back",
    "signup.answered": "answered somebody who asked to come", "person.welcomed": "invited somebody to welcome",
    "helper.given": "gave a helper a link", "helper.ended": "ended a helper's link",
    "mail.again": "sent a letter again",
    "mail.dropped": "stopped a letter", "wording.changed": "changed the words of a letter",
    "wording.dropped": "took the usual words of a letter", "message.set_to_go": "set a message to go",
    "message.recalled": "recalled a message", "message.sent": "sent a message", "message.dropped": "dropped a message",
    "organisation.changed": "changed the organisation", "person.merged": "made two entries one",
    "person.parted": "parted two entries", "person.erased": "erased somebody",
    "person.exported": "took a copy of their data",
    "person.corrected": "corrected their data", "person.address_mended": "put an address right",
    "person.tagged": "tagged somebody", "person.untagged": "took a tag off somebody", "role.owner": "made an owner",
    "role.organiser": "made an organiser",
    "role.host": "asked somebody to host one event", "role.safeguarding": "named a safeguarding lead",
    "role.ended": "ended a part", "role.lead_ended": "ended the part of a safeguarding lead",
    "signups.imported": "brought sign-ups in from a file", "signups.exported": "took sign-ups away as a file",
    "question.asked": "asked a question of their own", "question.changed": "changed a question",
    "question.replaced": "replaced a question", "question.retired": "retired a question",
    "second_step.taken": "took the second step", "second_step.wrong": "got the second step wrong",
    "second_step.added": "added a way to sign in by a second step",
    "second_step.codes": "made new codes of the second step",
    "second_step.removed": "took a way to sign in by a second step away",
    "challenge.changed": "changed a challenge", "glossary.changed": "changed the words for offers and asks",
    "figures.exported": "took figures of what came of it away", "feeling.asked": "asks how connected people feel",
    "feeling.not_asked": "asks no more how connected people feel",
    "nudges.set": "changed when a letter goes", "nudges.usual": "took the usual time of a letter",
    "circle.founded": "founded a circle", "circle.changed": "changed a circle",
    "circle.planned": "planned the sessions of", "circle.dates_changed": "changed a session of",
    "circle.session_called_off": "called off a session of",
    "circle.session_restored": "took back a called-off session of", "circle.ended": "ended a circle",
    "circle.rests": "let a circle rest", "circle.resumed": "took a circle up again",
    "circle.exported": "took a circle away as a file", "circle.member_added": "added a member to",
    "circle.answered": "answered somebody who asked to join", "circle.member_removed": "took a member off",
    "circle.poll_opened": "asked the members when they can meet",
    "involvement.answered": "answered somebody who would like to get involved",
    "involvement.reopened": "opened an answer again",
    "lock.made": "keeps two people together", "lock.lifted": "no longer keeps two people together",
    "separation.made": "keeps two people apart", "separation.lifted": "no longer keeps two people apart",
    "separation.read": "read the note of a keep-apart rule", "worry.read": "read what was told in confidence",
    "worry.linked": "linked what was told in confidence", "worry.set_aside": "set aside what was told in confidence",
    "circle_apart.in": "let somebody into a circle beside whom they are kept apart from",
    "circle_apart.out": "left somebody in line for a circle, because of whom they are kept apart from",
    "likeness.same": "said that two entries may be one person", "likeness.set_aside": "said that two are two people",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    who: str
    did: str
    what: str


def in_words(verb: str) -> str:
    return WORDS.get(verb, verb.replace(".", ": ").replace("_", " "))


def actor_in_words(actor: str, names: dict[str, str]) -> str:
    return OTHERS.get(actor) or names[actor]


def lines(entries: Sequence[AuditEntry], *, is_lead: bool) -> list[Line]:
    told = {text for one in entries for text in (one.actor, one.subject)}
    names = log_subjects.named(g.desk.organisation_id, told, g.desk.zone, is_lead=is_lead)
    return [
        Line(one.at, actor_in_words(one.actor, names), in_words(one.verb), names[one.subject])
        for one in entries
    ]


def a_day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def begins(day: date | None, *, after: int = 0) -> datetime | None:
    """The first moment of a day, or of so many days after it, by the host's clock."""
    if day is None or not date(2000, 1, 1) <= day <= date(9990, 1, 1):
        return None
    return zones.utc(datetime.combine(day + timedelta(days=after), datetime.min.time()), g.desk.zone)


@page.get("")
def show() -> ResponseReturnValue:
    if not g.desk.roles & set(ORGANISING):
        abort(404)
    is_lead = sees_rules()
    verb, actor = request.args.get("verb", ""), request.args.get("actor", "")
    before = request.args.get("before", type=int) or 0
    asked = audit.Asked(
        verb=verb if verb in WORDS else "",
        actor=actor if actor.isprintable() and len(actor) <= 40 else "",
        since=begins(a_day("since")),
        until=begins(a_day("until"), after=1),
        hidden=() if is_lead else FOR_THE_LEAD,
    )
    before = before if 0 < before < 2**31 else 0
    found = audit.found(g.desk.organisation_id, asked, before, PAGE + 1)
    verbs, actors = audit.kinds(g.desk.organisation_id, asked.hidden)
    return render_template(
        "organise/log.html",
        lines=lines(found[:PAGE], is_lead=is_lead),
        next_before=found[PAGE - 1].id if len(found) > PAGE else None,
        verbs=sorted(((one, in_words(one)) for one in verbs if one in WORDS), key=lambda one: one[1]),
        actors=actors_in_words(actors),
        asked=asked,
        since=request.args.get("since", "") if asked.since else "",
        until=request.args.get("until", "") if asked.until else "",
        is_first=not before,
    )


def actors_in_words(actors: Sequence[str]) -> list[tuple[str, str]]:
    names = log_subjects.named(g.desk.organisation_id, actors, g.desk.zone, is_lead=False)
    return sorted(((one, actor_in_words(one, names)) for one in actors), key=lambda one: one[1].casefold())
