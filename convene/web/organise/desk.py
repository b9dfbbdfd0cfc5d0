"""Stub."""

from flask import Blueprint

page = Blueprint("organise_desk", __name__)
