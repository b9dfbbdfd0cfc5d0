"""The deal: puts people into small groups, over one or more rounds, so that they meet whom they have not met.

Here stand the values that go in and come out, and what a page may ask of a deal, without NumPy. `deal.engine.deal`
makes a plan, `deal.check.check` looks one over exactly, `deal.lots.draw_lots` draws from a hat; these load NumPy.
`convene.groups.dealing.deal` runs the engine in a process of its own.
"""

from .mixing import Mixing, Mixture, mixing
from .moves import Effect, effect, move, swap
from .problem import Caveat, Guest, Invalid, Pin, Plan, Problem, Refused, Weights, price_of_meeting
from .sizes import group_sizes

__all__ = [
    "Caveat",
    "Effect",
    "Guest",
    "Invalid",
    "Mixing",
    "Mixture",
    "Pin",
    "Plan",
    "Problem",
    "Refused",
    "Weights",
    "effect",
    "group_sizes",
    "mixing",
    "move",
    "price_of_meeting",
    "swap",
]
