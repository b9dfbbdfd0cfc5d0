"""What a key in a device is to both sides of convene.aside: the site, and the library that judges its answers."""

from dataclasses import dataclass


class Refused(Exception):
    """The answer is not sound, is for another site, or is not the one that was asked for."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is kept: its name in the device, its public half (COSE), how often it says it was used."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
