"""A setting that cannot work stops the start with one sentence; what is not set works on one's own machine."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

import config
from config import BadSetting, Config, DevConfig, TestConfig
from convene import settings

LIVE = {
    "CONVENE_BASE_URL": "https://convene.example.org",
    "CONVENE_SECRET_KEY": "s" * 64,
    "CONVENE_MAIL_URL": "smtp://us:pass%20word@mail.example.org:587",
    "CONVENE_MAIL_FROM": "Convene <events@example.org>",
    "CONVENE_DATABASE_URL": "postgresql://convene@db.example.org/convene",
}


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for what is made once, this test's own."""
    monkeypatch.setattr(config, "VAR", tmp_path / "var")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "var"


def sentence(environ: dict[str, str]) -> str:
    """The one sentence that these settings are refused with."""
    with pytest.raises(BadSetting) as refused:
        Config(environ)
    words = str(refused.value)
    assert "\n" not in words
    assert words.endswith((".", ")", "'"))
    assert len(words) < 250
    return words


def test_with_nothing_set_it_runs_on_ones_own_machine(var: Path) -> None:
    found = Config({})
    assert found.DEVELOPMENT
    assert found.BASE_URL == "http://127.0.0.1:8000"
    assert f"sqlite:///{var}/convene.sqlite" == found.DATABASE_URL
    assert f"folder:{var}/mail" == found.MAIL_URL
    assert found.TIMEZONE == "Europe/London"


def test_a_server_with_its_settings_starts() -> None:
    found = Config(LIVE)
    assert not found.DEVELOPMENT
    assert found.TRUSTED_HOSTS == ["convene.example.org"]
    assert found.SESSION_COOKIE_NAME.startswith("__Host-")
    assert found.SESSION_COOKIE_SECURE
    assert found.DATABASE_URL == "postgresql+psycopg://convene@db.example.org/convene"
    assert found.NOTES_KEY == "", "notes are refused until the operator makes a key"


def test_other_programs_settings_are_none_of_ours() -> None:
    Config(
        {
            "PATH": "/bin",
            "FLASK_DEBUG": "1",
            "CONVENEX": "1",
            "CONVENE_TEST_FOLDER": "/x",
            "CONVENE_CHROME": "/x",
        }
    )


def test_a_name_we_do_not_know_is_refused_by_name() -> None:
    assert "CONVENE_BASEURL" in sentence({"CONVENE_BASEURL": "https://convene.example.org"})
    assert "CONVENE_LIMIT_LOVE" in sentence({"CONVENE_LIMIT_LOVE": "1"})


IMPOSSIBLE = {
    "PORT": ["0", "65536", "http", "-1", "8000.5", "8 000", "8" * 30],
    "CONVENE_BASE_URL": [
        "convene.example.org",
        "ftp://convene.example.org",
        "https://",
        "https://convene.example.org/app",
        "https://convene.example.org/?a=1",
        "https://convene.example.org#a",
        "https://us:pass@convene.example.org",
        "https://convene example.org",
        "https://convene.example.org:99999",
        "https://[::1",
        "http://convene.example.org",
        "http://192.0.2.7:8000",
    ],
    "CONVENE_SECRET_KEY": ["short", "s" * 31],
    "CONVENE_NOTES_KEY": ["short"],
    "CONVENE_MAIL_URL": [
        "mail.example.org",
        "smtp://",
        "smtp://mail.example.org:port",
        "folder:",
        "http://mail.example.org",
        "memory:",
        "sendmail",
    ],
    "CONVENE_MAIL_FROM": [
        "Convene",
        "events@localhost",
        "events@example.org>",
        "Convene <events@example.org",
        "Convene <events@example.org> x",
        "Smith, Jo <jo@example.org>",
        "a@example.org, b@example.org",
        "événements@example.org",
        "events@example.org\r\nBcc: x@example.org",
        "x\x00@example.org",
    ],
    "CONVENE_DATABASE_URL": [
        "convene.sqlite",
        "mysql://x/y",
        "postgresql://",
        "postgresql://host",
        "postgresql://host:port/name",
        "sqlite://convene.sqlite",
        "sqlite:convene.sqlite",
        "sqlite:///",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////proc/nothing/here/convene.sqlite",
    ],
    "CONVENE_TIMEZONE": [
        "London",
        "GMT+25",
        "europe/london",
        "../../etc/passwd",
        "Europe/London\x00",
        "Factory",
    ],
    "CONVENE_TRUSTED_PROXIES": ["-1", "10", "yes"],
    "CONVENE_TICK_SECONDS": ["0", "301", "2s"],
    "CONVENE_OUTBOX_LEASE_SECONDS": ["0", "90000", "five"],
    "CONVENE_LIMIT_MAILS_PER_ADDRESS_HOUR": ["0", "none", "\u0665"],
    "CONVENE_LIMIT_SIGNUPS_PER_CLIENT": ["-5", "1000001"],
    "CONVENE_INBOX_URL": [
        "mail.example.org",
        "pop3://us:them@mail.example.org/INBOX",
        "imaps://mail.example.org/INBOX",
        "imap://us:them@mail.example.org/INBOX",
        "imaps://us:them@mail.example.org:port/INBOX",
        "imaps://us:them@mail.example.org/INBOX?believe=everybody",
    ],
    "CONVENE_MAIL_PER_MINUTE": ["-1", "many"],
    "CONVENE_MAIL_PER_DOMAIN_MINUTE": ["-1", "1000001"],
    "CONVENE_DKIM_KEY_FILE": ["/etc/hostname"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in IMPOSSIBLE for value in IMPOSSIBLE[name]]
)
def test_an_impossible_value_is_refused_in_one_sentence_that_names_it(name: str, value: str) -> None:
    words = sentence({**LIVE, name: value})
    assert words.startswith(name)


