"""The secret in a customer's link: only its hash is kept, so that a copy of the table opens no page."""

from __future__ import annotations

import hashlib


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
