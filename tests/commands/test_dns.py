"""The doctor asks a real DNS server, and says of each record that it is well or exactly what to add."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from dnslib import RR, SOA, DNSRecord  # type: ignore[import-untyped]  # it brings no types
from dnslib.server import BaseResolver, DNSLogger, DNSServer  # type: ignore[import-untyped]  # nor here

from config import Config
from convene.commands import dns
from tests.commands.test_commands import Said
from tests.commands.test_commands import convene as convene
from tests.parts.mailserver import MailServer
from tests.parts.processes import free_port

pytestmark = pytest.mark.one_database

GOOD = """
example.org. MX 10 mail.example.org.
mail.example.org. A 192.0.2.5
5.2.0.192.in-addr.arpa. PTR mail.example.org.
example.org. TXT "v=spf1 mx -all"
example.org. TXT "some-site-verification=1"
_dmarc.example.org. TXT "v=DMARC1; p=reject; rua=mailto:postmaster@example.org"
"""

Zone = Callable[[str], str]


class Answers(BaseResolver):
    def __init__(self, zone: str) -> None:
        self.rows = RR.fromZone(zone)

    def resolve(self, request: DNSRecord, handler: object) -> DNSRecord:
        reply, asked = request.reply(), request.q
        mine = [row for row in self.rows if row.rname == asked.qname]
        for row in mine:
            if row.rtype == asked.qtype:
                reply.add_answer(row)
        if not mine:
            reply.header.rcode = 3
            reply.add_auth(RR("org.", 6, rdata=SOA("ns.org.", "root.org.", (1, 60, 60, 60, 60))))
        return reply


@contextmanager
def served(zone: str) -> Iterator[str]:
    """A DNS server on this machine with these records; its address."""
    port = free_port()
    server = DNSServer(
        Answers(zone), address="127.0.0.1", port=port, logger=DNSLogger("-request,-reply", False)
    )
    # It looks every half second whether it is to stop, unless it is told to look more often.
    serving = threading.Thread(target=server.server.serve_forever, args=(0.01,))
    serving.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.server.shutdown()
        serving.join()
        server.server.server_close()


def findings(zone: str, **settings: str) -> dict[str, tuple[bool, str]]:
    plain = {
        "CONVENE_BASE_URL": "https://events.example.org",
        "CONVENE_SECRET_KEY": "a-secret-for-tests-that-protects-nobody",
        "CONVENE_MAIL_FROM": "events@example.org",
        "CONVENE_MAIL_URL": "smtp://mail.example.org",
    }
    with served(zone) as address:
        return dict(dns.look_over(Config({**plain, **settings}), nameserver=address))


def without(zone: str, *parts: str) -> str:
    return "\n".join(row for row in zone.splitlines() if not any(part in row for part in parts))


def test_where_every_record_is_there_all_is_well() -> None:
    found = findings(GOOD)
    assert list(found) == ["MX", "SPF", "DKIM", "DMARC", "reverse"]
    assert all(well for well, _ in found.values()), found
    assert "lets in mail.example.org" in found["SPF"][1]
    assert "p=reject" in found["DMARC"][1]
    assert "not signed here" in found["DKIM"][1]


def test_where_there_is_nothing_each_line_says_what_to_add() -> None:
    found = findings("other.org. A 192.0.2.1")
    assert [name for name, (well, _) in found.items() if not well] == ["MX", "SPF", "DMARC"]
    assert "add: example.org. MX 10 mail.example.org." in found["MX"][1]
    assert 'add: example.org. TXT "v=spf1 mx -all"' in found["SPF"][1]
    assert (
        'add: _dmarc.example.org. TXT "v=DMARC1; p=none; rua=mailto:postmaster@example.org"'
        in found["DMARC"][1]
    )
    assert not any("\n" in words for _, words in found.values())


@pytest.mark.parametrize(
    ("record", "well", "words"),
    [
        ("v=spf1 ip4:192.0.2.0/24 ~all", True, "lets in mail.example.org"),
        ("v=spf1 a:mail.example.org -all", True, "lets in mail.example.org"),
        ("v=spf1 include:_spf.example.org -all", True, "includes example.org"),
        ("v=spf1 include:_spf.mailhost.example -all", True, "cannot be known from here"),
        ("v=spf1 ip4:198.51.100.7 -all", False, "add a:mail.example.org"),
        ("v=spf1 mx +all", False, 'write: example.org. TXT "v=spf1 mx -all"'),
        ("v=spf1 mx ?all", False, "shuts nobody out"),
        ("v=spf1 mx", False, "shuts nobody out"),
        ("v=spf1", False, "shuts nobody out"),
        ("v=spf1 " + " ".join(f"include:{n}.example.net" for n in range(11)) + " -all", False, "11 look-ups"),
        ("v=spf10 mx -all", False, "has no SPF record"),
    ],
)
def test_an_spf_record_is_read(record: str, well: bool, words: str) -> None:
    found = findings(without(GOOD, "v=spf1") + f'\nexample.org. TXT "{record}"')["SPF"]
    assert found[0] is well and words in found[1], found


def test_two_records_of_a_kind_make_both_void() -> None:
    found = findings(GOOD + 'example.org. TXT "v=spf1 -all"\n_dmarc.example.org. TXT "v=DMARC1; p=none"')
    assert found["SPF"] == (False, "example.org has 2 SPF records, and then none counts: put them into one")
    assert not found["DMARC"][0] and "keep one" in found["DMARC"][1]


def test_a_domain_that_takes_no_mail_or_names_a_server_without_an_address_loses_answers() -> None:
    assert "takes no mail" in findings(without(GOOD, "MX") + "\nexample.org. MX 0 .")["MX"][1]
    well, words = findings(without(GOOD, "mail.example.org. A"))["MX"]
    assert not well and "add: mail.example.org. A" in words


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_the_key_in_the_dns_is_compared_with_the_key_that_signs(tmp_path: Path, kind: str) -> None:
    key = Ed25519PrivateKey.generate() if kind == "ed25519" else generate_private_key(65537, 2048)
    file = tmp_path / "dkim.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    settings = {"CONVENE_DKIM_KEY_FILE": str(file), "CONVENE_DKIM_SELECTOR": "convene"}
    well, words = findings(GOOD, **settings)["DKIM"]
    assert not well
    name, _, record = words.partition("; add: ")[2].partition(". TXT ")
    assert name == "convene._domainkey.example.org"
    text = record.strip('"')
    halves = " ".join(
        f'"{text[at : at + 200]}"' for at in range(0, len(text), 200)
    )  # as a zone file writes it
    assert findings(f"{GOOD}{name}. TXT {halves}", **settings)["DKIM"][0], "the very record it told"
    wrong = findings(f'{GOOD}{name}. TXT "v=DKIM1; k={kind}; p=AAAA"', **settings)["DKIM"]
    assert not wrong[0] and "every signature is wrong" in wrong[1]
    assert "revoked" in findings(f'{GOOD}{name}. TXT "v=DKIM1; p="', **settings)["DKIM"][1]


def test_a_dmarc_record_above_speaks_for_a_domain_below_and_none_is_a_beginning() -> None:
    zone = without(GOOD, "_dmarc") + '\n_dmarc.example.org. TXT "v=DMARC1; p=none"'
    well, words = findings(zone, CONVENE_MAIL_FROM="events@news.example.org")["DMARC"]
    assert well and "p=none at _dmarc.example.org" in words and "go on to p=quarantine" in words
    assert (
        "has no policy"
        in findings(without(GOOD, "_dmarc") + '\n_dmarc.example.org. TXT "v=DMARC1"')["DMARC"][1]
    )


@pytest.mark.parametrize(
    ("zone", "well", "words"),
    [
        (GOOD, True, "name each other"),
        (without(GOOD, "PTR"), False, "set its PTR to mail.example.org"),
        (
            without(GOOD, "PTR") + "\n5.2.0.192.in-addr.arpa. PTR host5.example.net.",
            False,
            "does not name it back",
        ),
        (without(GOOD, "A 192"), False, "add: mail.example.org. A"),
    ],
)
def test_the_sending_address_and_its_name_must_name_each_other(zone: str, well: bool, words: str) -> None:
    config = Config({"CONVENE_MAIL_URL": "smtp://localhost"})
    with served(zone) as address:
        found = dns.reverse(dns.Names(address), config, own=lambda: "mail.example.org")
    assert found[0] is well and words in found[1], found


def test_a_dns_server_that_is_away_is_one_sentence_within_ten_seconds(convene: Said) -> None:
    began = time.monotonic()
    code, said, _ = convene(
        "doctor", "--mail", "--domain", "example.org", "--nameserver", f"127.0.0.1:{free_port()}"
    )
    assert code == 1
    assert said.count("no DNS server answered") == 1 and said.count("\n") == 2
    assert time.monotonic() - began < 10


def test_a_dns_server_that_says_nothing_is_one_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns, "TWO_TRIES", 0.3)
    with closing(dns.socket.socket(dns.socket.AF_INET, dns.socket.SOCK_DGRAM)) as deaf:
        deaf.bind(("127.0.0.1", 0))
        found = dict(dns.look_over(Config({}), "example.org", f"127.0.0.1:{deaf.getsockname()[1]}"))
    assert list(found) == ["DNS"] and not found["DNS"][0]


def test_the_command_looks_at_the_mail_server_and_the_records(convene: Said, mailserver: MailServer) -> None:
    with served(GOOD) as address:
        words = ("doctor", "--mail", "--domain", "example.org", "--nameserver", address)
        code, said, _ = convene(*words, CONVENE_MAIL_URL=mailserver.url)
    lines = said.splitlines()
    assert [line[:18].split() for line in lines] == [
        ["well", "mail"],
        *(["well", name] for name in ("MX", "SPF", "DKIM", "DMARC")),
        ["mend", "reverse"],
    ]
    assert code == 1
    assert convene("doctor", "--domain", "example.org")[0] == 2
    assert "must be an address" in convene("doctor", "--mail", "--nameserver", "dns.example.org")[1]
