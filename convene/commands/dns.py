"""What the DNS says of the domain that letters come from, and which record to add where something is missing.

dnspython is loaded by `convene doctor` alone. Sources: SPF RFC 7208, DKIM RFC 6376, DMARC RFC 7489.
"""

import base64
import ipaddress
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import dns.exception
import dns.resolver
import dns.reversename
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from config import Config
from convene.mail.message import sender_address
from convene.mail.signing import key_in
from convene.settings import BadSetting, is_loopback

Finding = tuple[bool, str]

SECONDS = 8.0  # for all questions together: who asks a doctor sits before the screen
TWO_TRIES, ONE_TRY = 4.0, 1.5  # for one question
MOST_LOOKUPS = 10  # RFC 7208, section 4.6.4
NOT_THERE = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)
LOOKUPS = re.compile(r"^[+?~-]?(include:|a\b|mx\b|ptr\b|exists:)|^redirect=")


class NoAnswer(Exception):
    """No DNS server answers; the text is one sentence."""


@dataclass
class Names:
    """The DNS as one asks it: every answer a list of texts, an empty one where the name or the record is not there."""

    nameserver: str = ""
    resolver: dns.resolver.Resolver = field(init=False)
    until: float = field(init=False, default_factory=lambda: time.monotonic() + SECONDS)

    def __post_init__(self) -> None:
        try:
            self.resolver = dns.resolver.Resolver(configure=not self.nameserver)
        except dns.resolver.NoResolverConfiguration:
            raise NoAnswer("this machine knows of no DNS server; mend /etc/resolv.conf") from None
        if self.nameserver:
            host, _, port = (
                self.nameserver.rpartition(":") if ":" in self.nameserver else (self.nameserver, "", "53")
            )
            try:
                ipaddress.ip_address(host)
                self.resolver.nameservers, self.resolver.port = [host], int(port)
            except ValueError:
                raise NoAnswer("--nameserver must be an address such as 9.9.9.9 or 127.0.0.1:5353") from None
        self.resolver.timeout = ONE_TRY

    def ask(self, name: str, kind: str) -> list[str]:
        """Raises NoAnswer where no server answers in time."""
        try:
            left = min(TWO_TRIES, self.until - time.monotonic())
            found = self.resolver.resolve(name, kind, search=False, lifetime=max(0.01, left))
        except NOT_THERE:
            return []
        except (dns.exception.Timeout, dns.resolver.NoNameservers, OSError):
            raise NoAnswer(
                f"no DNS server answered about {name}; nothing of the domain's records is known"
            ) from None
        except dns.exception.DNSException:  # a name that cannot be one
            return []
        if kind == "TXT":
            return [b"".join(row.strings).decode("utf-8", "replace") for row in found]
        return [row.to_text() for row in found]


def look_over(config: Config, domain: str = "", nameserver: str = "") -> list[tuple[str, Finding]]:
    """Each record that decides whether letters arrive: whether it is well, and in one line what to add if not."""
    domain = (domain or sender_address(config.MAIL_FROM).rpartition("@")[2]).strip(".").lower()
    found: list[tuple[str, Finding]] = []
    try:
        names = Names(nameserver)
        found.append(("MX", mx(names, domain)))
        found.append(("SPF", spf(names, domain, config)))
        found.append(("DKIM", dkim(names, domain, config)))
        found.append(("DMARC", dmarc(names, domain)))
        found.append(("reverse", reverse(names, config)))
    except NoAnswer as silence:
        found.append(("DNS", (False, str(silence))))
    return found


def mx(names: Names, domain: str) -> Finding:
    """Answers and bounces come to this domain, so somebody must take them."""
    hosts = [row.split()[1].rstrip(".") for row in sorted(names.ask(domain, "MX"))]
    if hosts == [""]:
        return (
            False,
            f"{domain} says that it takes no mail (MX 0 .), so answers and bounces are lost; name its mail server",
        )
    if not hosts:
        return (
            False,
            f"{domain} has no MX, so answers and bounces are lost; add: {domain}. MX 10 mail.{domain}.",
        )
    lost = [host for host in hosts if not (names.ask(host, "A") or names.ask(host, "AAAA"))]
    if lost:
        return (
            False,
            f"{lost[0]} is named as the mail server of {domain} and has no address; add: {lost[0]}. A (its address)",
        )
    return True, f"mail to {domain} goes to {', '.join(hosts)}"


def relay(config: Config) -> str:
    """The host that letters are handed to; empty where they go into a folder."""
    return urlsplit(config.MAIL_URL).hostname or "" if config.MAIL_URL.startswith("smtp") else ""


def spf(names: Names, domain: str, config: Config) -> Finding:
    rows = [row for row in names.ask(domain, "TXT") if re.match(r"v=spf1( |$)", row, re.IGNORECASE)]
    host = relay(config)
    advice = f'add: {domain}. TXT "v=spf1 mx -all", with include:... as your mail provider tells you'
    if not rows:
        return False, f"{domain} has no SPF record; {advice}"
    if len(rows) > 1:
        return False, f"{domain} has {len(rows)} SPF records, and then none counts: put them into one"
    terms = rows[0].split()[1:]
    lookups = sum(1 for term in terms if LOOKUPS.match(term.lower()))
    if lookups > MOST_LOOKUPS:
        return (
            False,
            f"the SPF record asks for {lookups} look-ups and more than {MOST_LOOKUPS} make it void: leave some out",
        )
    last = terms[-1].lower() if terms else ""
    if last not in ("-all", "~all") and not last.startswith("redirect="):
        kept = [term for term in terms if not term.lower().endswith("all")]
        closed = " ".join(["v=spf1", *kept, "-all"])
        return False, f'the SPF record of {domain} shuts nobody out; write: {domain}. TXT "{closed}"'
    if not host or is_loopback(host):
        return True, f"{rows[0]} (whether it names this machine's public address, only its own DNS knows)"
    return spf_of_relay(names, domain, host, rows[0], terms)


