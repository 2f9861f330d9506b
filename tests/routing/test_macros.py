"""Macros: an agent's click runs a list of actions, whole or not at all."""

from __future__ import annotations

import pytest

from core.errors import Invalid, NotAllowed
from people.models import Agent, Role
from routing.models import Macro
from routing.selectors.macros import macros_for
from routing.services.macros import MacroDraft, apply_macro, save_macro
from tests.desk import a_team, an_agent, customer_writes
from tickets.models import Inbox, TicketEvent

PENDING = {"action": "set_status", "params": {"status": "pending"}}
TAG = {"action": "add_tag", "params": {"tags": "waiting"}}
TOO_MANY = {"action": "add_tag", "params": {"tags": ", ".join(f"t{n}" for n in range(31))}}


def test_agent_runs_a_macro_in_their_own_name(inbox: Inbox, mia: Agent) -> None:
    macro = save_macro(MacroDraft(name="Wait", actions=[PENDING, TAG]))
    ticket = customer_writes(inbox)
    done = apply_macro(ticket, macro=macro, agent=mia)
    assert done == ["Set the status to pending", "Add the tags waiting"]
    ticket.refresh_from_db()
    assert (ticket.status, ticket.tags) == ("pending", ["waiting"])
    effects = TicketEvent.objects.filter(ticket=ticket, actor_kind="agent").order_by("seq")
    assert [(event.kind, event.actor_id) for event in effects] == [
        ("StatusChanged", mia.pk),
        ("TicketTagged", mia.pk),
        ("MacroApplied", mia.pk),
    ]


def test_macro_that_fails_half_way_changes_nothing(inbox: Inbox, mia: Agent) -> None:
    macro = save_macro(MacroDraft(name="Wait", actions=[PENDING, TOO_MANY]))
    ticket = customer_writes(inbox)
    with pytest.raises(Invalid):
        apply_macro(ticket, macro=macro, agent=mia)
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_agents_see_the_macros_of_all_of_their_teams_and_their_own(mia: Agent, ben: Agent) -> None:
    for name, values in {
        "Everybody's": {},
        "Mia's": {"owner": mia},
        "Ben's": {"owner": ben},
        "Legal's": {"team": a_team("Legal", ben)},
        "Retired": {"is_active": False},
    }.items():
        save_macro(MacroDraft(name=name, actions=[TAG], **values))  # type: ignore[arg-type]  # one table
    assert [macro.name for macro in macros_for(mia)] == ["Everybody's", "Mia's"]
    assert [macro.name for macro in macros_for(ben)] == ["Ben's", "Everybody's", "Legal's"]


def test_macros_for_all_need_a_manager_own_ones_do_not(mia: Agent) -> None:
    save_macro(MacroDraft(name="Mine", actions=[TAG], owner=mia), by=mia)
    with pytest.raises(NotAllowed):
        save_macro(MacroDraft(name="Ours", actions=[TAG]), by=mia)
    save_macro(MacroDraft(name="Ours", actions=[TAG]), by=an_agent("Mona", role=Role.MANAGER))
    assert Macro.objects.count() == 2
