"""Which nudge is due for whom, and when: rules that take facts and the moment, and give back what should be.

Each rule is a plain function (events.py, people.py, circles.py), with its code, timing, bounds and priority in
registry.py. base.py asks what the person wishes, caps.py what they have had; planning.py decides for one mailbox.
"""

from convene.nudges.rules.base import ASKED_FOR_QUIET
from convene.nudges.rules.caps import capped
from convene.nudges.rules.registry import IN_WORDS, KINDS

__all__ = ["ASKED_FOR_QUIET", "IN_WORDS", "KINDS", "capped"]
