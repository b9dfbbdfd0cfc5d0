"""`convene mail`: whether mail to an address is stopped, and lifting that when its owner asks."""

import argparse

from config import Config
from convene.app import create_app
from convene.commands.ready import needed_database
from convene.extensions import begin_write, db
from convene.mail import suppression


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="convene mail")
    parser.add_argument("address", help="the address in question")
    parser.add_argument(
        "--allow", action="store_true", help="let mail go there again, because its owner asked for it"
    )
    asked = parser.parse_args(argv)
    with create_app(Config()).app_context(), needed_database():
        begin_write()
        reason = suppression.reason_for(asked.address)
        if reason and asked.allow:
            suppression.lift(asked.address)
            db.session.commit()
            print("Mail goes to this address again.")
        elif reason:
            print(f"Mail to this address is stopped: it is on the {reason} list. With --allow it goes again.")
        else:
            print("Nothing stops mail to this address.")
    return 0
