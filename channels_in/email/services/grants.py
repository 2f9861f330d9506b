"""What a provider granted an inbox: kept as soon as it is given, and marked when it is taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from channels_in.models import MailGrant, OAuthProvider
from core.clock import now
from core.events.bus import unit_of_work
from tickets.models import Inbox
from tickets.services import inboxes


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    access: str = field(repr=False)
    # Empty when the provider keeps the old one valid.
    refresh: str = field(repr=False)
    seconds: int


def keep(grant: MailGrant, tokens: Tokens) -> None:
    """Save what the provider gave. One that gives no new refresh token lets us keep the old one."""
    refresh = tokens.refresh or str(grant.tokens.get("refresh_token") or "")
    grant.tokens = {"access_token": tokens.access, "refresh_token": refresh}
    grant.expires_at = now() + timedelta(seconds=tokens.seconds)
    grant.is_revoked = False
    grant.save(update_fields=["tokens", "expires_at", "is_revoked"])


def revoke(grant: MailGrant, inbox: Inbox, *, reason: str) -> None:
    """The provider took it back: the inbox stops until somebody signs in again, and people are told once."""
    with unit_of_work():
        MailGrant.objects.filter(pk=grant.pk).update(is_revoked=True)
        inboxes.disable(inbox, reason=reason)


def give(inbox: Inbox, provider: OAuthProvider, tokens: Tokens) -> MailGrant:
    """A new grant, in place of an earlier one; an inbox that waited for it works again."""
    with unit_of_work():
        grant, _ = MailGrant.objects.update_or_create(inbox=inbox, defaults={"provider": provider, "tokens": {}})
        keep(grant, tokens)
        inboxes.configure(inbox, config={"mail_login": "oauth"}, secrets={})
        if inbox.disabled_reason:
            inboxes.enable(inbox)
    return grant


def save_provider(
    *, name: str, authorize_url: str, token_url: str, scopes: str, flow: str, client_id: str, client_secret: str
) -> OAuthProvider:
    """Register an app; its secret is stored encrypted."""
    return OAuthProvider.objects.create(
        name=name,
        authorize_url=authorize_url,
        token_url=token_url,
        scopes=scopes,
        flow=flow,
        client_id=client_id,
        secrets={"client_secret": client_secret} if client_secret else {},
    )
