"""What a new desk starts with: office hours, one SLA policy, the escalation of missed deadlines, two macros."""

from __future__ import annotations

from core.events.bus import unit_of_work
from routing.models import Macro, Rule
from routing.services.macros import MacroDraft, save_macro
from routing.services.rules import RuleDraft, save_rule
from sla.models import Metric, Policy
from sla.services.hours import HoursDraft, save_hours
from sla.services.policies import PolicyDraft, save_policy
from tickets.models import Priority

MINUTE = 60
HOUR = 60 * MINUTE

# First response, next response, resolution.
_TARGETS = {
    Priority.LOW: (8 * HOUR, 8 * HOUR, 40 * HOUR),
    Priority.NORMAL: (4 * HOUR, 4 * HOUR, 16 * HOUR),
    Priority.HIGH: (HOUR, 2 * HOUR, 8 * HOUR),
    Priority.URGENT: (30 * MINUTE, HOUR, 4 * HOUR),
}
_METRICS = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.RESOLUTION)


def make_defaults(*, time_zone: str = "UTC") -> None:
    """Only where the desk has none of its own; safe to call at every start."""
    with unit_of_work():
        if not Policy.objects.exists():
            make_policy(time_zone)
        if not Rule.objects.exists():
            make_rules()
        if not Macro.objects.exists():
            make_macros()


def make_policy(time_zone: str) -> Policy:
    week = tuple((day, 9 * 60, 17 * 60) for day in range(5))
    hours = save_hours(HoursDraft(name="Office hours", time_zone=time_zone, periods=week, is_default=True))
    targets = {
        (str(metric), str(priority)): seconds
        for priority, row in _TARGETS.items()
        for metric, seconds in zip(_METRICS, row, strict=True)
    }
    return save_policy(
        PolicyDraft(
            name="Standard",
            targets=targets,
            hours=hours,
            warnings=({"percent": 50}, {"percent": 80}),
            escalation=({"after_minutes": 60, "action": "notify_managers"},),
        )
    )


def make_rules() -> None:
    """The escalation of an overdue promise; the bell rings by itself for the assignee and the lead."""
    save_rule(
        RuleDraft(
            name="Escalate missed deadlines",
            description="Raises the priority and hands the ticket to the team's lead.",
            event="SLABreached",
            conditions={"all": [{"fact": "sla_breached", "op": "is", "value": "true"}]},
            actions=[
                {"action": "set_priority", "params": {"priority": "raise"}},
                {"action": "assign_agent", "params": {"agent": "lead"}},
                {"action": "add_tag", "params": {"tags": "escalated"}},
            ],
        )
    )
    save_rule(
        RuleDraft(
            name="Confirm new mail",
            description="Tells the customer that the mail has arrived. Switch it on when you want it.",
            event="TicketOpened",
            conditions={"all": [{"fact": "channel", "op": "is", "value": "email"}]},
            actions=[
                {
                    "action": "reply_with_template",
                    "params": {
                        "text": "Thank you, {{contact.name}}. Your request has the number #{{ticket.number}}."
                        " {{ticket.expected_sentence}}"
                    },
                }
            ],
            is_active=False,
        )
    )


def make_macros() -> None:
    save_macro(
        MacroDraft(
            name="Wait for the customer",
            actions=[
                {"action": "set_status", "params": {"status": "pending"}},
                {"action": "add_tag", "params": {"tags": "waiting"}},
            ],
        )
    )
    save_macro(
        MacroDraft(
            name="Spam",
            actions=[{"action": "set_status", "params": {"status": "spam"}}],
        )
    )
