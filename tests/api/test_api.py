"""What integrators rely on: tokens, scopes, pages, repeats, conflicts and readable errors."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api.idempotency import forget_old_answers
from api.models import RememberedAnswer
from core.clock import now
from people.models import ApiToken, Contact
from people.services.api_tokens import revoke
from tests.api.conftest import Caller
from tests.cast import Cast, new_ticket, receive
from tests.reports.fortnight import make_fortnight
from tickets.inbound import Clues
from tickets.models import Message, Ticket, TicketEvent
from tickets.selectors.contacts import contacts_matching
from tickets.services import moving

pytestmark = pytest.mark.django_db

TICKET = {
    "contact": {"kind": "email", "value": "leo@example.org", "name": "Leo"},
    "subject": "Order 1043",
    "text": "Where is it?",
}


def test_integrator_creates_reads_and_changes_a_ticket(cast: Cast, as_ana: Caller) -> None:
    status, made = as_ana.post("tickets/", {**TICKET, "inbox": cast.mail.pk})
    assert status == 201
    number = made["number"]
    status, changed = as_ana.patch(
        f"tickets/{number}/",
        {"priority": "high", "assignee": cast.ben.pk, "tags": ["VIP"], "status": "pending"},
    )
    assert (status, changed["priority"], changed["assignee"]) == (200, "high", cast.ben.pk)
    assert (changed["tags"], changed["status"]) == (["vip"], "pending")
    assert as_ana.get(f"tickets/{number}/")[1] == changed
    assert as_ana.get("tickets/?tag=vip")[1]["results"] == [changed]


def test_all_changes_or_none(cast: Cast, as_ana: Caller) -> None:
    ticket = new_ticket(cast.mail)
    status, problem = as_ana.patch(f"tickets/{ticket.number}/", {"priority": "high", "assignee": 987_654})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/assignee")
    ticket.refresh_from_db()
    assert ticket.priority == "normal"


def test_integrator_replies_and_notes(cast: Cast, as_ana: Caller) -> None:
    ticket = new_ticket(cast.mail)
    status, reply = as_ana.post(f"tickets/{ticket.number}/messages/", {"kind": "reply", "text": "Sent."})
    assert (status, reply["delivery"]) == (201, "queued")
    as_ana.post(f"tickets/{ticket.number}/messages/", {"kind": "note", "text": "She called."})
    _, page = as_ana.get(f"tickets/{ticket.number}/messages/?limit=2")
    assert [row["text"] for row in page["results"]] == ["Where is my refund?", "Sent."]
    _, rest = as_ana.get(f"tickets/{ticket.number}/messages/?after_seq={page['next_cursor']}")
    assert [row["kind"] for row in rest["results"]] == ["note"]


def test_stale_reply_gets_409_with_what_was_missed(cast: Cast, as_ana: Caller) -> None:
    ticket = new_ticket(cast.mail)
    path = f"tickets/{ticket.number}/messages/"
    seen = ticket.last_seq
    as_ana.post(path, {"kind": "reply", "text": "One", "seen_seq": seen})
    status, problem = as_ana.post(path, {"kind": "reply", "text": "Two", "seen_seq": seen})
    assert (status, problem["code"]) == (409, "conflict")
    assert len(problem["details"]["message_ids"]) == 1


def test_same_key_answers_the_same_and_acts_once(cast: Cast, as_ana: Caller) -> None:
    body = {**TICKET, "inbox": cast.mail.pk}
    first = as_ana.post("tickets/", body, **{"Idempotency-Key": "k-1"})
    second = as_ana.post("tickets/", body, **{"Idempotency-Key": "k-1"})
    assert first == second
    assert Ticket.objects.count() == 1
    status, problem = as_ana.post("tickets/", {**body, "subject": "Else"}, **{"Idempotency-Key": "k-1"})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/Idempotency-Key")


def test_failed_write_is_not_remembered(cast: Cast, as_ana: Caller) -> None:
    body = {**TICKET, "inbox": 999}
    assert as_ana.post("tickets/", body, **{"Idempotency-Key": "k-2"})[0] == 422
    assert as_ana.post("tickets/", {**body, "inbox": cast.mail.pk}, **{"Idempotency-Key": "k-2"})[0] == 201


def test_remembered_answers_are_forgotten_after_a_day(cast: Cast, as_ana: Caller) -> None:
    as_ana.post("tickets/", {**TICKET, "inbox": cast.mail.pk}, **{"Idempotency-Key": "k-3"})
    assert forget_old_answers() == 0
    RememberedAnswer.objects.update(created_at=now() - timedelta(hours=25))
    assert forget_old_answers() == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "shout", "text": "x"}, "/kind"),
        ({"kind": "reply"}, "/text"),
        ({"kind": "reply", "text": "x", "colour": "red"}, "/colour"),
        ({"kind": "reply", "text": "x", "cc": ["a@b.example", "nonsense"]}, "/cc/1"),
        ({"kind": "note", "text": "   "}, "/text"),
    ],
)
def test_wrong_field_is_pointed_at(cast: Cast, as_ana: Caller, body: dict[str, Any], pointer: str) -> None:
    ticket = new_ticket(cast.mail)
    status, problem = as_ana.post(f"tickets/{ticket.number}/messages/", body)
    assert status == 422
    assert pointer in [error["pointer"] for error in problem["errors"]]


@pytest.mark.parametrize("query", ["limit=0", "limit=1e3", "limit=٣", "cursor=zzz", "sort=number", "assignee=x"])
def test_wrong_query_is_refused(as_ana: Caller, query: str) -> None:
    assert as_ana.get(f"tickets/?{query}")[0] == 422


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "Bearer nonsense", "Bearer a b", "Bearer \xff"])
def test_caller_without_a_good_token_gets_401(db: None, header: str) -> None:
    response = Client().get("/api/v1/tickets/", headers={"Authorization": header})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert response.headers["Content-Type"] == "application/problem+json"


def test_token_in_the_address_is_not_accepted(as_ana: Caller) -> None:
    assert Client().get(f"/api/v1/tickets/?access_token={as_ana.token}").status_code == 401


def test_scope_decides_what_a_token_may_do(cast: Cast) -> None:
    reader = Caller(cast.ana, scopes=("tickets:read",))
    ticket = new_ticket(cast.mail)
    assert reader.get(f"tickets/{ticket.number}/")[0] == 200
    assert reader.patch(f"tickets/{ticket.number}/", {"priority": "low"})[0] == 403
    assert reader.get("contacts/")[0] == 403
    assert reader.get("events/")[0] == 403


def test_revoked_expired_and_leavers_tokens_end_at_once(cast: Cast) -> None:
    caller = Caller(cast.ana)
    assert caller.get("tickets/")[0] == 200
    ApiToken.objects.update(expires_at=now() - timedelta(seconds=1))
    assert caller.get("tickets/")[0] == 401
    ApiToken.objects.update(expires_at=None)
    cast.ana.is_active = False
    cast.ana.save()
    assert caller.get("tickets/")[0] == 401
    cast.ana.is_active = True
    cast.ana.save()
    revoke(ApiToken.objects.get())
    assert caller.get("tickets/")[0] == 401


def test_light_agent_writes_notes_only(cast: Cast) -> None:
    lia = Caller(cast.lia)
    ticket = new_ticket(cast.mail)
    path = f"tickets/{ticket.number}/messages/"
    assert lia.post(path, {"kind": "note", "text": "FYI"})[0] == 201
    assert lia.post(path, {"kind": "reply", "text": "Hello"})[0] == 403
    assert lia.patch(f"tickets/{ticket.number}/", {"status": "resolved"})[0] == 403
    assert lia.post("contacts/", {"identities": [{"kind": "email", "value": "x@y.example"}]})[0] == 403


def test_private_ticket_is_nowhere_in_the_api(cast: Cast, as_ana: Caller) -> None:
    secret = new_ticket(cast.legal_mail, "The canary settlement", subject="canary")
    TicketEvent.objects.update(at=now() - timedelta(minutes=1))
    Contact.objects.update(name="canary person")
    for path in (
        "tickets/",
        "events/",
        "contacts/",
        "inboxes/",
        f"tickets/{secret.number}/",
        f"tickets/{secret.number}/messages/",
        f"tickets/{secret.number}/events/",
        f"contacts/{cast.rosa.pk}/",
    ):
        status, body = as_ana.get(path)
        assert "canary" not in str(body), path
        assert status in (200, 404), path
    assert as_ana.post(f"tickets/{secret.number}/messages/", {"kind": "note", "text": "x"})[0] == 404
    assert as_ana.post("tickets/", {**TICKET, "inbox": cast.legal_mail.pk})[0] == 422


def test_journal_tells_nothing_of_a_ticket_that_the_caller_may_not_see(cast: Cast, as_ana: Caller) -> None:
    here, secret = new_ticket(cast.mail), new_ticket(cast.legal_mail, "We will sue them")
    stray = receive(cast.mail, "Stray", clues=Clues(message_id="s@x.example", reply_token_ticket_id=here.pk))
    moving.move_messages(here, message_ids=[stray.message_id or 0], target=secret, actor=cast.mona.as_actor())
    _, page = as_ana.get(f"tickets/{here.number}/events/?limit=100")
    moved = next(event for event in page["results"] if event["kind"] == "MessagesMovedOut")
    assert "other_before" not in moved["data"]
    assert "sue" not in json.dumps([page, as_ana.get("events/?limit=100")])


def test_events_page_through_everything_once(cast: Cast, as_ana: Caller) -> None:
    for _ in range(3):
        new_ticket(cast.mail)
    TicketEvent.objects.update(at=now() - timedelta(minutes=1))
    seen: list[int] = []
    after = "0"
    while after:
        _, page = as_ana.get(f"events/?limit=2&after={after}")
        seen += [row["id"] for row in page["results"]]
        after = page["next_cursor"] or ""
    assert seen == sorted(TicketEvent.objects.values_list("pk", flat=True))


def test_contacts_are_made_found_and_renamed(cast: Cast, as_ana: Caller) -> None:
    body = {"name": "Zoe", "identities": [{"kind": "email", "value": "Zoe@Example.com"}]}
    status, zoe = as_ana.post("contacts/", body)
    assert (status, zoe["identities"][0]["value"]) == (201, "zoe@example.com")
    assert as_ana.post("contacts/", body)[0] == 409
    assert [row["id"] for row in as_ana.get("contacts/?q=zoe@")[1]["results"]] == [zoe["id"]]
    assert as_ana.patch(f"contacts/{zoe['id']}/", {"name": "Zoë"})[1]["name"] == "Zoë"
    assert [row["id"] for row in as_ana.get("contacts/?q=zoë")[1]["results"]] == [zoe["id"]]
    status, problem = as_ana.get("contacts/?q=zo")
    assert (status, problem["errors"][0]["pointer"]) == (422, "/q")


def test_managers_program_reads_the_figures_of_a_report(cast: Cast, as_ana: Caller) -> None:
    make_fortnight(cast)
    as_mona, days = Caller(cast.mona), "from=2026-03-01&to=2026-03-16"
    assert "sla" in [report["slug"] for report in as_mona.get("reports/")[1]]
    status, report = as_mona.get(f"reports/sla/?{days}")
    assert (status, report["first_day"], report["last_day"]) == (200, "2026-03-01", "2026-03-16")
    whole = next(row for row in report["rows"] if row["group"] == "All")
    assert set(whole["values"]) == {column["key"] for column in report["columns"]}
    assert all(value is None or value >= 0 for value in whole["values"].values())
    assert any(whole["values"].values())
    assert as_mona.get("reports/sla/?days=0")[0] == 422
    assert as_mona.get("reports/none/")[0] == 404
    for address in ("reports/", f"reports/sla/?{days}"):
        assert as_ana.get(address)[0] == 403
        assert Caller(cast.mona, scopes=("tickets:read",)).get(address)[0] == 403


def test_contacts_are_searched_by_index(cast: Cast) -> None:
    """However many contacts there are: neither half of the search walks through a table."""
    with connection.cursor() as cursor:
        # In a table of few rows a walk along the key is as cheap; these indexes are read as bitmaps.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        with CaptureQueriesContext(connection) as asked:
            list(contacts_matching(cast.mona, "zoe").order_by("-id")[:20])
        plans = ""
        for query in asked.captured_queries:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plans += "\n".join(line for (line,) in cursor.fetchall())
    assert "identity_value_trgm" in plans
    assert "contact_name_trgm" in plans


def test_pages_are_reached_by_cursor(cast: Cast, as_ana: Caller) -> None:
    numbers = {new_ticket(cast.mail).number for _ in range(5)}
    seen: set[int] = set()
    cursor: str | None = ""
    while cursor is not None:
        _, page = as_ana.get(f"tickets/?limit=2&cursor={cursor}")
        seen |= {row["number"] for row in page["results"]}
        cursor = page["next_cursor"]
    assert seen == numbers


def test_unknown_address_answers_as_a_problem(as_ana: Caller) -> None:
    status, problem = as_ana.get("nothing/here/")
    assert (status, problem["code"]) == (404, "not_found")


def test_broken_json_is_a_problem(cast: Cast, as_ana: Caller) -> None:
    response = as_ana.client.post(
        "/api/v1/tickets/",
        data="{",
        content_type="application/json",
        headers={"Authorization": f"Bearer {as_ana.token}"},
    )
    assert response.status_code == 400
    assert response.json()["code"] == "parse_error"


def test_token_command_prints_a_working_token_once(cast: Cast) -> None:
    out = io.StringIO()
    call_command("create_api_token", "--agent", "ANA@desk.example", "--scopes", "tickets:read", stdout=out)
    response = Client().get("/api/v1/tickets/", headers={"Authorization": f"Bearer {out.getvalue().strip()}"})
    assert response.status_code == 200
    with pytest.raises(CommandError, match="no active agent"):
        call_command("create_api_token", "--agent", "nobody@desk.example")
    with pytest.raises(CommandError, match="Unknown scope"):
        call_command("create_api_token", "--agent", "ana@desk.example", "--scopes", "all")


def test_reply_is_sent_once_even_when_the_answer_was_forgotten(cast: Cast, as_ana: Caller) -> None:
    path = f"tickets/{new_ticket(cast.mail).number}/messages/"
    body = {"kind": "reply", "text": "Once"}
    first = as_ana.post(path, body, **{"Idempotency-Key": "k-9"})[1]
    RememberedAnswer.objects.all().delete()
    assert as_ana.post(path, body, **{"Idempotency-Key": "k-9"})[1]["id"] == first["id"]
    assert Message.objects.filter(direction="out").count() == 1


def test_long_keys_that_begin_alike_are_two_messages(cast: Cast, as_ana: Caller) -> None:
    path = f"tickets/{new_ticket(cast.mail).number}/messages/"
    for number in ("one", "two"):
        headers = {"Idempotency-Key": f"{'import-of-the-old-desk-' * 5}{number}"}
        status, written = as_ana.post(path, {"kind": "note", "text": number}, **headers)
        assert (status, written["text"]) == (201, number)
