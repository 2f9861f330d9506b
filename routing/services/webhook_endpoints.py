"""The addresses that webhooks call: made when first needed, with a secret of their own that managers can change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.clock import now
from core.events.bus import unit_of_work
from people.models import Agent
from people.policy import require
from routing.models import EndpointChange, WebhookEndpoint
from routing.signing import new_secret

# So long after a change both secrets sign, so that a receiver can follow.
BOTH_SIGN = timedelta(hours=24)


def endpoint_for(url: str) -> WebhookEndpoint:
    found = WebhookEndpoint.objects.filter(url=url).first()
    if found is None:
        found, _ = WebhookEndpoint.objects.get_or_create(url=url, defaults=_fresh_secret())
    return found


def _fresh_secret() -> dict[str, Any]:
    return {"secrets": {"now": new_secret()}, "secret_since": now()}


def secrets_of(endpoint: WebhookEndpoint) -> list[str]:
    """The ones that sign now, the newest first."""
    known = endpoint.secrets
    signing = [known["now"]] if known.get("now") else []
    if known.get("before") and endpoint.former_until and endpoint.former_until > now():
        signing.append(known["before"])
    return signing


def change_secret(endpoint: WebhookEndpoint, *, by: Agent) -> str:
    """A new secret, returned this once; the former one goes on signing for a day."""
    require(by, "manage_desk")
    fresh = new_secret()
    endpoint.secrets = {"now": fresh, "before": endpoint.secrets.get("now", "")}
    endpoint.former_until, endpoint.secret_since = now() + BOTH_SIGN, now()
    with unit_of_work():
        endpoint.save(update_fields=["secrets", "former_until", "secret_since"])
        note(endpoint, "A new secret", by=by)
    return fresh


def switch(endpoint: WebhookEndpoint, *, on: bool, by: Agent) -> None:
    require(by, "manage_desk")
    reason = "" if on else f"Switched off by {by.name}."
    with unit_of_work():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(is_active=on, failing_since=None, off_reason=reason)
        note(endpoint, "Switched on" if on else "Switched off", by=by)


def note(endpoint: WebhookEndpoint, what: str, *, by: Agent | None = None) -> None:
    """One more line of what was done to the address; never with a secret in it."""
    EndpointChange.objects.create(endpoint=endpoint, what=what[:300], by=by, by_name=by.name if by else "")
