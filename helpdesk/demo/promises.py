"""The business hours and promises of the demo company."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from people.models import Organization
from sla.services.hours import HoursDraft, save_hours
from sla.services.policies import PolicyDraft, save_policy
from tickets.models import Inbox

HOUR = 3600
TIME_ZONE = "Europe/Berlin"
_STANDARD = {"low": (8, 40), "normal": (4, 16), "high": (2, 8), "urgent": (0.5, 4)}
# Round the clock, so that a visitor at any hour sees a promise come due.
_VIP = {"low": (2, 16), "normal": (0.5, 8), "high": (0.5, 4), "urgent": (0.25, 2)}
_CHAT = {"low": (0.5, 8), "normal": (0.25, 4), "high": (0.2, 4), "urgent": (0.1, 2)}
ESCALATION = (
    {"after_minutes": 0, "action": "notify_assignee"},
    {"after_minutes": 15, "action": "notify_lead"},
    {"after_minutes": 60, "action": "notify_managers"},
)
VIPS = ("Hotel Miramar",)


def make_promises() -> None:
    """Chat is quick, one hotel has bought support round the clock, everybody else gets the standard."""
    hours = save_hours(
        HoursDraft(
            name="Office hours",
            time_zone=TIME_ZONE,
            periods=[(day, 8 * 60, 18 * 60) for day in range(5)] + [(5, 9 * 60, 13 * 60)],
            country="DE",
            region="BE",
            is_default=True,
        )
    )
    vips = Organization.objects.filter(name__in=VIPS).values_list("pk", flat=True)
    chats = Inbox.objects.filter(name="Shop chat").values_list("pk", flat=True)
    for draft in (
        PolicyDraft(name="Premium 24/7", targets=_targets(_VIP), position=10, conditions=_only("organization", vips)),
        PolicyDraft(name="Chat", targets=_targets(_CHAT), position=20, hours=hours, conditions=_only("inbox", chats)),
        PolicyDraft(
            name="Standard",
            targets=_targets(_STANDARD),
            position=100,
            hours=hours,
            warnings=({"percent": 50}, {"percent": 80}, {"minutes_left": 15}),
            escalation=ESCALATION,
        ),
    ):
        save_policy(draft)


def _only(fact: str, ids: Iterable[int]) -> dict[str, object]:
    return {"all": [{"fact": fact, "op": "in", "value": list(ids)}]}


def _targets(limits: Mapping[str, tuple[float, float]]) -> dict[tuple[str, str], int]:
    targets: dict[tuple[str, str], int] = {}
    for priority, (response, resolution) in limits.items():
        targets["first_response", priority] = round(response * HOUR)
        targets["next_response", priority] = round(response * HOUR)
        targets["resolution", priority] = round(resolution * HOUR)
    return targets
