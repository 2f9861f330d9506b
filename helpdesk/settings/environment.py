"""What the environment says: the variables an operator may set, and where the rest comes from."""

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from helpdesk.var_files import read_service_urls, secrets_of

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

ENVIRONMENT = os.environ.get("HELPDESK_ENV", "development")
IS_PRODUCTION = ENVIRONMENT == "production"
VAR_DIR = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var").resolve()

# A century: dates reach that far back.
MOST_DAYS = 36_500


def demanded(name: str, purpose: str) -> str:
    """The value of a variable that production must set."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {purpose} (see docs/operations.md).")
    return value


def service_url(name: str, purpose: str) -> str:
    """A server's address: from the environment, else from the embedded servers under VAR_DIR."""
    if value := os.environ.get(name, ""):
        return value
    if IS_PRODUCTION:
        return demanded(name, purpose)
    return read_service_urls(VAR_DIR).get(name, "")


def secret(name: str, purpose: str) -> str:
    """A secret: demanded from the environment in production, generated into VAR_DIR elsewhere."""
    if value := os.environ.get(name, ""):
        return value
    if IS_PRODUCTION:
        return demanded(name, purpose)
    return secrets_of(VAR_DIR)[name]


def days_kept(name: str, default: int) -> int:
    """Elsewhere 0 means no limit; here it would throw away at once what people still work with."""
    value: int = env.int(name, default=default)
    if not 1 <= value <= MOST_DAYS:
        raise ImproperlyConfigured(f"{name} is from 1 day to {MOST_DAYS} days (see docs/operations.md), not {value}.")
    return value


def database(url: str) -> dict[str, object]:
    """Django's database settings for a `postgres://` address."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured(
            f"DATABASE_URL must start with postgres:// (Helpdesk runs on PostgreSQL), not '{url[:9]}...'."
        )
    try:
        settings: dict[str, object] = dict(env.db_url_config(url))
    except ValueError as problem:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {problem}.") from problem
    if not settings.get("NAME"):
        raise ImproperlyConfigured("DATABASE_URL names no database; end it with /helpdesk.")
    return settings
