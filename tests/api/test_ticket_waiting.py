"""Why nobody has a ticket yet, for programs."""

from __future__ import annotations

from tests.api.conftest import Caller
from tests.cast import Cast, new_ticket
from tickets.services import changes


def test_program_reads_why_a_ticket_waits_and_who_could_take_it(cast: Cast, as_ana: Caller) -> None:
    ticket = new_ticket(cast.mail)
    _, answer = as_ana.get(f"tickets/{ticket.number}/waiting/")
    assert (answer["waits"], answer["why"]) == (True, "Support hands nothing out: somebody takes it.")
    assert [(person["name"], person["could"]) for person in answer["people"]] == [("Ana Ruiz", False), ("Ben", False)]
    changes.assign(ticket, agent=cast.ben, actor=cast.ben.as_actor())
    _, answer = as_ana.get(f"tickets/{ticket.number}/waiting/")
    assert answer == {"number": ticket.number, "waits": False, "why": None, "people": []}


def test_program_learns_nothing_of_a_ticket_it_may_not_see(cast: Cast, as_ana: Caller) -> None:
    assert as_ana.get(f"tickets/{new_ticket(cast.legal_mail).number}/waiting/")[0] == 404
