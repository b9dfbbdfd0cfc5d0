"""What tests are given (a database, an application, mail, a browser, processes) and what they may not do.

Everything real is started when the first test asks for it. What is missing fails the test, with advice.
"""

import gc
import os
from collections.abc import Generator, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy.orm import Session, scoped_session

from convene import aside
from tests import quick
from tests.parts import browser as chromium
from tests.parts.databases import KINDS, Databases
from tests.parts.mailserver import MailServer, only_loopback
from tests.parts.postgres import Run
from tests.parts.processes import Processes

RUN_FOLDER = "CONVENE_TEST_FOLDER"  # tells the parallel workers of a run where its folder is
RUN = pytest.StashKey[Run]()
begun = aside.elsewhere

# `pytest --hypothesis-profile=nightly` looks further. On CI the same code gets the same examples every time.
hypothesis.settings.register_profile(
    "default", max_examples=60, deadline=None, derandomize="CI" in os.environ
)
hypothesis.settings.register_profile("nightly", max_examples=3000, deadline=None, derandomize=False)
hypothesis.settings.register_profile("quick", max_examples=5, deadline=None)
hypothesis.settings.load_profile("default")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # a parallel worker shares the run of the process that started it
        config.stash[RUN] = Run()
        os.environ[RUN_FOLDER] = str(config.stash[RUN].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if RUN in config.stash:
        Databases(config.stash[RUN].folder, "main", migrate_to_newest).drop_template()
        config.stash[RUN].end()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        metafunc.parametrize("database_url", kinds_for(metafunc.definition), indirect=True)


def kinds_for(test: pytest.Item) -> tuple[str, ...]:
    """The databases this test runs on: both, but for what is marked, and for pages SQLite alone.

    What a page asks of PostgreSQL is asked by those marked `both_databases`, which open every page with a full house,
    by the stories of tests/journey and by the tests of each feature; `make nightly` opens all pages on both.
    """
    nightly = test.config.getoption("--hypothesis-profile") == "nightly"
    page = "tests/web/" in test.nodeid and not nightly
    if test.get_closest_marker("one_database") or (page and not test.get_closest_marker("both_databases")):
        return ("sqlite",)
    return KINDS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    quick.mark(items)


def pytest_collection_finish() -> None:
    """The program and its tests stay until the end: they are not looked over for garbage time and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"A test may not be skipped; say what is missing and fail. {report.longrepr}"
    if report.failed:
        processes = getattr(item, "funcargs", {}).get("processes")
        if isinstance(processes, Processes):
            report.sections.extend((f"log of {name}", said[-8000:]) for name, said in processes.logs())
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"A module of tests may not be skipped. {report.longrepr}"
    return report


# Databases and the application


def application() -> Any:
    """`tests.parts.application`, imported when first asked for.

    So the tests of plain rules start in a third of the time, and run even while the application does not.
    """
    return import_module("tests.parts.application")


def migrate_to_newest(url: str) -> None:
    application().migrate_to_newest(url)


@pytest.fixture(scope="session")
def databases(worker_id: str) -> Iterator[Databases]:
    """Makes databases; for a test that needs more than one, an empty one, or one that outlives it."""
    made = Databases(Path(os.environ[RUN_FOLDER]), worker_id, migrate_to_newest)
    yield made
    made.close()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, databases: Databases) -> str:
    """A migrated database without rows: the test runs once on SQLite and once on PostgreSQL.

    A test, class or module marked `one_database` runs on SQLite alone.
    """
    return databases.clean(request.param)


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The application on this test's database."""
    with application().lent(database_url) as app:
        yield app


@pytest.fixture
def sqlite_app(databases: Databases) -> Iterator[Flask]:
    """The application on SQLite, for what has little to do with the database."""
    with application().lent(databases.clean("sqlite")) as app:
        yield app


@pytest.fixture
def postgres_app(databases: Databases) -> Iterator[Flask]:
    """The application on PostgreSQL, for what only a server does."""
    with application().lent(databases.clean("postgresql")) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor without a past. (Do not use it in a `with` statement: requests keep no context.)"""
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """`db.session` in the application's context, opened for writing; after a commit, `begin_write` again."""
    with application().writing(app) as session:
        yield session


@pytest.fixture(scope="session", autouse=True)
def forked_asides() -> Iterator[None]:
    """Work set aside is forked from a process that has read the large libraries, begun when first asked for."""
    kept = []

    def elsewhere(target: str, *how: Any) -> bytes:
        forked = import_module("tests.parts.asides").forked()
        kept.append(forked)
        return bytes(forked.elsewhere(target, *how))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aside, "elsewhere", elsewhere)
        yield
    for forked in kept[:1]:
        forked.end()


@pytest.fixture
def begun_asides() -> Iterator[None]:
    """Work set aside is done in a process begun from nothing, as outside the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aside, "elsewhere", begun)
        yield


# The world outside


@pytest.fixture(autouse=True)
def no_real_mail() -> Iterator[None]:
    """No test reaches a mail server but its own."""
    with only_loopback():
        yield


@pytest.fixture
def mailserver() -> Iterator[MailServer]:
    """A real SMTP server on this machine."""
    with MailServer() as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium, one for each parallel worker."""
    with chromium.launched() as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser as it is on the first day: no cookies, nothing kept."""
    fresh = browser.new_context(locale="en-GB", timezone_id="Europe/London")
    fresh.set_default_timeout(10_000)
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """One tab."""
    return context.new_page()


@pytest.fixture
def processes(database_url: str, tmp_path: Path) -> Iterator[Processes]:
    """Starts the real web server and worker on this test's database; letters go to a folder."""
    started = Processes(
        tmp_path,
        {
            "CONVENE_DATABASE_URL": database_url,
            "CONVENE_SECRET_KEY": "a-secret-for-tests-that-protects-nobody",
            "CONVENE_NOTES_KEY": "a-notes-key-for-tests-that-protects-nobody",
            "CONVENE_MAIL_URL": f"folder:{tmp_path / 'mail'}",
            "CONVENE_TICK_SECONDS": "1",
            "STATE_DIRECTORY": str(tmp_path),
        },
    )
    yield started
    started.close()
