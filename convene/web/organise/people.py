"""Stub."""

from flask import Blueprint

page = Blueprint("organise_people", __name__)
