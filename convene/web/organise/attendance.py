"""Stub."""

from flask import Blueprint

page = Blueprint("organise_attendance", __name__)
