"""PostgreSQL's own tools, told which database without showing its password to a list of processes."""

import subprocess
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from config import BadSetting

TOOLS = "install PostgreSQL's own tools (Debian: postgresql-client)"


def run_tool(name: str, database_url: str, *words: str) -> None:
    """Run pg_dump or pg_restore on this database. Raises BadSetting where there is none, OSError where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"--dbname={without_password(database_url, Path(folder) / 'passfile')}"
        try:
            done = subprocess.run(
                [name, address, *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
            )
        except FileNotFoundError:
            raise BadSetting(f"{name} is not on this machine; {TOOLS}.") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise OSError(f"{name}: {said[0][:200] if said else done.returncode}")


def without_password(database_url: str, passfile: Path) -> str:
    """The address as libpq knows it, its password in a file that only we can read (libpq's `passfile`)."""
    parts = urlsplit(f"postgresql://{database_url.partition('://')[2]}")
    query = dict(parse_qsl(parts.query))
    if parts.password is not None:
        words = ["*", "*", "*", unquote(parts.username or "*"), unquote(parts.password)]
        passfile.touch(mode=0o600)
        passfile.write_text(":".join(word.replace("\\", "\\\\").replace(":", "\\:") for word in words) + "\n")
        query["passfile"] = str(passfile)
    place = parts.netloc.rpartition("@")[2]
    user = f"{quote(unquote(parts.username), safe='')}@" if parts.username else ""
    return urlunsplit(("postgresql", user + place, parts.path, urlencode(query), ""))
