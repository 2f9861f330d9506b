"""The action that moves a ticket to a team."""

from __future__ import annotations

from tests.desk import a_team, customer_writes
from tests.routing.doing import do
from tickets.models import Inbox


def test_rule_moves_the_ticket_to_a_team_and_out_of_it(inbox: Inbox) -> None:
    returns = a_team("Returns")
    ticket = do("assign_team", customer_writes(inbox), team=str(returns.pk))
    assert ticket.team == returns
    assert do("assign_team", ticket, team="nobody").team is None
