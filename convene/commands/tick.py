"""`convene tick`: each job of the worker once, now or at a moment given to rehearse it."""

import argparse
import sys
from datetime import datetime

from config import Config
from convene import clock, worker
from convene.app import create_app


def moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError("give the zone too, as in 2026-05-12T18:00+01:00 or ...Z")
    return found


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="convene tick",
        description="Run each job of the worker once. With --now too it is real: what it sends and ends stays so.",
    )
    parser.add_argument(
        "--now", type=moment, default=None, help="the moment to act as if it were, with its zone"
    )
    asked = parser.parse_args(argv)
    at = asked.now
    failed = worker.tick(create_app(Config()), (lambda: at) if at else clock.now)
    for name in failed:
        print(f"convene tick: the job {name} failed; its fault stands above.", file=sys.stderr)
    return 1 if failed else 0
