"""Mail addresses: checked by form alone (no look-up inside a request), and folded so that one person is one row."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

LONGEST = 254  # RFC 5321 4.5.3.1.3, less the angle brackets


class BadAddress(ValueError):
    """The text is not an address that mail could reach; the message says what to mend."""


def checked(text: str) -> str:
    """The address as it should be written to, from what was typed. Raises BadAddress."""
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > LONGEST:
        raise BadAddress("This address is too long to be one; check it for something pasted by mistake")
    if "@" not in text or not text.rpartition("@")[2]:
        raise BadAddress("Enter an address with an @ and what comes after it, like name@example.org")
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise BadAddress("Enter an email address in the form name@example.org") from None
    if found.ascii_email is None:
        raise BadAddress(
            "Our mail cannot write to an address with letters outside a-z before the @; is there another?"
        )
    return found.ascii_email


def folded(address: str) -> str:
    """What an address is matched by: case and outer spaces do not make another person."""
    return unicodedata.normalize("NFC", address).strip().casefold()
