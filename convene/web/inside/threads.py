"""Between sessions: threads by question, what people write in them, and how it reaches each by mail."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice, SelectField

from convene import clock
from convene.access import limits
from convene.circles import digests, memory, talk
from convene.circles.models import Post, Thread
from convene.extensions import db
from convene.web.forms import AtMost, Form, Needed, Paragraphs, Words, small
from convene.web.inside import entry
from convene.web.inside.entry import Inside
from convene.web.inside.sessions import ID

page = Blueprint("inside_threads", __name__)

ONE = f"/<token>/threads/{ID.format('thread_id')}"
POST = f"/<token>/posts/{ID.format('post_id')}"
A_PAGE = 50
CLOSED = (
    "This thread is closed: it can be read, and nothing is added to it. What you wrote is below, to copy."
)
QUIET = "Nobody writes here just now", "The host has ended writing between sessions."


class PostForm(Form):
    words = Paragraphs(
        "What would you like to say?", [Needed("Write something first"), AtMost(talk.MOST, "This")]
    )


class ThreadForm(PostForm):
    title = Words("What is it about?", [Needed("Say what it is about"), AtMost(140, "The title")])
    question = SelectField(
        "Which question does it belong to?", coerce=small, validate_choice=False, default=0
    )


class DeliveryForm(Form):
    delivery = RadioField(
        "How do you want to hear of what is written?",
        choices=[SelectChoice(key, words) for key, words in digests.CHOICES.items()],
    )


def talking(token: str, *, writing: bool = False) -> Inside:
    """Inside a circle that talks between sessions; there is no such page in one that does not."""
    here = entry.to_write(token) if writing else entry.of(token)
    if not here.circle.talks and request.method == "POST":
        entry.refuse(here, *QUIET)
    return here if here.circle.talks else abort(404)


def thread_of(here: Inside, thread_id: int) -> Thread:
    found = talk.thread(here.circle.id, thread_id)
    return found if found is not None and here.sees(found.last_post_at) else abort(404)


def own_post(here: Inside, post_id: int, *, or_host: bool = False) -> Post:
    found = talk.post(here.circle.id, post_id)
    if found is None or not (found.author_id == here.person_id or (or_host and here.hosts)):
        abort(404)
    return found


@page.post("/<token>/talking")
def switch(token: str) -> ResponseReturnValue:
    """The host lets people talk between sessions, or ends that; what was written stays."""
    here = entry.to_write(token)
    if not here.hosts:
        abort(404)
    here.circle.talks = request.form.get("on") == "yes"
    on = here.circle.talks
    db.session.commit()
    flash("People can write to one another here now." if on else "Nobody can write here now.", "good")
    where = "inside_threads.listed" if on else "inside_sessions.listed"
    return redirect(url_for(where, token=token), 303)


@page.get("/<token>/threads")
def listed(token: str) -> ResponseReturnValue:
    here = entry.of(token)
    if not here.circle.talks:
        return own_posts(here)
    return render_list(here, ThreadForm(formdata=None), usual_delivery(here))


def usual_delivery(here: Inside) -> DeliveryForm:
    return DeliveryForm(formdata=None, data={"delivery": here.member.delivery} if here.member else {})


def own_posts(here: Inside) -> ResponseReturnValue:
    """Where nobody writes any more, each finds what they wrote themself."""
    found = talk.own_posts(here.circle.id, here.person_id, small(request.args.get("before"))) or abort(404)
    more = found[talk.A_PAGE - 1].id if len(found) > talk.A_PAGE else 0
    return render_template("inside/own_posts.html", inside=here, posts=found[: talk.A_PAGE], more=more)


def render_list(
    here: Inside, form: ThreadForm, delivery: DeliveryForm, code: int = 200
) -> ResponseReturnValue:
    questions = memory.questions(here.circle.id)
    after = talk.thread(here.circle.id, small(request.args.get("after")))
    listed_ = talk.threads(here.circle.id, limit=A_PAGE + 1, before=after)
    found = [one for one in listed_ if here.sees(one.last_post_at)]
    form.question.choices = [
        SelectChoice(0, "None of them"),
        *(SelectChoice(one.id, one.words) for one in questions if one.state == "open"),
    ]
    return render_template(
        "inside/threads.html",
        inside=here,
        form=form,
        delivery=delivery,
        threads=found[:A_PAGE],
        more=found[A_PAGE - 1].id if len(found) > A_PAGE else 0,
        after=after,
        counts=talk.counts([one.id for one in found[:A_PAGE]]),
        questions={one.id: one.words for one in questions},
        by_question=by_question(found[:A_PAGE], [one.id for one in questions]),
    ), code


def by_question(found: list[Thread], order: list[int]) -> list[tuple[int, list[Thread]]]:
    """Threads under the question they belong to, the circle's order; those of none (0) come last."""
    groups: dict[int, list[Thread]] = {}
    for one in found:
        groups.setdefault(one.question_id or 0, []).append(one)
    return [(one, groups[one]) for one in (*order, 0) if one in groups]


