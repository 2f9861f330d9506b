"""Calls to other systems: queued with the change, signed, tried for two days, logged, and played again on demand."""

from __future__ import annotations

import json
import logging
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from core import http
from core.clock import now
from core.errors import Conflict
from core.events.bus import publish, unit_of_work
from core.events.catalogue import Actor, WebhookSwitchedOff
from people.models import Agent
from people.policy import require
from people.selectors.agents import acting_agent
from routing.models import CallState, WebhookCall, WebhookEndpoint
from routing.services.webhook_endpoints import endpoint_for, note, secrets_of
from routing.signing import signed_headers
from tickets.models import Ticket

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 200
MOST_TO_ONE = 50
MOST_CALLS = 8
LEASE = timedelta(minutes=2)
# A task that no worker has taken by then is dropped (routing/tasks.py), and another one is asked for.
HANDED_FOR = timedelta(minutes=1)
# Minutes until the next try of a call that was not taken.
PAUSES = (1, 5, 15, 60, 240, 720, 1440)
# An address that took nothing for so long is switched off.
PATIENCE = timedelta(days=3)
LONGEST_ANSWER = 500
MAX_ANSWER_BYTES = 64 * 1024
_IS_OFF = "This address is switched off."
_MAY_PASS = frozenset({408, 425, 429})


def ask_for_call(ticket: Ticket, *, url: str, actor: Actor) -> WebhookCall:
    """Queue a POST about the ticket; it leaves after the commit. What is asked of an address that is switched off is
    kept as failed, and can be played again."""
    if agent := acting_agent(actor):
        require(agent, "edit_ticket")
    endpoint = endpoint_for(url)
    state, problem = (CallState.QUEUED, "") if endpoint.is_active else (CallState.FAILED, _IS_OFF)
    return WebhookCall.objects.create(
        ticket=ticket, endpoint=endpoint, url=url, payload=told(ticket, actor), state=state, problem=problem
    )


def told(ticket: Ticket, actor: Actor) -> dict[str, Any]:
    """What other systems get to know: the ticket's own row, and no word of its messages."""
    names = ("number", "subject", "status", "priority", "channel", "tags", "fields")
    return {
        "sent_by": actor.name,
        "at": now().isoformat(),
        "ticket": {
            **{name: getattr(ticket, name) for name in names},
            "inbox": ticket.inbox.name,
            "team": ticket.team.name if ticket.team else None,
            "assignee": ticket.assignee.name if ticket.assignee else None,
            "contact": {"id": ticket.contact_id, "name": ticket.contact.name},
            "url": f"{settings.SITE_URL.rstrip('/')}/tickets/{ticket.number}/",
        },
    }


def due_calls() -> list[int]:
    """Of each address some at a time, and none while it is busy with earlier ones: who is slow, or has thousands to
    come, keeps nobody else waiting. Asking hands them out: while the workers are behind, no second task comes for one.
    """
    at = now()
    free = (Q(claimed_until=None) | Q(claimed_until__lt=at)) & (Q(handed_until=None) | Q(handed_until__lt=at))
    queued = WebhookCall.objects.filter(state=CallState.QUEUED)
    of_address = queued.filter(url=OuterRef("url"))
    is_busy = Exists(of_address.filter(Q(claimed_until__gte=at) | Q(handed_until__gte=at)))
    place = Window(RowNumber(), partition_by=F("url"), order_by=["next_attempt_at", "id"])
    due = queued.filter(free, ~is_busy, next_attempt_at__lte=at).annotate(place=place)
    first = due.filter(place__lte=MOST_TO_ONE).order_by("next_attempt_at", "id")
    ids = list(first.values_list("pk", flat=True)[:MOST_AT_ONCE])
    return [pk for pk in ids if queued.filter(free, pk=pk).update(handed_until=at + HANDED_FOR)]


