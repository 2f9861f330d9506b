"""Secrets at rest (Fernet with a rotating key ring) and short signatures for addresses and links."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


@functools.lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("Set FERNET_KEYS: at least one Fernet key is needed to store secrets.")
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    return _ring(tuple(settings.FERNET_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Raises ValueError when no key of the ring fits."""
    try:
        return _ring(tuple(settings.FERNET_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise ValueError("No key in FERNET_KEYS can read this secret.") from error


def rotate(token: str) -> str:
    """The same secret under the newest key."""
    return _ring(tuple(settings.FERNET_KEYS)).rotate(token.encode()).decode()


def signature(purpose: str, *parts: object, size: int = 10) -> str:
    """A lower-case base32 HMAC over the parts; `size` bytes of it. Survives systems that fold case."""
    text = "\x1f".join([purpose, *(str(part) for part in parts)])
    digest = hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:size]).decode().lower().rstrip("=")


def is_signed(given: str, purpose: str, *parts: object, size: int = 10) -> bool:
    """Constant-time comparison of `given` with the right signature."""
    return hmac.compare_digest(given.lower().encode(), signature(purpose, *parts, size=size).encode())


class EncryptedJSONField(models.TextField[dict[str, Any], dict[str, Any]]):
    """A JSON object that is encrypted in the database; reads as a dict."""

    description = "encrypted JSON"

    def from_db_value(self, value: str | None, expression: object, connection: object) -> dict[str, Any]:
        if not value:
            return {}
        loaded: dict[str, Any] = json.loads(decrypt(value))
        return loaded

    def to_python(self, value: Any) -> Any:
        return {} if value in (None, "") else value

    def get_prep_value(self, value: Any) -> str:
        if isinstance(value, str):
            raise TypeError("Give an EncryptedJSONField a dict, not text.")
        return encrypt(json.dumps(value)) if value else ""
