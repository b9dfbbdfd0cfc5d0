"""Every template can be read by the application that shows it, and each page has the style of what stands on it."""

import re

from flask import Flask

from config import ROOT

TAKES = re.compile(r'{%-?\s*(?:extends|from|import|include)\s+"([^"]+)"')


def test_every_template_compiles(sqlite_app: Flask) -> None:
    names = [name for name in sqlite_app.jinja_env.list_templates() if not name.startswith(".")]
    assert names
    for name in names:
        sqlite_app.jinja_env.get_template(name)


def taken(name: str) -> set[str]:
    """A template and all that it is made of."""
    found = {name}
    for one in TAKES.findall((ROOT / "templates" / name).read_text()):
        found |= taken(one)
    return found


def classes(css: str) -> set[str]:
    return set(re.findall(r"\.([a-z][a-z0-9-]*)", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)))


def test_every_page_has_the_style_sheets_that_it_was_written_for() -> None:
    """A page of another audience's parts, without their sheet, works and looks as if nobody had looked at it."""
    styled = {sheet.name: classes(sheet.read_text()) for sheet in (ROOT / "static" / "css").glob("*.css")}
    bare = {}
    for page in (ROOT / "templates").rglob("*.html"):
        text, name = page.read_text(), str(page.relative_to(ROOT / "templates"))
        if name.startswith("mail/") or not ("{% extends" in text or "<html" in text):
            continue
        whole = "".join((ROOT / "templates" / one).read_text() for one in taken(name))
        here = set().union(*(styled[sheet] for sheet in re.findall(r"css/([a-z-]+\.css)", whole)))
        used = {word for said in re.findall(r'class="([^"{}]*)', text) for word in said.split()}
        missing = {word for word in used - here if any(word in sheet for sheet in styled.values())}
        if missing:
            bare[name] = sorted(missing)
    assert bare == {}
