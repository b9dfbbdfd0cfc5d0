"""The deal: puts people into small groups, over one or more rounds, so that they meet whom they have not
met."""

from .check import check
from .engine import deal
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
    "check",
    "deal",
    "group_sizes",
    "price_of_meeting",
]
