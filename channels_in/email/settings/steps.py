"""What the admin copies to the provider's own pages."""

from __future__ import annotations

from collections.abc import Sequence

from channels_in.base import SetupStep
from channels_in.email.providers import proofs
from channels_in.email.providers.catalog import provider_of
from tickets.models import Inbox


def webhook_steps(inbox: Inbox, site_url: str) -> Sequence[SetupStep]:
    provider = provider_of(inbox)
    if provider is None or not provider.has_webhook:
        return []
    address = f"{site_url}/hooks/{inbox.token}/"
    if provider.proof is proofs.by_password:
        scheme, _, rest = address.partition("://")
        address = f"{scheme}://{proofs.USER}:YOUR-WEBHOOK-PASSWORD@{rest}"
    what = "new mail and for deliveries, bounces and complaints" if provider.inbound else "deliveries and bounces"
    return [SetupStep(label=f"Webhook address at {provider.label}, for {what}", text=address)]
