"""What the tests of this folder are given."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from convene.mail.transport import Smtp
from tests.parts.mailserver import MailServer


@pytest.fixture
def line(mailserver: MailServer) -> Iterator[Smtp]:
    """A line to a real mail server."""
    with closing(Smtp(mailserver.url)) as line:
        yield line
