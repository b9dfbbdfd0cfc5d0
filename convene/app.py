"""The application: settings, extensions, pages; nothing else."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, VAR, Config
from convene import logs, web
from convene.extensions import csrf, db
from convene.mail import signing
from convene.models import __all__ as tables
from convene.web.addresses import LateRule
from convene.web.filters import Environment


def create_app(config: Config) -> Flask:
    """The Flask application with these settings. Raises BadSetting for a key that cannot sign letters."""
    app = Flask(
        "convene",
        root_path=str(ROOT),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(VAR),
    )
    app.jinja_environment = Environment
    app.url_rule_class = LateRule
    app.config.from_object(config)
    logs.init_app(app)
    if config.TRUSTED_PROXIES:
        # Each proxy adds an address to the list; scheme and name are what the nearest one says.
        fixed = ProxyFix(app.wsgi_app, x_for=config.TRUSTED_PROXIES, x_proto=1, x_host=1)
        app.wsgi_app = fixed  # type: ignore[method-assign] # as werkzeug's documents put it
    db.init_app(app)
    app.extensions["convene.tables"] = tables
    signing.init_app(app)
    web.init_app(app)
    # After the pages: a post from another site is refused before the token is asked for, as a person who lacks it
    # is given the form once more, with a fresh one.
    csrf.init_app(app)
    return app
