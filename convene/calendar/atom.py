"""The Atom feed exists so that the line-up can be followed in a feed reader, as its calendar is in a calendar.

Source: RFC 4287. An event keeps one id for life, and `updated` is the time of its revision, never of the reading.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree import ElementTree

from convene.calendar.invite import PRODUCT, UNTITLED, Entry
from convene.calendar.values import plain, prose, uri
from convene.calendar.zones import spoken

NAMESPACE = "http://www.w3.org/2005/Atom"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # of a feed in which nothing has stood yet: it has to say a time

# What plain() and prose() leave in and XML 1.0 knows no way to write (section 2.2).
_NOT_XML = re.compile("[\ufffe\uffff\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def feed(name: str, entries: Iterable[Entry], page: str, own: str) -> bytes:
    """The events as XML, the latest revised first, whatever order they came in.

    `page` is the address of the page that shows the same, `own` that of the feed; the feed's id hangs on it.
    """
    ordered = sorted(entries, key=lambda entry: entry.uid)
    ordered.sort(key=lambda entry: entry.stamp, reverse=True)
    whole = ElementTree.Element("feed", {"xmlns": NAMESPACE, "xml:lang": "en-GB"})
    _add(whole, "id", uuid5(NAMESPACE_URL, own).urn)
    _add(whole, "title", plain(name) or "Events")
    _add(whole, "updated", _time(ordered[0].stamp if ordered else NEVER))
    _add(whole, "generator", PRODUCT.split("//")[1])
    _link(whole, "self", own, "application/atom+xml")
    _link(whole, "alternate", page, "text/html")
    for entry in ordered:
        whole.append(_entry(entry))
    written: bytes = ElementTree.tostring(whole, encoding="utf-8", xml_declaration=True)
    return written


def _entry(entry: Entry) -> ElementTree.Element:
    title = plain(entry.title) or UNTITLED
    one = ElementTree.Element("entry")
    _add(one, "id", _id(entry.uid))
    _add(one, "title", f"Called off: {title}" if entry.called_off else title)
    _add(one, "updated", _time(entry.stamp))
    if entry.created_at is not None:
        _add(one, "published", _time(entry.created_at))
    author = ElementTree.SubElement(one, "author")
    _add(author, "name", plain(entry.organiser_name) or "The host")
    _link(one, "alternate", entry.url, "text/html")
    _add(one, "content", _words(entry), {"type": "text"})
    return one


def _words(entry: Entry) -> str:
    when = spoken(entry.starts_at, entry.ends_at, entry.zone)
    facts = [f"When: {when}", f"Where: {where}" if (where := plain(entry.location)) else ""]
    return "\n".join(fact for fact in (*facts, "", prose(entry.description)) if fact or fact == "").strip()


def _id(uid: str) -> str:
    try:
        return UUID(uid).urn
    except ValueError:  # a UID of another make is as lasting, and one word; an id has to be an IRI
        return uuid5(NAMESPACE_URL, uid).urn


def _time(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _add(parent: ElementTree.Element, name: str, text: str, attributes: dict[str, str] | None = None) -> None:
    ElementTree.SubElement(parent, name, attributes or {}).text = _NOT_XML.sub("", text)


def _link(parent: ElementTree.Element, relation: str, address: str, kind: str) -> None:
    ElementTree.SubElement(parent, "link", {"rel": relation, "type": kind, "href": str(uri(address))})