@pytest.mark.parametrize("name", ["CONVENE_SECRET_KEY", "CONVENE_MAIL_FROM"])
def test_a_server_does_not_start_without_what_it_must_have(name: str) -> None:
    words = sentence({**LIVE, name: ""})
    assert words.startswith(f"{name} is missing")


def test_a_secret_is_never_repeated_in_the_sentence_that_refuses_it() -> None:
    assert "hunter2" not in sentence({**LIVE, "CONVENE_SECRET_KEY": "hunter2"})
    assert "hunter2" not in sentence({**LIVE, "CONVENE_DATABASE_URL": "mysql://us:hunter2@host/name"})
    assert "hunter2" not in sentence({**LIVE, "CONVENE_MAIL_URL": "smtp://us:hunter2@mail.example.org:port"})
    assert "hunter2" not in sentence({**LIVE, "CONVENE_BASE_URL": "https://us:hunter2@convene.example.org"})
    assert "hunter2" not in sentence(
        {**LIVE, "CONVENE_INBOX_URL": "imap://us:hunter2@mail.example.org/INBOX"}
    )


def test_the_inbox_is_a_mailbox_or_a_pipe_or_none() -> None:
    for url in (
        "",
        "pipe:",
        "pipe:?trust=mx.example.org",
        "imaps://us:them@mail.example.org/INBOX?trust=mx.example.org",
    ):
        assert url == Config({**LIVE, "CONVENE_INBOX_URL": url}).INBOX_URL
    assert "real mailbox" in sentence({"CONVENE_INBOX_URL": "imaps://us:them@mail.example.org/INBOX"})


def test_letters_are_signed_with_the_key_in_a_file_that_must_be_one(tmp_path: Path) -> None:
    key = tmp_path / "dkim.pem"
    both = {**LIVE, "CONVENE_DKIM_KEY_FILE": str(key), "CONVENE_DKIM_SELECTOR": "convene"}
    assert sentence(both).startswith("CONVENE_DKIM_KEY_FILE cannot be read")
    key.write_text("-----BEGIN PUBLIC KEY-----")
    assert "must hold a private key" in sentence(both)
    key.write_text("-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----\n")
    assert "hunter2" in Config(both).DKIM_KEY
    assert sentence({**both, "CONVENE_DKIM_SELECTOR": "two words"}).startswith("CONVENE_DKIM_SELECTOR")
    assert "go together" in sentence({**both, "CONVENE_DKIM_SELECTOR": ""})


@pytest.mark.parametrize("url", ["smtp://mail.example.org", "smtps://us:them@192.0.2.1"])
def test_a_copy_for_trying_things_out_cannot_mail_the_world(url: str) -> None:
    assert "real mail server" in sentence({"CONVENE_MAIL_URL": url})
    assert Config({"CONVENE_MAIL_URL": "smtp://127.0.0.1:2525"}).MAIL_URL == "smtp://127.0.0.1:2525"


