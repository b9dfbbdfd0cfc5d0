"""The application for a WSGI server: granian, gunicorn or any other."""

from config import Config
from convene.app import create_app

app = create_app(Config())
