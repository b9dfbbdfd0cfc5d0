"""The floors: Flask with nothing in it under the same server, and plain smtplib.

`python -m bench.floor web PORT` serves `/`, an empty view, and `/insert`, a view that does one INSERT with the plain
driver into the database at CONVENE_DATABASE_URL, which has to be as durable as Convene's own writes.
`python -m bench.floor letters SINK_PORT FILE NUMBER` builds and sends a letter as the library's own examples do.
"""

import base64
import json
import os
import smtplib
import sqlite3
import sys
import threading
import time
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask

from bench.server import WEB_PROCESSES
from convene.commands import serve

app = Flask("bench.floor")
kept = threading.local()

TABLE = "create table if not exists floor (id {} primary key, name text, address text)"


def connection() -> Any:
    """This thread's connection, with the settings that Convene gives its own."""
    if not hasattr(kept, "connection"):
        url = os.environ["CONVENE_DATABASE_URL"]
        if url.startswith("sqlite"):
            kept.connection = sqlite3.connect(
                url.removeprefix("sqlite:///"), isolation_level=None, timeout=15
            )
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000"):
                kept.connection.execute(f"PRAGMA {pragma}")
            kept.insert = "insert into floor (name, address) values (?, ?)"
        else:
            plain = url.replace("postgresql+psycopg:", "postgresql:", 1)
            kept.connection = psycopg.connect(plain, autocommit=True)
            kept.insert = "insert into floor (name, address) values (%s, %s)"
    return kept.connection


@app.get("/")
def empty() -> str:
    return "ok"


@app.get("/insert")
def insert() -> str:
    connection().execute(kept.insert, ("A Person", "person@example.org"))
    return "ok"


def web(port: int) -> None:
    number = "integer" if os.environ["CONVENE_DATABASE_URL"].startswith("sqlite") else "serial"
    connection().execute(TABLE.format(number))
    connection().close()
    del kept.connection
    serve.server("bench.floor:app", "127.0.0.1", port, WEB_PROCESSES, serve.THREADS).serve()


def message(facts: dict[str, Any], number: int) -> EmailMessage:
    """The same letter to another person, from nothing."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = facts["from"]
    mail["To"] = f"Person {number} <floor-{number}@example.org>"
    mail["Subject"] = facts["subject"]
    mail["Date"] = facts["date"]
    mail["Message-ID"] = f"<floor.{number}@example.org>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(facts["text"])
    mail.add_alternative(facts["html"], subtype="html")
    calendar = EmailMessage(policy=SMTP)
    calendar.set_content(facts["invite"], maintype="text", subtype="calendar", cte="base64")
    calendar.set_param("method", "REQUEST")
    calendar.set_param("charset", "utf-8")
    mail.attach(calendar)
    mail.add_attachment(facts["invite"], maintype="application", subtype="ics", filename="invite.ics")
    return mail


def letters(port: int, file: Path, number: int) -> None:
    """Print how many letters a second were built and sent, and how many of ready bytes were taken."""
    facts = json.loads(file.read_text())
    facts["invite"] = base64.b64decode(facts["invite"])
    with smtplib.SMTP("127.0.0.1", port) as line:
        began = time.monotonic()
        for one in range(number):
            line.send_message(message(facts, one))
        built = time.monotonic() - began
        ready = message(facts, 0).as_bytes()
        began = time.monotonic()
        for one in range(number):
            line.sendmail("floor@example.org", [f"ready-{one}@example.org"], ready)
        print(number / built, number / (time.monotonic() - began))


if __name__ == "__main__":
    if sys.argv[1] == "web":
        web(int(sys.argv[2]))
    else:
        letters(int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
