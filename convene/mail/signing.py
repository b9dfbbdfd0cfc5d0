"""DKIM signatures (RFC 6376), made here where the operator gives a key; else the relay signs, or nobody.

Written on the cryptography library, which the house has anyway: a signature takes it less than a millisecond, and the
field holds no clock, so that a retry is equal to the first try to the byte. docs/decisions/dkim-here-or-at-the-relay.md
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from flask import Flask

from convene.mail.message import sender_address
from convene.settings import BadSetting

Signer = Callable[[bytes], bytes]
Key = RSAPrivateKey | Ed25519PrivateKey

SIGNED = (
    *("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Reply-To"),
    *("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"),
)
# Named once more than they stand there, so that nobody on the way can put in a second one that a reader sees instead.
ONLY_ONE = ("From", "To", "Subject", "Date")
LEAST_BITS = 1024  # RFC 8301, section 3.2: a verifier takes no shorter key for good


def init_app(app: Flask) -> None:
    """Sign what this application sends, if its operator gave a key. Raises BadSetting where the key cannot sign."""
    if pem := app.config["DKIM_KEY"]:
        domain = sender_address(app.config["MAIL_FROM"]).rpartition("@")[2]
        app.extensions["convene.sign"] = signer(pem, app.config["DKIM_SELECTOR"], domain)


def signer(pem: str, selector: str, domain: str) -> Signer:
    """What takes a whole message and gives it back with a signature on top. Raises BadSetting."""
    key = key_in(pem)

    def sign(content: bytes) -> bytes:
        return field(content, key, selector, domain.lower()) + content

    return sign


def key_in(pem: str) -> Key:
    """The private key, RSA or Ed25519 (RFC 8463). Raises BadSetting."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it wants a password
        raise BadSetting(
            "CONVENE_DKIM_KEY_FILE holds a key that cannot be read: it must be RSA or Ed25519, whole, without password."
        ) from None
    if isinstance(key, RSAPrivateKey) and key.key_size < LEAST_BITS:
        raise BadSetting(
            f"CONVENE_DKIM_KEY_FILE holds an RSA key of {key.key_size} bits; make one of 2048: openssl genrsa 2048."
        )
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise BadSetting(
            "CONVENE_DKIM_KEY_FILE must hold an RSA or an Ed25519 key, as openssl genrsa makes it."
        )
    return key


def field(content: bytes, key: Key, selector: str, domain: str) -> bytes:
    """The DKIM-Signature field for this message, with its line end: relaxed/relaxed, SHA-256."""
    head, _, body = content.partition(b"\r\n\r\n")
    fields = fields_of(head)
    there = [name for name in SIGNED if any(name.lower() == one for one, _ in fields)]
    named = ":".join([*there, *ONLY_ONE])
    body_hash = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode()
    kind = "rsa" if isinstance(key, RSAPrivateKey) else "ed25519"
    unsigned = folded(
        [
            ("v", "1"),
            ("a", f"{kind}-sha256"),
            ("c", "relaxed/relaxed"),
            ("d", domain),
            ("s", selector),
            ("h", named),
            ("bh", body_hash),
        ]
    )
    lines = [relaxed(*one) + b"\r\n" for one in chosen(fields, [*there, *ONLY_ONE])]
    lines.append(relaxed("dkim-signature", unsigned.encode()))
    digest = hashlib.sha256(b"".join(lines)).digest()
    text = base64.b64encode(signature(key, digest)).decode()
    # Spaces in b= are left out by whoever checks (RFC 6376, section 3.5), so its lines may break anywhere.
    rows = [text[at : at + 70] for at in range(0, len(text), 70)]
    return "\r\n ".join([f"DKIM-Signature:{unsigned}", *rows]).encode("ascii") + b"\r\n"


def signature(key: Key, digest: bytes) -> bytes:
    """Over the digest as it is: for RSA in its usual dress, for Ed25519 as the message itself (RFC 8463, section 3)."""
    if isinstance(key, RSAPrivateKey):
        return key.sign(digest, PKCS1v15(), Prehashed(SHA256()))
    return key.sign(digest)


def folded(tags: Iterable[tuple[str, str]]) -> str:
    """The tags but the signature itself, a tag a line; a list of names broken at its colons. Ends with "b="."""
    rows = []
    for name, value in tags:
        words = f"{name}={value};"
        while len(words) > 72 and ":" in words[:72]:
            at = words.rindex(":", 0, 72) + 1
            rows.append(words[:at])
            words = words[at:]
        rows.append(words)
    return " " + "\r\n ".join([*rows, "b="])


def fields_of(head: bytes) -> list[tuple[str, bytes]]:
    """The header fields in order: name in small letters, and the value as it stands there, folds included."""
    unfolded = re.split(rb"\r\n(?![ \t])", head)
    pairs = (one.partition(b":") for one in unfolded if one)
    return [(name.strip().lower().decode("ascii"), value) for name, _, value in pairs]


def chosen(fields: list[tuple[str, bytes]], names: Iterable[str]) -> list[tuple[str, bytes]]:
    """The fields of these names, the last of a name first (RFC 6376, section 5.4.2); one that is not there is none."""
    left = list(fields)
    found = []
    for name in names:
        at = max((at for at, (one, _) in enumerate(left) if one == name.lower()), default=None)
        if at is not None:
            found.append(left.pop(at))
    return found


def relaxed(name: str, value: bytes) -> bytes:
    """RFC 6376, section 3.4.2, without the line end: unfolded, each run of spaces one, none at the ends."""
    text = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" \t")
    return name.lower().encode("ascii") + b":" + text


def relaxed_body(body: bytes) -> bytes:
    """RFC 6376, section 3.4.4: runs of spaces as one, none at a line's end, no empty lines at the end."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)
