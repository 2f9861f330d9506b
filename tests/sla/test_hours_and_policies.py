"""Business hours and policies: the database counts like the pure calendar, edits reach running clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from sla import tasks
from sla.models import BusinessHours, Clock, Metric, OpenInterval, Policy
from sla.services import fitting, policies
from sla.services.hours import HoursDraft, extend_hours, save_hours
from sla.services.policies import PolicyDraft, save_policy
from sla.tasks import apply_policies
from tests.desk import customer_writes
from tests.sla.conftest import HOUR, berlin
from tickets.models import Inbox, TicketEvent

YEAR = datetime(2026, 2, 20, tzinfo=UTC)
NIGHTS = HoursDraft(
    name="Nights and lunch",
    time_zone="America/New_York",
    periods=((0, 9 * 60, 12 * 60), (0, 13 * 60, 17 * 60), (4, 22 * 60, 30 * 60), (6, 0, 24 * 60)),
    holidays=((date(2026, 3, 9), "Inventory"), (date(2026, 11, 1), "")),
)


def in_database(function: str, *params: int | float | datetime | None) -> object:
    marks = ", ".join(["%s"] * len(params))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({marks})", params)
        row: Sequence[object] = cursor.fetchone()
    return row[0]


@pytest.fixture
def nights(clock: time_machine.Traveller) -> BusinessHours:
    return save_hours(NIGHTS)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.builds(lambda micros: YEAR + timedelta(microseconds=micros), st.integers(0, 270 * 86400 * 10**6)),
    seconds=st.one_of(st.integers(0, 60 * HOUR), st.floats(0, 60 * HOUR)),
)
def test_the_database_counts_exactly_like_the_calendar(nights: BusinessHours, at: datetime, seconds: float) -> None:
    calendar = nights.calendar()
    due = calendar.add(at, seconds)
    assert in_database("sla_due_at", nights.pk, at, seconds) == due
    open_seconds = in_database("sla_open_seconds", nights.pk, at, at + timedelta(days=9))
    assert open_seconds == calendar.between(at, at + timedelta(days=9)).total_seconds()


def test_without_hours_every_second_counts(db: None) -> None:
    at = datetime(2026, 12, 31, 23, 59, 59, 500000, tzinfo=UTC)
    assert in_database("sla_due_at", None, at, 86400.5) == at + timedelta(days=1, milliseconds=500)
    assert in_database("sla_open_seconds", None, at, at + timedelta(seconds=7)) == 7


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"time_zone": "Europe/Nowhere"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
        ({"periods": ()}, "periods"),
        ({"periods": ((7, 0, 60),)}, "periods"),
    ],
)
def test_wrong_hours_are_refused_at_the_field(db: None, changes: dict[str, object], field: str) -> None:
    values = {"name": "Office", "time_zone": "UTC", "periods": ((0, 0, 60),), **changes}
    with pytest.raises(Invalid) as refused:
        save_hours(HoursDraft(**values))  # type: ignore[arg-type]  # the wrong values are the test
    assert field in refused.value.fields
    assert not BusinessHours.objects.exists()


def test_hours_are_compiled_again_before_they_run_out(
    inbox: Inbox, office: BusinessHours, policy: Policy, clock: time_machine.Traveller
) -> None:
    """A promise of four working years ends behind what is compiled in its first year."""
    targets = {(str(Metric.RESOLUTION), "normal"): 4 * 52 * 40 * HOUR}
    save_policy(PolicyDraft(name="Standard", targets=targets, hours=office), policy=policy)
    fitting.forget()
    ticket = customer_writes(inbox)
    assert extend_hours() == 0
    clock.move_to(datetime(2027, 1, 1, 12, tzinfo=UTC))
    assert extend_hours() == 1
    assert OpenInterval.objects.filter(hours=office, starts_at__year=2030).exists()
    apply_policies()
    due = Clock.objects.get(ticket=ticket, metric=Metric.RESOLUTION).due_at
    assert due == office.calendar().add(berlin(4, 10), 4 * 52 * 40 * HOUR)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"targets": {}}, "targets"),
        ({"targets": {("colour", "normal"): 5}}, "targets"),
        ({"targets": {("resolution", "normal"): 0}}, "targets"),
        ({"warnings": [{"percent": 0}]}, "warnings"),
        ({"warnings": [{"percent": 5, "minutes_left": 5}]}, "warnings"),
        ({"escalation": [{"after_minutes": -1, "action": "notify_lead"}]}, "escalation"),
        ({"escalation": [{"after_minutes": 1, "action": "shout"}]}, "escalation"),
        ({"pauses_on": ["sleeping"]}, "pauses_on"),
    ],
)
def test_wrong_policies_are_refused_at_the_field(db: None, changes: dict[str, object], field: str) -> None:
    values = {"name": "Gold", "targets": {("resolution", "normal"): 60}, **changes}
    with pytest.raises(Invalid) as refused:
        save_policy(PolicyDraft(**values))  # type: ignore[arg-type]  # the wrong values are the test
    assert field in refused.value.fields


def test_edited_policy_reaches_the_running_clocks(inbox: Inbox, policy: Policy) -> None:
    ticket = customer_writes(inbox)
    targets = {(str(Metric.FIRST_RESPONSE), "normal"): HOUR}
    save_policy(PolicyDraft(name="Standard", targets=targets, hours=policy.hours), policy=policy)
    apply_policies()
    changed = Clock.objects.get(ticket=ticket, metric=Metric.FIRST_RESPONSE)
    assert (changed.due_at, changed.policy_version) == (berlin(4, 11), 2)
    assert TicketEvent.objects.get(ticket=ticket, kind="SLAApplied").data == {"policy": "Standard"}
    apply_policies()
    assert TicketEvent.objects.filter(kind="SLAApplied").count() == 1


def test_edited_policy_reaches_more_clocks_than_one_task_has_time_for(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks, "_APPLYING_SECONDS", -1)
    monkeypatch.setattr(policies, "apply_policies", lambda *, after_ticket_id: after_ticket_id + 200)
    monkeypatch.setattr(apply_policies, "delay", asked.append)
    apply_policies(400)
    assert asked == [600]


def test_new_holiday_moves_the_deadlines_behind_it(inbox: Inbox, office: BusinessHours) -> None:
    ticket = customer_writes(inbox)
    week = tuple((day, 9 * 60, 17 * 60) for day in range(5))
    draft = HoursDraft(
        name="Office", time_zone="Europe/Berlin", periods=week, holidays=((date(2026, 6, 5), "Bridge day"),)
    )
    save_hours(draft, hours=office)
    apply_policies()
    assert Clock.objects.get(ticket=ticket, metric=Metric.RESOLUTION).due_at == berlin(9, 10)