@page.post("/<token>/threads")
def begin(token: str) -> ResponseReturnValue:
    here = talking(token)
    form = ThreadForm()
    if not form.validate():
        return render_list(here, form, usual_delivery(here), 422)
    here = talking(token, writing=True)
    if not entry.may_write(here, form):
        here = talking(token)
        return render_list(here, form, usual_delivery(here), 429)
    asked = memory.question(here.circle.id, form.question.data or 0)
    made = talk.open_thread(
        here.circle.id, form.title.data or "", here.person_id, asked.id if asked else None, clock.now()
    )
    talk.write(made, here.person_id, form.words.data or "", talk.names(here.circle.id), clock.now())
    thread_id = made.id
    db.session.commit()
    flash("Your thread is here.", "good")
    return redirect(url_for("inside_threads.show", token=token, thread_id=thread_id), 303)


@page.post("/<token>/delivery")
def choose(token: str) -> ResponseReturnValue:
    here = talking(token)
    form = DeliveryForm()
    if not form.validate():
        return render_list(here, ThreadForm(formdata=None), form, 422)
    here = entry.to_take_back(token)
    if here.member is None:
        abort(404)
    here.member.delivery = form.delivery.data
    db.session.commit()
    flash("Saved. Posts that mention you come in any case, unless you chose nothing.", "good")
    return redirect(url_for("inside_threads.listed", token=token), 303)


@page.get(ONE)
def show(token: str, thread_id: int) -> ResponseReturnValue:
    here = talking(token)
    return render(here, thread_of(here, thread_id), PostForm(formdata=None))


def render(here: Inside, thread: Thread, form: PostForm, code: int = 200) -> ResponseReturnValue:
    found, earlier = talk.posts(thread.id, before=small(request.args.get("before")) or None)
    return render_template(
        "inside/thread.html",
        inside=here,
        thread=thread,
        form=form,
        posts=[one for one in found if here.sees(one.written_at)],
        earlier=found[0].id if earlier and here.sees(found[0].written_at) else None,
        question=memory.question(here.circle.id, thread.question_id) if thread.question_id else None,
    ), code


@page.post(ONE)
def write(token: str, thread_id: int) -> ResponseReturnValue:
    here = talking(token)
    form = PostForm()
    if not form.validate():
        return render(here, thread_of(here, thread_id), form, 422)
    here = talking(token, writing=True)
    thread = thread_of(here, thread_id)
    try:
        entry.count_writing(here)
        made = talk.write(
            thread, here.person_id, form.words.data or "", talk.names(here.circle.id), clock.now()
        )
    except talk.Closed:
        return not_written(token, thread_id, form, CLOSED, 409)
    except limits.TooMany:
        return not_written(token, thread_id, form, entry.TOO_OFTEN, 429)
    post_id = made.id
    db.session.commit()
    flash("Written.", "good")
    return redirect(
        url_for("inside_threads.show", token=token, thread_id=thread_id, _anchor=f"post-{post_id}"), 303
    )


def not_written(token: str, thread_id: int, form: PostForm, words: str, code: int) -> ResponseReturnValue:
    db.session.rollback()
    form.form_errors.append(words)
    here = talking(token)
    return render(here, thread_of(here, thread_id), form, code)


@page.post(f"{ONE}/close")
def close(token: str, thread_id: int) -> ResponseReturnValue:
    """The host closes a thread, or opens it again."""
    here = talking(token, writing=True)
    if not here.hosts:
        abort(404)
    thread = thread_of(here, thread_id)
    if request.form.get("open") == "yes":
        talk.reopen(thread)
    else:
        talk.close(thread, here.actor, clock.now())
    closed = thread.closed_at is not None
    db.session.commit()
    flash("Closed: it can be read, and nothing is added." if closed else "Open again.", "good")
    return redirect(url_for("inside_threads.show", token=token, thread_id=thread_id), 303)


@page.get(POST)
def change(token: str, post_id: int) -> ResponseReturnValue:
    here = talking(token)
    post = own_post(here, post_id)
    return render_post(here, post, PostForm(formdata=None, data={"words": post.words}))


def render_post(here: Inside, post: Post, form: PostForm, code: int = 200) -> ResponseReturnValue:
    return render_template("inside/post.html", inside=here, post=post, thread=post.thread, form=form), code


@page.post(POST)
def save(token: str, post_id: int) -> ResponseReturnValue:
    here = talking(token)
    form = PostForm()
    if not form.validate():
        return render_post(here, own_post(here, post_id), form, 422)
    here = talking(token, writing=True)
    post = own_post(here, post_id)
    try:
        talk.edit(post, form.words.data or "", talk.names(here.circle.id), clock.now())
    except talk.Closed:
        db.session.rollback()
        form.form_errors.append(CLOSED)
        here = talking(token)
        return render_post(here, own_post(here, post_id), form, 409)
    return done(token, post.thread_id, "Saved.", post.id)


@page.post(f"{POST}/remove")
def remove(token: str, post_id: int) -> ResponseReturnValue:
    """Its writer takes it back, also where nobody writes any more; or the host, for everybody's sake."""
    here = entry.to_take_back(token)
    post = own_post(here, post_id, or_host=True)
    talk.remove(post, here.actor, clock.now())
    if here.circle.talks:
        return done(token, post.thread_id, "Taken back.", post.id)
    left = talk.has_written(here.circle.id, here.person_id)
    db.session.commit()
    flash("Taken back.", "good")
    where = "inside_threads.listed" if left else "inside_sessions.listed"
    return redirect(url_for(where, token=token), 303)


def done(token: str, thread_id: int, words: str, post_id: int) -> ResponseReturnValue:
    db.session.commit()
    flash(words, "good")
    return redirect(
        url_for("inside_threads.show", token=token, thread_id=thread_id, _anchor=f"post-{post_id}"), 303
    )
