"""Keys in a device (WebAuthn): made, named, asked for at sign-in and taken away.

What a browser is asked for is put together here; what it answers is judged by the webauthn library, in a process of
its own (convene.aside), because it weighs 12 MB. Source: WebAuthn level 3, sections 5.4, 5.5, 7.1 and 7.2.
"""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import delete, update

from convene import aside
from convene.access import tokens
from convene.access.credential import Refused
from convene.access.models import Passkey
from convene.access.second_factor import passkeys
from convene.extensions import affected, db
from convene.links import keyed_hash

LIFETIME = timedelta(minutes=5)
MOST = 10  # keys of one address
ALGORITHMS = (-8, -7, -257)  # EdDSA, ES256, RS256

__all__ = ["MOST", "Refused", "ask_for_key", "ask_for_new", "keep", "remove", "take"]


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def known(address: str) -> list[dict[str, Any]]:
    return [{"type": "public-key", "id": text(key.credential_id)} for key in passkeys(address)]


def ask_for_new(address: str, name: str, now: datetime) -> dict[str, Any]:
    """Options for navigator.credentials.create(), as JSON; the challenge is spent by `keep`."""
    challenge = tokens.issue("new_passkey", address, LIFETIME, now)
    return {
        "rp": {"id": current_app.config["HOST"], "name": "Convene"},
        "user": {
            "id": text(bytes.fromhex(keyed_hash("passkey", address))),
            "name": address,
            "displayName": name,
        },
        "challenge": text(challenge.encode()),
        "pubKeyCredParams": [{"type": "public-key", "alg": one} for one in ALGORITHMS],
        "timeout": int(LIFETIME.total_seconds() * 1000),
        "excludeCredentials": known(address),
        "authenticatorSelection": {"residentKey": "discouraged", "userVerification": "preferred"},
        "attestation": "none",
    }


def ask_for_key(address: str, now: datetime) -> dict[str, Any]:
    """Options for navigator.credentials.get(), as JSON; the challenge is spent by `take`."""
    challenge = tokens.issue("passkey", address, LIFETIME, now)
    return {
        "challenge": text(challenge.encode()),
        "rpId": current_app.config["HOST"],
        "timeout": int(LIFETIME.total_seconds() * 1000),
        "allowCredentials": known(address),
        "userVerification": "preferred",
    }


def challenge_of(credential: str) -> tuple[dict[str, Any], str]:
    """What the browser sent, read, and the challenge that it answers. Raises Refused."""
    try:
        sent = json.loads(credential)
        said = json.loads(unpadded(sent["response"]["clientDataJSON"]))
        return sent, unpadded(said["challenge"]).decode("ascii")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused from None


def unpadded(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


def place() -> tuple[str, str]:
    return current_app.config["HOST"], current_app.config["BASE_URL"]


def spent(purpose: str, challenge: str, address: str, now: datetime) -> None:
    try:
        if tokens.spend(purpose, challenge, now) != address:
            raise Refused
    except tokens.Unusable:
        raise Refused from None


def judged(verb: str, *given: Any) -> Any:
    """The library's judgement, made aside; a process that dies over it has refused. Raises Refused."""
    try:
        return aside.run(f"convene.access.webauthn:{verb}", *given)
    except aside.Aside:
        raise Refused from None


def keep(address: str, credential: str, name: str, now: datetime) -> None:
    """Keep a new key, if the browser's answer is sound. Raises Refused."""
    sent, challenge = challenge_of(credential)
    spent("new_passkey", challenge, address, now)
    if len(passkeys(address)) >= MOST:
        raise Refused
    found = judged("new_key", sent, challenge.encode(), *place())
    if any(key.credential_id == found.credential_id for key in passkeys(address)):
        raise Refused
    db.session.add(
        Passkey(
            address=address,
            credential_id=found.credential_id,
            public_key=found.public_key,
            sign_count=found.sign_count,
            name=name[:60],
            created_at=now,
        )
    )
    db.session.flush()


def take(address: str, credential: str, now: datetime) -> None:
    """The second step by a key of this address. Raises Refused, also where a copied key is seen by its count."""
    sent, challenge = challenge_of(credential)
    spent("passkey", challenge, address, now)
    try:
        named = unpadded(sent["id"])
    except (KeyError, TypeError, ValueError):
        raise Refused from None
    key = next((one for one in passkeys(address) if one.credential_id == named), None)
    if key is None:
        raise Refused
    count = judged("used_key", sent, challenge.encode(), *place(), key.public_key, key.sign_count)
    db.session.execute(update(Passkey).where(Passkey.id == key.id).values(sign_count=count, used_at=now))


def remove(address: str, passkey_id: int) -> bool:
    return affected(delete(Passkey).where(Passkey.id == passkey_id, Passkey.address == address)) > 0
