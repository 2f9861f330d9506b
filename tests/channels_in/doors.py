"""Knocks at the webhook door, and has what came in handled in this process."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.test import Client

from channels_in.models import InboundDelivery
from channels_in.services.process import process
from tests.channels_in.conftest import WEBHOOK_SECRET
from tickets.models import Inbox


def knock(inbox: Inbox, body: bytes, *, secret: str | None = WEBHOOK_SECRET) -> HttpResponse:
    headers: Mapping[str, str] = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
    return Client().post(f"/hooks/{inbox.token}/", body, content_type="application/json", headers=headers)  # type: ignore[return-value]  # the stubs name a subclass of their own


def handle_all() -> None:
    """What a worker would do with everything that waits."""
    process(list(InboundDelivery.objects.filter(state="new").order_by("id").values_list("pk", flat=True)))


def says(inbox: Inbox, *bodies: bytes) -> None:
    """The customer's updates arrive and are handled."""
    for body in bodies:
        assert knock(inbox, body).status_code == 200
    handle_all()
