"""The engine as a command of its own: `convene deal FILE`, with NumPy and no web framework loaded."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NoReturn, TextIO

from .engine import deal
from .problem import Invalid, Problem, Refused
from .progress import Progress
from .reading import from_csv, from_json
from .streams import Unwritable, tell, write
from .validate import validate
from .words import sentence, short
from .writing import FORMATS, OF_ONE_ROUND, only

WRONG_INPUT = 1
REFUSED = 2
INTERRUPTED = 130
LONGEST = 3600

EPILOG = """\
FILE.csv has a row for each person and a first line that names its columns: id, and if you like organisation,
sector, place, newcomer, senior, facilitator (yes or no) and needs (parted by ;). FILE.json can say all there is:

  {"group_size": 4, "rounds": 3, "people": [{"id": "Ann", "needs": ["captions"]}, {"id": "Bo"}],
   "served": {"captions": 1}, "together": [["Ann", "Bo"]]}

exit codes: 0 dealt; 1 a wrong file, key, value or option, or an output that cannot be written; 2 refused, as the
rules cannot all hold, with a sentence for each clash on standard error.

examples:
  convene deal FILE.csv --group-size 4 --rounds 3 --format text
  convene deal FILE.csv --group-size 4 --rounds 3 --format zoom --round 2 > rooms.csv
  convene deal FILE.json --seconds 10 --seed 7 > deal.json

Every key, column and figure is in docs/deal-command.md.
"""


class _Parser(ArgumentParser):
    """Flags that end in one sentence and exit code 1, not in argparse's usage and 2 (2 says refused here)."""

    def error(self, message: str) -> NoReturn:
        raise Invalid(message[:1].upper() + message[1:] + ".")


def main(argv: list[str], stdin: TextIO | None, stdout: TextIO | None, stderr: TextIO | None) -> int:
    """0 with a deal on stdout; 1 for a wrong file, key, value or flag, or where stdout fails; 2 with a sentence
    for each clash on stderr. A stream may be None: closed before this began."""
    try:
        if "-h" in argv or "--help" in argv:
            write(stdout, _parser().format_help())
            return 0
        options = _parser().parse_args(argv)
        with Progress(lambda line: tell(stderr, line)) as progress:
            _deal(options, stdin, stdout, progress)
    except (Invalid, Unwritable) as fault:
        tell(stderr, f"{sentence(str(fault))}\n")
        return WRONG_INPUT
    except Refused as refusal:
        tell(stderr, "".join(f"{sentence(reason)}\n" for reason in refusal.reasons))
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _deal(options: Namespace, stdin: TextIO | None, stdout: TextIO | None, progress: Progress) -> None:
    if not 0 < options.seconds <= LONGEST:
        raise Invalid(f"--seconds must be above 0 and at most {LONGEST}.")
    progress.stage("Reading the file")
    problem = _read(options.file, stdin, options.group_size, options.rounds, options.seed)
    try:
        validate(problem)
        _check_round(problem, options.format, options.round)
        progress.stage(f"Dealing {len(problem.people):,} people")
        plan = deal(problem, options.seconds, progress.tell)
    except Invalid as fault:
        raise Invalid(sentence(str(fault), _names(problem))) from fault
    except Refused as refusal:
        raise Refused(tuple(sentence(reason, _names(problem)) for reason in refusal.reasons)) from refusal
    progress.stage("Writing the groups")
    first = len(problem.held) + 1
    if options.round is not None:
        plan, first = only(plan, first, options.round), options.round
    write(stdout, FORMATS[options.format](plan, first))


def _check_round(problem: Problem, form: str, number: int | None) -> None:
    """Whether one round can be written, and must be."""
    first, last = len(problem.held) + 1, problem.rounds
    if number is None:
        if form == "zoom" and last > first:
            raise Invalid(
                "Zoom takes one set of rooms for a meeting, "
                f"so --format zoom needs --round N, from {first} to {last}."
            )
        return
    if form not in OF_ONE_ROUND:
        raise Invalid("--round goes with --format csv, sheet or zoom.")
    if first > last:
        raise Invalid(f"--round names round {number}, but every round is held already.")
    if not first <= number <= last:
        raise Invalid(f"--round must be from {first} to {last}, the rounds that are dealt, not {number}.")


def _names(problem: Problem) -> Iterator[str]:
    """Everything that the file's owner named, for sentences to cut short."""
    for person in problem.people:
        yield person.id
        yield from person.needs
    yield from problem.served
    yield from chain(*problem.apart, *problem.together, *((one, other) for one, other, _ in problem.met))
    yield from (
        each for rounds in (problem.held, problem.told) for groups in rounds for each in chain(*groups)
    )
    yield from chain(problem.present or (), *(pin.people for pin in problem.pinned))


def _parser() -> ArgumentParser:
    parser = _Parser(
        prog="convene deal",
        description="Put people into small groups so that they meet whom they have not met.",
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
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
    parser.add_argument(
        "--round",
        type=int,
        metavar="N",
        help="write this round alone, as csv, sheet or zoom; zoom needs it where there are more",
    )
    parser.add_argument("--group-size", type=int, help="2 to 6; beats the file")
    parser.add_argument("--rounds", type=int, help="all rounds, those held included; beats the file")
    return parser


def _read(
    file: str, stdin: TextIO | None, group_size: int | None, rounds: int | None, seed: int | None
) -> Problem:
    if file == "-":
        raw = _standard_input(stdin)
        return from_json(
            raw if isinstance(raw, str) else _text(raw, "Standard input"), group_size, rounds, seed
        )
    path = Path(file)
    if path.suffix.lower() not in (".json", ".csv"):
        raise Invalid(
            f"FILE must end in .json or .csv, or be - for standard input, not {short(file) or 'empty'}."
        )
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as fault:
        raise Invalid(f"{short(file)} cannot be read.") from fault
    if path.suffix.lower() == ".csv":
        return from_csv(_spreadsheet(content), group_size, rounds, seed)
    return from_json(_text(content, short(file)), group_size, rounds, seed)


def _standard_input(stdin: TextIO | None) -> str | bytes:
    if stdin is None:
        raise Invalid("Standard input cannot be read: it is closed.")
    try:
        raw: str | bytes = getattr(stdin, "buffer", stdin).read()
    except OSError as fault:
        raise Invalid("Standard input cannot be read.") from fault
    return raw


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
