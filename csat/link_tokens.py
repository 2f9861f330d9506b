"""The secret in a customer's link: only its hash is kept beside the request, and agents read messages without it."""

from __future__ import annotations

import hashlib
import re

_IN_A_LINK = re.compile(r"(/rate/)[a-z0-9]{26}", re.IGNORECASE)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def without_tokens(text: str) -> str:
    """For whoever is not the customer: with the secret, those who are rated could rate themselves."""
    return _IN_A_LINK.sub(r"\1…", text) if "/rate/" in text.lower() else text
