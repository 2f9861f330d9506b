"""Asks a provider's token endpoint, and says in our words what it thought of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from channels_in.base import ChannelError, ErrorKind
from channels_in.email.services.grants import Tokens
from channels_in.models import OAuthProvider
from core import http

# How long a token is believed when the provider does not say.
_USUAL_SECONDS = 3600
_WAIT_SECONDS = 60
# The grant itself is dead; asking again changes nothing.
_DEAD = frozenset({"invalid_grant", "interaction_required", "consent_required", "login_required"})


class GrantRevoked(Exception):
    """The provider takes the grant back: a person must sign in again."""


def exchange_code(provider: OAuthProvider, *, code: str, verifier: str, redirect_uri: str) -> Tokens:
    fields = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": redirect_uri}
    return _ask(provider, fields)


def refresh(provider: OAuthProvider, refresh_token: str) -> Tokens:
    return _ask(provider, {"grant_type": "refresh_token", "refresh_token": refresh_token, "scope": provider.scopes})


def by_client(provider: OAuthProvider) -> Tokens:
    return _ask(provider, {"grant_type": "client_credentials", "scope": provider.scopes})


def _ask(provider: OAuthProvider, fields: Mapping[str, str]) -> Tokens:
    """Raises GrantRevoked, or ChannelError for what may pass or what an admin must mend."""
    known = {**fields, "client_id": provider.client_id}
    if secret := str(provider.secrets.get("client_secret") or ""):
        known["client_secret"] = secret
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    request = httpx.Request("POST", provider.token_url, content=urlencode(known).encode(), headers=headers)
    try:
        answer = http.send(request)
    except http.NotAllowedThere as error:
        raise ChannelError(ErrorKind.REAUTH, f"The sign-in server cannot be asked: {error}") from error
    except http.HttpError as error:
        raise ChannelError(ErrorKind.RETRY, f"{provider.name} did not answer.", after_seconds=_WAIT_SECONDS) from error
    return _tokens(provider, answer)


def _tokens(provider: OAuthProvider, answer: http.Answer) -> Tokens:
    said = _object(answer)
    access = said.get("access_token")
    if answer.is_ok and isinstance(access, str) and access:
        return Tokens(access=access, refresh=str(said.get("refresh_token") or ""), seconds=_seconds(said))
    error = str(said.get("error") or "")
    if error in _DEAD:
        raise GrantRevoked(f"{provider.name} takes the sign-in back.")
    if answer.status == 429 or answer.status >= 500 or answer.is_ok:
        raise ChannelError(ErrorKind.RETRY, f"{provider.name} has trouble.", after_seconds=_WAIT_SECONDS)
    words = f" ({error})" if error.replace("_", "").isalpha() else ""
    raise ChannelError(ErrorKind.REAUTH, f"{provider.name} refuses our app{words}: check its id, secret and scopes.")


def _object(answer: http.Answer) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _seconds(said: Mapping[str, Any]) -> int:
    try:
        return max(int(said.get("expires_in") or _USUAL_SECONDS), 60)
    except (TypeError, ValueError):
        return _USUAL_SECONDS
