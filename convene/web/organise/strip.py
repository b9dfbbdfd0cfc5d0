"""How mixed the groups on the board are, beside names drawn from a hat, and what one change by hand would do to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from convene.groups import facts
from convene.groups.deal import Effect, Mixture, Problem, mixing
from convene.groups.deal.problem import Groups
from convene.groups.models import Round

# What is counted, in the words of the strip and of one more or fewer of it.
COUNTED = {
    "repeats": ("Pairs who meet twice this evening", "pair meets twice", "pairs meet twice"),
    "met_again": (
        "Pairs who met at an earlier event",
        "pair has met at an earlier event",
        "pairs have met at earlier events",
    ),
    "same_organisation": (
        "Pairs from one organisation",
        "pair is from one organisation",
        "pairs are from one organisation",
    ),
    "same_sector": (
        "Pairs from one field of work",
        "pair is from one field of work",
        "pairs are from one field of work",
    ),
    "same_place": ("Pairs based in one place", "pair is based in one place", "pairs are based in one place"),
    "lone_newcomers": (
        "Groups with a single newcomer",
        "group has a single newcomer",
        "groups have a single newcomer",
    ),
}
WIDTH = 160  # of the picture; its dots keep 6 from either end


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of the deal, what a hat gives on average, and where their two dots stand in the picture."""

    words: str
    deal: str
    hat: str
    deal_at: float
    hat_at: float


def strip(problem: Problem, rounds: Sequence[Round]) -> list[Row]:
    """The figures of these open rounds; what is nought both ways says nothing and is left out."""
    found = mixing(problem, as_groups(rounds))
    rows = [("People whom each one meets", found.plan.met_each, found.chance.met_each)]
    rows += [
        (words[0], getattr(found.plan, name), getattr(found.chance, name)) for name, words in COUNTED.items()
    ]
    return [row(words, deal, hat) for words, deal, hat in rows if max(deal, hat) >= 0.05]


def row(words: str, deal: float, hat: float) -> Row:
    scale = (WIDTH - 12) / max(deal, hat)
    return Row(words, short(deal), short(hat), 6 + deal * scale, 6 + hat * scale)


def short(number: float) -> str:
    """One decimal at most: 3, 11.4."""
    return f"{number:.1f}".removesuffix(".0")


def as_groups(rounds: Sequence[Round]) -> list[Groups]:
    return [facts.as_keys(round_) for round_ in rounds]


def in_words(effect: Effect) -> list[str]:
    """What a change by hand does to the figures, in a sentence each; one that does nothing says so."""
    found = []
    for name, (_, one, several) in COUNTED.items():
        change = round(getattr(effect.change, name))
        if change:
            word = one if abs(change) == 1 else several
            found.append(f"{abs(change)} {'more' if change > 0 else 'fewer'} {word}.")
    return found or ["As mixed as before."]


def better(effect: Effect) -> bool:
    """Whether a change lowers what counts most among those it touches."""
    return next(
        (getattr(effect.change, name) < 0 for name in COUNTED if round(getattr(effect.change, name))), False
    )


def known(problem: Problem, rounds: Sequence[Groups]) -> list[Groups]:
    """These rounds without people whom the problem does not know (any more)."""
    here = {guest.id for guest in problem.people}
    return [tuple(tuple(one for one in group if one in here) for group in groups) for groups in rounds]


def of_groups(problem: Problem, rounds: Sequence[Groups]) -> Mixture:
    """The figures of rounds that are not on the board."""
    return mixing(replace(problem, told=()), known(problem, rounds)).plan
