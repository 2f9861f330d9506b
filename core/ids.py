"""Identifiers and tokens that cannot be guessed."""

from __future__ import annotations

import secrets
import uuid

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def new_token(length: int = 26) -> str:
    """A random URL-safe token; 26 characters carry 130 bits. Case-insensitive, since mail systems fold case."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_uuid() -> uuid.UUID:
    return uuid.uuid4()
