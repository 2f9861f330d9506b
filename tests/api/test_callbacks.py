"""Programs promise calls, list them and say what came of them."""

from __future__ import annotations

from datetime import timedelta

from callbacks.services.planning import plan_callback
from core.clock import now
from tests.api.conftest import Caller
from tests.callbacks.conftest import a_plan
from tests.cast import Cast, new_ticket


def test_program_books_a_slot_and_says_that_somebody_called(cast: Cast, as_ana: Caller) -> None:
    ticket = new_ticket(cast.mail)
    _, slots = as_ana.get(f"tickets/{ticket.number}/callback-slots/")
    window = {name: slots[0][name] for name in ("starts_at", "ends_at")}
    body = {"ticket": ticket.number, "phone": "030 901820", "region": "DE", **window}
    status, made = as_ana.post("callbacks/", body)
    assert (status, made["phone"], made["asked_by"], made["state"]) == (201, "+4930901820", "contact", "planned")
    assert [row["id"] for row in as_ana.get("callbacks/?state=planned")[1]["results"]] == [made["id"]]
    assert as_ana.patch(f"callbacks/{made['id']}/", {"state": "called"})[1]["settled_by"] == "Ana Ruiz"
    assert as_ana.patch(f"callbacks/{made['id']}/", {"state": "cancelled"})[0] == 409
    assert as_ana.patch(f"callbacks/{made['id']}/", {"state": "planned"})[1]["state"] == "planned"
    assert as_ana.get("callbacks/?state=never")[0] == 422


def test_program_is_refused_what_cannot_be_meant_or_seen(cast: Cast, as_ana: Caller) -> None:
    ticket, hidden = new_ticket(cast.mail), new_ticket(cast.legal_mail)
    callback = plan_callback(hidden, a_plan(), actor=cast.cleo.as_actor())
    starts_at = now() + timedelta(hours=1)
    window = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat()}
    assert as_ana.post("callbacks/", {"ticket": ticket.number, "phone": "1", **window})[0] == 422
    assert as_ana.post("callbacks/", {"ticket": hidden.number, "phone": "+4930901820", **window})[0] == 404
    assert as_ana.get(f"callbacks/{callback.pk}/")[0] == 404
    assert as_ana.get("callbacks/")[1]["results"] == []
    reader = Caller(cast.cleo, scopes=("tickets:read",))
    assert reader.patch(f"callbacks/{callback.pk}/", {"state": "called"})[0] == 403
    light = Caller(cast.lia)
    assert light.post("callbacks/", {"ticket": ticket.number, "phone": "+4930901820", **window})[0] == 403


def test_program_that_books_for_customers_takes_only_what_is_free(cast: Cast, as_ana: Caller) -> None:
    ticket = new_ticket(cast.mail)
    first, second = as_ana.get(f"tickets/{ticket.number}/callback-slots/")[1][:2]
    body = {"ticket": ticket.number, "phone": "+4930901820", "only_if_free": True}
    window, longer = ({"starts_at": first["starts_at"], "ends_at": slot["ends_at"]} for slot in (first, second))
    assert first["free"] == 2
    assert [as_ana.post("callbacks/", {**body, **window})[0] for _ in range(3)] == [201, 201, 409]
    assert as_ana.post("callbacks/", {**body, **longer})[0] == 422
    status, made = as_ana.post("callbacks/", {**body, **window, "only_if_free": False})
    assert (status, made["is_booked"]) == (201, False), "who promises more than there is, knows"
