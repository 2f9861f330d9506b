"""What customers were told against what came: three answers after 5, 20 and 65 minutes, told were 10 and 30."""

from __future__ import annotations

from sla.models import Prediction
from tests.desk import agent_replies, customer_writes
from tests.reports.golden.stage import Figure, Stage
from tickets.models import Ticket


def play(stage: Stage) -> None:
    for day, minutes in ((23, 5), (24, 20), (25, 65)):
        stage.at(day, 10)
        ticket = _told(stage)
        stage.at(day, 10 + minutes // 60, minutes % 60)
        agent_replies(ticket, stage.mia)
        # Only the first answer is held against it.
        customer_writes(stage.shop, on=ticket)
        stage.at(day, 15)
        agent_replies(ticket, stage.mia)
    stage.at(26, 10)
    unforeseen = customer_writes(stage.shop)
    _told(stage)
    stage.at(26, 11)
    agent_replies(unforeseen, stage.mia)


def _told(stage: Stage) -> Ticket:
    ticket = customer_writes(stage.shop)
    Prediction.objects.create(
        ticket=ticket, inbox=ticket.inbox, at=ticket.created_at, p50_seconds=600, p90_seconds=1800,
        usual_p50_seconds=600, basis="history",
    )  # fmt: skip
    return ticket


# Off by -5, 10 and 55 minutes. Of 5, 20 and 65, nine tenths of the way is 20 + 0.8 * 45.
EXPECTED: dict[str, Figure] = {
    "foretold": 3,
    "within_p50": 33.3,
    "within_p90": 66.7,
    "later_than_told": 1,
    "told_off_by": 20,
    "real_p50": 20,
    "real_p90": 56,
}
