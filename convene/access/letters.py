"""The letters that let an organiser in, and tell of it."""

from datetime import datetime, timedelta

from convene import links
from convene.mail.letter import Letter, write

LIFETIME = timedelta(minutes=10)

# What can happen to a second step, as the desk says it; the letter says it in its own language.
CHANGED = (
    "An app was added",
    "A key was added",
    "The app was taken away",
    "A key was taken away",
    "New codes were made",
)


def sign_in(address: str, secret: str, now: datetime, code: str = "", language: str | None = None) -> Letter:
    return write(
        "sign_in",
        to_name="",
        to_address=address,
        from_name="Convene",
        language=language,
        expires_at=now + LIFETIME,
        facts={
            "url": links.sign_in(secret),
            "minutes": int(LIFETIME.total_seconds() // 60),
            "code": code,
        },
    )


def new_device(address: str, device: str, when: str, language: str | None = None) -> Letter:
    """`when` in words of that language."""
    return write(
        "new_device",
        to_name="",
        to_address=address,
        from_name="Convene",
        language=language,
        facts={"device": device, "when": when, "url": links.absolute("/organise/devices")},
    )


def second_step(address: str, what: str, language: str | None = None) -> Letter:
    """`what` happened: a sentence of CHANGED."""
    return write(
        "second_step",
        to_name="",
        to_address=address,
        from_name="Convene",
        language=language,
        facts={"what": what, "url": links.absolute("/organise/devices")},
    )
