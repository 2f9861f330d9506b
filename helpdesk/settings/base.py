"""What is true in every environment: apps, middleware, templates, data, files, language."""

import os
from pathlib import Path

import django_stubs_ext

from helpdesk.settings.environment import BASE_DIR as BASE_DIR
from helpdesk.settings.environment import VAR_DIR as VAR_DIR
from helpdesk.settings.environment import database, days_kept, env, secret, service_url
from helpdesk.settings.logs import LOGGING as LOGGING
from helpdesk.settings.rest import *
from helpdesk.settings.security import *
from helpdesk.settings.tasks import *

django_stubs_ext.monkeypatch()

DEBUG = False
SECRET_KEY = secret("SECRET_KEY", "a long random string that signs sessions and links")
# The first key encrypts, all of them decrypt: put a new one in front to rotate.
FERNET_KEYS: list[str] = secret("FERNET_KEYS", "comma-separated Fernet keys, the newest first").split(",")

SITE_URL: str = env.str("SITE_URL", default=f"http://127.0.0.1:{os.environ.get('PORT') or 8000}").rstrip("/")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])

# Names this release to the open screens; when it changes they offer a reload.
BUILD: str = env.str("BUILD", default="development")

HELPDESK_APPS = [
    "helpdesk",
    "core",
    "people",
    "tickets",
    "channels_in",
    "sla",
    "csat",
    "callbacks",
    "notifications",
    "routing",
    "live",
    "reports",
    "workspace",
    "portal",
    "api",
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "anymail",
    "axes",
    "channels",
    "csp",
    "django_filters",
    "django_prometheus",
    "rest_framework",
    "drf_spectacular",
    "template_partials",
    *HELPDESK_APPS,
]

MIDDLEWARE = [
    "helpdesk.health.HealthMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "workspace.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "helpdesk.urls"
WSGI_APPLICATION = "helpdesk.wsgi.application"
ASGI_APPLICATION = "helpdesk.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASE_URL = service_url("DATABASE_URL", "postgres://user:password@host:5432/helpdesk")
REDIS_URL = service_url("REDIS_URL", "redis://host:6379/0")
DATABASES = {
    "default": {
        # The address stays empty until `manage.py up` has started the embedded server.
        **(database(DATABASE_URL) if DATABASE_URL else {"NAME": "helpdesk", "HOST": "127.0.0.1", "PORT": "1"}),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,
        # A server that vanished without a word (cable, firewall, frozen machine) is given up within a minute.
        "OPTIONS": {
            "connect_timeout": 5,
            "application_name": "helpdesk",
            "keepalives": 1,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "helpdesk.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL or "redis://127.0.0.1:1/0",
        "KEY_PREFIX": "hd",
        "OPTIONS": {
            "serializer": "helpdesk.cache.JSONSerializer",
            "socket_connect_timeout": 2,
            "socket_timeout": 2,
        },
    }
}

CELERY_BROKER_URL = REDIS_URL or "redis://127.0.0.1:1/0"

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"
STORAGES: dict[str, dict[str, object]] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="") or "Helpdesk <helpdesk@localhost>"
# The demo's customers have their mailboxes behind this port of our own mail-in process.
DEMO_MAIL_PORT: int = env.int("DEMO_MAIL_PORT", default=2526)
vars().update(env.email_url("EMAIL_URL", default=f"smtp://127.0.0.1:{DEMO_MAIL_PORT}"))
EMAIL_TIMEOUT = 30

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# Mail taken in over SMTP; docs/operations.md names the limits together.
MAX_MAIL_BYTES: int = env.int("MAX_MAIL_BYTES", default=30 * 1024 * 1024)
# From one sender to one inbox within ten minutes; more are held back for a person to look at. 0 is no limit.
MAIL_BURST: int = env.int("MAIL_BURST", default=100)
# Days that the raw bytes of what became no message (ignored, discarded, duplicates) and abandoned uploads are kept.
KEEP_RAW_DAYS = days_kept("KEEP_RAW_DAYS", default=30)
KEEP_UPLOADS_DAYS = days_kept("KEEP_UPLOADS_DAYS", default=30)
# Days that the traces of rules are kept: runs on finished tickets, settled timers and reminders; calls; bulk changes.
KEEP_RULE_RUNS_DAYS = days_kept("KEEP_RULE_RUNS_DAYS", default=365)
KEEP_CALLS_DAYS = days_kept("KEEP_CALLS_DAYS", default=30)
KEEP_BULK_DAYS = days_kept("KEEP_BULK_DAYS", default=30)
# Days that ended offers are kept, and waits of chats on finished tickets; and questions that nobody answered.
KEEP_OFFERS_DAYS = days_kept("KEEP_OFFERS_DAYS", default=90)
KEEP_SURVEYS_DAYS = days_kept("KEEP_SURVEYS_DAYS", default=365)
MAX_UPLOAD_BYTES: int = env.int("MAX_UPLOAD_BYTES", default=25 * 1024 * 1024)
MAIL_IN_HOST: str = env.str("MAIL_IN_HOST", default="127.0.0.1")
MAIL_IN_PORT: int = env.int("MAIL_IN_PORT", default=2525)
# Mails a minute at the SMTP door; 0 is no limit. The operator's own relays are not counted as peers.
MAIL_IN_PER_PEER: int = env.int("MAIL_IN_PER_PEER", default=300)
MAIL_IN_PER_SENDER: int = env.int("MAIL_IN_PER_SENDER", default=120)
MAIL_IN_RELAYS: list[str] = env.list("MAIL_IN_RELAYS", default=["127.0.0.0/8", "::1"])
# A certificate makes the SMTP door offer STARTTLS; a port of its own makes it speak LMTP as well.
MAIL_IN_TLS_CERT: str = env.str("MAIL_IN_TLS_CERT", default="")
MAIL_IN_TLS_KEY: str = env.str("MAIL_IN_TLS_KEY", default="")
MAIL_IN_LMTP_PORT: int = env.int("MAIL_IN_LMTP_PORT", default=0)
# Mailboxes that are fetched: how often to look besides listening, and whose certificates to trust besides the public.
MAIL_POLL_SECONDS: int = env.int("MAIL_POLL_SECONDS", default=60)
MAIL_CA_FILE: str = env.str("MAIL_CA_FILE", default="")
# Whom to ask for DKIM keys and other records (host or host:port); the machine's own name servers when empty.
DNS_SERVERS: list[str] = env.list("DNS_SERVERS", default=[])
DNS_TIMEOUT_SECONDS: float = env.float("DNS_TIMEOUT_SECONDS", default=2.0)
# How much of the stored days each web process keeps at hand for reports.
REPORTS_MEMORY_MB: int = env.int("REPORTS_MEMORY_MB", default=256)
