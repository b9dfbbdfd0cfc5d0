"""Whoever keeps a tie with somebody is asked whether it is still true, as whoever told us of themselves is; once."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from convene.extensions import db
from convene.network.models import Tie
from convene.nudges.finding import Look, settings
from convene.nudges.models import Nudge
from convene.nudges.of_people import still_true
from tests.factories import a_person, an_organisation
from tests.parts.application import writing

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=200)


@pytest.mark.one_database
def test_a_tie_is_asked_about_after_half_a_year_and_once(app: Flask) -> None:
    with writing(app):
        host = an_organisation(now=LONG_AGO)
        tied, other, ended = (a_person(host, now=LONG_AGO) for _ in range(3))
        told = a_person(host, field="Bread", now=LONG_AGO)
        db.session.flush()
        for mine, over in ((tied, None), (ended, NOW)):
            facts = {"organisation_id": host.id, "person_id": mine.id, "other_id": other.id, "title": "Soup"}
            db.session.add(Tie(**facts, channel="email", made_at=LONG_AGO, ended_at=over))
        db.session.flush()

        def asked(at: datetime) -> set[int]:
            return {one.person_id for one in still_true(Look(at, settings()))}

        assert asked(NOW) == {tied.id, told.id}, "not who told nothing, nor who ended it"
        assert asked(NOW - timedelta(days=30)) == set(), "it was looked at lately"
        (case,) = [one for one in still_true(Look(NOW, settings())) if one.person_id == tied.id]
        row = Nudge(key=case.key, rule="still_true", step=case.step, person_id=tied.id, state="sent", reason="",
                    due_at=NOW, decided_at=NOW, generation=1)  # fmt: skip
        db.session.add(row)
        db.session.flush()
        assert asked(NOW + timedelta(days=100)) == {told.id}, "once in half a year"
