"""`convene organiser`: makes somebody an organiser and prints a link to sign in with."""

import argparse
import sys

from flask import current_app
from sqlalchemy import select

from config import Config
from convene import clock, links
from convene.access import second_factor, tokens
from convene.access.letters import LIFETIME
from convene.app import create_app
from convene.commands.ready import needed_database
from convene.extensions import begin_write, db
from convene.people.actions import found_organisation, give_role, meet
from convene.people.addresses import BadAddress, checked, folded
from convene.people.confidences import telling_who_reads
from convene.people.models import Person, Role
from convene.people.queries import ORGANISING, roles
from convene.people.words import BadWords, tidy


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="convene organiser")
    parser.add_argument("address", nargs="?", help="the organiser's email address")
    parser.add_argument("--organisation", help="the host organisation, made if it is new")
    parser.add_argument(
        "--role",
        choices=["organiser", "safeguarding"],
        default="organiser",
        help="safeguarding: the one who reads notes",
    )
    parser.add_argument("--name", default="", help="what to call the organiser")
    parser.add_argument(
        "--demo", action="store_true", help="a link for the demonstration programme's organiser"
    )
    parser.add_argument(
        "--forget-second-step",
        action="store_true",
        help="let somebody in by mail alone who lost phone, key and codes; make sure that it is they who ask",
    )
    asked = parser.parse_args(argv)
    if not asked.demo and not (asked.address and asked.organisation):
        parser.error("give an ADDRESS and --organisation NAME")
    with create_app(Config()).app_context(), needed_database():
        begin_write()
        try:
            address = (
                first_owner()
                if asked.demo
                else make(asked.address, asked.organisation, asked.name, asked.role)
            )
        except (BadAddress, BadWords) as problem:
            print(f"convene organiser: {problem}.", file=sys.stderr)
            return 1
        if address is None:
            print("convene organiser: nobody organises here yet.", file=sys.stderr)
            return 1
        if asked.forget_second_step:
            second_factor.forget_all(address)
        secret = tokens.issue("sign_in", address, LIFETIME, clock.now())
        db.session.commit()
        print(links.sign_in(secret))
    return 0


def make(address: str, organisation: str, name: str, role: str = "") -> str:
    """The first organiser of an organisation owns it; later ones organise."""
    now = clock.now()
    host = found_organisation(
        tidy(organisation)[:120] or "Our organisation", current_app.config["TIMEZONE"], now
    )
    person = meet(host, checked(address), tidy(name)[:120] or address.partition("@")[0], now)
    owned = select(Role.id).join(Person).where(Person.organisation_id == host.id, Role.kind == "owner")
    # Letters need a human who reads the answers: the first owner, until the host names another address.
    host.reply_to = host.reply_to or person.address_typed
    if role == "safeguarding":
        with telling_who_reads(host, now, person):
            give_role(person, role, now)
    if not roles(person.id) & set(ORGANISING):
        give_role(person, "organiser" if db.session.scalar(owned.limit(1)) else "owner", now)
    return folded(checked(address))


def first_owner() -> str | None:
    rows = select(Person.address).join(Role, Role.person_id == Person.id).where(Role.kind == "owner")
    return db.session.scalar(rows.order_by(Role.id).limit(1))
