"""`python -m convene.groups.deal FILE`: the command without the rest of Convene."""

import sys

from .command import main

sys.exit(main(sys.argv[1:], sys.stdin, sys.stdout, sys.stderr))
