"""Stub."""

from flask import Blueprint

page = Blueprint("organise_sign_in", __name__)
