"""The signature of a webhook call, as in Standard Webhooks: HMAC-SHA256 over its id, its moment and its body. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets as randomness
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(randomness.token_bytes(_SECRET_BYTES)).decode()


def signature(secret: str, *, key: str, moment: int, body: bytes) -> str:
    """`v1,` and the base64 of the HMAC."""
    said = f"{key}.{moment}.".encode() + body
    digest = hmac.new(base64.b64decode(secret.removeprefix(PREFIX)), said, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def signed_headers(secrets: Iterable[str], *, key: str, at: datetime, body: bytes) -> dict[str, str]:
    """A signature for each secret that is good now: a receiver takes any of them."""
    moment = int(at.timestamp())
    signatures = [signature(secret, key=key, moment=moment, body=body) for secret in secrets]
    return {"webhook-id": key, "webhook-timestamp": str(moment), "webhook-signature": " ".join(signatures)}
