"""Something that was written here worries somebody: the safeguarding lead alone is told, and nothing shows it."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import limits
from convene.circles import talk
from convene.circles.models import Post
from convene.extensions import db
from convene.people import worries
from convene.web.forms import AtMost, Form, Paragraphs
from convene.web.inside import entry
from convene.web.inside.entry import Inside
from convene.web.inside.threads import POST, talking
from convene.web.visit.worry import TOO_MANY, can_be_kept

page = Blueprint("inside_report", __name__)

QUOTED = 2000  # characters of the post that go along, as it may be changed or taken back
TOLD = "Thank you for telling us. The lead alone reads it, and nothing here shows that it was said."


class ReportForm(Form):
    words = Paragraphs(
        "What should the lead know?", [AtMost(2000, "This")], render_kw={"autocomplete": "off"}
    )


def post_of(here: Inside, post_id: int) -> Post:
    post = talk.post(here.circle.id, post_id)
    if post is None or here.member is None or not here.sees(post.written_at):
        abort(404)
    return post


@page.get(f"{POST}/report")
def ask(token: str, post_id: int) -> ResponseReturnValue:
    here = talking(token)
    return render(here, post_of(here, post_id), ReportForm(formdata=None))


def render(here: Inside, post: Post, form: ReportForm, code: int = 200) -> ResponseReturnValue:
    return render_template(
        "inside/report.html",
        inside=here,
        post=post,
        form=form,
        leads=worries.leads(here.circle.organisation_id),
        can_be_kept=can_be_kept(),
    ), code


@page.post(f"{POST}/report")
def tell(token: str, post_id: int) -> ResponseReturnValue:
    here = talking(token)
    form = ReportForm()
    if not form.validate() or not can_be_kept():
        return render(here, post_of(here, post_id), form, 422)
    here, now = entry.to_take_back(token), clock.now()
    post = post_of(here, post_id)
    assert here.member is not None
    thread_id = post.thread_id
    back = redirect(url_for("inside_threads.show", token=token, thread_id=thread_id), 303)
    try:
        limits.take(now, PRESSES_PER_PLACE=f"worry:member:{here.member.id}")
    except limits.TooMany:
        db.session.rollback()
        form.form_errors.append(TOO_MANY)
        anew = talking(token)
        return render(anew, post_of(anew, post_id), form, 429)
    worries.tell(here.member.person, None, in_words(here, post, form.words.data or ""), now)
    db.session.commit()
    flash(TOLD, "good")
    return back


def in_words(here: Inside, post: Post, words: str) -> str:
    """What was said, and the post as it stood then."""
    author = post.author.name if post.author else "somebody who has left"
    about = f"About what {author} wrote in the thread {post.thread.title}, in the circle {here.circle.title}:"
    return f"{words}\n\n{about}\n{post.words[:QUOTED]}".strip()
