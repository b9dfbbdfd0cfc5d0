"""`make bench`: how fast Convene is on this machine, each figure beside a floor measured in the same run.

`python -m bench pages letters` measures some parts only: pages, signups, letters, rush.
"""

import os
import platform
import sys
import time
from collections.abc import Callable

from bench import letters, pages, signups
from bench.load import percentile
from bench.server import KINDS, RAISED, WEB_PROCESSES, House, Sink, house
from tests.parts import postgres

SECONDS = 4.0
PEOPLE, PLACES = 200, 50
LETTERS = 600


def say(words: str = "") -> None:
    print(words, flush=True)


def row(name: str, figure: str, floor: str = "", ratio: float = 0.0) -> None:
    say(f"  {name:<44}{figure:<30}{floor:<38}{f'{ratio:.3f} of it' if ratio else ''}".rstrip())


def measure_pages(here: House, sink: Sink) -> None:
    say(f"\nPages ({here.kind}), {pages.CLIENTS} clients, {WEB_PROCESSES} web processes")
    slug = here.rows("programme")
    site = here.convene("run")
    shown = {
        name: pages.best(site.address, path, SECONDS)
        for name, path in (("line-up", "/"), ("an event's page", f"/events/{slug}"))
    }
    site.stop()
    floor = here.floor()
    empty = pages.best(floor.address, "/", SECONDS / 2)
    floor.stop()
    for name, one in shown.items():
        row(
            name,
            f"{one.rate:.0f}/s, p95 {one.p95 * 1000:.1f} ms",
            f"an empty view: {empty.rate:.0f}/s",
            one.rate / empty.rate,
        )
    loads = ", ".join(f"{one.load:.0%}" for one in (*shown.values(), empty))
    say(f"  (the load itself used {loads} of a processor)")


def measure_signups(here: House, sink: Sink) -> None:
    say(
        f"\nFull signups ({here.kind}): form, post, button in the letter, until the letter with the invite is there"
    )
    floor = here.floor()
    inserts = {
        clients: pages.pace(floor.address, "/insert", SECONDS / 2, clients).rate for clients in (8, 32)
    }
    floor.stop()
    slug = here.rows("event", "100000")
    site = here.convene("run")
    heard = sink.listen()
    signups.pace(site.address, heard, slug, 4, 1)
    for clients in (8, 32):
        rate, seen = max(
            (signups.pace(site.address, heard, slug, clients, SECONDS) for _ in range(2)),
            key=lambda one: one[0],
        )
        floor_words = f"one INSERT: {inserts[clients]:.0f}/s"
        row(f"{clients} clients", f"{rate:.1f}/s", floor_words, rate / inserts[clients])
        say(
            f"    a person {middle(seen.lasted)}; the form's post {middle(seen.posts)}, "
            f"the button {middle(seen.presses)}"
        )
    heard.close()
    weigh(here, site.memory())
    site.stop()


def middle(values: list[float]) -> str:
    return f"{percentile(values, 0.5) * 1000:.0f} ms (p95 {percentile(values, 0.95) * 1000:.0f})"


def weigh(here: House, shares: dict[int, int]) -> None:
    each = ", ".join(f"{share / 1024:.0f}" for share in shares.values())
    row(
        "memory after that load (PSS)",
        f"{sum(shares.values()) / 1024:.0f} MiB",
        f"{len(shares)} processes: {each}",
    )


def measure_letters(here: House, sink: Sink) -> None:
    say(f"\nLetters ({here.kind}): {LETTERS} with an invite, one worker, one connection")
    post = letters.measure(here, sink, LETTERS)
    row(
        "through the outbox",
        f"{post.outbox:.0f}/s",
        f"plain smtplib: {post.plain:.0f}/s",
        post.outbox / post.plain,
    )
    say(f"    (the sink takes {post.ready:.0f}/s of ready bytes on one connection)")


def measure_rush(here: House, sink: Sink) -> None:
    say(f"\n{PEOPLE} people at once for {PLACES} places ({here.kind})")
    slug = here.rows("event", str(PLACES))
    site = here.convene("run")
    heard = sink.listen()
    rush = signups.rush(site.address, heard, slug, PEOPLE)
    heard.close()
    site.stop()
    states = here.states(slug)
    row("got in", f"{states.get('confirmed', 0)}, {states.get('waitlisted', 0)} wait in line")
    row("from nothing to the last letter", f"{rush.whole:.1f} s")
    row(f"all {PEOPLE} press the button together", f"{rush.answered:.2f} s to the last answer")


PARTS: dict[str, tuple[Callable[[House, Sink], None], tuple[str, ...]]] = {
    "pages": (measure_pages, KINDS[:1]),
    "signups": (measure_signups, KINDS),
    "letters": (measure_letters, KINDS),
    "rush": (measure_rush, KINDS),
}


def main(asked: list[str]) -> int:
    unknown = set(asked) - set(PARTS)
    if unknown:
        say(f"bench: there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.")
        return 2
    began = time.monotonic()
    say(f"Convene on {os.cpu_count()} processors, Python {platform.python_version()}, {platform.system()}.")
    say("The load, the mail server and the database share them with what is measured.")
    say(f"Raised for the crowd that comes from one address: {', '.join(RAISED)}.")
    run = postgres.Run()
    sink = Sink()
    try:
        for name in asked or PARTS:
            measure, kinds = PARTS[name]
            for kind in kinds:
                with house(run, kind, sink) as here:
                    measure(here, sink)
    finally:
        sink.close()
        run.end()
    say(f"\nMeasured in {time.monotonic() - began:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
