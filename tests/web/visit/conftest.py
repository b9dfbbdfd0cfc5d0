"""What tests of visitors' pages are given besides: a host with a programme to follow."""

import pytest

from tests.web.browsing import Browsing
from tests.web.visit.programme import Programme, a_programme


@pytest.fixture
def programme(visitor: Browsing) -> Programme:
    """Begun a moment ago, and committed; the visitor is given too, for the session that it opens."""
    return a_programme()
