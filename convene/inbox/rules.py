"""What follows from a bounce, and for whom somebody else may answer: rules without a database."""

from datetime import timedelta

from convene.mail.rules import HARD

SOFT_MOST = 3  # letters that came back, of one address
SOFT_WITHIN = timedelta(days=14)

# Whoever has a mailbox there is nobody's assistant for that: anybody can have one.
# fmt: off
FOR_ANYBODY = frozenset((
    "aol.com", "fastmail.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com",
    "icloud.com", "live.com", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "outlook.com", "pm.me",
    "proton.me", "protonmail.com", "qq.com", "t-online.de", "web.de", "yahoo.co.uk", "yahoo.com",
    "yandex.com", "yandex.ru", "zoho.com", "163.com",
))
# fmt: on


def verdict(action: str, code: str) -> str:
    """`hard` (stop at once), `policy` (not the address's fault), `soft` (counted), `delayed`, or `delivered`."""
    if action == "delayed":
        return "delayed"
    if action != "failed" or code.startswith("2"):
        return "delivered"
    if code in HARD:
        return "hard"
    return "policy" if code.startswith("5.7.") else "soft"


def may_speak_for(sender: str, guest: str, sent_by: str) -> bool:
    """Whether `sender` may answer for `guest` (folded addresses): themself, or an assistant under the same roof.

    SENT-BY is only the sender's own word. A roof that takes in anybody proves nothing.
    """
    if not sender:
        return False
    if sender == guest:
        return True
    roof = guest.rpartition("@")[2]
    return sender == sent_by and sender.rpartition("@")[2] == roof and roof not in FOR_ANYBODY
