"""The letters that let an organiser in, and tell of it."""

from datetime import datetime, timedelta

from convene import links
from convene.mail.letter import Letter, write

LIFETIME = timedelta(minutes=10)


def sign_in(address: str, secret: str, now: datetime, code: str = "") -> Letter:
    return write(
        "sign_in",
        to_name="",
        to_address=address,
        from_name="Convene",
        expires_at=now + LIFETIME,
        facts={
            "url": links.sign_in(secret),
            "minutes": int(LIFETIME.total_seconds() // 60),
            "code": code,
        },
    )


def new_device(address: str, device: str, when: str) -> Letter:
    return write(
        "new_device",
        to_name="",
        to_address=address,
        from_name="Convene",
        facts={"device": device, "when": when, "url": links.absolute("/organise/devices")},
    )


def second_step(address: str, what: str) -> Letter:
    return write(
        "second_step",
        to_name="",
        to_address=address,
        from_name="Convene",
        facts={"what": what, "url": links.absolute("/organise/devices")},
    )
