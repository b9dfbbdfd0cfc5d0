"""A look at the mailbox before all else: where nothing came, no program that reads mail is loaded at all.

Run as `python -m convene.inbox.look MARK`. It prints the mailbox's mark of now; if that is another than MARK, this
process becomes `convene inbox`.
"""

import os
import sys

from config import Config
from convene.inbox.line import Away, mark, opened


def main(words: list[str]) -> int:
    url = Config().INBOX_URL
    try:
        with opened(url) as line:
            found = mark(line, url)
    except Away as away:
        print(f"convene: {away}; what is there stays there.", file=sys.stderr)
        return 1
    print(found, flush=True)
    if not found or [found] != words:
        os.execv(sys.executable, [sys.executable, "-m", "convene.cli", "inbox"])  # noqa: S606 - no shell is wanted
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
