"""Signatures made here hold for whoever checks them by the RFC; a key that cannot sign is refused."""

import base64
import re
from datetime import timedelta
from email import message_from_bytes, policy

import dkim  # type: ignore[import-untyped] # it carries no types
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some

from config import TestConfig
from convene.app import create_app
from convene.extensions import db
from convene.mail.message import build
from convene.mail.signing import Signer, fields_of, relaxed, relaxed_body, signer
from convene.mail.transport import TryLater
from convene.settings import BadSetting
from tests.mail.posting import NOW, committed, post, row, send_due
from tests.mail.test_message import FROM, HOSTILE, INVITE, a_row
from tests.parts.application import writing

RSA = rsa.generate_private_key(65537, 2048)
EDWARDS = ed25519.Ed25519PrivateKey.generate()
LONG = f"https://convene.example.org/unsubscribe/{'x' * 340}"

DINNER = (
    b"From: Joe SixPack <joe@football.example.com>\r\nTo: Suzie Q <suzie@shopping.example.net>\r\n"
    b"Subject: Is dinner ready?\r\nDate: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    b"Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\n"
    b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
)


def pem(key: object, password: bytes = b"") -> str:
    locked = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked).decode()  # type: ignore[attr-defined]


def in_dns(name: bytes, timeout: int = 5) -> bytes:
    """The record that stands in the DNS for RSA."""
    assert name in (b"convene._domainkey.example.org.", b"convene._domainkey.example.org")
    public = RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def holds(content: bytes) -> bool:
    """Whether dkimpy, which shares nothing with the signer, finds the first signature good."""
    return bool(dkim.verify(content, dnsfunc=in_dns))


@pytest.fixture(scope="module")
def sign() -> Signer:
    return signer(pem(RSA), "convene", "Example.ORG")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_signature_holds_whatever_names_and_titles_stand_in_the_letter(sign: Signer, text: str) -> None:
    mail = a_row(
        from_name=text, to_name=text, subject=text, text=f"{text}  \n\n.\n\n", html=f"<p>{text}</p>",
        invite=INVITE, unsubscribe_url=LONG, list_id="Zoë's table <reminder.open-table.example.org>",
        reply_to="hosts@example.org",
    )  # fmt: skip
    content = sign(build(mail, FROM))
    assert holds(content)
    assert content.endswith(build(mail, FROM)), "the letter itself is not touched"


@given(some.text(max_size=300), some.text(max_size=300), some.text(max_size=300))
def test_a_signature_holds_for_any_words(sign: Signer, subject: str, name: str, text: str) -> None:
    plain = "".join(c for c in text if not "\ud800" <= c <= "\udfff")
    assert holds(sign(build(a_row(subject=subject, to_name=name, text=plain, html=plain), FROM)))


def test_it_names_every_header_that_counts_and_those_shown_once_more(sign: Signer) -> None:
    mail = a_row(unsubscribe_url=LONG, list_id="Open Table <reminder.example.org>", reply_to="h@example.org")
    tags = tags_of(sign(build(mail, FROM)))
    names = tags["h"].split(":")
    assert set(names) == {
        *("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Reply-To"),
        *("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"),
    }
    assert sorted(name for name in set(names) if names.count(name) == 2) == ["Date", "From", "Subject", "To"]
    assert (tags["a"], tags["c"], tags["d"], tags["s"]) == (
        *("rsa-sha256", "relaxed/relaxed", "example.org", "convene"),
    )
    plain = tags_of(sign(build(a_row(), FROM)))["h"].split(":")
    assert "Reply-To" not in plain and "List-Id" not in plain, "a mailing list on the way may put in its own"


def test_a_second_subject_or_a_changed_word_breaks_it(sign: Signer) -> None:
    content = sign(build(a_row(), FROM))
    signature, _, rest = content.partition(b"From: ")
    assert holds(content)
    for changed in (
        signature + b"Subject: Send money\r\nFrom: " + rest,
        signature + b"From: somebody@else.example\r\nFrom: " + rest,
        content.replace(b"See you.", b"See her."),
        content.replace(b"Subject: Tomorrow", b"Subject: Today"),
    ):
        assert changed != content and not holds(changed)


def test_spaces_and_folds_that_servers_change_on_the_way_do_not(sign: Signer) -> None:
    content = sign(build(a_row(unsubscribe_url=LONG, text="two  spaces\n"), FROM))
    moved = content.replace(b"Subject: Tomorrow", b"subject:   Tomorrow ")
    moved = moved.replace(b"List-Unsubscribe: <", b"List-Unsubscribe:\r\n <").replace(
        b"two  spaces", b"two spaces"
    )
    assert moved != content and holds(moved + b"\r\n\r\n")


