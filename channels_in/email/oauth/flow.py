"""The authorization-code flow with PKCE: where the person is sent, and what comes of it when they return."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from channels_in.email.oauth import endpoint
from channels_in.email.services import grants
from channels_in.models import MailGrant, OAuthProvider
from core.errors import Invalid
from tickets.models import Inbox

_LIFETIME_SECONDS = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What the person's session remembers while they are with the provider."""

    inbox_id: int
    provider_id: int
    state: str
    verifier: str
    began_at: int

    def stored(self) -> dict[str, Any]:
        return asdict(self)


def begin(inbox: Inbox, provider: OAuthProvider, *, redirect_uri: str, at: int) -> tuple[Errand, str]:
    """The errand to remember, and the provider's page to go to."""
    errand = Errand(
        inbox_id=inbox.pk,
        provider_id=provider.pk,
        state=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(64),
        began_at=at,
    )
    challenge = base64.urlsafe_b64encode(hashlib.sha256(errand.verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": provider.scopes,
        "state": errand.state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        # Google gives a refresh token only to those who ask for it, and only when the person is asked anew.
        "access_type": "offline",
        "prompt": "consent",
        "login_hint": str(inbox.config.get("incoming_user") or inbox.address),
    }
    separator = "&" if "?" in provider.authorize_url else "?"
    return errand, f"{provider.authorize_url}{separator}{urlencode(query)}"


def remembered(stored: object, *, state: str, at: int) -> Errand:
    """The errand that this return belongs to. Raises Invalid for any other."""
    errand = Errand(**stored) if isinstance(stored, dict) else None
    if errand is None or not hmac.compare_digest(errand.state.encode(), state.encode()):
        raise Invalid("This sign-in was not begun here; start it again from the inbox's settings.")
    if at - errand.began_at > _LIFETIME_SECONDS:
        raise Invalid("The sign-in took too long; start it again.")
    return errand


def finish(inbox: Inbox, provider: OAuthProvider, errand: Errand, *, code: str, redirect_uri: str) -> MailGrant:
    """Exchange the code, keep the tokens, and switch on an inbox that waited for this. Raises ChannelError."""
    try:
        tokens = endpoint.exchange_code(provider, code=code, verifier=errand.verifier, redirect_uri=redirect_uri)
    except endpoint.GrantRevoked as error:
        raise Invalid("The provider did not accept the sign-in; start it again.") from error
    return grants.give(inbox, provider, tokens)


def grant_to_app(inbox: Inbox, provider: OAuthProvider) -> MailGrant:
    """For apps that sign in by themselves: try it once, so that a mistake is seen at once. Raises ChannelError."""
    try:
        tokens = endpoint.by_client(provider)
    except endpoint.GrantRevoked as error:
        raise Invalid("The provider does not let the app in; check its rights.") from error
    return grants.give(inbox, provider, tokens)
