"""What customers say: five are asked, one of them would be asked too soon, four answer, two of them are unhappy."""

from __future__ import annotations

from csat.models import Recovery, SurveyRequest
from csat.services.asking import ask_due
from csat.services.rating import rate
from csat.services.recovering import close_recovery
from csat.services.surveys import SurveyDraft, save_survey
from tests.desk import agent_replies, customer_writes
from tests.reports.golden.stage import Figure, Stage
from tickets.inbound import Sender
from tickets.models import Ticket


def play(stage: Stage) -> None:
    save_survey(SurveyDraft(name="Golden", delay_minutes=30))
    stage.at(23, 10)
    tickets = [_solved(stage, name) for name in ("ada", "bea", "cleo", "dora", "ella", "ada")]
    stage.at(23, 10, 20)
    ask_due()  # too early for everybody
    stage.at(23, 11)
    ask_due()
    requests = [SurveyRequest.objects.get(ticket=ticket) for ticket in tickets]
    stage.at(23, 12)
    rate(requests[0], score=5, comment="Thank you!")
    rate(requests[1], score=1, comment="Nobody listened.")
    rate(requests[2], score=2, comment="")
    stage.at(24, 9)
    # The next day: one more answer, and one who changes her mind.
    rate(requests[3], score=3, comment="")
    rate(requests[3], score=4, comment="")
    _settle(stage, tickets[1], "won_back")
    stage.at(25, 9)
    _settle(stage, tickets[2], "unreachable")


def _solved(stage: Stage, name: str) -> Ticket:
    sender = Sender(kind="email", value=f"{name}@customer.example", name=name.title(), verified_how="provider")
    ticket = customer_writes(stage.shop, sender=sender)
    agent_replies(ticket, stage.mia)
    stage.set_status(ticket, "resolved", stage.mia)
    # Who has it later changes nothing: Mia had it when it was resolved.
    stage.assign(ticket, stage.ben)
    return ticket


def _settle(stage: Stage, ticket: Ticket, outcome: str) -> None:
    close_recovery(Recovery.objects.get(ticket=ticket), outcome=outcome, cause="delay", actor=stage.mona.as_actor())


# Ada's second ticket asks nobody. Five are asked and four answer with 5, 1, 2 and, at last, 4. Recoveries are due two
# open hours after noon: Bea's is settled at nine the next morning and Cleo's a day later, both too late.
EXPECTED: dict[str, Figure] = {
    "csat_asked": 5,
    "csat_response": 80,
    "rated": 4,
    "csat": 50,
    "csat_bad": 50,
    "csat_mean": 3,
    "rated_good": 2,
    "rated_bad": 2,
    "rated_5": 1,
    "rated_4": 1,
    "rated_3": 0,
    "rated_2": 1,
    "rated_1": 1,
    "commented": 2,
    "recoveries": 2,
    "recovered": 2,
    "recovered_in_time": 0,
    "won_back": 50,
}
