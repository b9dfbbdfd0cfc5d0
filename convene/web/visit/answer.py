"""The page behind a thank-you: how was it, whom to hear from, anything worrying. Blind until both say yes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice, SelectMultipleField
from wtforms.validators import ValidationError

from convene import clock, links
from convene.access import limits
from convene.events.queries import locked
from convene.extensions import db, start_write
from convene.groups.starters import questions
from convene.mail.languages import known
from convene.mail.translations import said
from convene.nudges import answering, finding, stopping
from convene.nudges.met import Met, met
from convene.nudges.models import Nudge
from convene.offers import queries as offers
from convene.people import worries
from convene.people.actions import hold
from convene.signups import queries as signups
from convene.signups.called import called
from convene.web.behind import behind
from convene.web.forms import AtMost, Paragraphs, Words
from convene.web.speech import page_in, said_of, speak
from convene.web.visit import own_offers
from convene.web.visit.own_offers import OffersForm
from convene.web.visit.worry import can_be_kept

page = Blueprint("answer", __name__)

PAUSE = timedelta(days=30)
FACES = [
    SelectChoice("glad", "I am glad I came"),
    SelectChoice("good", "It was good"),
    SelectChoice("so_so", "It was so-so"),
    SelectChoice("not_for_me", "It was not for me"),
    SelectChoice("skipped", "I would rather not say"),
]
FEELING = [
    SelectChoice("more", "More than before"),
    SelectChoice("same", "About the same"),
    SelectChoice("less", "Less than before"),
    SelectChoice("", "I would rather not say"),
]
MET = [
    SelectChoice("yes", "Yes, we met"),
    SelectChoice("no", "Not this time"),
    SelectChoice("", "I would rather not say"),
]
MET_IN_GROUP = [
    SelectChoice("yes", "Yes"),
    SelectChoice("not_yet", "Not yet"),
    SelectChoice("no", "Not this time"),
    SelectChoice("", "I would rather not say"),
]
TALKED, MET_AGAIN = "Did you and your group get to talk?", "Did you and your group meet again?"
TOO_MANY = "So much was pressed here in the last hour that this was not kept. Write to your host."
NO_NUMBER = "Enter the number they may call, or choose another way"


class AnswerForm(OffersForm):
    met = RadioField("Were you there, and did you meet?", choices=MET, default="")
    helped = RadioField("How was it for you?", choices=FACES, default="skipped")
    words = Paragraphs("Anything you would like to tell the hosts", [AtMost(2000, "This")])
    feeling = RadioField(
        "Do you feel connected to the people around you?", choices=FEELING, default="", validate_choice=False
    )
    worry = Paragraphs("Anything worrying?", [AtMost(2000, "This")], render_kw={"autocomplete": "off"})
    touch = SelectMultipleField("Who would you like to hear from?", coerce=int, validate_choice=False)
    channel = RadioField(
        "How may they reach you, if they say yes too?",
        choices=[
            SelectChoice("email", "By email, at the address you signed up with"),
            SelectChoice("phone", "By phone"),
            SelectChoice("relay", "By messages through us alone: they are told neither"),
        ],
        default="email",
    )
    phone = Words(
        "Your phone number",
        [AtMost(40, "The phone number")],
        render_kw={"autocomplete": "tel", "inputmode": "tel"},
    )

    def validate_phone(self, field: Any) -> None:
        if (
            self.channel.data == "phone"
            and self.touch.data
            and sum(c.isdigit() for c in field.data or "") < 6
        ):
            raise ValidationError(NO_NUMBER)


def nudge_of(token: str) -> Nudge:
    nudge, _ = behind("answer", token, answering.find)
    if nudge.event is None or clock.now() > nudge.event.ends_at + answering.ANSWERS_CHANGE:
        raise links.Forged
    return nudge


def in_rounds(rounds: list[int], language: str) -> str:
    """Under which round they sat together, so that people remember who it was."""
    numbers = [str(number) for number in rounds]
    if len(numbers) == 1:
        return said("round {numbers}", language).format(numbers=numbers[0])
    first, last = ", ".join(numbers[:-1]), numbers[-1]
    return said("rounds {first} and {last}", language).format(first=first, last=last)


def answered(nudge: Nudge) -> dict[str, Any]:
    """What they said before, to fill the form with."""
    rows = answering.answers(nudge.event.id, nudge.person_id)
    by_question = {row.question: row for row in rows}
    helped, asked = by_question.get("helped"), answering.asks_of(nudge)
    touch = [row for row in rows if row.question == "touch"]
    channel = touch[0].channel if touch else "email"
    return {
        "met": by_question[asked].value if asked in by_question else "",
        "helped": helped.value if helped else "skipped",
        "words": helped.words if helped else "",
        "feeling": by_question["feeling"].value if "feeling" in by_question else "",
        "touch": [row.about_id for row in touch],
        "channel": channel,
        "phone": touch[0].contact if touch and channel == "phone" else "",
    }


def was_marked(nudge: Nudge) -> bool:
    """Whether the hosts wrote down that they came: then nobody asks."""
    signup = signups.of_person(nudge.event.id, nudge.person_id)
    return bool(signup and signup.attendance and signup.attendance.state in ("attended", "part"))


def form_of(nudge: Nudge, **facts: Any) -> AnswerForm:
    """Its first question is the one that the letter asked."""
    form = AnswerForm(**facts)
    if nudge.rule == "did_you_meet":
        form.met.choices = list(MET_IN_GROUP)
        form.met.label.text = MET_AGAIN if answering.asks_of(nudge) == "again" else TALKED
    return form


def render(nudge: Nudge, token: str, form: AnswerForm, code: int = 200) -> ResponseReturnValue:
    person, event = nudge.person, nudge.event
    found = met(nudge.event.id, person)
    if nudge.rule != "did_you_meet" and was_marked(nudge):
        del form.met
    if not event.organisation.asks_feeling:
        del form.feeling
    leads = worries.leads(event.organisation_id) if can_be_kept() else ()
    if not leads:
        del form.worry
    speak(form, person.language)
    return page_in(
        person.language,
        "visit/answer.html",
        nudge=nudge,
        event=event,
        token=token,
        form=form,
        met=[one for one in found if one.can_be_reached],
        by_round=by_round(event.id, [one for one in found if one.can_be_reached], known(person.language)),
        everybody=found,
        left_no_address=[one for one in found if not one.can_be_reached],
        in_rounds=in_rounds,
        called=called,
        done=nudge.state == "acted",
        meet_again=event.circle_id is None
        and finding.settings().is_wanted_at("did_you_meet", event.organisation_id, event.id),
        leads=", ".join(called(one) for one in leads),
        offered=[one for one in offers.of_person(person.id) if one.expires_at > clock.now()],
        my_page=links.my_page(person.id, person.generation, clock.now()).rpartition("/")[2],
    ), code


def by_round(event_id: int, found: Sequence[Met], language: str) -> list[tuple[int, str, list[Met]]]:
    """Those met, each once: under the first round they shared and the question it began with."""
    rounds: dict[int, list[Met]] = {}
    for one in found:
        rounds.setdefault(one.rounds[0], []).append(one)
    return [
        (number, said_of(questions(event_id, number)[0], language), people)
        for number, people in sorted(rounds.items())
    ]


@page.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    nudge = nudge_of(token)
    return render(nudge, token, form_of(nudge, formdata=None, data=answered(nudge)))


@page.post("/<token>")
def save(token: str) -> ResponseReturnValue:
    nudge = nudge_of(token)
    form = form_of(nudge)
    if not form.validate():
        return render(nudge, token, form, 422)
    start_write()
    nudge = nudge_of(token)
    locked(nudge.event.id)
    language = known(nudge.person.language)
    try:
        tell(nudge, form.worry.data or "")
    except limits.TooMany:
        db.session.rollback()
        form.form_errors.append(said(TOO_MANY, language))
        return render(nudge_of(token), token, form, 429)
    if not own_offers.keep(nudge.person, form, clock.now()):
        return render(nudge_of(token), token, form, 422)
    answering.answer(nudge, given(nudge, form), clock.now())
    db.session.commit()
    return kept(
        token, said("Thank you. Your answers are kept, and you can change them here for 30 days.", language)
    )


def tell(nudge: Nudge, words: str) -> None:
    """What worries somebody goes to the safeguarding lead alone, and never back onto this page."""
    if words and can_be_kept():
        limits.take(clock.now(), PRESSES_PER_PLACE=f"worry:{nudge.person_id}")
        worries.tell(nudge.person, nudge.event.id, words, clock.now())


def given(nudge: Nudge, form: AnswerForm) -> answering.Given:
    channel = form.channel.data or "email"
    contacts = {"phone": form.phone.data, "email": nudge.person.address_typed}
    feeling = form.feeling.data if nudge.event.organisation.asks_feeling else ""
    return answering.Given(
        met=form.met.data or "",
        helped=form.helped.data or "",
        words=form.words.data or "",
        feeling=feeling if feeling in ("more", "same", "less") else "",
        touch=form.touch.data or [],
        channel=channel,
        contact=contacts.get(channel) or "",
    )


def kept(token: str, words: str, how: str = "good") -> ResponseReturnValue:
    flash(words, how)
    return redirect(url_for("answer.show", token=token), 303)


@page.post("/<token>/not-again")
def not_again(token: str) -> ResponseReturnValue:
    """One press, and the two share no group again. The page looks the same afterwards."""
    nudge_of(token)
    start_write()
    nudge = nudge_of(token)
    language = known(nudge.person.language)
    typed = request.form.get("person", "")
    other_id = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    try:
        answering.not_again(nudge, other_id, clock.now())
    except limits.TooMany:
        db.session.rollback()
        return kept(token, said(TOO_MANY, language), "bad")
    db.session.commit()
    return kept(
        token,
        said(
            "Noted: no group together again. Nothing here shows it, and only the safeguarding lead is told.",
            language,
        ),
    )


@page.post("/<token>/pause")
def pause(token: str) -> ResponseReturnValue:
    """No questions of ours for thirty days, in one press."""
    nudge_of(token)
    start_write()
    person, event = nudge_of(token).person, nudge_of(token).event
    hold(person)
    until = clock.now() + PAUSE
    if person.paused_until is None or person.paused_until < until:
        stopping.pause(person, until, person.zone or event.zone)
    language = known(person.language)
    db.session.commit()
    return kept(token, said("Paused for 30 days. Letters about places you hold still come.", language))
