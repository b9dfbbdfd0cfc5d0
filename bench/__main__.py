"""`make bench`: how fast Convene is on this machine, each figure beside a floor measured in the same run.

`python -m bench pages letters` measures some parts only: pages, feeds, signups, letters, memory, rush, deal,
people, circles, nudges.
"""

import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Sequence

from bench import circles, deal, feeds, letters, nudges, pages, people, signups
from bench.load import percentile
from bench.server import KINDS, RAISED, WEB_PROCESSES, House, Program, Sink, house
from tests.parts import postgres

SECONDS = 3.0
FLOOR_SECONDS = 1.5
SIGNUP_RUNS = 2
PEOPLE, PLACES = 200, 50
LETTERS = 600
MANY, MOST_SECONDS = 100_000, 300.0


def say(words: str = "") -> None:
    print(words, flush=True)


def row(name: str, figure: str, floor: str = "", ratio: float | None = None) -> None:
    share = "" if ratio is None else f"{ratio:.3f} of it" if ratio < 1 else f"{ratio:.1f} times it"
    say(f"  {name:<40}{figure:<28}{floor:<32}{share}".rstrip())


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def middle(values: Sequence[float]) -> str:
    return f"{percentile(values, 0.5) * 1000:.0f} ms (p95 {percentile(values, 0.95) * 1000:.0f})"


def spread(seconds: Sequence[float]) -> str:
    middle_one, most = percentile(seconds, 0.5) * 1000, percentile(seconds, 0.95) * 1000
    return f"{middle_one:.1f} ms (least {min(seconds) * 1000:.1f}, p95 {most:.1f})"


def measure_pages(here: House, sink: Sink) -> None:
    say(f"\nPages ({here.kind}), {pages.CLIENTS} clients, {WEB_PROCESSES} web processes")
    slug = here.rows("programme")
    site = here.convene("run")
    addresses = {"line-up": "/", "an event's page": f"/events/{slug}"}
    shown = {name: pages.best(site, path, SECONDS) for name, path in addresses.items()}
    site.stop()
    floor = here.floor()
    empty = pages.best(floor, "/", FLOOR_SECONDS)
    floor.stop()
    for name, one in shown.items():
        figure = f"{one.rate:.0f}/s, p95 {one.p95 * 1000:.1f} ms"
        row(name, figure, f"an empty view: {empty.rate:.0f}/s", one.rate / empty.rate)
        say(f"    costs {milliseconds(one.cost)} of processor; the load {milliseconds(one.load_cost)}")
    say(f"    the empty view {milliseconds(empty.cost)}; the load {milliseconds(empty.load_cost)}")


def measure_feeds(here: House, sink: Sink) -> None:
    say(f"\nCalendars ({here.kind}), {feeds.EVENTS} events, one connection to the served site")
    here.rows("calendar", str(feeds.EVENTS))
    site = here.convene("run")
    for name, path in (("line-up, iCalendar", "/line-up.ics"), ("line-up, Atom", "/line-up.atom")):
        one = feeds.waits(here, site, path)
        row(f"{name}, 200 warm", spread(one.whole))
        row(f"{name}, 304", spread(one.unchanged))
        say(
            f"    a 304 costs {milliseconds(one.cost)} of processor; {one.size / 1000:.0f} kB; the first of a process "
            f"{one.first * 1000:.0f} ms; after an edit {one.edited * 1000:.0f} ms"
        )
    shares = site.memory().values()
    row("memory after that (PSS)", f"{sum(shares) / 1024:.0f} MiB", f"{len(shares)} processes")
    site.stop()
    row("invites (METHOD:REQUEST) built", f"{feeds.invites(here):.0f}/s")


def measure_signups(here: House, sink: Sink) -> None:
    say(
        f"\nFull signups ({here.kind}): form, post, button in the letter, until the letter with the invite is there"
    )
    floor = here.floor()
    inserts = {clients: pages.best(floor, "/insert", FLOOR_SECONDS, clients).rate for clients in (8, 32)}
    floor.stop()
    slug = here.rows("event", "100000")
    site = here.convene("run")
    heard = sink.listen()
    signups.pace(site, heard, slug, 4, 1)
    for clients in (8, 32):
        runs = [signups.pace(site, heard, slug, clients, SECONDS) for _ in range(SIGNUP_RUNS)]
        one = max(runs, key=lambda run: run.rate)
        floor_words = f"one INSERT: {inserts[clients]:.0f}/s"
        row(f"{clients} clients", f"{one.rate:.1f}/s", floor_words, one.rate / inserts[clients])
        seen = one.seen
        say(f"    a person {middle(seen.lasted)}; form {middle(seen.posts)}; button {middle(seen.presses)}")
        say(f"    costs {milliseconds(one.cost)} of processor, letters and all")
    heard.close()
    weigh(site)
    site.stop()


