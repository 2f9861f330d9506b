"""Macros: an agent's click runs a list of actions, whole or not at all."""

from __future__ import annotations

import pytest

from core.errors import Invalid, NotAllowed
from people.models import Agent, Role
from routing.models import Macro
from routing.selectors.macros import macros_for, text_for
from routing.services.macros import MacroDraft, apply_macro, apply_with_message, save_macro
from tests.desk import a_team, agent_replies, an_agent, customer_writes
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


TEXTS = [
    {"language": "de", "channel": "", "text": "Guten Tag, {{contact.first_name}}."},
    {"language": "de", "channel": "webchat", "text": "Hallo!"},
    {"language": "", "channel": "", "text": "Hello, {{contact.first_name}}."},
]


@pytest.mark.parametrize(
    ("language", "channel", "expected"),
    [
        ("de", "email", "Guten Tag, Ana."),
        ("de-AT", "webchat", "Hallo!"),
        ("fr", "email", "Hello, Ana."),
        ("", "webchat", "Hello, Ana."),
    ],
)
def test_text_suits_the_customers_language_and_the_channel(
    inbox: Inbox, language: str, channel: str, expected: str
) -> None:
    macro = save_macro(MacroDraft(name="Hello", texts=TEXTS))
    ticket = customer_writes(inbox)
    ticket.contact.language = language
    assert text_for(macro, ticket, channel=channel) == expected


def test_macros_of_a_draft_are_done_once_with_its_message(inbox: Inbox, mia: Agent) -> None:
    note = {"action": "add_note", "params": {"text": "Done"}}
    macro = save_macro(MacroDraft(name="Wait", texts=TEXTS, actions=[PENDING, note]))
    ticket = customer_writes(inbox)
    message = agent_replies(ticket, mia)
    for _ in range(2):
        apply_with_message(ticket, macro_ids=[macro.pk, macro.pk], message_id=message.pk, agent=mia)
    macro.refresh_from_db()
    assert (macro.use_count, bool(macro.used_at)) == (1, True)
    assert TicketEvent.objects.filter(ticket=ticket, kind="NoteAdded").count() == 1
    with pytest.raises(Invalid):
        apply_with_message(ticket, macro_ids=[0], message_id=message.pk, agent=mia)
