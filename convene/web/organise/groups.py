"""Stub."""

from flask import Blueprint

page = Blueprint("organise_groups", __name__)
