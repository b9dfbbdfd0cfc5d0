"""What a mail server's refusal says of the mailbox, by its enhanced code: rules without a database."""

import re

# RFC 3463: no such mailbox, a domain that takes no mail, a mailbox that was closed.
HARD = ("5.1.1", "5.1.10", "5.2.1")
CODE = re.compile(r"5\d\d[ -]#?(5\.\d{1,3}\.\d{1,3})\b")


def is_gone(answer: str) -> bool:
    """Whether a mail server's refusal says that the mailbox is not there, by the code that follows its first word."""
    found = CODE.match(answer)
    return found is not None and found[1] in HARD
