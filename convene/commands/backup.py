"""`convene backup FILE`: a whole and consistent copy of the database while everything runs on."""

import argparse
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from config import Config
from convene.commands.postgres import run_tool


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="convene backup")
    parser.add_argument("file", help="where the copy goes; a file that is there is never overwritten")
    asked = parser.parse_args(argv)
    config, target = Config(), Path(asked.file)
    if target.exists():
        print(f"convene backup: {target} is there already; give another name.", file=sys.stderr)
        return 1
    if not target.parent.is_dir():
        print(f"convene backup: there is no folder {target.parent}; make it first.", file=sys.stderr)
        return 1
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        if config.DATABASE_URL.startswith("sqlite"):
            copy_sqlite(Path(config.DATABASE_URL.removeprefix("sqlite:///")), part)
        else:
            run_tool("pg_dump", config.DATABASE_URL, "--format=custom", "--no-owner", f"--file={part}")
        part.replace(target)
    except (OSError, sqlite3.Error) as fault:
        print(f"convene backup: {fault}; nothing was kept.", file=sys.stderr)
        return 1
    finally:
        part.unlink(missing_ok=True)
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB. The secret key and the notes key are not in it.")
    return 0


def copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's own online copy, looked over afterwards. Raises sqlite3.Error, OSError."""
    if not source.exists():
        raise FileNotFoundError(f"there is no database at {source}")
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=15)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        # A copy stands for itself: no log beside it, which somebody could forget to take along.
        copy.execute("PRAGMA journal_mode=DELETE")
        look_over(copy)


def look_over(copy: sqlite3.Connection) -> None:
    """Raises sqlite3.DatabaseError for a file that is damaged or holds no Convene."""
    found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(f"it is damaged ({found})")
    if not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        raise sqlite3.DatabaseError("it holds no database of Convene")
