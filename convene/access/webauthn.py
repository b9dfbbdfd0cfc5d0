"""The webauthn library's judgement of what a browser answered; it runs in a process of its own (convene.aside)."""

from collections.abc import Callable
from typing import Any

from webauthn import verify_authentication_response, verify_registration_response

from convene.access.credential import NewKey, Refused


def new_key(credential: dict[str, Any], challenge: bytes, host: str, origin: str) -> NewKey:
    """WebAuthn level 3, section 7.1. Raises Refused."""
    found = judged(
        verify_registration_response,
        credential=credential,
        expected_challenge=challenge,
        expected_rp_id=host,
        expected_origin=origin,
    )
    return NewKey(found.credential_id, found.credential_public_key, found.sign_count)


def used_key(
    credential: dict[str, Any], challenge: bytes, host: str, origin: str, public_key: bytes, count: int
) -> int:
    """Section 7.2: the new count of a key that answered. Raises Refused."""
    found = judged(
        verify_authentication_response,
        credential=credential,
        expected_challenge=challenge,
        expected_rp_id=host,
        expected_origin=origin,
        credential_public_key=public_key,
        credential_current_sign_count=count,
    )
    return int(found.new_sign_count)


def judged(verify: Callable[..., Any], **facts: Any) -> Any:
    try:
        return verify(**facts)
    except Exception:  # the library's own refusals, and whatever else a browser's odd bytes bring it to
        raise Refused from None
