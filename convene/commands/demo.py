"""`convene seed`: the demonstration programme, planted once in an empty database."""

import argparse
import sys

from config import Config
from convene import clock, seed
from convene.app import create_app
from convene.commands.ready import needed_database
from convene.extensions import db


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="convene seed")
    parser.add_argument(
        "--if-empty", action="store_true", help="say nothing where there is something already"
    )
    asked = parser.parse_args(argv)
    config = Config()
    if not config.DEVELOPMENT:
        print(
            "convene seed: this is a real site; the demonstration programme is for trying things out.",
            file=sys.stderr,
        )
        return 1
    with create_app(config).app_context(), needed_database():
        empty = seed.is_empty()
        db.session.rollback()
        if not empty:
            if not asked.if_empty:
                print(
                    "convene seed: there is something in the database already; nothing was changed.",
                    file=sys.stderr,
                )
            return 0 if asked.if_empty else 1
        seed.plant(clock.now())
        db.session.commit()
    return 0
