"""Stub."""

from flask import Blueprint

page = Blueprint("organise_signups", __name__)
