"""The addresses that webhooks call, and what became of the calls."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Max, Q, QuerySet

from core.clock import now
from core.errors import NotFound
from routing.models import CallState, EndpointChange, Macro, Rule, WebhookCall, WebhookEndpoint

RECENT = timedelta(days=7)


def endpoints() -> QuerySet[WebhookEndpoint]:
    """With how many calls of the last days were taken, failed, or wait."""
    recent = Q(calls__created_at__gt=now() - RECENT)
    return WebhookEndpoint.objects.annotate(
        done_count=Count("calls", filter=recent & Q(calls__state=CallState.DONE)),
        failed_count=Count("calls", filter=recent & Q(calls__state=CallState.FAILED)),
        queued_count=Count("calls", filter=Q(calls__state=CallState.QUEUED)),
        called_at=Max("calls__created_at"),
    ).order_by("url")


def endpoint_named(endpoint_id: int) -> WebhookEndpoint:
    found = endpoints().filter(pk=endpoint_id).first()
    if found is None:
        raise NotFound("This address is gone.")
    return found


def calls_of(endpoint: WebhookEndpoint, *, size: int = 100) -> list[WebhookCall]:
    return list(endpoint.calls.select_related("ticket").order_by("-id")[:size])


def changes_of(endpoint: WebhookEndpoint, *, size: int = 50) -> list[EndpointChange]:
    return list(endpoint.changes.all()[:size])


def call_named(call_id: int) -> WebhookCall:
    found = WebhookCall.objects.filter(pk=call_id).first()
    if found is None:
        raise NotFound("This call is no longer known.")
    return found


def callers_of(url: str) -> tuple[list[Rule], list[Macro]]:
    """The rules and macros that call the address."""
    wanted = [{"action": "call_webhook", "params": {"url": url}}]
    calling = Q(actions__contains=wanted, archived_at=None)
    return list(Rule.objects.filter(calling)), list(Macro.objects.filter(calling))
