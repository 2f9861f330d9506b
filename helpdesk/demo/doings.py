"""What the demo's desk did by itself: rules that ran, macros, hops to another channel, and failed deliveries."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

from routing.models import Macro, Rule
from sla.models import Fact, FactKind

_MACRO, _HOP, _FAILED, _STEP = 0.3, 0.12, 0.04, 0.5
_WHY = ("full", "unknown", "unreachable")
_OF_TICKET = (
    "ticket_id", "team_id", "agent_id", "inbox_id", "channel", "priority", "organization_id", "contact_id", "tags",
)  # fmt: skip


def tell_doings(dice: random.Random) -> None:
    """Beside the facts of the demo's tickets; call it when those are stored."""
    beside = Fact.objects.standing().filter(kind__in=("breached", "resolution", "first_response")).order_by("id")
    rules, macros = list(Rule.objects.order_by("pk")), list(Macro.objects.order_by("pk"))
    Fact.objects.bulk_create(made for fact in beside for made in _doings(fact, rules, macros, dice))


def _doings(fact: Fact, rules: list[Rule], macros: list[Macro], dice: random.Random) -> Iterator[Fact]:
    drawn = dice.random()
    if fact.kind == FactKind.BREACHED and rules:
        yield _beside(fact, FactKind.RULE_RAN, rule=dice.choice(rules).pk)
        if drawn < _STEP:
            yield _beside(fact, FactKind.ESCALATED, step=1, action="notify_managers")
    elif fact.kind == FactKind.RESOLUTION and macros and drawn < _MACRO:
        yield _beside(fact, FactKind.MACRO_APPLIED, macro=dice.choice(macros).pk)
    elif fact.kind == FactKind.FIRST_RESPONSE and drawn < _FAILED:
        yield _beside(fact, FactKind.DELIVERY_FAILED, message=fact.message_id, why=dice.choice(_WHY))
    elif fact.kind == FactKind.FIRST_RESPONSE and fact.channel == "webchat" and drawn < _FAILED + _HOP:
        yield _beside(fact, FactKind.CHANNEL_HOPPED, after="email")


def _beside(fact: Fact, kind: FactKind, **data: object) -> Fact:
    values = {name: getattr(fact, name) for name in _OF_TICKET}
    return Fact(kind=kind, at=fact.at + timedelta(seconds=1), actor_kind="system", data=data, **values)
