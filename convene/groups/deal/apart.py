"""One deal in a process of its own: a pickled problem on standard input, what came of it on standard output.

Only `convene.groups.dealing` talks to it: both ends are this program, so that pickle carries nobody else's bytes.
"""

import pickle
import sys

from .engine import deal
from .problem import Invalid, Refused


def main() -> None:
    problem, seconds = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by convene.groups.dealing
    outcome: object
    try:
        outcome = deal(problem, seconds)
    except Refused as refusal:
        outcome = refusal.reasons
    except Invalid as fault:
        outcome = str(fault)
    pickle.dump(outcome, sys.stdout.buffer)


if __name__ == "__main__":
    main()
