"""Brands for programs: their list, the brand of an inbox, and of a ticket."""

from __future__ import annotations

from tests.api.conftest import Caller
from tests.cast import Cast, new_ticket
from tickets.models import Brand
from tickets.selectors.condition_menus import seen_choices
from tickets.services.brands import save_brand


def test_program_reads_the_brands_and_whose_inboxes_and_tickets_are(cast: Cast, as_ana: Caller) -> None:
    ticket = new_ticket(cast.mail)
    acme = save_brand(None, name="Acme", inbox_ids=[cast.mail.pk], by=cast.mona)
    assert as_ana.get("brands/") == (200, [{"id": acme.pk, "name": "Acme"}])
    inboxes = {row["id"]: (row["brand"], row["brand_name"]) for row in as_ana.get("inboxes/")[1]}
    assert inboxes[cast.mail.pk] == (acme.pk, "Acme")
    assert inboxes[cast.chat.pk] == (None, "")
    assert as_ana.get(f"tickets/{ticket.number}/")[1]["brand"] == acme.pk
    found = as_ana.get(f'tickets/?where={{"all":[{{"fact":"brand","op":"is","value":"{acme.pk}"}}]}}')[1]
    assert [row["number"] for row in found["results"]] == [ticket.number]
    Brand.objects.all().delete()
    assert as_ana.get(f"tickets/{ticket.number}/")[1]["brand"] is None


def test_brand_of_private_inboxes_is_named_only_to_those_who_see_one_of_them(cast: Cast) -> None:
    secret = save_brand(None, name="Acme Claims", inbox_ids=[cast.legal_mail.pk], by=cast.mona)
    empty = save_brand(None, name="Acme Next", inbox_ids=[], by=cast.mona)
    for agent, known in ((cast.ana, []), (cast.lia, []), (cast.cleo, [secret]), (cast.mona, [secret, empty])):
        assert Caller(agent).get("brands/") == (200, [{"id": row.pk, "name": row.name} for row in known])
        offered = [(str(row.pk), row.name) for row in (secret, empty)]
        assert [pk for pk, _ in seen_choices("brand", offered, agent)] == [str(row.pk) for row in known]


def test_program_without_the_scope_reads_no_brands(cast: Cast) -> None:
    assert Caller(cast.ana, scopes=("contacts:read",)).get("brands/")[0] == 403
