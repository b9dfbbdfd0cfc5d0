"""How far the tests look: by day as far as fits in minutes, by night fifty times as far."""

from hypothesis import settings

NIGHTLY = max(1, settings().max_examples // 60)
"""1 by day, 50 with `--hypothesis-profile=nightly`."""
