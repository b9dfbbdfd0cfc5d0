"""The address at which a letter about a thread is answered: one for each member and thread, signed."""

import re

from flask import current_app

from convene import links
from convene.circles.models import Member, Thread
from convene.mail.message import sender_address

TAG = re.compile(r"\+t([0-9]{1,9})-([0-9]{1,9})-([0-9a-f]{20})@", re.IGNORECASE)


def reply_address(member: Member, thread: Thread) -> str:
    local, _, domain = sender_address(current_app.config["MAIL_FROM"]).rpartition("@")
    return f"{local}+t{member.id}-{thread.id}-{mark(member.id, thread.id, member.generation)}@{domain}"


def mark(member_id: int, thread_id: int, generation: int) -> str:
    return links.keyed_hash("thread", f"{member_id}:{thread_id}:{generation}")[:20]


def named(address: str) -> tuple[int, int, str] | None:
    """The member, the thread and the mark that an address names; whether the mark is ours is asked with the member."""
    found = TAG.search(address)
    return (int(found[1]), int(found[2]), found[3].lower()) if found else None