def test_the_field_is_plain_and_short_and_the_same_at_every_try(sign: Signer) -> None:
    content = sign(build(a_row(unsubscribe_url=LONG), FROM))
    field = content[: content.index(b"\r\nFrom:")].decode("ascii")
    assert max(len(line) for line in field.split("\r\n")) <= 78
    assert not re.search(r"[;\s][tx]=", field), "a moment in it would differ from try to try"
    assert content == sign(build(a_row(unsubscribe_url=LONG), FROM))
    assert message_from_bytes(content, policy=policy.default)["Subject"] == "Tomorrow"


def tags_of(content: bytes) -> dict[str, str]:
    (name, value), *_ = fields_of(content.partition(b"\r\n\r\n")[0])
    assert name == "dkim-signature"
    tags = re.sub(r"\s", "", value.decode("ascii")).split(";")
    return dict(tuple(tag.split("=", 1)) for tag in tags)  # type: ignore[misc] # each is a pair


# Ed25519 (RFC 8463), which dkimpy cannot check without a library of its own: checked by hand


def test_the_example_of_rfc_8463_comes_out_as_printed_there() -> None:
    public = ed25519.Ed25519PublicKey.from_public_bytes(
        base64.b64decode("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    )
    head, _, body = DINNER.partition(b"\r\n\r\n")
    assert base64.b64encode(sha256(relaxed_body(body))) == b"2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
    names = ("from", "to", "subject", "date", "message-id")
    lines = [relaxed(name, dict(fields_of(head))[name]) + b"\r\n" for name in names]
    unsigned = (
        b" v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n"
        b" q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject :"
        b" date;\r\n bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b="
    )
    lines.append(relaxed("DKIM-Signature", unsigned))
    printed = "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
    public.verify(base64.b64decode(printed), sha256(b"".join(lines)))


def test_an_edwards_key_signs_too() -> None:
    content = signer(pem(EDWARDS), "convene", "example.org")(build(a_row(reply_to="h@example.org"), FROM))
    tags = tags_of(content)
    assert tags["a"] == "ed25519-sha256"
    signature, *fields = fields_of(content.partition(b"\r\n\r\n")[0])
    left, lines = list(fields), []
    for name in tags["h"].lower().split(":"):
        found = [one for one in left if one[0] == name]
        if found:
            left.remove(found[-1])
            lines.append(relaxed(*found[-1]) + b"\r\n")
    emptied = re.sub(rb"(\bb=)[^;]*$", rb"\1", signature[1])
    lines.append(relaxed(signature[0], emptied))
    EDWARDS.public_key().verify(base64.b64decode(tags["b"]), sha256(b"".join(lines)))


def sha256(text: bytes) -> bytes:
    digest = Hash(SHA256())
    digest.update(text)
    return digest.finalize()


# Keys, and the worker


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n", "cannot be read"),
        (pem(RSA, b"a password"), "cannot be read"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "must hold an RSA or an Ed25519 key"),
    ],
)
def test_a_key_that_cannot_sign_stops_the_start_with_one_sentence(key: str, words: str) -> None:
    with pytest.raises(BadSetting) as refused:
        create_app(with_key(key))
    assert words in str(refused.value) and "hunter2" not in str(refused.value)
    assert str(refused.value).startswith("CONVENE_DKIM_KEY_FILE ")


def with_key(key: str, url: str = "sqlite://") -> TestConfig:
    config = TestConfig({"CONVENE_DATABASE_URL": url})
    config.DKIM_KEY, config.DKIM_SELECTOR = key, "convene"
    return config


def test_without_a_key_nothing_is_signed_here(sqlite_app: Flask) -> None:
    assert "convene.sign" not in sqlite_app.extensions


def test_what_the_worker_sends_is_signed_and_a_retry_is_the_same_to_the_byte(database_url: str) -> None:
    app = create_app(with_key(pem(RSA), database_url))
    with writing(app):
        (number,) = committed(post())
        transport = Breaking()
        send_due(transport)
        send_due(transport, NOW + timedelta(hours=1))
        assert row(number).state == "sent"
        first, second = transport.contents
        assert first == second and holds(first)
    with app.app_context():
        db.engine.dispose()


class Breaking:
    """A server that takes the letter and loses the line before its yes is heard, the first time."""

    def __init__(self) -> None:
        self.contents: list[bytes] = []

    def send(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
        self.contents.append(content)
        if len(self.contents) == 1:
            raise TryLater("the line broke")
        return "250 ok"

    def close(self) -> None:
        pass
