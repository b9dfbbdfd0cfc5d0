"""`convene start`: the first time on a server. Asks six things, writes the settings, and proves that mail leaves.

It never plants the demonstration programme, and never changes a file of settings that is there.
"""

import argparse
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy import select

from config import BadSetting, Config
from convene import clock, links
from convene.access import letters, tokens
from convene.app import create_app
from convene.commands.database import with_migrations
from convene.commands.organiser import make
from convene.extensions import begin_write, db
from convene.mail import outbox, sending
from convene.mail.models import OutgoingMail
from convene.mail.transport import open_transport
from convene.people.addresses import BadAddress, checked
from convene.people.words import BadWords, tidy
from convene.settings import base_url, is_loopback, mail_from, mail_url

QUESTIONS = (
    ("--organisation", "What is your organisation called?", "Patchcord"),
    ("--owner", "Your email address, to sign in with", "olive@example.org"),
    ("--name", "What should we call you?", "Olive"),
    ("--url", "The public address of this site", "https://events.example.org"),
    ("--mail", "Your mail server", "smtps://events%40example.org:secret@mail.example.org"),
    ("--sender", "The address that letters come from; somebody must read it", "events@example.org"),
)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="convene start")
    for option, words, example in QUESTIONS:
        parser.add_argument(option, help=f"{words} ({example})")
    parser.add_argument(
        "--database", default=f"sqlite:///{Path.cwd()}/var/convene.sqlite", help="default: SQLite in var/"
    )
    parser.add_argument(
        "--env", default="convene.env", help="the file of settings to write (default convene.env)"
    )
    asked = parser.parse_args(argv)
    file = Path(asked.env)
    if file.exists():
        print(f"convene start: {file} is there already; this is for the first time only.", file=sys.stderr)
        return 1
    print("The first time: six questions, then one letter to you. Ctrl-C leaves everything as it was.\n")
    try:
        answers = {}
        for option, words, example in QUESTIONS:
            name = option.removeprefix("--")
            answers[name] = answer(name, words, example, getattr(asked, name))
    except EOFError:
        print(
            "\nconvene start: nobody answers here; give every answer as an option (convene start --help).",
            file=sys.stderr,
        )
        return 1
    os.umask(0o077)  # the database holds names and addresses: other accounts of this machine do not read it
    environ = settings(answers, asked.database)
    app = with_migrations(create_app(Config(environ)))
    with app.app_context():
        flask_migrate.upgrade()
        link = first_owner(answers)
    write(file, environ)
    print(f"\nSettings are in {file}; keep a copy of it apart from the database.")
    return prove(app, answers["owner"], link)


def answer(name: str, words: str, example: str, given: str | None) -> str:
    """One answer, asked for until it can be used; one that was given as an option must be right. Raises BadSetting."""
    if given is not None:
        return checks()[name](given)
    while True:
        try:
            return checks()[name](input(f"{words} (such as {example})\n> "))
        except BadSetting as problem:
            print(f"  {problem}")


def checks() -> Mapping[str, Callable[[str], str]]:
    return {
        "organisation": a_name,
        "owner": an_address,
        "name": a_name,
        "url": public_url,
        "mail": lambda text: mail_url(text.strip(), development=False, testing=False),
        "sender": lambda text: mail_from(text.strip(), "", development=False),
    }


def a_name(text: str) -> str:
    try:
        words = tidy(text)
    except BadWords as problem:
        raise BadSetting(f"{problem}.") from None
    if not words:
        raise BadSetting("That cannot be empty.")
    return words


def an_address(text: str) -> str:
    try:
        return checked(text)
    except BadAddress as problem:
        raise BadSetting(f"{problem}.") from None


def public_url(text: str) -> str:
    url = base_url(text.strip())
    if is_loopback(url.partition("://")[2].partition(":")[0]):
        raise BadSetting(
            "That is this machine's own address, which nobody else can open; to try things out, use: make run"
        )
    return url


def settings(answers: Mapping[str, str], database: str) -> dict[str, str]:
    """What goes into the file: a server behind one proxy, with secrets of its own."""
    return {
        "CONVENE_BASE_URL": answers["url"],
        "CONVENE_DATABASE_URL": database,
        "CONVENE_MAIL_URL": answers["mail"],
        "CONVENE_MAIL_FROM": answers["sender"],
        "CONVENE_TRUSTED_PROXIES": "1",
        "CONVENE_SECRET_KEY": secrets.token_hex(32),
        "CONVENE_NOTES_KEY": secrets.token_hex(32),
    }


def write(file: Path, environ: Mapping[str, str]) -> None:
    """Readable by its owner alone, as systemd and a shell read it."""
    file.touch(mode=0o600)
    quoted = (f"{name}='{value}'\n" for name, value in environ.items())
    file.write_text("".join(quoted), encoding="utf-8")


def first_owner(answers: Mapping[str, str]) -> str:
    """The organisation and its owner; returns the secret of a sign-in link."""
    begin_write()
    address = make(answers["owner"], answers["organisation"], answers["name"])
    secret = tokens.issue("sign_in", address, letters.LIFETIME, clock.now())
    outbox.post(
        letters.sign_in(answers["owner"], secret, clock.now()),
        key=f"start:{tokens.hashed(secret)[:24]}",
        now=clock.now(),
    )
    db.session.commit()
    return links.sign_in(secret)


def prove(app: Flask, address: str, link: str) -> int:
    """Send the one letter that waits, now, and say what the mail server answered."""
    with app.app_context():
        with closing(open_transport(app.config["MAIL_URL"])) as transport:
            sending.send_due(transport, "start", clock.now)
        row = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(1)).one()
        sent, said = row.state == "sent", row.last_answer or "no answer"
        if not sent and (stopped := sending.paused(clock.now())):
            said = stopped.reason
        db.session.rollback()
        db.engine.dispose()
    if sent:
        print(f"A letter is on its way to {address} (the mail server said: {said}).")
    else:
        print(
            f"The letter did not leave: {said}. Mend CONVENE_MAIL_URL in the file, then: convene doctor --mail"
        )
    print(f"Start the site and the worker (docs/operators.md), then sign in within ten minutes:\n{link}")
    return 0 if sent else 1