def weigh(site: Program) -> None:
    shares = [share / 1024 for share in site.memory().values()]
    each = ", ".join(f"{share:.0f}" for share in shares)
    row("memory after that load (PSS)", f"{sum(shares):.0f} MiB", f"{len(shares)} processes: {each}")


def measure_letters(here: House, sink: Sink) -> None:
    say(f"\nLetters ({here.kind}): {LETTERS} with an invite, one worker, one connection")
    post = letters.measure(here, sink, LETTERS)
    floor_words = f"plain smtplib: {post.plain:.0f}/s"
    row("through the outbox", f"{post.outbox:.0f}/s", floor_words, post.outbox / post.plain)
    say(f"    the sink takes {post.ready:.0f}/s of ready bytes on one connection")
    three = letters.pace(here, sink, 3 * LETTERS, workers=3)
    row("three workers", f"{three:.0f}/s", floor_words, three / post.plain)


def measure_memory(here: House, sink: Sink) -> None:
    say(
        f"\nMemory of one worker ({here.kind}) over {MANY} letters, or as many as leave in {MOST_SECONDS:.0f} s"
    )
    weight = letters.weigh(here, sink, MANY, MOST_SECONDS)
    figure = f"{weight.before / 1024:.1f} MiB, then {weight.after / 1024:.1f} MiB"
    row(f"{weight.sent} letters in {weight.seconds:.0f} s", figure)


def measure_rush(here: House, sink: Sink) -> None:
    say(f"\n{PEOPLE} people at once for {PLACES} places ({here.kind})")
    slug = here.rows("event", str(PLACES))
    site = here.convene("run")
    heard = sink.listen()
    rush = signups.rush(site.address, heard, slug, PEOPLE)
    heard.close()
    site.stop()
    states = here.states(slug)
    row("got in", f"{states.get('confirmed', 0)}, and {states.get('waitlisted', 0)} wait in line")
    row("from the first page to the last letter", f"{rush.whole:.1f} s")
    row("all press the button together", f"{rush.answered:.2f} s to the last answer")


def measure_deal() -> None:
    say("\nThe deal: seconds of processor in a warm process, the worst of all, and its memory")
    say(
        "    people - group size - rounds; figures are medians (least-most) over the seeds; door: 18 of 60 are absent"
    )
    for line in deal.lines():
        say(line)


def measure_people() -> None:
    say("\nA host with many people (SQLite)")
    for line in people.lines():
        say(line)


def measure_nudges() -> None:
    say(f"\nSmall asks among {nudges.PEOPLE:,} people")
    for line in nudges.lines():
        say(line)


def measure_circles() -> None:
    say(f"\nA circle with {circles.SESSIONS} sessions and {circles.POSTS:,} posts (SQLite)")
    for line in circles.lines():
        say(line)


PARTS: dict[str, tuple[Callable[[House, Sink], None], tuple[str, ...]]] = {
    "pages": (measure_pages, KINDS[:1]),
    "feeds": (measure_feeds, KINDS),
    "signups": (measure_signups, KINDS),
    "letters": (measure_letters, KINDS),
    "memory": (measure_memory, KINDS[:1]),
    "rush": (measure_rush, KINDS),
}
# They need neither a database nor a mail server.
ALONE: dict[str, Callable[[], None]] = {
    "deal": measure_deal,
    "people": measure_people,
    "circles": measure_circles,
    "nudges": measure_nudges,
}


def measure_in_houses(names: Sequence[str]) -> None:
    say("The load, the mail server and the database share them with what is measured.")
    say(f"Raised for a crowd that comes from one address: {', '.join(RAISED)}.")
    run = postgres.Run()
    sink = Sink()
    try:
        for name in names:
            measure, kinds = PARTS[name]
            for kind in kinds:
                with house(run, kind, sink) as here:
                    measure(here, sink)
    finally:
        sink.close()
        run.end()


def main(asked: list[str]) -> int:
    known = [*PARTS, *ALONE]
    unknown = set(asked) - set(known)
    if unknown:
        say(f"bench: there is no part {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
        return 2
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended too
    load = f", {os.getloadavg()[0]:.1f} busy with other things" if hasattr(os, "getloadavg") else ""
    say(
        f"Convene on {os.cpu_count()} processors{load}; Python {platform.python_version()}, {platform.system()}."
    )
    in_a_house = [name for name in asked or known if name in PARTS]
    if in_a_house:
        measure_in_houses(in_a_house)
    for name in asked or known:
        if name in ALONE:
            ALONE[name]()
    say(f"\nMeasured in {time.monotonic() - began:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
