"""Stub."""

from flask import Blueprint

page = Blueprint("organise_outbox", __name__)
