"""Bearer tokens of the API: made once, checked by hash, revoked at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from core.clock import now
from core.errors import Invalid
from core.ids import new_token
from people.models import Agent, ApiToken

SCOPES = (
    "tickets:read", "tickets:write", "contacts:read", "contacts:write", "events:read", "reports:read", "rules:read",
    "rules:write",
)  # fmt: skip
_PREFIX = "hd_"


def create_api_token(
    agent: Agent, *, scopes: Sequence[str] = SCOPES, name: str = "", expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """The row and the token's only showing."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        known = ", ".join(SCOPES)
        raise Invalid(f"Unknown scope {unknown[0]}. Known scopes: {known}.", fields={"scopes": unknown[0]})
    plain = _PREFIX + new_token(40)
    row = ApiToken.objects.create(
        agent=agent,
        name=name,
        prefix=plain[:10],
        hash=_hash(plain),
        scopes=list(scopes),
        expires_at=expires_at,
    )
    return row, plain


def token_for(plain: str) -> ApiToken | None:
    """The live token with its active agent, or None. One query; last use is noted at most once a minute."""
    row = ApiToken.objects.select_related("agent").filter(hash=_hash(plain), revoked_at__isnull=True).first()
    if row is None or not row.agent.is_active or (row.expires_at and row.expires_at <= now()):
        return None
    if row.last_used_at is None or row.last_used_at < now() - timedelta(minutes=1):
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now())
    return row


def revoke(token: ApiToken) -> None:
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now())


def _hash(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()
