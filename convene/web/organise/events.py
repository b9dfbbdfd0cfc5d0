"""Stub."""

from flask import Blueprint

page = Blueprint("organise_events", __name__)
