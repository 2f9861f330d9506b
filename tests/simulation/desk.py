"""The desk of the simulated day: six teams around the world, their hours, shifts, promises and rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from people.models import Agent, Role, Team
from routing.services.rules import RuleDraft, save_rule
from routing.services.shifts import set_shift
from sla.models import BusinessHours, Policy
from sla.services.hours import HoursDraft, save_hours
from sla.services.policies import PolicyDraft, save_policy
from tests.desk import a_team, an_agent, an_inbox
from tickets.models import Inbox

# A Thursday: Corpus Christi, a holiday in Bavaria and a day like others in Berlin.
DAY = datetime(2026, 6, 4, tzinfo=UTC)
NIGHT = DAY + timedelta(days=1)
MINUTE, HOUR = 60, 3600
WEEK = range(7)


@dataclass(slots=True)
class Person:
    """An agent as the simulation knows them: where they are is decided here, and the desk must agree."""

    agent: Agent
    team: str
    shifts: list[tuple[datetime, datetime]]
    skills: tuple[str, ...] = ()
    is_here: bool = False
    is_sick: bool = False
    busy_with: int | None = None

    def can_be_given(self, at: datetime) -> bool:
        on_shift = any(starts_at <= at < ends_at for starts_at, ends_at in self.shifts)
        return self.is_here and on_shift and not self.is_sick


@dataclass(frozen=True, slots=True)
class Plan:
    """How a team works: the share of the agents and of the tickets that it has, and its shifts in its own zone."""

    zone: str
    strategy: str
    agents: float
    tickets: float
    shifts: Sequence[tuple[int, int]]
    region: str = ""
    kind: str = "email"
    weight: int = 1
    overflow: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


PLANS = {
    "Berlin": Plan("Europe/Berlin", "least_loaded", 0.3, 0.34, ((7, 15), (13, 21)), region="BE"),
    "Munich": Plan("Europe/Berlin", "round_robin", 0.125, 0.05, ((9, 17),), region="BY", overflow="Berlin"),
    "New York": Plan("America/New_York", "balanced", 0.2, 0.25, ((8, 16), (10, 18)),
                     extra={"prefers_last_agent": True}),
    "Auckland": Plan("Pacific/Auckland", "skilled", 0.15, 0.16, ((7, 15), (13, 21))),
    "Chat": Plan("Europe/Berlin", "least_loaded", 0.175, 0.16, ((8, 16), (14, 22)), kind="webchat", weight=3,
                 extra={"ring_seconds": 30}),
    "Legal": Plan("Europe/Berlin", "manual", 0.05, 0.04, ((9, 17),)),
}  # fmt: skip


@dataclass
class Desk:
    people: list[Person]
    teams: dict[str, Team]
    inboxes: dict[str, Inbox]
    policy: Policy
    terms: PolicyDraft
    manager: Agent

    def edit_policy(self) -> None:
        """First answers to ordinary mail are promised within 40 minutes instead of an hour."""
        targets = {**self.terms.targets, ("first_response", "normal"): 40 * MINUTE}
        save_policy(replace(self.terms, targets=targets), policy=self.policy, by=self.manager)


def build_desk(agents: int) -> Desk:
    teams, inboxes, people = {}, {}, []
    manager = an_agent("Mona Manager", role=Role.MANAGER)
    for name, plan in PLANS.items():
        values = {"strategy": plan.strategy, "lead": manager, **plan.extra}
        team = teams[name] = a_team(name, **values)
        inboxes[name] = an_inbox(plan.kind, default_team=team, weight=plan.weight)
        _open_hours(name, plan, team)
        crew = _crew(name, plan, max(round(agents * plan.agents), 2 if len(plan.shifts) > 1 else 1), manager)
        team.members.set([person.agent for person in crew])
        people += crew
    for name, plan in PLANS.items():
        if plan.overflow:
            Team.objects.filter(pk=teams[name].pk).update(overflow_team=teams[plan.overflow], overflow_minutes=30)
    terms = _terms()
    policy = save_policy(terms)
    _rules()
    return Desk(people, teams, inboxes, policy, terms, manager)


def _open_hours(name: str, plan: Plan, team: Team) -> None:
    """From the first shift's beginning to the last one's end, on every day but holidays."""
    opens, closes = min(start for start, _ in plan.shifts), max(end for _, end in plan.shifts)
    save_hours(_hours(f"{name} is open", plan, opens, closes, team_ids=[team.pk]))


def _hours(name: str, plan: Plan, opens: int, closes: int, **values: Any) -> HoursDraft:
    periods = [(day, opens * 60, closes * 60) for day in WEEK]
    country = "DE" if plan.region else ""
    return HoursDraft(name=name, time_zone=plan.zone, periods=periods, country=country, region=plan.region, **values)


def _crew(name: str, plan: Plan, count: int, manager: Agent) -> list[Person]:
    shifts = [save_hours(_hours(f"{name} {start} to {end}", plan, start, end)) for start, end in plan.shifts]
    return [_person(name, plan, number, shifts, manager) for number in range(count)]


def _person(name: str, plan: Plan, number: int, shifts: Sequence[BusinessHours], manager: Agent) -> Person:
    turn = number % len(plan.shifts)
    zone = ZoneInfo(plan.zone)
    skills = ("contracts:2",) if name == "Auckland" and number % 2 else ()
    agent = an_agent(f"{name.replace(' ', '')}{number}", capacity=9, time_zone=plan.zone, skills=list(skills))
    set_shift(agent, hours=shifts[turn], by=manager)
    # Munich has a holiday: whoever would work there does not come.
    windows = [] if plan.region == "BY" else list(_windows(zone, *plan.shifts[turn]))
    return Person(agent, name, windows, skills=skills)


def _windows(zone: ZoneInfo, opens: int, closes: int) -> Iterator[tuple[datetime, datetime]]:
    """The shifts of that local time that this UTC day touches."""
    midnight = DAY.astimezone(zone).replace(hour=0)
    for days in (0, 1):
        local = midnight + timedelta(days=days)
        starts_at = (local + timedelta(hours=opens)).astimezone(UTC)
        ends_at = (local + timedelta(hours=closes)).astimezone(UTC)
        if ends_at > DAY and starts_at < NIGHT:
            yield max(starts_at, DAY), ends_at


def _terms() -> PolicyDraft:
    """An hour for the first answer, two for the next, eight for the solution, in the hours of the ticket's team; a path
    of four steps after a miss."""
    by_priority = {"low": 2.0, "normal": 1.0, "high": 0.5, "urgent": 0.25}
    lengths = {"first_response": HOUR, "next_response": 2 * HOUR, "resolution": 8 * HOUR, "update": 6 * HOUR}
    return PolicyDraft(
        name="Everybody",
        targets={
            (metric, priority): round(seconds * share)
            for metric, seconds in lengths.items()
            for priority, share in by_priority.items()
        },
        prefers_ticket_hours=True,
        pauses_on=("pending", "on_hold", "snoozed"),
        warnings=({"percent": 50}, {"percent": 80}, {"minutes_left": 15}),
        escalation=(
            {"after_minutes": 15, "action": "notify_assignee"},
            {"after_minutes": 30, "action": "raise_priority"},
            {"after_minutes": 60, "action": "unassign"},
            {"after_minutes": 120, "action": "notify_managers"},
        ),
    )


def _rules() -> None:
    refund = {"all": [{"fact": "text", "op": "contains", "value": "refund"}]}
    save_rule(
        RuleDraft(
            name="Refunds first",
            event="MessageReceived",
            conditions=refund,
            actions=[
                {"action": "add_tag", "params": {"tags": "refund"}},
                {"action": "set_priority", "params": {"priority": "high"}},
            ],
        )
    )
    save_rule(
        RuleDraft(
            name="Contracts to those who know",
            event="TicketOpened",
            conditions={"all": [{"fact": "text", "op": "contains", "value": "contract"}]},
            actions=[{"action": "require_skill", "params": {"tags": "contracts:2"}}],
        )
    )
    save_rule(
        RuleDraft(
            name="Forgotten by the customer",
            wait="pending",
            wait_seconds=2 * HOUR,
            actions=[{"action": "add_tag", "params": {"tags": "stale"}}],
        )
    )
