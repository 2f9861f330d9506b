"""The terms of a policy: what stands still, updates, versions, calendars of teams, putting away, tiers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from core.errors import Conflict
from people.models import Agent, Organization, Role
from people.services.contacts import set_tiers
from sla.models import BusinessHours, Clock, HoursUse, Metric, Policy
from sla.services.hours import HoursDraft, save_hours
from sla.services.policies import (
    PolicyDraft,
    apply_policies,
    archive_policy,
    delete_policy,
    restore_policy,
    save_policy,
    warn_offsets,
)
from tests.desk import a_team, agent_replies, an_agent, an_inbox, customer_writes
from tests.sla.conftest import HOUR, berlin, only
from tickets.models import Brand, Inbox, Ticket
from tickets.services import changes, messages
from tickets.services.brands import remove_brand, save_brand

NORMAL = "normal"


def the_clock(ticket: Ticket, metric: str) -> Clock:
    return Clock.objects.filter(ticket=ticket, metric=metric).latest("id")


def draft(name: str = "Standard", **values: object) -> PolicyDraft:
    targets = {(str(Metric.FIRST_RESPONSE), NORMAL): 2 * HOUR, (str(Metric.RESOLUTION), NORMAL): 16 * HOUR}
    return PolicyDraft(**{"name": name, "targets": targets, **values})  # type: ignore[arg-type]  # a table of values


def test_update_is_owed_again_and_again_and_stands_still_while_we_wait(
    office: BusinessHours, mia: Agent, clock: time_machine.Traveller
) -> None:
    save_policy(draft(targets={(str(Metric.UPDATE), NORMAL): 3 * HOUR}, hours=office))
    ticket = customer_writes(an_inbox())
    assert the_clock(ticket, Metric.UPDATE).due_at == berlin(4, 13)
    clock.move_to(berlin(4, 12))
    first = agent_replies(ticket, mia)
    assert the_clock(ticket, Metric.UPDATE).due_at == berlin(4, 15)
    assert Clock.objects.get(met_by_message_id=first.pk).breached_at is None
    clock.move_to(berlin(4, 13))
    changes.set_status(ticket, status="pending", actor=mia.as_actor())
    assert the_clock(ticket, Metric.UPDATE).is_paused
    clock.move_to(berlin(5, 9))
    customer_writes(ticket.inbox, on=ticket)
    assert the_clock(ticket, Metric.UPDATE).due_at == berlin(5, 11)
    changes.set_status(ticket, status="resolved", actor=mia.as_actor())
    assert not Clock.objects.filter(finished_at=None).exists()


def test_undone_answer_owes_the_former_update(office: BusinessHours, mia: Agent, clock: time_machine.Traveller) -> None:
    save_policy(draft(targets={(str(Metric.UPDATE), NORMAL): 3 * HOUR}, hours=office))
    ticket = customer_writes(an_inbox())
    clock.move_to(berlin(4, 12))
    reply = agent_replies(ticket, mia, undo_seconds=10)
    messages.undo(reply, actor=mia.as_actor())
    assert Clock.objects.get(metric=Metric.UPDATE).due_at == berlin(4, 13)


def test_policy_says_what_stands_still(office: BusinessHours, mia: Agent) -> None:
    save_policy(draft(hours=office, pauses_on=["on_hold"], paused_metrics=["first_response"]))
    ticket = customer_writes(an_inbox())
    changes.set_status(ticket, status="pending", actor=mia.as_actor())
    assert not Clock.objects.filter(running_since=None).exists()
    changes.set_status(ticket, status="on_hold", actor=mia.as_actor())
    assert [clock.metric for clock in Clock.objects.filter(running_since=None)] == ["first_response"]


def test_shortened_target_makes_nobody_late(
    inbox: Inbox, policy: Policy, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    clock.move_to(berlin(4, 11, 30))
    targets = {(str(Metric.FIRST_RESPONSE), NORMAL): HOUR, (str(Metric.RESOLUTION), NORMAL): HOUR}
    save_policy(draft(targets=targets, hours=policy.hours), policy=policy)
    apply_policies()
    assert the_clock(ticket, Metric.FIRST_RESPONSE).due_at == berlin(4, 12), "no later than promised before"
    assert the_clock(ticket, Metric.RESOLUTION).due_at == berlin(4, 12, 30), "the whole new time once more"
    assert the_clock(ticket, Metric.RESOLUTION).policy_version == policy.version


def test_each_version_keeps_its_terms(policy: Policy, mia: Agent) -> None:
    save_policy(draft("Standard", warnings=[{"minutes_left": 15}]), policy=policy, by=mia)
    versions = list(policy.versions.order_by("number"))
    assert [version.number for version in versions] == [1, 2]
    assert [version.terms["targets"].get("first_response urgent") for version in versions] == [HOUR // 2, None]
    assert (versions[1].saved_by, versions[1].terms["warnings"]) == (mia, [{"minutes_left": 15}])


def test_changed_hours_leave_the_past_as_it_was(
    inbox: Inbox, office: BusinessHours, clock: time_machine.Traveller
) -> None:
    """Two hours of a day that was open were used up; that it is closed from now on takes nothing away."""
    ticket = customer_writes(inbox)
    clock.move_to(berlin(4, 11))
    save_hours(HoursDraft(name="Office", time_zone="Europe/Berlin", periods=[(4, 14 * 60, 18 * 60)]), hours=office)
    apply_policies()
    assert the_clock(ticket, Metric.FIRST_RESPONSE).due_at == berlin(5, 15)
    assert office.open_intervals.filter(starts_at=berlin(4, 9), ends_at=berlin(4, 11)).exists()
    assert office.version == 2


def test_teams_own_hours_count_and_moving_keeps_what_was_used(
    office: BusinessHours, mia: Agent, clock: time_machine.Traveller
) -> None:
    night = a_team("Night", mia)
    week = [(day, 22 * 60, 30 * 60) for day in range(7)]
    save_hours(HoursDraft(name="Nights", time_zone="Europe/Berlin", periods=week, team_ids=[night.pk]))
    save_policy(draft(hours=office, prefers_ticket_hours=True))
    ticket = customer_writes(an_inbox())
    assert the_clock(ticket, Metric.FIRST_RESPONSE).due_at == berlin(4, 12)
    clock.move_to(berlin(4, 11))
    changes.assign_team(ticket, team=night, actor=mia.as_actor())
    moved = the_clock(ticket, Metric.FIRST_RESPONSE)
    assert (moved.due_at, moved.elapsed_seconds) == (berlin(4, 23), HOUR)


def test_hours_of_an_inbox_and_of_the_desk_count_in_this_order(office: BusinessHours) -> None:
    shop = an_inbox()
    afternoon = [(day, 13 * 60, 17 * 60) for day in range(7)]
    save_hours(HoursDraft(name="Shop", time_zone="Europe/Berlin", periods=afternoon, inbox_ids=[shop.pk]))
    evening = [(day, 18 * 60, 22 * 60) for day in range(7)]
    save_hours(HoursDraft(name="Desk", time_zone="Europe/Berlin", periods=evening, is_default=True))
    save_policy(draft(prefers_ticket_hours=True))
    assert the_clock(customer_writes(shop), Metric.FIRST_RESPONSE).due_at == berlin(4, 15)
    assert the_clock(customer_writes(an_inbox()), Metric.FIRST_RESPONSE).due_at == berlin(4, 20)


def test_hours_of_a_brand_count_for_its_inboxes_that_have_none_and_running_clocks_follow(office: BusinessHours) -> None:
    shop, own, other = an_inbox(), an_inbox(), an_inbox()
    mona = an_agent("Mona", role=Role.MANAGER)
    brand = save_brand(None, name="Acme", inbox_ids=[shop.pk, own.pk], by=mona)
    whole_week = {name: [(day, opens * 60, 22 * 60) for day in range(7)] for name, opens in (("Acme", 13), ("Own", 15))}
    save_hours(HoursDraft(name="Acme", time_zone="Europe/Berlin", periods=whole_week["Acme"], brand_ids=[brand.pk]))
    save_hours(HoursDraft(name="Own", time_zone="Europe/Berlin", periods=whole_week["Own"], inbox_ids=[own.pk]))
    save_policy(draft(prefers_ticket_hours=True, hours=office))
    of_shop, of_other = customer_writes(shop), customer_writes(other)
    assert the_clock(of_shop, Metric.FIRST_RESPONSE).due_at == berlin(4, 15)
    assert the_clock(customer_writes(own), Metric.FIRST_RESPONSE).due_at == berlin(4, 17)
    assert the_clock(of_other, Metric.FIRST_RESPONSE).due_at == berlin(4, 12)

    save_brand(brand, name="Acme", inbox_ids=[other.pk], by=mona)
    apply_policies()
    assert the_clock(of_shop, Metric.FIRST_RESPONSE).due_at == berlin(4, 12)
    assert the_clock(of_other, Metric.FIRST_RESPONSE).due_at == berlin(4, 15)
    remove_brand(brand, by=mona)
    apply_policies()
    assert the_clock(of_other, Metric.FIRST_RESPONSE).due_at == berlin(4, 12)


def test_nearest_hours_win_the_teams_the_inboxs_the_brands_the_desks_the_policys(
    office: BusinessHours, mia: Agent
) -> None:
    inbox = an_inbox(default_team=a_team("Front", mia), brand=Brand.objects.create(name="Acme"))
    week = [(day, 9 * 60, 17 * 60) for day in range(5)]
    whose: dict[str, dict[str, Any]] = {
        "Team": {"team_ids": [inbox.default_team_id]},
        "Inbox": {"inbox_ids": [inbox.pk]},
        "Brand": {"brand_ids": [inbox.brand_id]},
        "Desk": {"is_default": True},
    }
    given = [
        save_hours(HoursDraft(name=name, time_zone="Europe/Berlin", periods=week, **values))
        for name, values in whose.items()
    ]
    save_policy(draft(hours=office, prefers_ticket_hours=True))
    for hours in [*given, office]:
        assert the_clock(customer_writes(inbox), Metric.FIRST_RESPONSE).hours == hours
        HoursUse.objects.filter(hours=hours).delete()
        BusinessHours.objects.filter(pk=hours.pk).update(is_default=False)


def test_archived_policy_gives_no_new_promise_but_keeps_those_it_gave(inbox: Inbox, policy: Policy) -> None:
    ticket = customer_writes(inbox)
    archive_policy(policy)
    apply_policies()
    assert the_clock(ticket, Metric.FIRST_RESPONSE).due_at == berlin(4, 12)
    assert not Clock.objects.filter(ticket=customer_writes(inbox)).exists()
    restore_policy(policy)
    assert Clock.objects.filter(ticket=customer_writes(inbox)).exists()


def test_policy_that_gave_promises_is_not_deleted(inbox: Inbox, policy: Policy) -> None:
    unused = save_policy(draft("Unused", conditions=only("tags", "never")))
    customer_writes(inbox)
    delete_policy(unused)
    with pytest.raises(Conflict):
        delete_policy(policy)
    assert list(Policy.objects.all()) == [policy]


def test_tier_of_the_organization_gets_its_own_promise_and_open_tickets_follow(inbox: Inbox) -> None:
    targets = {(str(Metric.FIRST_RESPONSE), NORMAL): 600}
    gold = {"any": [only("contact_tier", "gold"), only("organization_tier", "gold")]}
    save_policy(draft("Gold", targets=targets, position=1, conditions=gold))
    ticket = customer_writes(inbox)
    ticket.contact.organization = Organization.objects.create(name="Ruiz and Sons")
    ticket.contact.save()
    Ticket.objects.filter(pk=ticket.pk).update(organization=ticket.contact.organization)
    set_tiers(ticket.contact, own="", organization="Gold")
    apply_policies(contact_id=ticket.contact_id, organization_id=ticket.contact.organization_id)
    assert the_clock(ticket, Metric.FIRST_RESPONSE).due_at == berlin(4, 10, 10)


def test_new_policy_reaches_tickets_that_are_open_and_makes_none_late(
    office: BusinessHours, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(an_inbox())
    clock.move_to(berlin(4, 15))
    save_policy(draft(hours=office))
    apply_policies()
    assert the_clock(ticket, Metric.FIRST_RESPONSE).due_at == berlin(4, 17)


@pytest.mark.parametrize(
    ("seconds", "warnings", "offsets"),
    [
        (3600, [{"percent": 80}, {"percent": 50}], [1800, 2880]),
        (3600, [{"minutes_left": 15}], [2700]),
        (600, [{"minutes_left": 15}, {"percent": 100}], [600]),
        (3600, [{"percent": 75}, {"minutes_left": 15}], [2700]),
        (3600, [], []),
    ],
)
def test_warnings_come_in_order_and_never_before_the_start(
    seconds: int, warnings: list[dict[str, int]], offsets: list[int]
) -> None:
    assert warn_offsets(seconds, warnings) == offsets


def test_reopening_and_priority_have_defined_clocks(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    ticket = customer_writes(inbox)
    clock.shift(timedelta(minutes=45))
    changes.set_priority(ticket, priority="urgent", actor=mia.as_actor())
    raised = the_clock(ticket, Metric.FIRST_RESPONSE)
    assert (raised.due_at, raised.target_seconds) == (berlin(4, 11, 15), 1800), "the whole new time, from the change"
