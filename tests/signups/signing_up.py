"""Signing up and taking the place, as the pages do it."""

from datetime import UTC, datetime, timedelta

from convene.events.models import Event
from convene.signups import actions
from convene.signups.models import Signup

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


HOUR = timedelta(hours=1)


def sign_up(event: Event, address: str = "pat@example.org", name: str = "Pat", now: datetime = NOW) -> Signup:
    return actions.sign_up(event.id, address, name, None, now)


def keep(event: Event, address: str, now: datetime = NOW) -> Signup:
    return actions.confirm(sign_up(event, address, address.partition("@")[0], now).id, now)