def call(call_id: int) -> None:
    """One try. A receiver that was reached but did not answer is called again with the same key."""
    at = now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=at)
    claimed = WebhookCall.objects.filter(free, pk=call_id, state=CallState.QUEUED, next_attempt_at__lte=at)
    if not claimed.update(claimed_until=at + LEASE, handed_until=None):
        return
    asked = WebhookCall.objects.select_related("endpoint").get(pk=call_id)
    endpoint = asked.endpoint or endpoint_for(asked.url)
    asked.endpoint = endpoint
    if not endpoint.is_active:
        _settle(asked, CallState.FAILED, problem=_IS_OFF)
        return
    began = time.monotonic()
    try:
        answer = _post(asked, endpoint)
    except http.HttpError as problem:
        is_final = isinstance(problem, http.NotAllowedThere)
        _note(asked, began, problem=str(problem))
    except Exception:
        # One more try that failed, and not one that comes again for ever.
        logger.exception("A call to another system broke", extra={"call_id": call_id})
        is_final = False
        _note(asked, began, problem="The call could not be made.")
    else:
        problem_text = "" if answer.is_ok else f"It answered {answer.status}."
        _note(asked, began, problem=problem_text, answer=answer)
        if answer.is_ok:
            _settle(asked, CallState.DONE)
            WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since__isnull=False).update(failing_since=None)
            return
        is_final = answer.status < 500 and answer.status not in _MAY_PASS
    _failed(asked, is_final=is_final)
    _lose_patience(endpoint, reason=asked.problem)


def replay(call: WebhookCall, *, by: Agent) -> None:
    """Call once more, with the same key and what was told then; eight new tries."""
    require(by, "manage_desk")
    done = WebhookCall.objects.filter(pk=call.pk).exclude(state=CallState.QUEUED)
    if not done.update(state=CallState.QUEUED, attempts=0, next_attempt_at=now(), claimed_until=None, problem=""):
        raise Conflict("This call waits for its next try already.")
    if call.endpoint:
        note(call.endpoint, f"Call {call.key} made again", by=by)


def _post(asked: WebhookCall, endpoint: WebhookEndpoint) -> http.Answer:
    body = json.dumps(asked.payload, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")).encode()
    key = str(asked.key)
    headers = signed_headers(secrets_of(endpoint), key=key, at=now(), body=body)
    return http.post_body(
        asked.url,
        body,
        headers={**headers, "Idempotency-Key": key, "Content-Type": "application/json"},
        max_bytes=MAX_ANSWER_BYTES,
    )


def _note(asked: WebhookCall, began: float, *, problem: str, answer: http.Answer | None = None) -> None:
    """One more line of the call's log."""
    excerpt = ""
    if answer is not None:
        asked.status_code = answer.status
        excerpt = answer.body.decode("utf-8", "replace").replace("\x00", "")[:LONGEST_ANSWER]
    line = {
        "at": now().isoformat(),
        "status": answer.status if answer else None,
        "problem": problem[:300],
        "answer": excerpt,
        "ms": round((time.monotonic() - began) * 1000),
    }
    asked.tries = [*asked.tries, line][-2 * MOST_CALLS :]
    asked.problem = problem[:300]


def _failed(asked: WebhookCall, *, is_final: bool) -> None:
    if is_final or asked.attempts + 1 >= MOST_CALLS:
        _settle(asked, CallState.FAILED, problem=asked.problem)
        return
    asked.next_attempt_at = now() + timedelta(minutes=PAUSES[min(asked.attempts, len(PAUSES) - 1)])
    _settle(asked, CallState.QUEUED, problem=asked.problem)


def _settle(asked: WebhookCall, state: CallState, *, problem: str = "") -> None:
    asked.state, asked.problem, asked.claimed_until = state, problem[:300], None
    asked.attempts += 1
    asked.save(
        update_fields=[
            "state", "problem", "claimed_until", "attempts", "next_attempt_at", "status_code", "tries", "endpoint",
        ]
    )  # fmt: skip


def _lose_patience(endpoint: WebhookEndpoint, *, reason: str) -> None:
    """The bell tells the managers, once; whoever repairs it switches it on and plays the calls again."""
    at = now()
    with unit_of_work():
        row = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
        if row.failing_since is None:
            row.failing_since = at
        elif row.is_active and at - row.failing_since >= PATIENCE:
            row.is_active = False
            row.off_reason = f"It took nothing for {PATIENCE.days} days. {reason}"[:300]
            note(row, f"Switched off. {row.off_reason}")
            publish(WebhookSwitchedOff(endpoint_id=row.pk, url=row.url, reason=row.off_reason))
        else:
            return
        row.save(update_fields=["failing_since", "is_active", "off_reason"])
