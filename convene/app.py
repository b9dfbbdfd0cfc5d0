"""The application: settings, extensions, pages; nothing else."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, VAR, Config
from convene import logs, web
from convene.extensions import csrf, db
from convene.models import __all__ as tables


def create_app(config: Config) -> Flask:
    """The Flask application with these settings; raises nothing that config has not refused already."""
    app = Flask(
        "convene",
        root_path=str(ROOT),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(VAR),
    )
    app.config.from_object(config)
    logs.init_app(app)
    if config.TRUSTED_PROXIES:
        hops = config.TRUSTED_PROXIES
        # The way Flask's own documents put it on; mypy sees a method there.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    db.init_app(app)
    csrf.init_app(app)
    app.extensions["convene.tables"] = tables
    web.init_app(app)
    return app
