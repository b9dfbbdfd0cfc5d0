"""The deal: puts people into small groups, over one or more rounds, so that they meet whom they have not met.

Here stand the values that go in and come out, without NumPy. `deal.engine.deal` makes a plan, `deal.check.check` looks
one over; both load NumPy. `convene.groups.dealing.deal` runs the engine in a process of its own.
"""

from .problem import Caveat, Guest, Invalid, Plan, Problem, Refused, Weights, price_of_meeting
from .sizes import group_sizes

__all__ = [
    "Caveat",
    "Guest",
    "Invalid",
    "Plan",
    "Problem",
    "Refused",
    "Weights",
    "group_sizes",
    "price_of_meeting",
]
