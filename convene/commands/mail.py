"""`convene mail`: stops and lets go all sending, says how mail stands, and whether one address is stopped."""

import argparse

from config import Config
from convene import clock
from convene.app import create_app
from convene.commands.ready import needed_database
from convene.extensions import begin_write, db
from convene.mail import log, pace, suppression, switch

PLAIN = "It was stopped by hand."


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="convene mail")
    parser.add_argument("address", nargs="?", help="the address in question")
    parser.add_argument(
        "--allow", action="store_true", help="let mail go there again, because its owner asked for it"
    )
    whole = parser.add_mutually_exclusive_group()
    whole.add_argument(
        "--pause",
        nargs="?",
        const=PLAIN,
        metavar="REASON",
        help="stop all sending until --resume; letters are kept, and organisers read the reason",
    )
    whole.add_argument("--resume", action="store_true", help="let all letters go again")
    whole.add_argument("--state", action="store_true", help="whether letters leave, and what waits")
    asked = parser.parse_args(argv)
    about_all = asked.pause is not None or asked.resume or asked.state
    if about_all == bool(asked.address) or (asked.allow and about_all):
        parser.error("give an ADDRESS, or one of --pause, --resume, --state")
    with create_app(Config()).app_context(), needed_database():
        if asked.address:
            print(about(asked.address, asked.allow))
        elif asked.state:
            print(how_mail_stands())
        elif asked.resume:
            print(resume())
        else:
            print(pause(asked.pause))
    return 0


def about(address: str, allow: bool) -> str:
    begin_write()
    reason = suppression.reason_for(address)
    if reason and allow:
        suppression.lift(address)
        db.session.commit()
        return "Mail goes to this address again."
    if reason:
        return f"Mail to this address is stopped: it is on the {reason} list. With --allow it goes again."
    return "Nothing stops mail to this address."


def pause(reason: str) -> str:
    begin_write()
    switch.throw(reason, clock.now())
    db.session.commit()
    return "Mail is stopped. What a worker has in hand may still leave. Let it go with: convene mail --resume"


def resume() -> str:
    begin_write()
    switch.resume()
    db.session.commit()
    return "Mail goes again."


def how_mail_stands() -> str:
    """One line each: the switch, what waits and for how long, which domains rest."""
    now = clock.now()
    stopped, waits = switch.paused(now), log.oldest_unsent(now)
    lines = ["Mail goes."]
    if stopped:
        until = (
            f"{stopped.resumes_at:%H:%M} UTC" if stopped.resumes_at else "let go with convene mail --resume"
        )
        lines = [
            f"Mail is stopped since {stopped.paused_at:%Y-%m-%d %H:%M} UTC, until {until}: {stopped.reason}"
        ]
    number = log.unsent()
    lines.append(f"{number} {'letter waits' if number == 1 else 'letters wait'} to leave.")
    if waits:
        lines.append(f"The oldest should have left {int(waits.total_seconds() // 60)} minutes ago.")
    lines += [f"{domain} rests until {until:%H:%M} UTC." for domain, until in pace.resting(now).items()]
    db.session.rollback()
    return "\n".join(lines)
