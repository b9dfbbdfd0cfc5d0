"""A host's colour stands on its own public pages alone, from a sheet that is fetched once."""

import pytest

from convene import links
from tests.factories import a_signup, an_event
from tests.web.browsing import Browsing, path_of


@pytest.mark.one_database
def test_the_sheet_is_on_the_host_s_pages_and_nowhere_else_and_is_kept(visitor: Browsing) -> None:
    event, other = an_event(), an_event()
    signup = a_signup(event)
    event.organisation.accent = "#7a1f5c"
    host, slug, else_ = event.organisation.slug, event.slug, other.slug
    link = f"/hosts/{host}/colours.css?colour=7a1f5c"
    place = path_of(links.place(signup.id, 1))
    for path in (f"/events/{slug}", f"/events/{slug}/embed", place):
        assert f'<link rel="stylesheet" href="{link}">' in visitor.open(path).text, path
    for path in ("/", f"/events/{else_}", "/organise/sign-in"):
        assert "colours.css" not in visitor.open(path).text, path
    sheet = visitor.client.get(link)
    assert sheet.status_code == 200 and sheet.mimetype == "text/css"
    assert (
        "--lamp: #7a1f5c;" in sheet.text and "--lamp-ink: #fbf5ea;" in sheet.text and "url(" not in sheet.text
    )
    assert "immutable" in sheet.headers["Cache-Control"]
    again = visitor.client.get(link, headers={"If-None-Match": sheet.headers["ETag"]})
    assert again.status_code == 304
    assert visitor.client.get(f"/hosts/{host}/colours.css").headers["Cache-Control"] == "no-cache"
    assert visitor.client.get("/hosts/nobody/colours.css").status_code == 404
