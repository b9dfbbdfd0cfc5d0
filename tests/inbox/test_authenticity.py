"""Only one's own mail server says who a sender is, whatever the sender writes into a message."""

import pytest

from convene.inbox.authenticity import authentic

OURS = "mx.example.org"
PAT = "pat@example.net"


@pytest.mark.parametrize(
    "header",
    [
        "mx.example.org; dmarc=pass header.from=example.net",
        "MX.example.org 1; spf=fail smtp.mailfrom=x.org; dkim=none; DMARC=Pass (p=reject) header.from=Example.NET",
        "mx.example.org; dkim=pass header.d=example.net header.s=s1",
        "mx.example.org; dkim=fail header.d=x.org; dkim = pass header.i=@example.net",
        "mx.example.org; dmarc=none header.from=example.net; dkim=pass header.d=example.net",
        "mx.example.org; dmarc=pass",
    ],
)
def test_what_our_server_found_real_is_believed(header: str) -> None:
    assert authentic((header,), OURS, PAT)


@pytest.mark.parametrize(
    "header",
    [
        "mx.example.org; none",
        "mx.example.org",
        "",
        ";",
        "mx.example.org; dmarc=fail header.from=example.net; dkim=pass header.d=example.net",
        "mx.example.org; dmarc=pass header.from=evil.org",
        "mx.example.org; dkim=pass header.d=evil.org",
        "mx.example.org; dkim=pass header.d=net.evil.org header.i=@example.net.evil.org",
        "mx.example.org; dkim=pass header.d=mail.example.net",
        "mx.example.org; spf=pass smtp.mailfrom=example.net",
        "mx.example.org; dkim=none (dkim=pass header.d=example.net)",
        "mx.example.org; spf=none (x (y) ; dmarc=pass header.from=example.net)",
        'mx.example.org; spf=none smtp.mailfrom="a; dmarc=pass header.from=example.net"@evil.org',
        r'mx.example.org; spf=none smtp.mailfrom="a\"; dmarc=pass"@evil.org',
        "mx.evil.org; dmarc=pass header.from=example.net",
        "mx.example.org.evil.org; dmarc=pass header.from=example.net",
    ],
)
def test_what_it_did_not_find_real_is_not(header: str) -> None:
    assert not authentic((header,), OURS, PAT)


def test_its_first_word_counts_and_no_other_server_has_one() -> None:
    real, forged = (
        f"{OURS}; dmarc=fail header.from=example.net",
        f"{OURS}; dmarc=pass header.from=example.net",
    )
    other = "mx.example.com; dmarc=pass header.from=example.net"
    assert not authentic((other, real, forged), OURS, PAT)
    assert authentic((other, forged), OURS, PAT)
    assert not authentic((), OURS, PAT)
