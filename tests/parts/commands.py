"""`convene ...` run to its end in a process of its own, forked from one that has read the program already.

To read it again costs more than most commands do. What only a program begun from nothing shows (its signals, its
memory, what it loads) is asked of `tests.parts.processes`.
"""

import os
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from subprocess import CompletedProcess

from convene import cli
from tests.parts.processes import ROOT

SECONDS = 60
STREAMS = ("in", "out", "err")
# NumPy is not among them: commands set its threads before they load it.
READ = ["tests.parts.commands", "convene.app", "convene.commands.inbox", "convene.commands.start"]


@cache
def forking() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(READ)
    return context


def ended(
    words: Sequence[str], environ: Mapping[str, str], stdin: bytes = b"", folder: Path = ROOT
) -> CompletedProcess[str]:
    """`convene` with these words and no other environment, from this folder: its exit code and all it said.

    Raises AssertionError if it does not end.
    """
    with tempfile.TemporaryDirectory() as kept:
        streams = [Path(kept, name) for name in STREAMS]
        streams[0].write_bytes(stdin)
        process = forking().Process(
            target=obey, args=(list(words), dict(environ), [str(path) for path in streams], str(folder))
        )
        process.start()
        process.join(SECONDS)
        code = process.exitcode
        if code is None:
            process.kill()
            process.join()
        process.close()
        out, err = (path.read_text() if path.exists() else "" for path in streams[1:])
    assert code is not None, f"convene {' '.join(words)} did not end:\n{out}{err}"
    return CompletedProcess(["convene", *words], code, out, err)


def obey(words: list[str], environ: dict[str, str], streams: list[str], folder: str) -> None:
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(opened, number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115
    sys.argv = ["convene", *words]
    try:
        code = cli.main(words)
    except SystemExit as end:  # as argparse leaves
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
