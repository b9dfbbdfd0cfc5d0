"""Whether a message comes from whom it says, by the word of one's own mail server and of no other (RFC 8601)."""


def authentic(headers: tuple[str, ...], trust: str, sender: str) -> bool:
    """Whether the server named `trust` found the address `sender` to be real: DMARC passed, or an aligned DKIM did.

    `headers` are the Authentication-Results from the top down. Servers write theirs on top, so the first of that name
    counts, and those below it may be the sender's own invention.
    """
    for header in headers:
        server, results = parsed(header)
        if server == trust.casefold():
            return passed(results, sender.rpartition("@")[2].casefold())
    return False


def parsed(header: str) -> tuple[str, list[dict[str, str]]]:
    """The server's name, and of each method its result and properties: {"dkim": "pass", "header.d": ...}."""
    clauses = [clause.split() for clause in plain(header[:8000]).split(";")]
    server = clauses[0][0].casefold() if clauses[0] else ""
    return server, [dict(pair(word) for word in clause if "=" in word) for clause in clauses[1:]]


def plain(header: str) -> str:
    """The header without its comments, and without whatever a quoted text holds that could pass for structure.

    A sender can put what they like into either, such as `; dmarc=pass`.
    """
    kept: list[str] = []
    quoted, depth = False, 0
    characters = iter(header)
    for character in characters:
        if character == "\\":
            next(characters, "")
            continue
        if character == '"' and not depth:
            quoted = not quoted
        elif character == "(" and not quoted:
            depth += 1
        elif character == ")" and not quoted:
            depth = max(depth - 1, 0)
        elif not depth and not (quoted and character in "; ="):
            kept.append(character)
    # Spaces around an equals sign are allowed (RFC 8601, section 2.2).
    return "=".join(part.strip() for part in "".join(kept).split("="))


def pair(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name.casefold(), value.casefold()


def passed(results: list[dict[str, str]], domain: str) -> bool:
    verdicts = [one for one in results if one.get("dmarc", "none") not in ("none", "")]
    if verdicts:  # DMARC was asked, and it alone answers for the From line
        return all(one["dmarc"] == "pass" and one.get("header.from", domain) == domain for one in verdicts)
    return any(one.get("dkim") == "pass" and aligned(one, domain) for one in results)


def aligned(result: dict[str, str], domain: str) -> bool:
    """Whether the signing domain is the sender's own or stands above it (never below: that may be a tenant's)."""
    signer = result.get("header.d") or result.get("header.i", "").rpartition("@")[2]
    return bool(signer) and (domain == signer or domain.endswith("." + signer))
