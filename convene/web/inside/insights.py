"""What a circle asks and sees: its questions, its insights with how each person sees them, and links worth keeping."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice
from wtforms.validators import ValidationError

from convene import clock
from convene.circles import memory, stances
from convene.circles.memory import said
from convene.circles.models import CircleQuestion, Insight, Resource
from convene.extensions import db
from convene.web.forms import AtMost, Form, Needed, Paragraphs, Words, small
from convene.web.inside import entry
from convene.web.inside.actions import session_named
from convene.web.inside.entry import Inside
from convene.web.inside.sessions import ID, back
from convene.web.organise.event_fields import is_https

page = Blueprint("inside_insights", __name__)

ONE = f"/<token>/insights/{ID.format('insight_id')}"
SHOWN, SETTLED, LINKS = 16, 5, 10
TOO_MANY = f"A circle works on {memory.MOST_OPEN} questions at a time. Settle one first."


class QuestionForm(Form):
    question = Words("A question to work on", [Needed("Write the question"), AtMost(300, "The question")])


class InsightForm(Form):
    insight = Paragraphs(
        "What did you come to see?", [Needed("Write what you came to see"), AtMost(1000, "This")]
    )


class LinkForm(Form):
    title = Words("What it is", [Needed("Say what it is"), AtMost(200, "This")])
    url = Words(
        "The link", [Needed("Paste the link"), AtMost(1000, "The link")], render_kw={"inputmode": "url"}
    )

    def validate_url(self, field: Words) -> None:
        if not is_https(field.data or ""):
            raise ValidationError("Enter the whole link, beginning with https://")


class StanceForm(Form):
    stance = RadioField(
        "How do you see it?",
        choices=[
            *(SelectChoice(key, words) for key, words in stances.STANCES.items()),
            SelectChoice("", "I would rather not say"),
        ],
        default="",
    )
    words = Paragraphs("In your words", [AtMost(600, "This")])


@page.get("/<token>/insights")
def listed(token: str) -> ResponseReturnValue:
    return render(entry.of(token))


def render(
    here: Inside,
    *,
    question: QuestionForm | None = None,
    insight: InsightForm | None = None,
    link: LinkForm | None = None,
    code: int = 200,
) -> ResponseReturnValue:
    before = small(request.args.get("before"))
    found = memory.insights(here.circle.id, since=here.story_since, before=before, most=SHOWN + 1)
    questions = memory.questions(here.circle.id)
    settled = [one for one in questions if one.state != "open" and seen(here, one)]
    settled.sort(key=lambda one: one.settled_at or one.created_at, reverse=True)
    links = [one for one in memory.resources(here.circle.id) if seen(here, one)]
    past_settled, past_links = small(request.args.get("settled")), small(request.args.get("links"))
    asked = question or insight or link
    return render_template(
        "inside/insights.html",
        inside=here,
        form=asked if asked is not None else QuestionForm(formdata=None),
        question=question or QuestionForm(formdata=None),
        insight=insight or InsightForm(formdata=None),
        link=link or LinkForm(formdata=None),
        questions=[one for one in questions if one.state == "open"],
        settled=settled[past_settled : past_settled + SETTLED],
        more_settled=past_settled + SETTLED if len(settled) > past_settled + SETTLED else 0,
        insights=[(one, stances.summary(one.told), said(one).get(here.person_id)) for one in found[:SHOWN]],
        more=found[SHOWN - 1].id if len(found) > SHOWN else 0,
        before=before,
        links=links[past_links : past_links + LINKS],
        more_links=past_links + LINKS if len(links) > past_links + LINKS else 0,
        words=stances.STANCES,
    ), code


def seen(here: Inside, one: Insight | Resource | CircleQuestion) -> bool:
    """What was found before they came is theirs to see where the circle wants that; what is open is everybody's."""
    return here.story_since is None or one.created_at >= here.story_since


@page.post("/<token>/questions")
def ask(token: str) -> ResponseReturnValue:
    form = QuestionForm()
    if not form.validate():
        return render(entry.of(token), question=form, code=422)
    here = entry.to_write(token)
    try:
        memory.ask(here.circle.id, form.question.data or "", here.person_id, None, clock.now())
    except memory.TooMany:
        db.session.rollback()
        form.form_errors.append(TOO_MANY)
        return render(entry.of(token), question=form, code=409)
    db.session.commit()
    flash("The question stands here now.", "good")
    return to_list(token)


