"""The rule of an address, which learns to write that address only when it is first asked to.

Werkzeug compiles two functions for each rule as it is made: with 400 rules that is a tenth of a second of each start
and nearly a megabyte, for the few that a process ever writes. Three of Werkzeug's own names stand here that it does not
document; should it call them otherwise, the functions are compiled as before, and tests/web/test_addresses.py tells.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class LateRule(Rule):
    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        compile_now = super()._compile_builder

        def first_asked(self: Rule, /, **values: Any) -> tuple[str, str]:
            write: Builder = compile_now(append_unknown).__get__(self, None)
            setattr(self, "_build_unknown" if append_unknown else "_build", write)
            return write(**values)

        return first_asked
