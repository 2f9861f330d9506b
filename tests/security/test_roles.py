"""What each role may do, told by the rows: requests with real bodies, over pages and the API, and what they changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from people.models import Agent, ApiToken, Contact, Team
from people.services.api_tokens import SCOPES, create_api_token
from routing.models import Macro
from tests.cast import Cast, last_message, new_ticket
from tickets.models import CannedResponse, Inbox, Message, Ticket
from tickets.services import changes

pytestmark = pytest.mark.django_db
CANARY = "c4nary"
SOON = f"{datetime.now(UTC).year + 2}-01-01T10:00:00+00:00"
# The changes that light agents may not make, as the pages send them.
CHANGES: dict[str, dict[str, str]] = {
    "assign": {"agent": ""},
    "team": {"team": ""},
    "status": {"status": "closed"},
    "priority": {"priority": "urgent"},
    "subject": {"subject": "Mine now"},
    "tags": {"add": "mine"},
    "snooze": {"until": SOON},
    "wake": {},
    "macro": {"macro": "0"},
}


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    made = new_ticket(cast.mail)
    made.assignee = cast.ana
    made.save()
    changes.snooze(made, until=datetime.fromisoformat(SOON), actor=cast.ana.as_actor())
    return Ticket.objects.get(pk=made.pk)


def _page(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def _api(agent: Agent, scopes: tuple[str, ...] = SCOPES) -> Client:
    _, token = create_api_token(agent, scopes=scopes)
    return Client(headers={"authorization": f"Bearer {token}"})


def _send(client: Client, method: str, address: str, body: Any) -> int:
    sender = getattr(client, method)
    return int(sender(address, json.dumps(body), content_type="application/json").status_code)


def _rows() -> list[Any]:
    """Everything that these requests could change, and nothing that reading changes."""
    tickets = Ticket.objects.order_by("pk").values_list(
        "pk", "status", "priority", "subject", "assignee_id", "team_id", "tags", "snoozed_until", "message_count"
    )
    agents = Agent.objects.order_by("pk").values_list("pk", "role", "is_active", "email", "capacity", "skills")
    teams = Team.objects.order_by("pk").values_list("pk", "name", "is_private")
    inboxes = Inbox.objects.order_by("pk").values_list("pk", "name", "address", "is_active")
    return [*tickets, *agents, *teams, *inboxes, *Contact.objects.order_by("pk").values_list("pk", "name", "notes")]


@pytest.mark.parametrize("verb", CHANGES)
def test_light_agent_changes_no_ticket(cast: Cast, ticket: Ticket, verb: str) -> None:
    macro = Macro.objects.create(name="Close", actions=[{"action": "set_status", "params": {"status": "closed"}}])
    values = {**CHANGES[verb], "ids": str(ticket.pk), **({"macro": str(macro.pk)} if verb == "macro" else {})}
    before = _rows()
    one = _page(cast.lia).post(f"/tickets/{ticket.number}/change/{verb}/", values)
    many = _page(cast.lia).post(f"/tickets/bulk/{verb}/", values)
    assert one.status_code == 403
    assert many.json()["done"] == 0
    assert _rows() == before


def test_light_agent_writes_notes_only(cast: Cast, ticket: Ticket) -> None:
    lia, number = _page(cast.lia), ticket.number
    assert lia.post(f"/tickets/{number}/reply/", {"text": "Hello"}).status_code == 403
    assert lia.post(f"/m/{last_message(ticket).pk}/retry/").status_code == 403
    assert lia.post("/tickets/new/", {"inbox": cast.mail.pk, "address": "x@y.example", "text": "x"}).status_code == 403
    assert lia.post(f"/contacts/{cast.rosa.pk}/", {"name": "Mine"}).status_code == 403
    assert lia.post("/settings/canned/new/", {"title": "t", "text": "t"}).status_code == 403
    assert lia.post(f"/tickets/{number}/note/", {"text": "Just a note"}).status_code == 201
    assert Message.objects.filter(ticket=ticket, direction="out").values_list("kind", flat=True).get() == "note"


def test_light_agents_token_writes_notes_only(cast: Cast, ticket: Ticket) -> None:
    lia, number = _api(cast.lia), ticket.number
    who = {"kind": "email", "value": "new@customer.example"}
    writes: list[tuple[str, str, dict[str, Any]]] = [
        ("post", "tickets/", {"inbox": cast.mail.pk, "contact": who, "subject": "s", "text": "t"}),
        ("post", "contacts/", {"identities": [who]}),
        ("patch", f"contacts/{cast.rosa.pk}/", {"name": "Mine"}),
        ("post", f"tickets/{number}/messages/", {"kind": "reply", "text": "Hello"}),
        *(
            ("patch", f"tickets/{number}/", change)
            for change in (
                {"status": "closed"}, {"priority": "urgent"}, {"subject": "Mine"}, {"assignee": None},
                {"team": None}, {"tags": ["mine"]}, {"snoozed_until": None}, {"snoozed_until": SOON},
            )
        ),
    ]  # fmt: skip
    before = _rows()
    for method, path, body in writes:
        assert _send(lia, method, f"/api/v1/{path}", body) == 403, (path, body)
    assert _rows() == before
    assert _send(lia, "post", f"/api/v1/tickets/{number}/messages/", {"kind": "note", "text": "n"}) == 201


def test_outsiders_token_finds_nothing_of_the_private_team(cast: Cast) -> None:
    secret = new_ticket(cast.legal_mail, f"{CANARY} text", subject=f"{CANARY} subject")
    cast.rosa.name, cast.rosa.notes = f"{CANARY} Rosa", f"{CANARY} notes"
    cast.rosa.save()
    for agent in (cast.ana, cast.lia):
        client = _api(agent)
        for path in ("tickets/", "contacts/", "events/", "agents/", "teams/", "inboxes/", f"contacts/?q={CANARY[1:]}"):
            assert CANARY.encode() not in client.get(f"/api/v1/{path}").content, path
        for path in (f"tickets/{secret.number}/", f"contacts/{cast.rosa.pk}/"):
            assert client.get(f"/api/v1/{path}").status_code == 404
            for body in ({"subject": "x"}, {"name": "x"}):
                assert _send(client, "patch", f"/api/v1/{path}", body) in (403, 404, 422), path
        for path in ("messages/", "events/"):
            assert client.get(f"/api/v1/tickets/{secret.number}/{path}").status_code == 404
        note = _send(client, "post", f"/api/v1/tickets/{secret.number}/messages/", {"kind": "note", "text": "x"})
        assert note == 404
    assert Message.objects.filter(ticket=secret).count() == 1


def test_token_does_what_its_scopes_say_and_no_more(cast: Cast, ticket: Ticket) -> None:
    reader = _api(cast.ada, ("tickets:read",))
    assert reader.get("/api/v1/tickets/").status_code == 200
    for path in ("contacts/", "events/"):
        assert reader.get(f"/api/v1/{path}").status_code == 403
    assert _send(reader, "patch", f"/api/v1/tickets/{ticket.number}/", {"status": "closed"}) == 403
    assert _send(reader, "post", f"/api/v1/tickets/{ticket.number}/messages/", {"kind": "note", "text": "x"}) == 403
    for method in ("put", "delete"):
        assert _send(_api(cast.ada), method, f"/api/v1/tickets/{ticket.number}/", {}) == 405


def test_token_of_an_agent_who_left_is_dead(cast: Cast) -> None:
    client = _api(cast.ana)
    Agent.objects.filter(pk=cast.ana.pk).update(is_active=False)
    assert client.get("/api/v1/tickets/").status_code == 401
    page = _page(cast.ben)
    Agent.objects.filter(pk=cast.ben.pk).update(is_active=False)
    assert page.get("/tickets/").status_code == 302
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    "field", ["id", "number", "created_at", "first_replied_at", "contact", "inbox", "channel", "sla_breached", "seq"]
)
def test_program_cannot_set_what_the_desk_sets(cast: Cast, ticket: Ticket, field: str) -> None:
    before = _rows()
    assert _send(_api(cast.ada), "patch", f"/api/v1/tickets/{ticket.number}/", {field: 1}) == 422
    assert _rows() == before


def test_program_cannot_verify_or_unblock_a_contact(cast: Cast) -> None:
    client = _api(cast.ada)
    for field in ("is_blocked", "verified_how", "organization", "id"):
        assert _send(client, "patch", f"/api/v1/contacts/{cast.rosa.pk}/", {field: 1}) == 422
    identity = {"kind": "email", "value": "new@customer.example", "verified_how": "signed"}
    assert _send(client, "post", "/api/v1/contacts/", {"identities": [identity]}) == 422


def test_agent_cannot_make_themselves_more(cast: Cast) -> None:
    profile = {"name": "Ana", "time_zone": "UTC", "signature": "", "undo_seconds": "10"}
    extra = {"role": "admin", "is_active": "1", "email": "ada@desk.example", "capacity": "500", "preferences": "{}"}
    before = Agent.objects.values("role", "email", "capacity").get(pk=cast.ana.pk)
    assert _page(cast.ana).post("/settings/", {**profile, **extra}).status_code == 302
    assert Agent.objects.values("role", "email", "capacity").get(pk=cast.ana.pk) == before


def test_agent_touches_no_colleagues_canned_response(cast: Cast, ticket: Ticket) -> None:
    own = CannedResponse.objects.create(title=f"{CANARY} private", shortcut="p", text=f"{CANARY} words", owner=cast.ben)
    shared = CannedResponse.objects.create(title="For all", shortcut="a", text="Hello")
    ana = _page(cast.ana)
    assert ana.get(f"/settings/canned/{own.pk}/").status_code == 404
    assert ana.post(f"/settings/canned/{own.pk}/delete/").status_code == 404
    assert ana.post(f"/settings/canned/{shared.pk}/delete/").status_code == 403
    assert ana.post(f"/settings/canned/{shared.pk}/", {"title": "x", "text": "x"}).status_code == 403
    for address in ("/settings/canned/", f"/tickets/{ticket.number}/canned/", "/options/"):
        assert CANARY.encode() not in ana.get(address).content
    assert set(CannedResponse.objects.values_list("title", flat=True)) == {f"{CANARY} private", "For all"}


def test_agent_cannot_use_a_colleagues_upload(cast: Cast, ticket: Ticket) -> None:
    sent = _page(cast.ben).post("/uploads/", {"file": SimpleUploadedFile("s.txt", CANARY.encode())}).json()
    ana = _page(cast.ana)
    assert ana.get(f"/attachments/{sent['id']}/").status_code == 404
    stolen = ana.post(f"/tickets/{ticket.number}/note/", {"text": "mine", "attachments": sent["id"]})
    assert stolen.status_code == 422


def test_manager_cannot_send_a_channels_secrets_elsewhere(cast: Cast) -> None:
    bot = Inbox.objects.create(
        kind="telegram", name="Bot", secrets={"token": f"1:{CANARY}"}, config={"api_base": "https://api.telegram.org"}
    )
    mail = Inbox.objects.create(
        kind="email", name="M", address="m@desk.example", secrets={"smtp_password": CANARY},
        config={"smtp_host": "smtp.desk.example", "smtp_user": "m"},
    )  # fmt: skip
    for inbox, moved in ((bot, {"api_base": "https://evil.example"}), (mail, {"smtp_host": "evil.example"})):
        values = {f"channel-{name}": value for name, value in moved.items()}
        page = _page(cast.mona).post(
            f"/settings/inboxes/{inbox.pk}/", {"inbox-name": "x", "inbox-is_active": "on", **values}
        )
        assert page.status_code in (302, 403, 422)
        fresh = Inbox.objects.get(pk=inbox.pk)
        assert "evil.example" not in json.dumps(fresh.config)
        assert fresh.secrets == inbox.secrets
        assert CANARY.encode() not in _page(cast.ada).get(f"/settings/inboxes/{inbox.pk}/").content


def test_outsider_learns_no_tag_of_a_private_ticket(cast: Cast, ticket: Ticket) -> None:
    changes.add_tags(new_ticket(cast.legal_mail), tags=[CANARY], actor=cast.cleo.as_actor())
    changes.add_tags(ticket, tags=["refund"], actor=cast.ana.as_actor())
    for agent, tags in ((cast.ana, {"refund"}), (cast.lia, {"refund"}), (cast.cleo, {CANARY, "refund"})):
        assert {tag["id"] for tag in _page(agent).get("/options/").json()["tags"]} == tags
    assert CANARY.encode() not in _page(cast.ana).get("/settings/rules/action/0/?a0-action=add_tag").content


def test_long_keys_of_different_messages_stay_apart(cast: Cast, ticket: Ticket) -> None:
    """Cut off, they would be one, and the second message would be lost."""
    client, address = _api(cast.ana), f"/api/v1/tickets/{ticket.number}/messages/"
    for end in ("a", "b", "b"):
        answer = client.post(
            address,
            json.dumps({"kind": "note", "text": end}),
            content_type="application/json",
            headers={"idempotency-key": "k" * 150 + end},
        )
        assert answer.status_code == 201
    assert list(Message.objects.filter(kind="note").order_by("pk").values_list("text", flat=True)) == ["a", "b"]