@page.post(f"/<token>/questions/{ID.format('question_id')}")
def settle(token: str, question_id: int) -> ResponseReturnValue:
    """Settled for now, or open again."""
    here = entry.to_write(token)
    asked: CircleQuestion = memory.question(here.circle.id, question_id) or abort(404)
    try:
        memory.settle(asked, request.form.get("state") == "settled", clock.now())
    except memory.TooMany:
        db.session.rollback()
        flash(TOO_MANY, "warn")
        return to_list(token)
    db.session.commit()
    flash("Settled for now." if asked.state == "settled" else "Open again.", "good")
    return to_list(token)


@page.post("/<token>/insights")
def add(token: str) -> ResponseReturnValue:
    form = InsightForm()
    if not form.validate():
        return render(entry.of(token), insight=form, code=422)
    here = entry.to_write(token)
    if not entry.may_write(here, form):
        return render(entry.of(token), insight=form, code=429)
    event = session_named(here, request.form.get("session"))
    event_id = event.id if event else None
    memory.see(here.circle.id, form.insight.data or "", here.person_id, clock.now(), event_id)
    db.session.commit()
    flash("Kept. Everybody can say how they see it.", "good")
    return back(token, event_id, "insights") if event_id else to_list(token)


@page.get(ONE)
def show(token: str, insight_id: int) -> ResponseReturnValue:
    here = entry.of(token)
    one = insight_of(here, insight_id)
    mine = next((stance for stance in one.stances if stance.person_id == here.person_id), None)
    data = {"stance": mine.stance, "words": mine.words} if mine else {}
    return render_one(here, one, StanceForm(formdata=None, data=data))


def insight_of(here: Inside, insight_id: int) -> Insight:
    one = memory.insight(here.circle.id, insight_id)
    return one if one is not None and seen(here, one) else abort(404)


def render_one(here: Inside, one: Insight, form: StanceForm, code: int = 200) -> ResponseReturnValue:
    return render_template(
        "inside/insight.html",
        inside=here,
        insight=one,
        form=form,
        summary=stances.summary(one.told),
        mine=said(one).get(here.person_id),
        words=stances.STANCES,
        spoken=[stance for stance in one.stances if stance.words],
    ), code


@page.post(ONE)
def save(token: str, insight_id: int) -> ResponseReturnValue:
    here = entry.of(token)
    one = insight_of(here, insight_id)
    form = StanceForm()
    if not form.validate():
        return render_one(here, one, form, 422)
    here = entry.to_write(token) if form.stance.data else entry.to_take_back(token)
    if here.member is None:
        abort(404)
    memory.insight_to_change(here.circle.id, insight_id)
    one = insight_of(here, insight_id)
    memory.take_stance(one, here.person_id, form.stance.data or "", form.words.data or "", clock.now())
    db.session.commit()
    flash("Kept. You can change it here at any time." if form.stance.data else "Taken back.", "good")
    return redirect(url_for("inside_insights.show", token=token, insight_id=insight_id), 303)


@page.post(f"{ONE}/remove")
def remove(token: str, insight_id: int) -> ResponseReturnValue:
    """Whoever wrote it, or the host, takes it back."""
    here = entry.to_take_back(token)
    one = insight_of(here, insight_id)
    if one.author_id != here.person_id and not here.hosts:
        abort(404)
    one.removed_at = clock.now()
    db.session.commit()
    flash("Taken back.", "good")
    return to_list(token)


@page.post("/<token>/links")
def keep_link(token: str) -> ResponseReturnValue:
    form = LinkForm()
    if not form.validate():
        return render(entry.of(token), link=form, code=422)
    here = entry.to_write(token)
    if not entry.may_write(here, form):
        return render(entry.of(token), link=form, code=429)
    memory.keep_link(
        here.circle.id, form.title.data or "", form.url.data or "", "", here.person_id, clock.now()
    )
    db.session.commit()
    flash("Kept.", "good")
    return to_list(token)


@page.post(f"/<token>/links/{ID.format('link_id')}/remove")
def remove_link(token: str, link_id: int) -> ResponseReturnValue:
    here = entry.to_take_back(token)
    kept: Resource = memory.resource(here.circle.id, link_id) or abort(404)
    if kept.author_id != here.person_id and not here.hosts:
        abort(404)
    db.session.delete(kept)
    db.session.commit()
    flash("Taken out.", "good")
    return to_list(token)


def to_list(token: str) -> ResponseReturnValue:
    return redirect(url_for("inside_insights.listed", token=token), 303)
