"""The mail server as the settings of the program name it, in Django's words."""

from typing import Any, Final
from urllib.parse import unquote

from deungdae.records.environment import EMAIL_SECRET_FILE, WebSettings
from deungdae.records.errors import UnusableOption

#: Longer than a slow server thinks; a worker must not hang on one that is silent.
TIMEOUT_SECONDS: Final = 20
_PORTS: Final = {"smtps": 465, "smtp": 587, "smtp+plain": 25}


def settings_of(web: WebSettings) -> dict[str, Any]:
    """Return Django's settings of mail; raises `UnusableOption` for a secret that is none."""
    if web.email is None:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    name, password = _secret(web)
    return {
        "EMAIL_HOST": web.email.hostname,
        "EMAIL_PORT": web.email.port or _PORTS[web.email.scheme],
        "EMAIL_USE_SSL": web.email.scheme == "smtps",
        "EMAIL_USE_TLS": web.email.scheme == "smtp",
        "EMAIL_HOST_USER": name,
        "EMAIL_HOST_PASSWORD": password,
        "EMAIL_TIMEOUT": TIMEOUT_SECONDS,
    }


def _secret(web: WebSettings) -> tuple[str, str]:
    if web.email_secret_file is None:
        assert web.email is not None
        return unquote(web.email.username or ""), unquote(web.email.password or "")
    try:
        text = web.email_secret_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableOption(
            "The file {path}, which {name} names, cannot be read.",
            path=str(web.email_secret_file),
            name=EMAIL_SECRET_FILE.name,
        ) from error
    user, sign, password = text.partition(":")
    if not sign or not user:
        raise UnusableOption(
            "The file {path}, which {name} names, must hold NAME:PASSWORD in one line.",
            path=str(web.email_secret_file),
            name=EMAIL_SECRET_FILE.name,
        )
    return user, password
