"""Small private files under VAR_DIR: generated secrets, and the addresses of the embedded servers."""

import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

SECRETS_FILE = "secrets.json"
SERVICES_FILE = "services.json"


def write_private(path: Path, data: dict[str, str]) -> None:
    """Writes JSON that only this user may read, whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(data, out, indent=1)
        fresh.replace(path)
    except OSError as problem:
        raise ImproperlyConfigured(
            f"the folder {path.parent} cannot be written ({problem.strerror}); "
            "make it writable or set VAR_DIR to a folder that is."
        ) from problem


def read_private(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise ImproperlyConfigured(f"{path} cannot be read ({problem}); fix its rights or remove it.") from problem
    return {str(key): str(value) for key, value in dict(content).items()}


def secrets_of(var_dir: Path) -> dict[str, str]:
    """The secrets of this VAR_DIR, generated at the first call."""
    path = var_dir / SECRETS_FILE
    known = read_private(path)
    fresh = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FERNET_KEYS": Fernet.generate_key().decode(),
    }
    if missing := {name: value for name, value in fresh.items() if name not in known}:
        known |= missing
        write_private(path, known)
    return known


def read_service_urls(var_dir: Path) -> dict[str, str]:
    """DATABASE_URL and REDIS_URL of the embedded servers, as `manage.py up` wrote them."""
    return read_private(var_dir / SERVICES_FILE)
