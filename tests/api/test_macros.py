"""Macros for programs: which there are, what one would do, and doing it once."""

from __future__ import annotations

from people.models import Contact
from routing.models import Macro
from tests.api.conftest import Caller
from tests.cast import Cast, new_ticket
from tickets.models import Message, Ticket

TEXTS = [
    {"language": "", "channel": "", "text": "We wait for you, #{{ticket.number}}."},
    {"language": "de", "channel": "", "text": "Wir warten auf Sie."},
]
PENDING = [{"action": "set_status", "params": {"status": "pending"}}]


def test_program_reads_the_macros_that_its_agent_may_use(cast: Cast, as_ana: Caller) -> None:
    shared = Macro.objects.create(name="Wait", texts=TEXTS, actions=PENDING)
    own = Macro.objects.create(name="Mine", owner=cast.ana, texts=TEXTS)
    of_team = Macro.objects.create(name="Ours", team=cast.support, texts=TEXTS)
    Macro.objects.create(name="Legal", team=cast.legal, texts=TEXTS)
    Macro.objects.create(name="Ben's", owner=cast.ben, texts=TEXTS)
    told = {row["id"]: row for row in as_ana.get("macros/")[1]}
    assert {pk: row["belongs_to"] for pk, row in told.items()} == {shared.pk: "all", own.pk: "me", of_team.pk: "team"}
    assert (told[shared.pk]["texts"], told[shared.pk]["does"]) == (TEXTS, ["Set the status to pending"])
    assert told[shared.pk]["needs_send"] is False


def test_program_sees_what_a_macro_would_do_and_does_it_once(cast: Cast, as_ana: Caller) -> None:
    macro, ticket = Macro.objects.create(name="Wait", texts=TEXTS, actions=PENDING), new_ticket(cast.mail)
    Contact.objects.filter(pk=ticket.contact_id).update(language="de")
    address = f"tickets/{ticket.number}/macros/{macro.pk}/"
    assert as_ana.get(address)[1] == {"text": "Wir warten auf Sie.", "does": ["Set the status to pending"]}
    assert Ticket.objects.get(pk=ticket.pk).status == "open"
    for _ in range(2):
        assert as_ana.post(address, None, **{"Idempotency-Key": "k"}) == (200, {"did": ["Set the status to pending"]})
    macro.refresh_from_db()
    assert (Ticket.objects.get(pk=ticket.pk).status, macro.use_count) == ("pending", 1)
    assert not Message.objects.filter(ticket=ticket, direction="out").exists(), "its text is sent by nobody"


def test_program_uses_no_macro_of_others_and_none_on_a_ticket_it_may_not_see(cast: Cast, as_ana: Caller) -> None:
    macro, theirs = Macro.objects.create(name="Wait", actions=PENDING), Macro.objects.create(name="L", team=cast.legal)
    ticket, secret = new_ticket(cast.mail), new_ticket(cast.legal_mail)
    assert as_ana.post(f"tickets/{ticket.number}/macros/{theirs.pk}/", None)[0] == 404
    assert as_ana.post(f"tickets/{secret.number}/macros/{macro.pk}/", None)[0] == 404
    assert Caller(cast.lia).post(f"tickets/{ticket.number}/macros/{macro.pk}/", None)[0] == 403
    assert (
        Caller(cast.ana, scopes=("tickets:read",)).post(f"tickets/{ticket.number}/macros/{macro.pk}/", None)[0] == 403
    )
    assert set(Ticket.objects.values_list("status", flat=True)) == {"open"}
