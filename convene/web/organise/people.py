"""The people a host knows: found by name, address or tag, each with a page of their own."""

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from convene.people import finding, tags
from convene.people.models import Tag
from convene.web.organise.seen import sees_rules

page = Blueprint("organise_people", __name__)

SHOWN = 50


def chosen_tag() -> Tag | None:
    """The tag that the list is kept to; 404 for one of another host."""
    text = request.args.get("tag", "")
    if not text:
        return None
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return tags.one(g.desk.organisation_id, number) or abort(404)


@page.get("")
def show() -> ResponseReturnValue:
    text = " ".join(request.args.get("q", "").split())[:120]
    sought, tag = "".join(c for c in text if c.isprintable()), chosen_tag()
    people = finding.search(g.desk.organisation_id, sought, limit=SHOWN + 1, tag_id=tag.id if tag else None)
    return render_template(
        "organise/people.html",
        typed=text,
        tag=tag,
        tags=tags.of_host(g.desk.organisation_id),
        people=people[:SHOWN],
        more=len(people) > SHOWN,
        may_see=sees_rules(),
    )
