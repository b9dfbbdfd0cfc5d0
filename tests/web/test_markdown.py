"""Markdown that somebody pasted by the page: drawn as typed, without asking at each bracket whether a link begins."""

from typing import Any

import pytest
from markdown_it import helpers

from convene.mail import markdown as mail
from convene.web import filters

LINK = "[a](https://a.example) "


def test_a_tangle_of_brackets_is_words_and_costs_no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    search = helpers.parseLinkLabel

    def counted(*given: Any) -> Any:
        asked.append(1)
        return search(*given)

    monkeypatch.setattr(helpers, "parseLinkLabel", counted)
    for typed in ("![", "[", "[a](b", "[a]("):
        whole = (typed * 30_000)[:60_000]
        assert typed in str(filters.markdown(whole)) and typed in mail.READER.render(whole)
    assert not asked, "0.9 s of one core for 60,000 characters, where each is asked"
    most = mail.MOST_BRACKETS
    assert filters.markdown(LINK * most).count("<a ") == most
    assert filters.markdown(LINK * (most + 1)).count("<a ") == 0
    assert filters.markdown((LINK * most + "\n\n") * 2).count("<a ") == 2 * most, "each paragraph by itself"
