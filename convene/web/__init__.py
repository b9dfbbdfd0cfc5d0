"""The web: one table of pages, each with its prefix and its guard; nothing is reachable that is not in it."""

from collections.abc import Callable

from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue
from werkzeug.routing import BaseConverter

from convene.web import answering, errors, filters, headers, reading
from convene.web.access import development, everybody, organiser
from convene.web.inside import actions as inside_actions
from convene.web.inside import agenda, insights, notes, report, running, sessions, story, threads
from convene.web.organise import (
    after,
    announce,
    apart,
    asking,
    attendance,
    came_of_it,
    care,
    changes,
    circle_dates,
    circle_ending,
    circle_members,
    circle_poll,
    compare,
    desk,
    devices,
    ending,
    exporting,
    glossary,
    groups,
    helper_links,
    host,
    importing,
    inbox,
    involved,
    invitations,
    log,
    looking_on,
    merging,
    messages,
    mixing,
    needs,
    outbox,
    paper,
    people,
    person,
    questions,
    retention,
    rounds,
    safeguarding,
    season,
    second_step,
    second_step_set_up,
    share,
    sign_in,
    signups,
    tags,
    team,
    timer,
    together,
    wall,
    welcome,
    wording,
)
from convene.web.organise import challenges as desk_challenges
from convene.web.organise import circles as desk_circles
from convene.web.organise import events as desk_events
from convene.web.visit import (
    address,
    another,
    answer,
    calendar,
    challenges,
    check_in,
    circles,
    code,
    colours,
    dev_mail,
    door,
    erase,
    events,
    guests,
    health,
    join,
    lineup,
    member,
    mine,
    my_data,
    news,
    now,
    own_calendar,
    own_offers,
    place,
    preferences,
    reach,
    shown,
    signup,
    tie,
    unsubscribe,
    way,
    worry,
)
from convene.web.visit import involved as get_involved
from convene.web.visit import questions as own_questions

Guard = Callable[[], ResponseReturnValue | None]

PAGES: tuple[tuple[Blueprint, str, Guard], ...] = (
    (lineup.page, "/", everybody),
    (events.page, "/events", everybody),
    (signup.page, "/events", everybody),
    (code.page, "/events", everybody),
    (challenges.page, "/challenges", everybody),
    (circles.page, "/circles", everybody),
    (member.page, "/member", everybody),
    (place.page, "/place", everybody),
    (own_questions.page, "/place", everybody),
    (now.page, "/place", everybody),
    (door.page, "/door", everybody),
    (check_in.page, "/here", everybody),
    (reach.page, "/place", everybody),
    (another.page, "/place", everybody),
    (join.page, "/place", everybody),
    (way.page, "/place", everybody),
    (guests.page, "/place", everybody),
    (shown.page, "/place", everybody),
    (worry.page, "/place", everybody),
    (my_data.page, "/", everybody),
    (colours.page, "/", everybody),
    (news.page, "/", everybody),
    (get_involved.page, "/", everybody),
    (address.page, "/", everybody),
    (erase.page, "/", everybody),
    (sessions.page, "/member", everybody),
    (agenda.page, "/member", everybody),
    (running.page, "/member", everybody),
    (notes.page, "/member", everybody),
    (inside_actions.page, "/member", everybody),
    (insights.page, "/member", everybody),
    (threads.page, "/member", everybody),
    (report.page, "/member", everybody),
    (story.page, "/member", everybody),
    (mine.page, "/", everybody),
    (own_offers.page, "/me", everybody),
    (tie.page, "/tie", everybody),
    (answer.page, "/answer", everybody),
    (unsubscribe.page, "/unsubscribe", everybody),
    (preferences.page, "/preferences", everybody),
    (calendar.page, "/", everybody),
    (own_calendar.page, "/", everybody),
    (health.page, "/", everybody),
    (dev_mail.page, "/dev/mail", development),
    (sign_in.page, "/organise", everybody),
    (desk.page, "/organise", organiser),
    (desk_events.page, "/organise/events", organiser),
    (desk_challenges.page, "/organise/challenges", organiser),
    (desk_circles.page, "/organise/circles", organiser),
    (circle_dates.page, "/organise/circles", organiser),
    (circle_members.page, "/organise/circles", organiser),
    (circle_poll.page, "/organise/circles", organiser),
    (circle_ending.page, "/organise/circles", organiser),
    (announce.page, "/organise/events", organiser),
    (share.page, "/organise/events", organiser),
    (care.page, "/organise/events", organiser),
    (asking.page, "/organise/events", organiser),
    (invitations.page, "/organise/events", organiser),
    (ending.page, "/organise/events", organiser),
    (signups.page, "/organise/events", organiser),
    (attendance.page, "/organise/events", organiser),
    (helper_links.page, "/organise/events", organiser),
    (groups.page, "/organise/events", organiser),
    (mixing.page, "/organise/events", organiser),
    (needs.page, "/organise/events", organiser),
    (changes.page, "/organise/events", organiser),
    (compare.page, "/organise/events", organiser),
    (rounds.page, "/organise/events", organiser),
    (looking_on.page, "/organise/events", organiser),
    (timer.page, "/organise/events", organiser),
    (wall.page, "/organise/events", organiser),
    (paper.page, "/organise/events", organiser),
    (after.page, "/organise/events", organiser),
    (season.page, "/organise/events", organiser),
    (people.page, "/organise/people", organiser),
    (together.page, "/organise/people", organiser),
    (apart.page, "/organise/people", organiser),
    (safeguarding.page, "/organise/safeguarding", organiser),
    (person.page, "/organise/people", organiser),
    (tags.page, "/organise/people", organiser),
    (came_of_it.page, "/organise/came-of-it", organiser),
    (welcome.page, "/organise/welcome", organiser),
    (glossary.page, "/organise/glossary", organiser),
    (merging.page, "/organise/people", organiser),
    (exporting.page, "/organise/events", organiser),
    (team.page, "/organise/team", organiser),
    (host.page, "/organise/host", organiser),
    (questions.page, "/organise/questions", organiser),
    (importing.page, "/organise/events", organiser),
    (messages.page, "/organise/messages", organiser),
    (wording.page, "/organise/wording", organiser),
    (outbox.page, "/organise/outbox", organiser),
    (inbox.page, "/organise/inbox", organiser),
    (log.page, "/organise/log", organiser),
    (devices.page, "/organise/devices", organiser),
    (involved.page, "/organise/involved", organiser),
    (retention.page, "/organise", organiser),
    (second_step.page, "/organise", everybody),
    (second_step_set_up.page, "/organise/second-step/set-up", organiser),
)


class Slug(BaseConverter):
    """The last part of a public address; nothing else reaches the database."""

    regex = "[a-z0-9-]{1,120}"


def init_app(app: Flask) -> None:
    """Put every page, guard, filter and error page on the application."""
    app.url_map.converters["slug"] = Slug
    for page, prefix, guard in PAGES:
        app.before_request_funcs.setdefault(page.name, []).append(guard)
        app.register_blueprint(page, url_prefix=prefix)
    reading.init_app(app)
    filters.init_app(app)
    answering.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
