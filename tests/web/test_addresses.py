"""Every address is written as Werkzeug's own rules write it, and none is prepared before it is asked for."""

import pytest
from flask import Flask
from werkzeug.routing import Map, Rule

from convene.web.addresses import LateRule

pytestmark = pytest.mark.one_database

ADDRESSES = (
    "/",
    "/events/<slug>",
    "/events/<slug>.ics",
    "/a/<int:number>/b/<path:rest>",
    "/x/<any(one, two):which>",
)
VALUES: tuple[dict[str, object], ...] = (
    {},
    {"slug": "an evening?"},
    {"slug": "a/b"},
    {"number": 7, "rest": "c/d e"},
    {"which": "two"},
)


def test_a_rule_writes_what_werkzeug_s_own_writes() -> None:
    late, own = (Map([kind(path) for path in ADDRESSES]) for kind in (LateRule, Rule))
    for late_rule, own_rule in zip(late.iter_rules(), own.iter_rules(), strict=True):
        for values in (one for one in VALUES if one.keys() >= own_rule.arguments):
            for unknown in (True, False):
                more = {**values, "page": "2&3", "self": "me"} if unknown else values
                expected = own_rule.build(more, unknown)
                assert [late_rule.build(more, unknown) for _ in range(3)] == [expected] * 3


def test_a_rule_is_prepared_when_it_is_first_asked(app: Flask) -> None:
    """It shows whether Werkzeug still calls what it compiles by these names."""
    assert app.url_rule_class is LateRule
    (rule,) = Map([LateRule("/events/<slug>")]).iter_rules()
    before = rule._build_unknown
    rule.build({"slug": "tea"})
    assert "first_asked" in before.__qualname__ and "first_asked" not in rule._build_unknown.__qualname__
