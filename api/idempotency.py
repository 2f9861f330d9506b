"""Writes that are safe to repeat: the effect and its remembered answer are one transaction."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from api.models import RememberedAnswer
from core.clock import now
from core.errors import Invalid
from core.events.bus import unit_of_work

V = TypeVar("V", bound=Callable[..., Response])
KEPT = timedelta(hours=24)


def idempotent(method: V) -> V:
    """A second request with the same key waits for the first and gets its answer; another body with it is refused."""

    @functools.wraps(method)
    def wrapper(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return method(view, request, *args, **kwargs)
        if len(key) > 200:
            raise Invalid("The Idempotency-Key is too long.", fields={"Idempotency-Key": "At most 200 characters."})
        with unit_of_work():
            remembered, is_new = RememberedAnswer.objects.get_or_create(
                agent_id=view.agent.pk, key=key, defaults={"request_hash": _hash(request)}
            )
            if not is_new:
                return _replay(remembered, request)
            response = method(view, request, *args, **kwargs)
            remembered.status = response.status_code
            remembered.body = json.loads(json.dumps(response.data, cls=JSONEncoder))
            remembered.save(update_fields=["status", "body"])
        return response

    return wrapper  # type: ignore[return-value]  # the signature is the method's own


def forget_old_answers() -> int:
    """Drop answers older than a day; beat calls it."""
    deleted, _ = RememberedAnswer.objects.filter(created_at__lt=now() - KEPT).delete()
    return deleted


def forget_message(message_id: int) -> None:
    """The answer that repeats a message's words: a second request still gets one, without them."""
    for row in RememberedAnswer.objects.filter(body__id=message_id, body__has_key="delivery"):
        row.body = {**row.body, "subject": "", "text": "", "attachments": []}
        row.save(update_fields=["body"])


def _replay(remembered: RememberedAnswer, request: Request) -> Response:
    if remembered.request_hash != _hash(request):
        sentence = "This Idempotency-Key was used for a different request."
        raise Invalid(sentence, fields={"Idempotency-Key": sentence})
    return Response(remembered.body, status=remembered.status, headers={"Idempotent-Replayed": "true"})


def _hash(request: Request) -> str:
    text = json.dumps([request.method, request.path, request.data], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