def spf_of_relay(names: Names, domain: str, host: str, record: str, terms: list[str]) -> Finding:
    """Whether the server that we hand letters to is let in, as far as that can be known from outside.

    A provider takes letters at one machine and sends them from others: then only its own include is known to be right.
    """
    ours = {*names.ask(host, "A"), *names.ask(host, "AAAA")}
    mine: set[str] = set()
    for term in terms:
        bare = term.lstrip("+").lower()
        if bare.partition(":")[0] in ("ip4", "ip6") and any(
            within(one, bare.partition(":")[2]) for one in ours
        ):
            return True, f"{record} lets in {host}"
        if bare == "mx":
            mine |= {row.split()[1].rstrip(".") for row in names.ask(domain, "MX")}
        elif bare.partition(":")[0] == "a":
            mine.add(bare.partition(":")[2] or domain)
    if host in mine or any(ours & {*names.ask(one, "A"), *names.ask(one, "AAAA")} for one in mine):
        return True, f"{record} lets in {host}"
    base = ".".join(host.split(".")[-2:])
    includes = [term.partition(":")[2] for term in terms if term.lower().lstrip("+").startswith("include:")]
    if any(one.lower().endswith(base) for one in includes):
        return True, f"{record} includes {base}, which {host} belongs to"
    if includes or any(term.startswith("redirect=") for term in terms):
        return (
            True,
            f"{record} (whether one of those it names is {host} cannot be known from here: ask your mail provider)",
        )
    words = f"the SPF record does not name {host}, which sends your letters"
    return False, f"{words}; add a:{host}, or the include: that its provider tells you"


def within(address: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def dkim(names: Names, domain: str, config: Config) -> Finding:
    if not config.DKIM_SELECTOR:
        return True, (
            "not looked at: letters are not signed here; if your mail server signs, send yourself a letter and look "
            "for dkim=pass in Authentication-Results, else set CONVENE_DKIM_KEY_FILE and CONVENE_DKIM_SELECTOR"
        )
    name = f"{config.DKIM_SELECTOR}._domainkey.{domain}"
    try:
        kind, public = public_key(config.DKIM_KEY)
    except BadSetting as problem:
        return False, str(problem)
    add = f'{name}. TXT "v=DKIM1; k={kind}; p={public}"'
    rows = [row for row in names.ask(name, "TXT") if "p=" in row]
    if not rows:
        return False, f"no key stands at {name}; add: {add}"
    tags = dict(part.strip().partition("=")[::2] for part in rows[0].split(";") if part.strip())
    there = {label.strip(): re.sub(r"\s", "", value) for label, value in tags.items()}
    if not there.get("p"):
        return False, f"the key at {name} was revoked (p= is empty); put this in its place: {add}"
    if there["p"] != public:
        words = f"the key at {name} is not that of CONVENE_DKIM_KEY_FILE, so every signature is wrong"
        return False, f"{words}; put this in its place: {add}"
    return True, f"the key at {name} is that of CONVENE_DKIM_KEY_FILE"


def public_key(pem: str) -> tuple[str, str]:
    """The k= and p= of the record. Raises BadSetting."""
    key = key_in(pem)
    if isinstance(key, Ed25519PrivateKey):
        return "ed25519", base64.b64encode(
            key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        ).decode()
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "rsa", base64.b64encode(der).decode()


def dmarc(names: Names, domain: str) -> Finding:
    """The record at the domain, or at one above it, which then speaks for it."""
    labels = domain.split(".")
    first = f'"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"'
    for start in range(max(1, len(labels) - 1)):
        above = ".".join(labels[start:])
        rows = [row for row in names.ask(f"_dmarc.{above}", "TXT") if row.startswith("v=DMARC1")]
        if len(rows) > 1:
            return False, f"_dmarc.{above} has {len(rows)} DMARC records, and then none counts: keep one"
        if rows:
            policy = re.search(r"\bp=(none|quarantine|reject)\b", rows[0])
            if not policy:
                return False, f"the DMARC record at _dmarc.{above} has no policy; write: {first}"
            more = "; read the reports, then go on to p=quarantine" if policy[1] == "none" else ""
            return True, f"p={policy[1]} at _dmarc.{above}{more}"
    return False, f"{domain} has no DMARC record; add: _dmarc.{domain}. TXT {first}"


def reverse(names: Names, config: Config, own: Callable[[], str] = socket.getfqdn) -> Finding:
    """The name of the sending address, and its address again (forward-confirmed); known where the server is ours."""
    host = relay(config)
    if not host:
        return True, "letters go into a folder, so there is no sending address"
    if not is_loopback(host):
        return True, f"{host} sends your letters, and its name in the DNS is its operator's affair"
    name = own().rstrip(".")
    addresses = names.ask(name, "A") + names.ask(name, "AAAA")
    if not addresses:
        return (
            False,
            f"this machine calls itself {name}, which the DNS does not know; add: {name}. A (its public address)",
        )
    for address in addresses:
        back = [
            row.rstrip(".").lower()
            for row in names.ask(dns.reversename.from_address(address).to_text(), "PTR")
        ]
        if not back:
            return (
                False,
                f"{address} has no name; let the owner of the address (your hoster) set its PTR to {name}",
            )
        if name.lower() not in back:
            confirmed = any(address in names.ask(one, "A") + names.ask(one, "AAAA") for one in back)
            if not confirmed:
                return (
                    False,
                    f"{address} names {back[0]}, which does not name it back; let its owner set the PTR to {name}",
                )
    return True, f"{name} and {', '.join(addresses)} name each other"