@pytest.mark.parametrize(
    "url", ["http://localhost:8000", "http://127.0.0.2", "http://[::1]:8000", "https://localhost"]
)
def test_any_address_of_this_machine_is_development(url: str) -> None:
    found = Config({"CONVENE_BASE_URL": url})
    assert found.DEVELOPMENT
    assert url == found.BASE_URL


def test_a_slash_at_the_end_of_the_address_does_no_harm() -> None:
    assert Config({**LIVE, "CONVENE_BASE_URL": "https://Convene.example.org:8443/"}).BASE_URL == (
        "https://convene.example.org:8443"
    )


@pytest.mark.parametrize(
    "sender", ["events@example.org", "Convene <events@example.org>", "Élan <e-v.x+y@sub.example.org>"]
)
def test_a_sender_is_an_address_with_or_without_a_name(sender: str) -> None:
    assert sender == Config({**LIVE, "CONVENE_MAIL_FROM": sender}).MAIL_FROM


def test_the_database_is_where_its_relative_path_says_from_here(tmp_path: Path) -> None:
    found = Config({"CONVENE_DATABASE_URL": "sqlite:///data/convene.sqlite"})
    assert f"sqlite:///{tmp_path}/data/convene.sqlite" == found.DATABASE_URL
    assert (tmp_path / "data").is_dir()


def test_postgres_is_known_by_the_names_that_hosts_give_it() -> None:
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        url = f"{scheme}://us:them@db.example.org:5433/convene?sslmode=require"
        assert Config({**LIVE, "CONVENE_DATABASE_URL": url}).DATABASE_URL == (
            "postgresql+psycopg://us:them@db.example.org:5433/convene?sslmode=require"
        )


def test_a_limit_changes_its_number_and_never_its_window() -> None:
    limits = Config({"CONVENE_LIMIT_SIGNUPS_PER_CLIENT": "5"}).LIMITS
    assert limits["CONVENE_LIMIT_SIGNUPS_PER_CLIENT"] == (5, 600)
    assert limits["CONVENE_LIMIT_MAILS_PER_ADDRESS_HOUR"] == (5, 3600)


@pytest.mark.parametrize("url", ["", "postgresql://convene@db.example.org/convene"])
def test_a_fault_of_the_database_puts_no_names_or_letters_in_the_log(url: str) -> None:
    assert Config({"CONVENE_DATABASE_URL": url}).SQLALCHEMY_ENGINE_OPTIONS["hide_parameters"] is True


# Secrets


def test_a_missing_secret_is_made_once_and_kept_for_its_owner_alone(var: Path) -> None:
    first = Config({})
    again = Config({})
    assert (first.SECRET_KEY, first.NOTES_KEY) == (again.SECRET_KEY, again.NOTES_KEY)
    assert first.SECRET_KEY != first.NOTES_KEY
    assert len(first.SECRET_KEY) >= 64
    assert {path.stat().st_mode & 0o777 for path in var.glob("*_key")} == {0o600}
    assert {path.name for path in var.iterdir()} == {"secret_key", "notes_key"}, "and nothing else is left"


def test_starts_at_the_same_moment_agree_on_one_secret() -> None:
    gate = Barrier(8)

    def start(_: int) -> str:
        gate.wait(10)
        return Config({}).SECRET_KEY

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(start, range(8)))) == 1


def test_a_secret_half_written_by_another_start_is_never_seen(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    make = settings.secrets.token_hex

    def another_start_meanwhile(length: int) -> str:
        monkeypatch.setattr(settings.secrets, "token_hex", make)
        seen.append(settings.kept_secret(var / "secret_key"))
        return make(length)

    monkeypatch.setattr(settings.secrets, "token_hex", another_start_meanwhile)
    assert settings.kept_secret(var / "secret_key") == seen[0]


def test_a_damaged_secret_stops_the_start_and_says_what_to_do(var: Path) -> None:
    Config({})
    (var / "secret_key").write_text("")
    assert "delete it" in sentence({})


def test_a_server_makes_no_secret_of_its_own(var: Path) -> None:
    Config(LIVE)
    assert not list(var.glob("*_key")) if var.exists() else True


def test_development_and_tests_say_where_they_are() -> None:
    assert DevConfig({**LIVE, "CONVENE_MAIL_URL": "", "CONVENE_DATABASE_URL": ""}).DEVELOPMENT
    assert TestConfig().MAIL_URL == "memory:"
    assert TestConfig({"CONVENE_BASE_URL": "https://convene.example.org"}).HTTPS
