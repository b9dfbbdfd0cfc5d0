"""Stub."""

from flask import Blueprint

page = Blueprint("organise_devices", __name__)
