"""The action that tells another system."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine

from core import http
from core.clock import now
from core.errors import NotAllowed
from people.models import Agent
from routing.models import CallState, WebhookCall
from routing.services import webhooks
from routing.services.macros import MacroDraft, save_macro
from tests.desk import customer_writes
from tests.routing.doing import do
from tickets.models import Inbox

URL = "https://hooks.example.com/tickets"


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the receiver will answer, first to last; what it got is kept in `sent`."""
    queue: list[Any] = []

    def post_body(url: str, body: bytes, *, headers: dict[str, str], max_bytes: int) -> http.Answer:
        del max_bytes
        sent.append((url, json.loads(body)["ticket"]["subject"], headers["Idempotency-Key"]))
        answer = queue.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return http.Answer(status=answer, headers=httpx.Headers(), body=b"Thanks")

    sent.clear()
    monkeypatch.setattr("routing.services.webhooks.http.post_body", post_body)
    return queue


sent: list[tuple[str, str, str]] = []


def call_what_is_due() -> None:
    for call_id in webhooks.due_calls():
        webhooks.call(call_id)


def test_other_system_is_told_after_the_change(inbox: Inbox, answers: list[Any]) -> None:
    answers.append(204)
    do("call_webhook", customer_writes(inbox, "My secret words", subject="Order 7"), url=URL)
    assert sent == []
    for _ in range(2):
        call_what_is_due()
    call = WebhookCall.objects.get()
    assert sent == [(URL, "Order 7", str(call.key))]
    assert (call.state, call.status_code, call.attempts) == (CallState.DONE, 204, 1)
    assert "secret words" not in str(call.payload)


def test_unreachable_receiver_is_called_again_with_the_same_key(inbox: Inbox, answers: list[Any]) -> None:
    answers.extend([http.NoAnswer("The server did not answer in time."), 503, 200])
    with time_machine.travel(now(), tick=False) as clock:
        do("call_webhook", customer_writes(inbox), url=URL)
        for _ in range(6):
            call_what_is_due()
            clock.shift(timedelta(minutes=3))
    assert len({key for _, _, key in sent}) == 1
    assert (len(sent), WebhookCall.objects.get().state) == (3, CallState.DONE)


@pytest.mark.parametrize("answer", [404, http.NotAllowedThere("This address is not public.")])
def test_refusal_is_final_and_told(inbox: Inbox, answers: list[Any], answer: Any) -> None:
    answers.append(answer)
    do("call_webhook", customer_writes(inbox), url=URL)
    call_what_is_due()
    call = WebhookCall.objects.get()
    assert call.state == CallState.FAILED
    assert call.problem


def test_agent_may_not_put_it_into_an_own_macro(mia: Agent) -> None:
    actions = [{"action": "call_webhook", "params": {"url": URL}}]
    with pytest.raises(NotAllowed):
        save_macro(MacroDraft(name="Tell", actions=actions, owner=mia), by=mia)
