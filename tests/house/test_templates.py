"""Every template can be read by the application that shows it: no broken tag, no unknown filter."""

from flask import Flask


def test_every_template_compiles(sqlite_app: Flask) -> None:
    names = [name for name in sqlite_app.jinja_env.list_templates() if not name.startswith(".")]
    assert names
    for name in names:
        sqlite_app.jinja_env.get_template(name)
