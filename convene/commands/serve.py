"""`convene web` and `convene worker`: each one process to look after, for a service manager or for `convene run`."""

import argparse
import ctypes
import gc
import socket
import sys
from collections.abc import Callable
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from config import BadSetting, Config
from convene import worker as timetable
from convene import wsgi

# Two processes of two threads: four requests at once. Measured in docs/performance.md: more make nothing quicker, as
# Python and SQLite's one writer let one through at a time, and each costs a megabyte and a half.
THREADS = 2

M_ARENA_MAX = -8  # of malloc.h


def web(argv: list[str]) -> int:
    """Serve the site until SIGTERM."""
    parser = argparse.ArgumentParser(prog="convene web")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (a proxy stands before it)")
    parser.add_argument("--port", type=int, default=None, help="default: PORT, or 8000")
    parser.add_argument("--workers", type=int, default=2, help="processes (default 2)")
    parser.add_argument(
        "--threads", type=int, default=THREADS, help="requests that one process works on at once"
    )
    parser.add_argument(
        "--beside", action="store_true", help="share the port with another that listens there already"
    )
    asked = parser.parse_args(argv)
    port = asked.port or Config().PORT
    if not asked.beside:
        refuse_taken_port(asked.host, port)
    share_one_heap()
    server("convene.wsgi:app", asked.host, port, asked.workers, asked.threads).serve()
    return 0


def refuse_taken_port(host: str, port: int) -> None:
    """Two servers can share a port without a word (SO_REUSEPORT), so ask first who is there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror:
            raise BadSetting(f"there is no address {host} on this machine to listen on") from None
        except OSError:
            raise BadSetting(
                f"port {port} is taken by another program; stop it, or choose another, as with PORT={port + 1}"
            ) from None


def share_one_heap() -> None:
    """One heap for all threads where the C library is glibc: under Python's own lock they hardly meet there."""
    if set_option := of_c_library("mallopt"):
        set_option(M_ARENA_MAX, 1)


def of_c_library(name: str) -> Callable[..., int] | None:
    """A function of glibc's; none where the C library is another."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None


def settle() -> None:
    """Before a fork: give back what is free, and leave the rest to be shared; the collector would copy its pages."""
    gc.collect()
    if trim := of_c_library("malloc_trim"):
        trim(0)
    gc.freeze()


class OneProcess(MPServer):
    """granian in this very process until a signal comes.

    Its own way is a parent that waits while one child serves, and holds a copy of all that the child has written to:
    20 MB for nothing. Linux only, where each process listens for itself and the kernel shares the visitors out.
    """

    def _spawn_workers(self, spawn_target: Callable[..., None], target_loader: Callable[..., Any]) -> None:
        worker = self._spawn_worker(idx=0, target=spawn_target, callback_loader=target_loader)
        worker.inner.run()
        super().signal_handler_interrupt()  # what it waits for next has come

    def signal_handler_interrupt(self, *signal: Any, **rest: Any) -> None:
        """Asked to end before it serves, when the handler of one that serves takes over."""
        raise SystemExit


def server(app: str, host: str, port: int, workers: int, threads: int) -> MPServer:
    """The server with this house's settings, for any WSGI application; the bench serves an empty one beside."""
    one = workers == 1 and sys.platform == "linux"
    if not one:
        settle()
    return (OneProcess if one else MPServer)(
        app,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        workers_kill_timeout=5,  # without it, a stop while a process is starting hangs
        respawn_failed_workers=True,  # without it, one killed process ends them all
        log_access=False,
        log_level=LogLevels.error,
    )


def worker(argv: list[str]) -> int:
    """Run the timetable until SIGTERM."""
    argparse.ArgumentParser(prog="convene worker").parse_args(argv)
    timetable.run(wsgi.app)
    return 0
