"""What the environment says becomes Django's settings; what cannot be met stops the start."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

NAMES = (
    *("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"),
    *("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_SSL"),
    *(
        "EMAIL_HOST_USER",
        "EMAIL_USE_TLS",
        "EMAIL_HOST_PASSWORD",
        "CAN_SEND_EMAIL",
        "LANGUAGE_CODE",
        "DEBUG",
    ),
    *("UPLOAD_QUOTA_BYTES", "DATABASES", "PASSWORD_HASHERS", "TIME_ZONE"),
)
SCRIPT = (
    "import json\n"
    "from django.conf import settings\n"
    f"told = {{name: getattr(settings, name, None) for name in {NAMES}}}\n"
    "print(json.dumps(told, default=str))\n"
)


def read(home: Path, **told: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DEUNGDAE_", "DJANGO"))}
    django = {"DJANGO_SETTINGS_MODULE": "deungdae.web.project.settings"}
    return subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**kept, **django, "DEUNGDAE_HOME": str(home), "LC_ALL": "C.UTF-8", **told},
        capture_output=True,
        text=True,
        check=False,
    )


def settings_of(home: Path, **told: str) -> dict[str, Any]:
    done = read(home, **told)
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_by_default_the_web_is_for_this_machine_alone(tmp_path: Path) -> None:
    found = settings_of(tmp_path)
    assert found["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert found["DEBUG"] is False
    assert found["CAN_SEND_EMAIL"] is False
    assert found["PASSWORD_HASHERS"] == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    database = found["DATABASES"]["default"]
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert Path(database["NAME"]) == tmp_path / "web" / "deungdae.sqlite3"
    assert found["LANGUAGE_CODE"] == "en"


def test_behind_https_cookies_travel_by_https_alone(tmp_path: Path) -> None:
    found = settings_of(
        tmp_path,
        DEUNGDAE_HTTPS="yes",
        DEUNGDAE_HOSTS="deungdae.example,.example.org",
        DEUNGDAE_LANG="ko",
    )
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["CSRF_COOKIE_SECURE"] is True
    assert found["SECURE_SSL_REDIRECT"] is True
    assert found["SECURE_HSTS_SECONDS"] == 31536000
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://deungdae.example"]
    assert found["LANGUAGE_CODE"] == "ko"


@pytest.mark.parametrize(
    ("url", "port", "at_once"),
    [
        ("smtps://kim:p%40ss@mail.example", 465, True),
        ("smtp://kim:p%40ss@mail.example", 587, False),
        ("smtp://kim:p%40ss@mail.example:2525", 2525, False),
    ],
)
def test_a_mail_server_is_spoken_to_by_tls(
    tmp_path: Path, url: str, port: int, at_once: bool
) -> None:
    found = settings_of(tmp_path, DEUNGDAE_EMAIL_URL=url)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example", port)
    assert (found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == (at_once, not at_once)
    assert found["EMAIL_HOST_PASSWORD"] == "p@ss"
    assert found["CAN_SEND_EMAIL"] is True


def test_a_relay_in_the_own_network_is_spoken_to_in_plain_words(tmp_path: Path) -> None:
    found = settings_of(tmp_path, DEUNGDAE_EMAIL_URL="smtp+plain://relay.example")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("relay.example", 25)
    assert (found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == (False, False)


def test_the_password_of_the_mail_server_comes_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "mail-secret"
    secret.write_text("kim:p:ss\n")
    told = {
        "DEUNGDAE_EMAIL_URL": "smtp://mail.example",
        "DEUNGDAE_EMAIL_SECRET_FILE": str(secret),
    }
    found = settings_of(tmp_path, **told)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("kim", "p:ss")
    secret.write_text("hunter2\n")
    done = read(tmp_path, **told)
    assert "must hold NAME:PASSWORD in one line" in done.stderr
    assert "hunter2" not in done.stderr


def test_postgresql_without_its_driver_is_said(tmp_path: Path) -> None:
    told = {"DEUNGDAE_DATABASE_URL": "postgresql://kim:p%40ss@db.example/programme?sslmode=require"}
    if find_spec("psycopg") is None:
        done = read(tmp_path, **told)
        assert "whose driver is not installed; install the extra postgresql." in done.stderr
        assert "p@ss" not in done.stderr
        return
    database = settings_of(tmp_path, **told)["DATABASES"]["default"]
    assert (database["USER"], database["PASSWORD"]) == ("kim", "p@ss")
    assert (database["HOST"], database["NAME"]) == ("db.example", "programme")
    assert database["OPTIONS"] == {"sslmode": "require"}
