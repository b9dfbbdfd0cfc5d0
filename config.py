"""Every setting of Convene: the one place that reads the environment, and says in a sentence what is wrong with it."""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from convene.settings import (
    BadSetting,
    base_url,
    database_url,
    dkim_key,
    inbox_url,
    is_loopback,
    kept_secret,
    mail_from,
    mail_url,
    whole,
    zone_name,
)

__all__ = ["ROOT", "VAR", "BadSetting", "Config", "DevConfig", "TestConfig"]

ROOT = Path(__file__).resolve().parent
VAR = ROOT / "var"

# Each limit: how many, in how many seconds. The environment changes the number, never the window.
LIMITS = {
    "CONVENE_LIMIT_MAILS_PER_ADDRESS_HOUR": (5, 3600),
    "CONVENE_LIMIT_MAILS_PER_ADDRESS_DAY": (10, 86400),
    "CONVENE_LIMIT_MAILS_PER_KNOWN_ADDRESS_HOUR": (20, 3600),
    "CONVENE_LIMIT_PRESSES_PER_PLACE": (20, 3600),
    "CONVENE_LIMIT_SIGN_IN_MAILS_PER_ADDRESS": (5, 3600),
    "CONVENE_LIMIT_SIGNUPS_PER_CLIENT": (200, 600),
    "CONVENE_LIMIT_SIGN_INS_PER_CLIENT": (10, 600),
    "CONVENE_LIMIT_ADDRESSES_PER_EVENT": (600, 60),
    "CONVENE_LIMIT_SECOND_STEPS": (10, 600),
    "CONVENE_LIMIT_CHECK_INS_PER_CLIENT": (300, 600),
    "CONVENE_LIMIT_CODES_PER_CLIENT": (300, 600),
    "CONVENE_LIMIT_POSTS_PER_MEMBER": (30, 3600),
}
OTHER = "DATABASE_URL SECRET_KEY BASE_URL MAIL_URL MAIL_FROM TIMEZONE TRUSTED_PROXIES TICK_SECONDS"
OTHER += " OUTBOX_LEASE_SECONDS INBOX_URL NOTES_KEY CHROME MAIL_PER_MINUTE MAIL_PER_DOMAIN_MINUTE"
OTHER += " DKIM_KEY_FILE DKIM_SELECTOR"
NAMES = {*(f"CONVENE_{name}" for name in OTHER.split()), *LIMITS}


