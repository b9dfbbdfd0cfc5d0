"""How long a deal takes and how good it is, beside names from a hat and a greedy dealer with the same problem.

Each row is a process of its own, one after another, with NumPy's threads held to one. Times are of processor, so that
what else the machine does counts little.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.deal_cases import CASES, Case
from bench.load import Broken
from tests.parts.processes import ROOT

FRESH_RUNS = 10
FIRST = """
from convene.groups.deal import Guest, Problem
from convene.groups.deal.engine import deal
assert deal(Problem(tuple(Guest(f"p{k:04d}") for k in range(60)), 4, 6), 0.2).repeats == 0
"""
WORDS = {
    "repeats": "repeats",
    "over_least": "over the least",
    "met_again": "met before",
    "lone": "lone newcomers",
    "same_organisation": "same organisation",
    "broken": "rules broken",
    "threes": "one person's threes",
    "stay": "% stay",
    "in_company": "% in company",
    "in_12": "met again in 12 events",
    "in_18": "in 18",
}


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process took: seconds of processor, seconds, and what it printed.

    memory    MB at its largest, or those of this process as it started the other, if that is more
    """

    processor: float
    lasted: float
    memory: float
    printed: str


def spend(folder: Path, *words: str) -> Spent:
    """Run Python with these words to its end. Raises Broken if that is not a good one."""
    environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    out, err = folder / "out", folder / "err"
    with out.open("wb") as output, err.open("wb") as errors:
        began = os.times().elapsed
        process = subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, env=environ, stdout=output, stderr=errors
        )
        _, status, usage = os.wait4(process.pid, 0)
        lasted = os.times().elapsed - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Broken(f"{' '.join(words)[:80]}: {err.read_text()[-3000:]}")
    spent = usage.ru_utime + usage.ru_stime
    return Spent(spent, lasted, usage.ru_maxrss * 1024 / 1e6, out.read_text())


def lines() -> Iterator[str]:
    """The print, line by line as it is measured."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        yield from fresh(folder)
        for case in CASES:
            yield from row(case, json.loads(spend(folder, "-m", "bench.deal_run", case.name).printed))
            if case.name.startswith("20,000"):
                yield from crowd(folder)


def shape(name: str, cost: str, quality: str, verdict: str) -> str:
    return f"  {name:<46}{cost:<32}{quality:<30}  {verdict}".rstrip()


def row(case: Case, found: Mapping[str, Any]) -> Iterator[str]:
    took = found["took"]
    cost = f"{time_of(median(took))}, worst {time_of(max(took))}, {found['memory']:.0f} MB"
    quality = reached(case.shown, found["seeds"])
    wide = len(quality) > 30
    verdict = judged(found["must"], found["aim"])
    seeds = f"{case.seeds} seeds"
    yield shape(f"{case.name}, {seeds}", cost, "" if wide else quality, verdict)
    if wide:
        yield f"    {quality}"
    yield f"    by chance {reached(case.shown, found['chance'])}"
    tries = f"best of {found['tries']:.0f}" if found["tries"] > 1 else "one deal"
    yield f"    greedy, {tries}: {reached(case.shown, found['greedy'])}"


def fresh(folder: Path) -> Iterator[str]:
    """A process that has loaded nothing, to the end of its first deal; and the command with its file."""
    file = folder / "sixty.json"
    spend(folder, "-m", "bench.deal_run", "--file", "60-4-6", str(file))
    command = ("-m", "convene.cli", "deal", str(file))
    for name, words in (("first deal 60-4-6", ("-c", FIRST)), ("convene deal FILE", command)):
        runs = [spend(folder, *words) for _ in range(FRESH_RUNS)]
        took = [one.processor for one in runs]
        cost = f"{time_of(median(took))}, worst {time_of(max(took))}"
        lasted = f"{time_of(median(one.lasted for one in runs))} on the clock"
        verdict = judged(max(took) <= 0.4, max(took) <= 0.2)
        yield shape(f"fresh process, {name}, {FRESH_RUNS} runs", cost, lasted, verdict)


def crowd(folder: Path) -> Iterator[str]:
    """The row before as the whole command, from a file of JSON to printed JSON."""
    file = folder / "crowd.json"
    spend(folder, "-m", "bench.deal_run", "--file", "crowd", str(file))
    one = spend(folder, "-m", "convene.cli", "deal", str(file))
    plan = json.loads(one.printed)
    met, lone = plan["met_again"], plan["lone_newcomers"]
    verdict = judged(one.processor <= 12 and one.memory <= 900 and not met and not lone, None)
    cost = f"{time_of(one.processor)}, {one.memory:.0f} MB"
    yield shape(
        "the same, convene deal FILE, one run", cost, f"met before {met}, lone newcomers {lone}", verdict
    )
    yield f"    {file.stat().st_size / 1e6:.0f} MB of JSON"


def reached(shown: Sequence[str], seeds: Sequence[Mapping[str, float]]) -> str:
    """Each figure in its median, and from its least to its most where they differ."""
    return ", ".join(f"{WORDS[name]} {spread([one[name] for one in seeds])}" for name in shown)


def spread(values: Sequence[float]) -> str:
    middle, low, high = median(values), min(values), max(values)
    return f"{middle:.0f}" if round(low) == round(high) else f"{middle:.0f} ({low:.0f}-{high:.0f})"


def time_of(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.9995 else f"{seconds * 1000:.{0 if seconds >= 0.01 else 1}f} ms"


def judged(must: bool | None, aim: bool | None) -> str:
    words = [
        f"{name} {'holds' if held else 'MISSED' if name == 'must' else 'missed'}"
        for name, held in (("must", must), ("aim", aim))
        if held is not None
    ]
    return ", ".join(words)
