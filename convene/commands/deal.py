"""`convene deal`: the pairing engine on the terminal's own streams; loads NumPy and no web framework."""

import sys

from convene.groups.deal import command


def main(argv: list[str]) -> int:
    return command.main(argv, sys.stdin, sys.stdout, sys.stderr)
