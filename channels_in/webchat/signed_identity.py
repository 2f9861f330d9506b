"""Reads what a customer's own server says about its user: a short-lived HS256 token made with the widget's secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from core.errors import HelpdeskError
from core.text import clean_line, clean_name

MAX_AGE_SECONDS = 3600
MAX_LENGTH = 4096
_LEEWAY_SECONDS = 30
_SUBJECT_LENGTH = 120


class IdentityRefused(HelpdeskError):
    """The signature, the audience or the lifetime is wrong; the visitor stays unverified."""

    code = "identity_refused"
    status = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIdentity:
    subject: str
    token_id: str
    expires_at: int
    email: str = ""
    name: str = ""


def read(token: str, *, secrets: Sequence[str], audience: str, now: int) -> SignedIdentity:
    """Every key of the ring is tried, so that a secret can be changed without a gap. Raises IdentityRefused."""
    if not secrets:
        raise IdentityRefused("This widget has no identity secret, so it cannot verify anyone.")
    if len(token) > MAX_LENGTH:
        raise IdentityRefused("The signed identity is too long.")
    claims = _claims(token, secrets)
    _check_audience(claims, audience)
    _check_start(claims, now)
    return SignedIdentity(
        subject=_text(claims, "sub", _SUBJECT_LENGTH),
        token_id=_text(claims, "jti", 64),
        expires_at=_expiry(claims, now),
        email=clean_line(str(claims.get("email") or ""), 320).lower(),
        name=clean_name(str(claims.get("name") or ""))[:160],
    )


def _claims(token: str, secrets: Sequence[str]) -> dict[str, object]:
    for secret in secrets:
        try:
            return dict(jwt.decode(token, OctKey.import_key(secret), algorithms=["HS256"]).claims)
        except (JoseError, ValueError, TypeError):
            continue
    raise IdentityRefused("The signed identity does not match this widget's secret.")


def _text(claims: dict[str, object], name: str, limit: int) -> str:
    said = claims.get(name)
    cleaned = clean_line(said) if isinstance(said, str) and len(said) <= limit else ""
    if not cleaned:
        raise IdentityRefused(f"The signed identity needs a `{name}` of at most {limit} characters.")
    return cleaned


def _expiry(claims: dict[str, object], now: int) -> int:
    expires = claims.get("exp")
    if isinstance(expires, bool) or not isinstance(expires, int | float):
        raise IdentityRefused("The signed identity needs an `exp`.")
    if expires < now - _LEEWAY_SECONDS:
        raise IdentityRefused("The signed identity has expired.")
    if expires > now + MAX_AGE_SECONDS + _LEEWAY_SECONDS:
        raise IdentityRefused("The signed identity lives longer than an hour.")
    return int(expires)


def _check_audience(claims: dict[str, object], audience: str) -> None:
    named = claims.get("aud")
    if audience not in (named if isinstance(named, list) else [named]):
        raise IdentityRefused("The signed identity is meant for another widget (`aud`).")


def _check_start(claims: dict[str, object], now: int) -> None:
    starts = claims.get("nbf", 0)
    if not isinstance(starts, int | float) or starts > now + _LEEWAY_SECONDS:
        raise IdentityRefused("The signed identity is not valid yet.")