class Config:
    """Settings read from a mapping of environment names; raises BadSetting with one sentence."""

    TESTING = False

    def __init__(self, environ: Mapping[str, str] = os.environ):
        self.refuse_unknown(environ)
        self.PORT = whole(environ, "PORT", 8000, least=1, most=65535)
        self.BASE_URL = base_url(environ.get("CONVENE_BASE_URL", "") or f"http://127.0.0.1:{self.PORT}")
        parts = urlsplit(self.BASE_URL)
        self.HOST = parts.hostname or "127.0.0.1"
        self.HTTPS = parts.scheme == "https"
        # Development is what runs at a loopback address: no separate switch can be forgotten on a server.
        self.DEVELOPMENT = is_loopback(self.HOST)
        self.DATABASE_URL = database_url(
            environ.get("CONVENE_DATABASE_URL", "") or f"sqlite:///{VAR}/convene.sqlite", self.TESTING
        )
        self.SECRET_KEY = self.secret(environ, "CONVENE_SECRET_KEY", "secret_key", least=32)
        self.NOTES_KEY = self.notes_key(environ)
        self.MAIL_URL = mail_url(
            environ.get("CONVENE_MAIL_URL", "") or f"folder:{VAR}/mail", self.DEVELOPMENT, self.TESTING
        )
        self.MAIL_FROM = mail_from(environ.get("CONVENE_MAIL_FROM", ""), self.HOST, self.DEVELOPMENT)
        self.TIMEZONE = zone_name(environ.get("CONVENE_TIMEZONE", "") or "Europe/London")
        self.TRUSTED_PROXIES = whole(environ, "CONVENE_TRUSTED_PROXIES", 0, least=0, most=9)
        self.TICK_SECONDS = whole(environ, "CONVENE_TICK_SECONDS", 2, least=1, most=300)
        # Longer than the SMTP time-out (30 s), so that a slow server's row is not taken up by a second worker.
        least = 1 if self.DEVELOPMENT else 60
        self.OUTBOX_LEASE_SECONDS = whole(
            environ, "CONVENE_OUTBOX_LEASE_SECONDS", 300, least=least, most=86400
        )
        self.INBOX_URL = inbox_url(environ.get("CONVENE_INBOX_URL", ""), self.DEVELOPMENT)
        # 0: as many as the mail server takes.
        self.MAIL_PER_MINUTE = whole(environ, "CONVENE_MAIL_PER_MINUTE", 0, least=0, most=1_000_000)
        self.MAIL_PER_DOMAIN_MINUTE = whole(
            environ, "CONVENE_MAIL_PER_DOMAIN_MINUTE", 600, least=0, most=1_000_000
        )
        self.DKIM_SELECTOR = environ.get("CONVENE_DKIM_SELECTOR", "")
        self.DKIM_KEY = dkim_key(environ.get("CONVENE_DKIM_KEY_FILE", ""), self.DKIM_SELECTOR)
        self.LIMITS = {
            name: (whole(environ, name, number, least=1, most=1_000_000), seconds)
            for name, (number, seconds) in LIMITS.items()
        }
        self.SENT_MARK = self.sent_mark(environ)
        # Who was erased, beside the mark: outside the database, so that a restored one forgets them again.
        self.ERASED = self.SENT_MARK.with_suffix(".erased") if self.SENT_MARK else None
        self.flask_settings()

    def sent_mark(self, environ: Mapping[str, str]) -> Path | None:
        """Where the worker keeps which letter left last: outside the database, so that a restored one is noticed."""
        if self.DATABASE_URL.startswith("sqlite"):
            file = Path(self.DATABASE_URL.removeprefix("sqlite:///"))
            return file.with_name(f"{file.name}.sent") if file.is_absolute() else None
        # systemd names the folder that a service may write to; no setting of ours needs to repeat it.
        folder = environ.get("STATE_DIRECTORY", "").partition(":")[0]
        return None if self.TESTING else Path(folder or VAR) / "last-letter.sent"

    def flask_settings(self) -> None:
        """Settings under the names that Flask and its extensions know them by."""
        self.SQLALCHEMY_DATABASE_URI = self.DATABASE_URL
        # The text of an error reaches the log, and names and letters must not be in it.
        quiet = {"hide_parameters": True}
        if self.DATABASE_URL.startswith("sqlite"):
            self.SQLALCHEMY_ENGINE_OPTIONS: dict[str, object] = {
                "connect_args": {"isolation_level": None, "timeout": 15},
                **quiet,
            }
        else:
            self.SQLALCHEMY_ENGINE_OPTIONS = {
                "isolation_level": "AUTOCOMMIT",  # for reading; extensions.begin_write opens a transaction
                "pool_size": 5,
                "max_overflow": 10,
                **quiet,
            }
        self.TRUSTED_HOSTS = ["localhost", "127.0.0.1", "[::1]"] if self.DEVELOPMENT else [self.HOST]
        self.SESSION_COOKIE_NAME = "__Host-convene" if self.HTTPS else "convene"
        self.SESSION_COOKIE_SECURE = self.HTTPS
        self.SESSION_COOKIE_HTTPONLY = True
        self.SESSION_COOKIE_SAMESITE = "Lax"
        self.MAX_CONTENT_LENGTH = 256 * 1024
        self.MAX_FORM_MEMORY_SIZE = 256 * 1024
        self.MAX_FORM_PARTS = 100
        self.WTF_CSRF_TIME_LIMIT = (
            None  # a form may lie open on a phone all day; the token ends with its cookie
        )
        self.SEND_FILE_MAX_AGE_DEFAULT = timedelta(days=365)  # static addresses carry a content hash

    @staticmethod
    def refuse_unknown(environ: Mapping[str, str]) -> None:
        for name in sorted(environ):
            if name.startswith("CONVENE_") and name not in NAMES and not name.startswith("CONVENE_TEST_"):
                raise BadSetting(
                    f"{name} is not a setting of Convene; docs/operators.md lists those there are."
                )

    def secret(self, environ: Mapping[str, str], name: str, file: str, least: int) -> str:
        value = environ.get(name, "")
        if value:
            if len(value) < least:
                raise BadSetting(
                    f"{name} must be at least {least} characters of chance, and has {len(value)}."
                )
            return value
        if not self.DEVELOPMENT:
            raise BadSetting(
                f"{name} is missing; make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
            )
        return kept_secret(VAR / file)

    def notes_key(self, environ: Mapping[str, str]) -> str:
        """The key for safeguarding notes; empty where the operator has not made one (notes are then refused)."""
        value = environ.get("CONVENE_NOTES_KEY", "")
        if value and len(value) < 32:
            raise BadSetting(
                f"CONVENE_NOTES_KEY must be at least 32 characters of chance, and has {len(value)}."
            )
        return value or (kept_secret(VAR / "notes_key") if self.DEVELOPMENT else "")


class DevConfig(Config):
    """Development on one's own machine: whatever the environment says, the address is loopback."""

    def __init__(self, environ: Mapping[str, str] = os.environ):
        super().__init__({**environ, "CONVENE_BASE_URL": ""})


class TestConfig(Config):
    """Tests: mail stays in memory, secrets are fixed, nothing is written beside the code."""

    __test__ = False
    TESTING = True

    def __init__(self, environ: Mapping[str, str] | None = None):
        super().__init__(
            {
                "CONVENE_DATABASE_URL": "sqlite://",
                "CONVENE_SECRET_KEY": "a-secret-for-tests-that-protects-nobody",
                "CONVENE_NOTES_KEY": "a-notes-key-for-tests-that-protects-nobody",
                "CONVENE_BASE_URL": "http://localhost",
                "CONVENE_MAIL_URL": "memory:",
                "CONVENE_MAIL_FROM": "Convene <convene@example.org>",
                **(environ or {}),
            }
        )
