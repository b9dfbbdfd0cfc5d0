"""Every link that leaves the house by mail: absolute, under the public address, signed for one purpose each."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from itsdangerous.encoding import base64_encode


class Forged(Exception):
    """The link is not one of ours, or was damaged on the way."""


def absolute(path: str) -> str:
    return str(current_app.config["BASE_URL"]) + path


def signer(purpose: str) -> URLSafeSerializer:
    return signer_with(current_app.config["SECRET_KEY"], purpose)


@lru_cache(maxsize=64)
def signer_with(secret: str, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        secret, salt=f"convene.{purpose}", signer_kwargs={"digest_method": hashlib.sha256}
    )


@lru_cache(maxsize=64)
def mac_with(secret: str, purpose: str) -> hmac.HMAC:
    key = signer_with(secret, purpose).make_signer(f"convene.{purpose}").derive_key()
    return hmac.new(key, digestmod=hashlib.sha256)


def signed(purpose: str, *numbers: int) -> str:
    """The token that `signer(purpose).dumps` makes of whole numbers, in a third of the time: a letter has four."""
    mac = mac_with(current_app.config["SECRET_KEY"], purpose).copy()
    payload = base64_encode(f"[{','.join(map(str, numbers))}]")
    mac.update(payload)
    return f"{payload.decode()}.{base64_encode(mac.digest()).decode()}"


def read(purpose: str, token: str) -> list[int]:
    """The whole numbers signed into a token for this purpose; raises Forged."""
    try:
        return [int(part) for part in signer(purpose).loads(token)]
    except (BadSignature, TypeError, ValueError):
        raise Forged from None


def keyed_hash(purpose: str, text: str) -> str:
    """64 hex characters that stand for a text without telling it; another secret key gives another hash."""
    key = f"convene.{purpose}:{current_app.config['SECRET_KEY']}".encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def line_up() -> str:
    return absolute("/")


def event(slug: str) -> str:
    return absolute(f"/events/{slug}")


def circle(slug: str) -> str:
    return absolute(f"/circles/{slug}")


def challenge(slug: str) -> str:
    return absolute(f"/challenges/{slug}")


def circle_members(circle_id: int) -> str:
    """Where the host answers those who ask to join."""
    return absolute(f"/organise/circles/{circle_id}/members")


def member(member_id: int, generation: int) -> str:
    """A person's own page in one circle; a raised generation kills the links sent before."""
    return absolute(f"/member/{member_token(member_id, generation)}")


def member_token(member_id: int, generation: int) -> str:
    return signed("member", member_id, generation)


def calendar(person_id: int, generation: int) -> str:
    """Every place of a person at one host, to follow in a calendar; a raised generation kills the address."""
    return absolute(f"/calendar/{signed('calendar', person_id, generation)}.ics")


def webcal(url: str) -> str:
    """The same address as one that opens a calendar program, which then asks for it by https."""
    return f"webcal:{url.partition(':')[2]}"


def place(signup_id: int, generation: int) -> str:
    """A person's own place at one event; a raised generation kills the links sent before."""
    return absolute(f"/place/{place_token(signup_id, generation)}")


def place_token(signup_id: int, generation: int) -> str:
    return signed("place", signup_id, generation)


def join(signup_id: int, generation: int) -> str:
    """Leads into the room online, for whoever has this place, and opens nothing else."""
    return absolute(f"/place/{signed('join', signup_id, generation)}/join")


def now(signup_id: int, generation: int) -> str:
    """Where that person sits now and next, for the hours of the event itself."""
    return f"{place(signup_id, generation)}/now"


def helper(link_id: int) -> str:
    """The list at the door of one event, for somebody without an account."""
    return absolute(f"/door/{signed('helper', link_id)}")


def check_in(event_id: int) -> str:
    """Behind the code on the wall: whoever is in the room says that they are here."""
    return absolute(f"/here/{signed('check_in', event_id)}")


def plan(signup_id: int, generation: int) -> str:
    """Asks how that person will get there."""
    return f"{place(signup_id, generation)}/plan"


def answer(nudge_id: int, generation: int) -> str:
    return absolute(f"/answer/{signed('answer', nudge_id, generation)}")


def tie(tie_id: int, generation: int) -> str:
    """One person's own side of an agreement to stay in touch."""
    return absolute(f"/tie/{signed('tie', tie_id, generation)}")


def my_page(person_id: int, generation: int, now: datetime) -> str:
    """A person's own page at one host; the moment in it says when it runs out (web.visit.mine)."""
    return absolute(f"/me/{signed('my_page', person_id, generation, int(now.timestamp()) // 86400)}")


def still_true(person_id: int, generation: int, now: datetime) -> str:
    """Where what somebody told us is kept, changed or taken away."""
    return f"{my_page(person_id, generation, now)}/still-true"


def unsubscribe(person_id: int, generation: int, kind: int) -> str:
    """Stops one kind of nudge (its number in nudges.rules.KINDS) for one person."""
    return absolute(f"/unsubscribe/{signed('unsubscribe', person_id, generation, kind)}")


def never(person_id: int) -> str:
    """For somebody who never asked for our first letter: stops all mail to that address."""
    return absolute(f"/unsubscribe/never/{signed('never', person_id)}")


def never_to(address: str) -> str:
    """The same, for a mailbox that no person here has: its address stands in the link, which goes there alone."""
    return absolute(f"/unsubscribe/never/{signer('never_to').dumps(address)}")


def address_in(token: str) -> str:
    """The address that `never_to` was made for; raises Forged."""
    try:
        return str(signer("never_to").loads(token))
    except BadSignature:
        raise Forged from None


def news(person_id: int, generation: int) -> str:
    """Its button says yes to news of events of one host."""
    return absolute(f"/news/{signed('news', person_id, generation)}")


def involved(person_id: int, generation: int, ids: Sequence[int]) -> str:
    """Its button tells a host what somebody would like to do there; the ids are of Involvement."""
    return absolute(f"/involved/{signed('involved', person_id, generation, *ids)}")


def preferences(person_id: int, generation: int) -> str:
    """What a person gets by mail from one host, and why it came."""
    return absolute(f"/preferences/{signed('preferences', person_id, generation)}")


def sign_in(secret: str) -> str:
    return absolute(f"/organise/sign-in/{secret}")


def my_data(secret: str) -> str:
    """What a host keeps about one person, for an hour."""
    return absolute(f"/my-data/{secret}")


def new_address(secret: str) -> str:
    """To the mailbox that somebody wants their letters in: its button proves that they read it."""
    return absolute(f"/my-data/address/{secret}")


def organise() -> str:
    return absolute("/organise/")


def safeguarding() -> str:
    return absolute("/organise/safeguarding")


def host() -> str:
    """The public host name, for List-Id and the like."""
    return str(current_app.config["HOST"])
