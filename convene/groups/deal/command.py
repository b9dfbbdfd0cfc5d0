"""The engine as a command of its own: `convene deal FILE`, with NumPy and no web framework loaded."""

import os
from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import NoReturn, TextIO

from .engine import deal
from .problem import Invalid, Problem, Refused
from .reading import from_csv, from_json
from .writing import FORMATS

WRONG_INPUT = 1
REFUSED = 2
INTERRUPTED = 130
LONGEST = 3600


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
        if not 0 < options.seconds <= LONGEST:
            raise Invalid(f"--seconds must be above 0 and at most {LONGEST}.")
        problem = _read(options.file, stdin, options.group_size, options.rounds, options.seed)
        plan = deal(problem, options.seconds, _Progress(stderr).tell)
    except Invalid as fault:
        _write(stderr, f"{fault}\n")
        return WRONG_INPUT
    except Refused as refusal:
        _write(stderr, "".join(f"{reason}\n" for reason in refusal.reasons))
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    _write(stdout, FORMATS[options.format](plan, len(problem.held) + 1))
    return 0


class _Progress:
    """A line now and then, once a deal takes longer than a second."""

    def __init__(self, stderr: TextIO) -> None:
        self.stderr, self.next = stderr, monotonic() + 1

    def tell(self, share: float, cost: float) -> None:
        if monotonic() >= self.next:
            self.next = monotonic() + 1
            _write(self.stderr, f"{share:.0%} of the work is done; the best deal so far costs {cost:.0f}.\n")


def _write(stream: TextIO, text: str) -> None:
    """As UTF-8 whatever the terminal's own encoding is: the same deal is the same bytes anywhere."""
    raw = getattr(stream, "buffer", None)
    if raw is None:
        stream.write(text)
        return
    try:
        raw.write(text.encode())
        raw.flush()
    except BrokenPipeError:
        # Whoever read has gone, as `| head` does; nothing is left to say, not even by Python as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


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
        raw = getattr(stdin, "buffer", stdin).read()
        return from_json(
            raw if isinstance(raw, str) else _text(raw, "Standard input"), group_size, rounds, seed
        )
    path = Path(file)
    if path.suffix.lower() not in (".json", ".csv"):
        raise Invalid(f"FILE must end in .json or .csv, or be - for standard input, not {file or 'empty'}.")
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as fault:
        raise Invalid(f"{file} cannot be read.") from fault
    if path.suffix.lower() == ".csv":
        return from_csv(_spreadsheet(content), group_size, rounds, seed)
    return from_json(_text(content, file), group_size, rounds, seed)


def _text(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Invalid(f"{where} is not UTF-8 text.") from fault


def _spreadsheet(content: bytes) -> str:
    """Spreadsheets write UTF-8 with a mark, UTF-16 with one, or the Windows code page, which decodes anything."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
