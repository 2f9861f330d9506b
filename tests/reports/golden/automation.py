"""What rules, macros and channels do: a rule that runs three times, a macro, a change of channel, and a bounce."""

from __future__ import annotations

from routing.models import PendingEvent
from routing.services.macros import MacroDraft, apply_macro, save_macro
from routing.services.rules import RuleDraft, save_rule
from routing.tasks import react_to_events
from tests.desk import agent_replies, an_inbox, customer_writes
from tests.reports.golden.stage import Figure, Stage
from tickets.services import outbox


def play(stage: Stage) -> None:
    tag = {"action": "add_tag", "params": {"tags": "refund"}}
    asks = {"all": [{"fact": "text", "op": "contains", "value": "refund"}]}
    save_rule(RuleDraft(name="Refunds", event="MessageReceived", conditions=asks, actions=[tag]))
    macro = save_macro(MacroDraft(name="Wait", actions=[{"action": "set_status", "params": {"status": "pending"}}]))
    stage.at(23, 10)
    first = customer_writes(stage.shop, "A refund, please.")
    customer_writes(stage.shop, "Hello.")
    _run_rules()
    stage.at(23, 11)
    answer = agent_replies(first, stage.mia)
    apply_macro(first, macro=macro, agent=stage.mia)
    _bounce(answer.pk)
    stage.at(24, 10)
    # The same ticket goes on by chat, and in the chat it stays: one hop.
    chat = an_inbox("webchat")
    customer_writes(chat, "I asked for a refund.", on=first)
    customer_writes(chat, "Are you there?", on=first)
    customer_writes(stage.shop, "Another refund.")
    _run_rules()


def _run_rules() -> None:
    react_to_events(list(PendingEvent.objects.order_by("event_id").values_list("event_id", flat=True)))


def _bounce(message_id: int) -> None:
    message = outbox.claim(message_id)
    assert message is not None
    outbox.record_sent(message, external_id="answer@desk.example")
    outbox.record_receipt(message, delivery="failed", reason="No such mailbox.")


# The first ticket asks twice; the second time it has the tag already.
EXPECTED: dict[str, Figure] = {
    "rule_runs": 3,
    "macros": 1,
    "undelivered": 1,
    "channel_hops": 1,
}
