"""The engine as a command of its own: `convene deal FILE`, with NumPy and no web framework loaded."""

from argparse import ArgumentParser
from math import isfinite
from pathlib import Path
from typing import NoReturn, TextIO

from .engine import deal
from .problem import Invalid, Problem, Refused
from .reading import from_csv, from_json
from .writing import FORMATS

WRONG_INPUT = 1
REFUSED = 2


class _Parser(ArgumentParser):
    """Flags that end in one sentence and exit code 1, not in argparse's usage and 2 (2 says refused here)."""

    def error(self, message: str) -> NoReturn:
        raise Invalid(message[:1].upper() + message[1:] + ".")


def main(argv: list[str], stdin: TextIO, stdout: TextIO, stderr: TextIO) -> int:
    """0 with a deal on stdout; 1 for a wrong file, key, value or flag; 2 with a sentence for each clash on
    stderr."""
    try:
        if "-h" in argv or "--help" in argv:
            stdout.write(_parser().format_help())
            return 0
        options = _parser().parse_args(argv)
        if not (isfinite(options.seconds) and options.seconds > 0):
            raise Invalid("--seconds must be a number above 0.")
        problem = _read(options.file, stdin, options.group_size, options.rounds, options.seed)
        plan = deal(problem, options.seconds)
    except Invalid as fault:
        stderr.write(f"{fault}\n")
        return WRONG_INPUT
    except Refused as refusal:
        stderr.write("".join(f"{reason}\n" for reason in refusal.reasons))
        return REFUSED
    stdout.write(FORMATS[options.format](plan, len(problem.held) + 1))
    return 0


def _parser() -> ArgumentParser:
    parser = _Parser(
        prog="convene deal",
        description="Put people into small groups so that they meet whom they have not met.",
        allow_abbrev=False,
    )
    parser.add_argument("file", metavar="FILE", help="a .json or .csv file, or - for JSON on standard input")
    parser.add_argument(
        "--seconds", type=float, default=2.0, help="work to spend, in seconds of one core (2)"
    )
    parser.add_argument("--seed", type=int, help="the same seed gives the same deal")
    parser.add_argument(
        "--format", choices=list(FORMATS), default="json", help="how to write the groups (json)"
    )
    parser.add_argument("--group-size", type=int, help="2 to 6; beats the file")
    parser.add_argument("--rounds", type=int, help="all rounds, those held included; beats the file")
    return parser


def _read(file: str, stdin: TextIO, group_size: int | None, rounds: int | None, seed: int | None) -> Problem:
    if file == "-":
        try:
            return from_json(stdin.read(), group_size, rounds, seed)
        except UnicodeDecodeError as fault:
            raise Invalid("Standard input is not UTF-8 text.") from fault
    path = Path(file)
    if path.suffix.lower() not in (".json", ".csv"):
        raise Invalid(f"{file} must end in .json or .csv, or be - for standard input.")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        raise Invalid(f"{file} is not UTF-8 text.") from fault
    except (OSError, ValueError) as fault:
        raise Invalid(f"{file} cannot be read.") from fault
    if path.suffix.lower() == ".csv":
        return from_csv(text, group_size, rounds, seed)
    return from_json(text, group_size, rounds, seed)
