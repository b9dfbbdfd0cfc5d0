"""What the browser tests of one module share: one set of processes and one mail server, started once."""

from collections.abc import Iterator

import pytest

from tests.journey.installation import SETTINGS
from tests.parts.databases import Databases
from tests.parts.mailserver import MailServer
from tests.parts.processes import Processes


@pytest.fixture(scope="module")
def postbox() -> Iterator[MailServer]:
    """A mail server that keeps its letters from one test of a module to the next."""
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def processes(
    databases: Databases, postbox: MailServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Processes]:
    """Starts the real web server and worker on a database of the module's own."""
    started = Processes(
        tmp_path_factory.mktemp("processes"),
        {
            **SETTINGS,
            "CONVENE_DATABASE_URL": databases.new("sqlite"),
            "CONVENE_MAIL_URL": postbox.url,
        },
    )
    yield started
    started.close()
