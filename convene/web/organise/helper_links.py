"""Links for helpers at the door: given, shown as a code to scan, and ended."""

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import aside, clock, links
from convene.access import audit
from convene.extensions import db
from convene.signups import helping
from convene.web.forms import AtMost, Form, Needed, Words
from convene.web.organise import own

page = Blueprint("organise_helper_links", __name__)


class LinkForm(Form):
    label = Words("Who is it for?", [Needed("Say who it is for, such as Mia"), AtMost(60, "The name")])


def render(event_id: int, form: LinkForm, code: int = 200) -> ResponseReturnValue:
    event = own.event(event_id)
    now = clock.now()
    return (
        render_template(
            "organise/helper_links.html",
            event=event,
            form=form,
            helpers=[(one, links.helper(one.id)) for one in helping.links_of(event_id)],
            unheard={one.id for one in helping.unheard(event, now)},
            ends=helping.ends(event),
            over=now >= helping.ends(event),
        ),
        code,
    )


@page.get(f"/{own.ID.format('event_id')}/helpers")
def show(event_id: int) -> ResponseReturnValue:
    return render(event_id, LinkForm(formdata=None))


@page.post(f"/{own.ID.format('event_id')}/helpers")
def give(event_id: int) -> ResponseReturnValue:
    form, now = LinkForm(), clock.now()
    if not form.validate():
        return render(event_id, form, 422)
    event = own.event_to_change(event_id)
    try:
        link = helping.give(event, form.label.data or "", g.desk.actor, now)
    except helping.TooMany:
        db.session.rollback()
        form.form_errors.append("Twenty links are open already. End one that is not needed any more.")
        return render(event_id, form, 409)
    audit.record(g.desk.organisation_id, g.desk.actor, "helper.given", f"helper:{link.id}", now)
    link_id = link.id
    db.session.commit()
    return redirect(url_for("organise_helper_links.code", event_id=event_id, link_id=link_id), 303)


@page.get(f"/{own.ID.format('event_id')}/helpers/{own.ID.format('link_id')}")
def code(event_id: int, link_id: int) -> ResponseReturnValue:
    """The link, large enough to be scanned off this screen."""
    event = own.event(event_id)
    link = next((one for one in helping.links_of(event_id) if one.id == link_id), None) or abort(404)
    url = links.helper(link.id)
    picture = aside.run("convene.paper.qr:data_uri", url)
    return render_template(
        "organise/helper_link.html",
        event=event,
        link=link,
        url=url,
        picture=picture,
        ends=helping.ends(event),
    )


@page.post(f"/{own.ID.format('event_id')}/helpers/{own.ID.format('link_id')}/end")
def end(event_id: int, link_id: int) -> ResponseReturnValue:
    own.event_to_change(event_id)
    if not helping.revoke(event_id, link_id, clock.now()):
        abort(404)
    audit.record(g.desk.organisation_id, g.desk.actor, "helper.ended", f"helper:{link_id}", clock.now())
    db.session.commit()
    flash("That link has ended.", "good")
    return redirect(url_for("organise_helper_links.show", event_id=event_id), 303)
