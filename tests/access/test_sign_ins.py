"""A device stays signed in while it is used, for a week at most, and not a moment after it is shown out."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from convene.access import sign_ins
from convene.access.models import SignIn
from tests.factories import an_organisation

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
HOURS = timedelta(hours=1)


@pytest.fixture
def host(session: scoped_session[Session]) -> int:
    return an_organisation(now=NOW).id


def a_device(host: int, device: str = "Firefox on Linux", address: str = "olive@example.org") -> str:
    return sign_ins.open_sign_in(address, host, device, NOW)


def test_a_cookie_opens_the_door_it_was_made_for(host: int) -> None:
    found = sign_ins.find(a_device(host), NOW)
    assert found is not None
    assert (found.address, found.organisation_id) == ("olive@example.org", host)


@pytest.mark.parametrize("secret", ["", "guess", "\x00", "\ud800", "x" * 10_000])
def test_any_other_cookie_opens_nothing(host: int, secret: str) -> None:
    a_device(host)
    assert sign_ins.find(secret, NOW) is None


def test_the_cookie_itself_is_not_in_the_database(host: int, session: scoped_session[Session]) -> None:
    secret = a_device(host)
    assert len(secret) >= 43, "256 bits in base64"
    assert secret not in {str(value) for value in vars(session.scalars(select(SignIn)).one()).values()}


def test_eight_hours_without_use_end_it(host: int) -> None:
    secret = a_device(host)
    assert sign_ins.find(secret, NOW + 8 * HOURS - timedelta(seconds=1))
    assert sign_ins.find(secret, NOW + 8 * HOURS) is None


def test_use_keeps_it_open_but_never_beyond_seven_days(host: int) -> None:
    secret = a_device(host)
    for hour in range(7, 7 * 24, 7):
        found = sign_ins.find(secret, NOW + hour * HOURS)
        assert found is not None, f"after {hour} hours"
        sign_ins.seen(found.id, NOW + hour * HOURS)
    assert sign_ins.find(secret, NOW + timedelta(days=7) - timedelta(seconds=1))
    assert sign_ins.find(secret, NOW + timedelta(days=7)) is None


def test_signing_out_ends_this_device_alone(host: int) -> None:
    phone, laptop = a_device(host, "phone"), a_device(host, "laptop")
    found = sign_ins.find(phone, NOW)
    assert found is not None
    assert sign_ins.end("olive@example.org", NOW, found.id) == 1
    assert sign_ins.find(phone, NOW) is None
    assert sign_ins.find(laptop, NOW)


def test_nobody_can_end_the_device_of_another_address(host: int) -> None:
    mine = a_device(host)
    theirs = sign_ins.find(a_device(host, address="other@example.org"), NOW)
    assert theirs is not None
    assert sign_ins.end("olive@example.org", NOW, theirs.id) == 0
    assert [one.id for one in sign_ins.open_for("other@example.org", NOW)] == [theirs.id]
    assert sign_ins.find(mine, NOW)


def test_signing_out_everywhere_ends_every_device_of_the_address(host: int) -> None:
    mine = [a_device(host) for _ in range(3)]
    other = a_device(host, address="other@example.org")
    assert sign_ins.end("olive@example.org", NOW) == 3
    assert [sign_ins.find(secret, NOW) for secret in mine] == [None, None, None]
    assert sign_ins.open_for("olive@example.org", NOW) == []
    assert sign_ins.find(other, NOW)


def test_the_list_of_devices_names_each_the_newest_first(host: int) -> None:
    a_device(host, "phone")
    a_device(host, "")
    a_device(host, "x" * 200)
    devices = [one.device for one in sign_ins.open_for("olive@example.org", NOW)]
    assert devices == ["x" * 80, "a device that did not say what it is", "phone"]


def test_ended_sign_ins_are_forgotten_a_month_later(host: int, session: scoped_session[Session]) -> None:
    a_device(host)
    sign_ins.forget(NOW + timedelta(days=37))
    assert session.scalar(select(func.count(SignIn.id))) == 1
    sign_ins.forget(NOW + timedelta(days=37, seconds=1))
    assert session.scalar(select(func.count(SignIn.id))) == 0
