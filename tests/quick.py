"""What each test costs, as a mark that it gets when it is collected from what it is given: `heavy` or `database`.

So `make quick` chooses without a list. Heavy is a browser, a server, another process, or PostgreSQL.
Of the tests that need a database, on SQLite, those of the main job are marked `quick` and go along.
"""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import pytest

HEAVY_FIXTURES = {"browser", "processes", "mailserver", "postbox", "postgres_app"}
HEAVY_MODULES = ("subprocess", "tests.parts.", "tests.journey.")


def mark(items: Sequence[pytest.Item]) -> None:
    """Put the marks on."""
    seen: dict[str, bool] = {}
    for item in items:
        module, given = getattr(item, "module", None), {*getattr(item, "fixturenames", ())}
        if module is None:
            continue
        if module.__name__ not in seen:
            seen[module.__name__] = starts_something(module)
        kind = getattr(item, "callspec", None)
        if (
            seen[module.__name__]
            or given & HEAVY_FIXTURES
            or (kind and kind.params.get("database_url") == "postgresql")
        ):
            item.add_marker(pytest.mark.heavy)
        elif "databases" in given:
            item.add_marker(pytest.mark.database)


def starts_something(module: ModuleType) -> bool:
    """Whether a module of tests has at hand what starts another process."""
    return any(name_of(one).startswith(HEAVY_MODULES) for one in vars(module).values())


def name_of(thing: Any) -> str:
    return thing.__name__ if isinstance(thing, ModuleType) else str(getattr(thing, "__module__", ""))
