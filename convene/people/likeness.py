"""Whether two entries may be one person: a rule about names and addresses, for whoever must be kept apart.

It would rather ask once too often than miss somebody: an answer of "no" costs the safeguarding lead one press.
"""

from convene.people.words import folded_name, plain

SHORT = 4  # letters: of two names as short as this, one letter apart is another name (Ann, Ian)


def like_names(one: str, other: str) -> bool:
    """The same name however it is cased, spaced, accented or turned about, or one letter off."""
    first, second = plain(one) or folded_name(one), plain(other) or folded_name(other)
    if first == second or sorted(first.split()) == sorted(second.split()):
        return True
    return min(len(first), len(second)) > SHORT and one_letter_off(first, second)


def one_letter_off(one: str, other: str) -> bool:
    """One letter put in, left out or changed, or two beside each other swapped."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    start = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    rest, longer = short[start:], long[start:]
    if len(short) < len(long):
        return rest == longer[1:]
    return rest[1:] == longer[1:] or (rest[:2] == longer[:2][::-1] and rest[2:] == longer[2:])


def same_mailbox(one: str, other: str) -> bool:
    """The same address in another case, with another tag after a plus, or, where its host passes over them, dots."""
    return bool(one) and bool(other) and mailbox(one) == mailbox(other)


def mailbox(address: str) -> str:
    local, _, domain = address.strip().casefold().rpartition("@")
    name = local.partition("+")[0] or local
    # Of the large hosts these alone say in their own help pages that dots do not count.
    return f"{name.replace('.', '') if domain in ('gmail.com', 'googlemail.com') else name}@{domain}"
