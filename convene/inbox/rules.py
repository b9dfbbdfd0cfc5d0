"""What follows from a bounce: rules without a database."""

from datetime import timedelta

from convene.mail.rules import HARD

SOFT_MOST = 3  # letters that came back, of one address
SOFT_WITHIN = timedelta(days=14)


def verdict(action: str, code: str) -> str:
    """`hard` (stop at once), `policy` (not the address's fault), `soft` (counted), `delayed`, or `delivered`."""
    if action == "delayed":
        return "delayed"
    if action != "failed" or code.startswith("2"):
        return "delivered"
    if code in HARD:
        return "hard"
    return "policy" if code.startswith("5.7.") else "soft"
