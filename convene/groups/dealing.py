"""The deal in a process of its own: the site holds no NumPy (11 MB over its processes), and a long deal no thread."""

import pickle
import subprocess
import sys
from dataclasses import replace

from convene.groups.deal import Invalid, Plan, Problem, Refused

PATIENCE = 30.0  # seconds past its budget: the engine stops itself half a second after it


def deal(problem: Problem, seconds: float) -> Plan:
    """As `convene.groups.deal.engine.deal`, about a fifth of a second later. Raises Invalid, Refused."""
    asked = pickle.dumps((replace(problem, served=dict(problem.served)), seconds))
    command = [sys.executable, "-m", "convene.groups.deal.apart"]
    done = subprocess.run(
        command, input=asked, stdout=subprocess.PIPE, timeout=seconds + PATIENCE, check=True
    )
    outcome = pickle.loads(done.stdout)  # noqa: S301 - written by convene.groups.deal.apart
    if isinstance(outcome, str):
        raise Invalid(outcome)
    if isinstance(outcome, tuple):
        raise Refused(outcome)
    assert isinstance(outcome, Plan)
    return outcome
