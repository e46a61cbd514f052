"""Django's settings, made from the program's own (`DEUNGDAE_…`, records.environment)."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from deungdae.records.environment import DATABASE_URL, Settings
from deungdae.records.errors import UnusableOption
from deungdae.web.project import mail, secret_key, translations

PROGRAM = Settings.from_environment(os.environ)
WEB = PROGRAM.web
PACKAGE = Path(__file__).resolve().parents[1]
#: What the whole program keeps, and what the web alone keeps.
HOME = PROGRAM.home.absolute()
STATE = HOME / "web"
STATE.mkdir(parents=True, exist_ok=True, mode=0o700)
#: Where the bus is; the web works without it, but for what comes from machines.
BUS = PROGRAM.bus
MQTT = PROGRAM.mqtt

DEBUG = False
SECRET_KEY = secret_key.read_or_make(WEB.secret_key_file)
ALLOWED_HOSTS = list(WEB.hosts)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "rules.apps.AutodiscoverRulesConfig",
    "deungdae.web.core.apps.CoreConfig",
    "deungdae.web.companies.apps.CompaniesConfig",
    "deungdae.web.insight.apps.InsightConfig",
    "deungdae.web.plant.apps.PlantConfig",
    "deungdae.web.floor.apps.FloorConfig",
    "deungdae.web.alarms.apps.AlarmsConfig",
    "deungdae.web.watches.apps.WatchesConfig",
]
MIDDLEWARE = [
    "deungdae.web.core.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "deungdae.web.core.middleware.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "deungdae.web.core.middleware.ScopeMiddleware",
]
ROOT_URLCONF = "deungdae.web.project.urls"
ASGI_APPLICATION = "deungdae.web.project.asgi.application"
#: Addresses that check who calls by themselves, such as an interface for programs.
SELF_GUARDED_NAMESPACES = ("api",)
#: Requests that one access key may make in a minute: a file of 1 GB needs 130, waiting 60.
API_REQUESTS_A_MINUTE = 600

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "deungdae.web.core.context.scope",
                "deungdae.web.core.look.page",
            ],
        },
    },
]
FORM_RENDERER = "deungdae.web.core.look.FormLook"


def _database() -> dict[str, Any]:
    if WEB.database is None:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": STATE / "deungdae.sqlite3",
            "OPTIONS": {
                # A deferred transaction that reads before it writes fails when another writes
                # in between; an immediate one waits for its turn.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;",
            },
        }
    if find_spec("psycopg") is None:
        raise UnusableOption(
            "{name} asks for PostgreSQL, whose driver is not installed; install the extra "
            "postgresql.",
            name=DATABASE_URL.name,
        )
    url = WEB.database
    options = dict(parse_qsl(url.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.removeprefix("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        # A path after a question mark is the folder of a socket, as the driver takes it.
        "HOST": options.pop("host", url.hostname),
        "PORT": url.port or "",
        "OPTIONS": options,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "core.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "core:sign_in"
LOGIN_REDIRECT_URL = "/"

SESSION_COOKIE_NAME = "deungdae_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = WEB.https
CSRF_COOKIE_NAME = "deungdae_csrf"
CSRF_FAILURE_VIEW = "deungdae.web.core.views.errors.form_expired"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if WEB.https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in WEB.hosts if not host.startswith(".")]

LANGUAGE_CODE = PROGRAM.language
LANGUAGES = [("ko", "한국어"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "deungdae_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [translations.compile_into(STATE / "locale", PACKAGE)]
USE_I18N = True
USE_TZ = True
TIME_ZONE = PROGRAM.time_zone

STATIC_URL = "/static/"
STATIC_ROOT = STATE / "static"
STATIC_ROOT.mkdir(exist_ok=True)
#: What is built from installed packages at the start (the charts' script), not kept in the source.
ASSETS = STATE / "assets"
ASSETS.mkdir(exist_ok=True)
STATICFILES_DIRS = [ASSETS]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "deungdae.web.project.storage.HashedFiles"},
}
MEDIA_ROOT = STATE / "media"

#: What one organisation may keep in uploaded files, in bytes.
UPLOAD_QUOTA_BYTES = WEB.upload_quota_bytes
FILE_UPLOAD_TEMP_DIR = STATE / "incoming"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True, mode=0o700)
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 << 20
#: A machine offers up to 1,500 values, and each is chosen, named and described in one form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
#: Of a request, in bytes: more than the first only from somebody known, and never more than the
#: second (a file in one request; in pieces it may be larger).
BODY_OF_ANYBODY = 4 << 20
BODY_OF_THE_KNOWN = 1_100_000_000

#: Where mail goes, or a backend that goes nowhere: without a server nothing pretends to be sent.
globals().update(mail.settings_of(WEB))
CAN_SEND_EMAIL = WEB.email is not None
DEFAULT_FROM_EMAIL = WEB.email_from
#: What links in mails begin with.
WEB_URL = WEB.url
#: Whether channels may send into the own network.
WEBHOOK_PRIVATE = WEB.webhook_private

#: Where agents and other sources send; shown to those who connect them.
GATEWAY_URL = PROGRAM.gateway.url

STYLEGUIDE = WEB.styleguide
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"quiet": {"()": "deungdae.web.project.quiet_log.WithoutSecrets"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["quiet"]}
    },
    # A page that is not there is no event for whoever runs the server.
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
