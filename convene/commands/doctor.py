"""`convene doctor`: looks over the installation and says, line by line, what works and what to mend."""

import argparse
import os
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from config import BadSetting, Config
from convene import clock
from convene.app import create_app
from convene.commands import dns
from convene.extensions import db
from convene.health import checks
from convene.mail import switch
from convene.mail.transport import Smtp, Stopped, TryLater

Finding = tuple[bool, str]


def main(argv: list[str]) -> int:
    """Exit 0 if all is well, 1 if something is to mend."""
    asked = arguments(argv)
    try:
        config = Config()
    except BadSetting as problem:
        print(f"mend   settings   {problem}")
        return 1
    if asked.mail:
        return said([("mail", mail(config)), *dns.look_over(config, asked.domain, asked.nameserver)])
    findings: list[tuple[str, Finding]] = [("settings", (True, "every setting can be used"))]
    app = create_app(config)
    with app.app_context():
        findings += [
            ("address", public_address(config)),
            ("notes", notes_key(config)),
            ("database", database()),
            *parts_of(app),
            ("mail", mail(config)),
            ("inbox", inbox(config)),
            ("clock", the_clock()),
        ]
    return said(findings)


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="convene doctor")
    parser.add_argument(
        "--mail", action="store_true", help="the mail server and the DNS records of the sending domain alone"
    )
    parser.add_argument("--domain", default="", help="another domain than that of CONVENE_MAIL_FROM")
    parser.add_argument("--nameserver", default="", metavar="HOST:PORT", help="the DNS server to ask")
    asked = parser.parse_args(argv)
    if (asked.domain or asked.nameserver) and not asked.mail:
        parser.error("--domain and --nameserver go with --mail")
    return asked


def said(findings: list[tuple[str, Finding]]) -> int:
    for name, (well, words) in findings:
        print(f"{'well' if well else 'mend'}   {name:<10} {words}")
    return 0 if all(well for _, (well, _) in findings) else 1


def public_address(config: Config) -> Finding:
    if config.DEVELOPMENT:
        return True, f"{config.BASE_URL}: a copy for trying things out (set CONVENE_BASE_URL on a server)"
    if not config.TRUSTED_PROXIES:
        words = "behind a proxy everybody would share one rate limit: set CONVENE_TRUSTED_PROXIES to how many there are"
        return False, words
    problem = unreached(config.BASE_URL)
    if problem:
        return (
            False,
            f"{config.BASE_URL} does not lead here ({problem}); check the proxy, its certificate and the DNS",
        )
    return True, f"{config.BASE_URL} answers, behind {config.TRUSTED_PROXIES} proxies"


def unreached(address: str) -> str:
    """Why the public address does not answer as this site does; empty if it does."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:  # noqa: S310 - the operator's own setting
            return "" if answer.read(10) == b"ok\n" else "something else answers there"
    except (OSError, ValueError) as fault:
        return f"{type(fault).__name__}"


def notes_key(config: Config) -> Finding:
    if config.NOTES_KEY:
        return True, "safeguarding notes are encrypted"
    return (
        False,
        "CONVENE_NOTES_KEY is missing, so safeguarding notes cannot be kept (the rules themselves can)",
    )


def database() -> Finding:
    try:
        kind = db.engine.dialect.name
        if kind == "sqlite":
            found = db.session.execute(text("PRAGMA quick_check")).scalar_one()
            if found != "ok":
                return False, f"SQLite says: {found}; restore the last backup"
            path = Path(db.engine.url.database or "")
            if db.engine.url.database and not os.access(path, os.W_OK):
                return False, f"{path} cannot be written to; mend its owner and rights"
        else:
            db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as fault:
        return (
            False,
            f"it does not answer ({type(fault).__name__}); check CONVENE_DATABASE_URL and that the server runs",
        )
    finally:
        db.session.rollback()
    return True, f"{kind} answers"


def parts_of(app: Flask) -> list[tuple[str, Finding]]:
    now = clock.now()
    parts = checks.ready(now)
    late = checks.mail_is_late(now) if parts["migrations"] else None
    stopped = switch.paused(now) if parts["migrations"] else None
    db.session.rollback()
    return [
        (
            "tables",
            (True, "at this version")
            if parts["migrations"]
            else (False, "not at this version; run: convene db upgrade"),
        ),
        (
            "worker",
            (True, "alive")
            if parts["worker"]
            else (False, "not seen for five minutes; start: convene worker"),
        ),
        (
            "letters",
            (False, f"the oldest has waited {late}; see the outbox") if late else (True, "none is late"),
        ),
        (
            "sending",
            (False, f"stopped: {stopped.reason}") if stopped else (True, "not stopped"),
        ),
    ]


def mail(config: Config) -> Finding:
    url = config.MAIL_URL
    if url.startswith("folder:"):
        words = f"letters are kept in {url.removeprefix('folder:')} and reach nobody"
        return (
            config.DEVELOPMENT,
            words if config.DEVELOPMENT else f"{words}; set CONVENE_MAIL_URL to a mail server",
        )
    try:
        with closing(Smtp(url)) as line:
            line.connect()
    except (Stopped, TryLater) as fault:
        return False, f"the mail server does not take us: {fault}"
    return True, "the mail server answers and takes our name and password"


def inbox(config: Config) -> Finding:
    parts = urlsplit(config.INBOX_URL)
    if not parts.scheme:
        return True, "no mailbox is read: answers pressed in calendars, and bounces, are for whoever reads it"
    trusted = parse_qs(parts.query).get("trust", [""])[0]
    if trusted:
        return True, f"answers count where {trusted} found their sender real"
    words = "anybody can answer in another's name: add ?trust= and your mail server's own name to CONVENE_INBOX_URL"
    return config.DEVELOPMENT, words


def the_clock() -> Finding:
    """A clock far behind the newest file of this program is wrong for certain; zones need their data."""
    newest = max(path.stat().st_mtime for path in Path(__file__).parent.glob("*.py"))
    if time.time() < newest - 86400:
        return False, f"it says {clock.now():%Y-%m-%d %H:%M}, before this program was put here; set it"
    return True, f"{clock.now():%Y-%m-%d %H:%M} UTC"
