"""Databases for tests: the schema is migrated once a run into a template, and each test starts from a copy.

On PostgreSQL a worker keeps one database and empties it between tests (0.5 ms, against 8 to 40 ms for a new
copy and 10 ms for TRUNCATE); on SQLite a test gets a new copy of the template's file, in the place of the last.
The address stays, so that the application on it can stay too.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from tests.parts import postgres

KINDS = ("sqlite", "postgresql")

# Foreign keys are not looked at while everything goes, and every sequence begins again, as in a new file of
# SQLite. DELETE of a few rows costs less than TRUNCATE, which makes new files.
DELETE_ALL: LiteralString = """
do $$ declare t regclass; begin
  perform set_config('lock_timeout', '10s', true), set_config('session_replication_role', 'replica', true);
  for t in select oid from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
      and relname <> 'alembic_version' loop
    execute format('delete from %s', t);
  end loop;
  perform setval(seqrelid, seqstart, false) from pg_sequence;
end $$"""

# The same for a role that may not switch foreign keys off.
TRUNCATE_ALL: LiteralString = """
do $$ declare names text; begin
  select string_agg(oid::regclass::text, ', ') into names from pg_class
    where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and relname <> 'alembic_version';
  if names is not null then execute 'truncate ' || names || ' restart identity cascade'; end if;
end $$"""

# A transaction that an earlier test left open may hold a lock. A connection that waits holds none, and is dear to make.
END_OTHERS: LiteralString = """select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'"""


class Databases:
    """The databases of one worker.

    `folder` is the run's, shared by all its workers; `worker` is this one's name; `migrate` brings the
    database at an address to the newest schema, and is called once a run and kind.
    """

    def __init__(self, folder: Path, worker: str, migrate: Callable[[str], None]) -> None:
        self.folder = folder
        memory = postgres.beside(folder)
        self.files = memory if memory.exists() else folder
        self.worker = worker
        self.migrate = migrate
        self.made: list[str] = []
        self.kept: psycopg.Connection | None = None
        self.numbers = 0

    def clean(self, kind: str) -> str:
        """The address of a migrated database without rows, until the next call; the usual one for a test."""
        if kind == "sqlite":
            return f"sqlite:///{self.renewed_sqlite()}"
        if self.kept is None:
            name = self.copy_postgres()
            self.kept = psycopg.connect(self.postgres_url(name), autocommit=True)
            return self.kept_url(self.kept)
        superuser = self.kept.info.parameter_status("is_superuser") == "on"
        self.kept.execute(END_OTHERS)
        self.kept.execute(DELETE_ALL if superuser else TRUNCATE_ALL)
        return self.kept_url(self.kept)

    def new(self, kind: str) -> str:
        """The address of a migrated database of its own, for a server that outlives one test."""
        if kind == "sqlite":
            path = self.sqlite_path()
            shutil.copyfile(self.sqlite_template(), path)
            return f"sqlite:///{path}"
        return with_driver(self.postgres_url(self.copy_postgres()))

    def bare(self, kind: str) -> str:
        """The address of a database with nothing in it, not even tables, for the tests of migrations."""
        if kind == "sqlite":
            return f"sqlite:///{self.sqlite_path()}"
        return with_driver(self.postgres_url(self.create_postgres("template1")))

    def close(self) -> None:
        """Drop what was made on a PostgreSQL that outlives the run; the run's own is thrown away whole."""
        if self.kept is not None:
            self.kept.close()
        if postgres.URL_NAME in os.environ:
            for name in self.made:
                self.drop(name)

    def drop_template(self) -> None:
        """Drop the migrated template on a PostgreSQL that outlives the run, once all workers have closed."""
        if postgres.URL_NAME in os.environ and (self.folder / "template.postgresql").exists():
            self.drop(self.template_name)

    # SQLite

    def sqlite_path(self) -> Path:
        self.numbers += 1
        return self.of_this_worker(f"{self.numbers}.sqlite")

    def renewed_sqlite(self) -> Path:
        """A copy of the template where the last one was; whoever still has that one open keeps it for themself."""
        path = self.of_this_worker("kept.sqlite")
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
        shutil.copyfile(self.sqlite_template(), path)
        return path

    def of_this_worker(self, name: str) -> Path:
        folder = self.files / self.worker
        folder.mkdir(exist_ok=True)
        return folder / name

    def sqlite_template(self) -> Path:
        template = self.files / "template.sqlite"
        if not template.exists():
            with postgres.locked(self.files / "migrating.sqlite"):
                if not template.exists():
                    draft = self.files / "draft.sqlite"
                    draft.unlink(missing_ok=True)  # a migration that failed may have left half of it
                    self.migrate(f"sqlite:///{draft}")
                    draft.rename(template)
        return template

    # PostgreSQL

    @property
    def template_name(self) -> str:
        return f"convene_{self.folder.name.rpartition('-')[2]}".lower()

    def create_postgres(self, template: str) -> str:
        self.numbers += 1
        name = f"{self.template_name}_{self.worker}_{self.numbers}"
        self.on_server(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        self.made.append(name)
        return name

    def copy_postgres(self) -> str:
        done = self.folder / "template.postgresql"
        with postgres.locked(self.folder / "migrating.postgresql"):
            if not done.exists():
                self.drop(self.template_name)  # a migration that failed may have left it
                self.on_server(sql.SQL("create database {}").format(sql.Identifier(self.template_name)))
                self.migrate(with_driver(self.postgres_url(self.template_name)))
                done.touch()
            return self.create_postgres(self.template_name)

    def postgres_url(self, name: str) -> str:
        server, _, rest = postgres.server_url(self.folder).partition("?")
        return f"{server.rpartition('/')[0]}/{name}" + (f"?{rest}" if rest else "")

    def kept_url(self, connection: psycopg.Connection) -> str:
        return with_driver(self.postgres_url(connection.info.dbname))

    def drop(self, name: str) -> None:
        self.on_server(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def on_server(self, statement: sql.Composed) -> None:
        with psycopg.connect(postgres.server_url(self.folder), autocommit=True) as connection:
            connection.execute(statement)


def with_driver(url: str) -> str:
    return url.replace("postgresql:", "postgresql+psycopg:", 1)
