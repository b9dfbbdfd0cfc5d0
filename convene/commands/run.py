"""`convene run`: the site's processes and the worker, which start and stop together."""

import argparse
import contextlib
import http.client
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from werkzeug.test import Client

from config import Config
from convene import wsgi
from convene.commands import keeper, serve
from convene.commands.rehearsal import rehearse
from convene.extensions import db


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="convene run")
    parser.add_argument(
        "--demo", action="store_true", help="plant the demonstration programme if the database is empty"
    )
    parser.add_argument("--workers", type=int, default=2, help="web processes (default 2)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 in a container")
    asked = parser.parse_args(argv)
    config = Config()
    serve.refuse_taken_port("127.0.0.1", config.PORT)
    for words in (["db", "upgrade"], *([["seed", "--if-empty"]] if asked.demo else [])):
        code = subprocess.run([sys.executable, "-m", "convene.cli", *words], check=False).returncode
        if code:
            return code
    # All are forked from here, so that they share the program in memory: a third less than programs started anew.
    serve.share_one_heap()
    answer_once(config)
    rehearse(wsgi.app)
    serve.settle()
    where = ["--beside", "--host", asked.host, "--port", str(config.PORT)]
    children = {name: begin(serve.web, [*where, *words]) for name, words in sites(asked.workers).items()}
    children["the worker"] = begin(serve.worker, [])
    return look_after(children, config, demo=asked.demo, again=[*where, "--workers", "1"])


def sites(workers: int) -> dict[str, list[str]]:
    """The words for each process of the site, by its name; where only a common parent can share a port, for that."""
    if sys.platform != "linux":
        return {keeper.SITE: ["--workers", str(workers)]}
    return {f"{keeper.SITE} {number}": ["--workers", "1"] for number in range(1, max(workers, 1) + 1)}


def answer_once(config: Config) -> None:
    """Answer a page before the fork: what the first answer leaves in memory is then shared as well."""
    Client(wsgi.app).get("/", base_url=config.BASE_URL)
    with wsgi.app.app_context():
        db.engine.dispose()  # no connection may live on in two processes


def begin(verb: Callable[[list[str]], int], argv: list[str]) -> BaseProcess:
    """One of them as a child in a session of its own, so that Ctrl-C reaches only its parent."""
    child = multiprocessing.get_context("fork").Process(target=in_own_session, args=(verb, argv))
    child.start()
    return child


def in_own_session(verb: Callable[[list[str]], int], argv: list[str]) -> None:
    os.setsid()
    sys.exit(verb(argv))


def look_after(children: dict[str, BaseProcess], config: Config, demo: bool, again: list[str]) -> int:
    """Wait until the site answers and say where it is; then go on as the keeper, which is a tenth of this program."""
    stop = keeper.Asked()
    pids = {name: child.pid or 0 for name, child in children.items()}
    if answers(config, children, stop):
        welcome(config, demo)
        signal.pthread_sigmask(signal.SIG_BLOCK, keeper.SIGNALS)
        if not stop.now:
            keeper.become(pids, again)
    return keeper.look_after(pids, stop)


def answers(config: Config, children: dict[str, BaseProcess], stop: keeper.Asked) -> bool:
    """Wait until the site answers; False if it never will."""
    until = time.monotonic() + 60
    while time.monotonic() < until and not stop.now:
        if any(child.exitcode is not None for child in children.values()):
            return False
        try:
            # By its public name: the site answers to no other.
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", config.PORT, timeout=2)) as line:
                line.request("GET", "/healthz", headers={"Host": config.HOST})
                if line.getresponse().status == 200:
                    return True
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.1)
    return False


def welcome(config: Config, demo: bool) -> None:
    """Where things are, for somebody who started it a moment ago."""
    print(f"\n  What is on         http://127.0.0.1:{config.PORT}/", flush=True)
    if demo:
        words = [sys.executable, "-m", "convene.cli", "organiser", "--demo"]
        link = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
        print(f"  Organiser's desk   {link}")
    if config.DEVELOPMENT and config.MAIL_URL.startswith("folder:"):
        folder = config.MAIL_URL.removeprefix("folder:")
        print(f"  Letters            http://127.0.0.1:{config.PORT}/dev/mail/   ({folder})")
    print("\n  Ctrl-C stops the site and its worker.\n", flush=True)
