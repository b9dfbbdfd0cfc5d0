"""The command `convene`: from a word to the function that does it, loaded only when it is called."""

import gc
import importlib
import os
import sys
from types import ModuleType

from config import BadSetting

# The one late import of the house: `convene deal` must not load Flask, nor `convene run` anything but itself.
COMMANDS = {
    "run": ("convene.commands.run:main", "the site and its worker, until Ctrl-C   [--demo]"),
    "web": ("convene.commands.serve:web", "the site alone   [--host H] [--port P] [--workers N]"),
    "worker": (
        "convene.commands.serve:worker",
        "the worker alone: sends letters, offers places, posts nudges",
    ),
    "tick": (
        "convene.commands.tick:main",
        "each job once   [--now 2026-05-12T18:00+01:00] rehearses another time, for real",
    ),
    "seed": ("convene.commands.demo:main", "plant the demonstration programme in an empty database"),
    "organiser": (
        "convene.commands.organiser:main",
        "ADDRESS --organisation NAME: a sign-in link for an organiser",
    ),
    "mail": ("convene.commands.mail:main", "ADDRESS: whether mail to it is stopped; --allow lifts that"),
    "inbox": (
        "convene.commands.inbox:main",
        "read answers and bounces; inbox - takes one message from a pipe",
    ),
    "doctor": (
        "convene.commands.doctor:main",
        "look over settings, database, mail, address and clock, and say what to mend",
    ),
    "deal": ("convene.commands.deal:main", "FILE: put people into groups; convene deal --help tells more"),
    "start": (
        "convene.commands.start:main",
        "the first time on a server: six questions, the settings, one letter to prove that mail leaves",
    ),
    "backup": ("convene.commands.backup:main", "FILE: a whole copy of the database while everything runs"),
    "restore": (
        "convene.commands.restore:main",
        "FILE: bring a backup back, with sending paused   [--replace]",
    ),
    "db": ("convene.commands.database:main", "upgrade | check: bring the database to this version"),
}


def usage() -> str:
    rows = [f"  convene {name:<10} {words}" for name, (_, words) in COMMANDS.items()]
    return "\n".join(["Convene: sign up, meet in small groups, be followed up.", "", *rows])


def read(module: str) -> ModuleType:
    """The module and all that it stands on: it makes much and throws nothing away, so nothing is collected."""
    gc.disable()
    try:
        return importlib.import_module(module)
    finally:
        gc.freeze()
        gc.enable()


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code. A bad setting is one sentence and 1, a wrong word the usage and 2."""
    words = sys.argv[1:] if argv is None else argv
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # the deal needs none; its threads would not survive a fork
    if not words or words[0] in ("-h", "--help", "help"):
        print(usage())
        return 0
    if words[0] not in COMMANDS:
        print(f"convene: there is no command {words[0]!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    module, _, function = COMMANDS[words[0]][0].partition(":")
    try:
        act = getattr(read(module), function)
        return int(act(words[1:]) or 0)
    except BadSetting as problem:
        print(f"convene: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
