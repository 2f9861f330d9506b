"""Changes of inboxes: made, configured, switched off by their provider's refusal, and on again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.events.bus import publish, unit_of_work
from core.events.catalogue import InboxDisabled
from people.models import Team
from tickets.models import Inbox


def open_inbox(
    *, kind: str, name: str, address: str = "", config: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> Inbox:  # fmt: skip
    return Inbox.objects.create(
        kind=kind,
        name=name,
        address=address,
        config=dict(config or {}),
        secrets=dict(secrets or {}),
    )


def configure(
    inbox: Inbox, *, config: Mapping[str, Any], secrets: Mapping[str, str], address: str | None = None
) -> Inbox:
    """Take over new settings; secrets that are not given keep their value. New credentials deserve a new start."""
    with unit_of_work():
        fresh = Inbox.objects.select_for_update().get(pk=inbox.pk)
        fresh.config = {**fresh.config, **config}
        fresh.secrets = {**fresh.secrets, **secrets}
        if secrets and fresh.disabled_reason:
            fresh.is_active, fresh.disabled_reason = True, ""
        fresh.address = fresh.address if address is None else address
        fresh.save(update_fields=["address", "config", "secrets", "is_active", "disabled_reason"])
    inbox.refresh_from_db()
    return inbox


def describe(
    inbox: Inbox, *, name: str, address: str, default_team: Team | None, is_active: bool, weight: int | None = None
) -> Inbox:
    """Take over what every inbox has; without `weight` that stays. A person who switches it on again clears the
    provider's refusal."""
    inbox.name, inbox.address, inbox.default_team = name.strip()[:120], address.strip()[:320], default_team
    inbox.is_active, inbox.weight = is_active, weight or inbox.weight
    if is_active:
        inbox.disabled_reason = ""
    inbox.save(update_fields=["name", "address", "default_team", "weight", "is_active", "disabled_reason"])
    return inbox


def disable(inbox: Inbox, *, reason: str) -> None:
    """The provider refuses our credentials: stop sending, and say why. Told once, however many messages notice."""
    with unit_of_work():
        changed = Inbox.objects.filter(pk=inbox.pk, is_active=True).update(
            is_active=False, disabled_reason=reason[:300]
        )
        if changed:
            publish(InboxDisabled(inbox_id=inbox.pk, reason=reason))


def enable(inbox: Inbox) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(is_active=True, disabled_reason="")
