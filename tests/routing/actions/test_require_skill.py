"""The action that asks for skills."""

from __future__ import annotations

import pytest

from core.errors import Invalid
from people.models import Contact
from routing.actions import ACTIONS
from tests.desk import customer_writes, rule_actor
from tests.routing.doing import do
from tickets.models import Inbox, Ticket


def test_rule_asks_for_skills_once(inbox: Inbox) -> None:
    ticket = do("require_skill", customer_writes(inbox), tags="German")
    assert do("require_skill", ticket, tags="german, billing").skills == ["german", "billing"]


def test_one_rule_asks_for_whatever_language_and_channel_the_ticket_has(inbox: Inbox) -> None:
    wanted = "{{contact.language}}:2, {{ticket.channel}}, billing"
    ticket = customer_writes(inbox)
    Contact.objects.filter(pk=ticket.contact_id).update(language="pt-BR")
    assert do("require_skill", Ticket.objects.get(pk=ticket.pk), tags=wanted).skills == ["pt:2", "email", "billing"]
    Contact.objects.filter(pk=ticket.contact_id).update(language="")
    unknown = customer_writes(inbox)
    assert do("require_skill", unknown, tags="{{contact.language}}").skills == []
    told = ACTIONS["require_skill"].apply(unknown, {"tags": "{{contact.language}}"}, rule_actor())
    assert told == "Asked for no skills: the customer's language is not known"


@pytest.mark.parametrize("tags", ["{{contact.name}}", "{german", ", ,"])
def test_skills_know_two_placeholders_only(inbox: Inbox, tags: str) -> None:
    with pytest.raises(Invalid):
        ACTIONS["require_skill"].clean({"tags": tags})
