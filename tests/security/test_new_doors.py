"""Hostile hands at the doors of conditions, reports and views: refused in words, never an error of ours."""

from __future__ import annotations

import json
from itertools import product

import pytest
from django.test import Client

from core.errors import Conflict
from people.services.api_tokens import create_api_token
from reports.models import SavedReport
from reports.services.saving import LONGEST_QUERY, MOST_SAVED, SavedDraft, save_report
from tests.cast import Cast, new_ticket

pytestmark = pytest.mark.django_db

DEEP = "[" * 15_000
LONE_SURROGATES = (
    '{"fact":"subject","op":"contains","value":"\\ud800"}',
    '{"fact":"status","op":"in","value":["open","\\udfff"]}',
)
CONDITIONS = (
    *LONE_SURROGATES, DEEP, '{"all":' * 5000, "NaN", "1", "[]", "null", '{"all":{"a":1}}',
    '{"fact":["x"],"op":"is","value":1}', '{"fact":"rating","op":"greater","value":9e14}',
    '{"fact":"number","op":"in","value":[1e14]}', '{"fact":"assignee","op":"in","value":["me"]}',
    '{"all":[' + ",".join(['{"fact":"subject","op":"contains","value":"%_%"}'] * 60) + "]}",
)  # fmt: skip
LISTS = ("/tickets/rows/", "/api/v1/tickets/", "/bulk/count/", "/views/new/")
REPORTS = (
    "/reports/sla/", "/reports/counted/?set=opened", "/reports/csat/comments/", "/reports/backlog/tickets/",
    "/reports/sla/conditions/", "/api/v1/reports/csat/",
)  # fmt: skip


@pytest.fixture
def desk(cast: Cast) -> Client:
    """Ada, with a session and a token."""
    _, token = create_api_token(cast.ada)
    client = Client(headers={"authorization": f"Bearer {token}"})
    client.force_login(cast.ada)
    return client


@pytest.mark.parametrize("address", LISTS + REPORTS)
def test_conditions_that_cannot_be_meant_are_refused(desk: Client, cast: Cast, address: str) -> None:
    new_ticket(cast.mail)
    for where in CONDITIONS:
        assert desk.get(address, {"where": where, "state": "any", "set": "opened"}).status_code < 500, where[:60]


@pytest.mark.parametrize("address", ["/reports/sla/", "/reports/counted/?set=opened"])
def test_zones_and_days_that_the_database_does_not_know_are_refused(desk: Client, cast: Cast, address: str) -> None:
    new_ticket(cast.mail)
    zones = ("right/UTC", "posix/Europe/Berlin", "localtime", "zone.tab", "../etc/passwd", "UTC\x00")
    for zone, hour in product(zones, ("", "3")):
        assert desk.get(address, {"set": "opened", "zone": zone, "hour": hour}).status_code == 422, zone
    for first, last in (("9000-12-31", "9000-12-31"), ("2000-01-01", "2000-01-02"), ("2099-12-31", "2099-12-31")):
        for compare in ("", "year"):
            query = {"set": "opened", "from": first, "to": last, "compare": compare}
            assert desk.get(address, query).status_code < 500, first


@pytest.mark.parametrize("fact", ["inbox", "team"])
def test_views_tell_no_name_that_their_reader_may_not_know(client: Client, cast: Cast, fact: str) -> None:
    hidden = {"inbox": cast.legal_mail.pk, "team": cast.legal.pk}[fact]
    form = {"name": "Mine", "scope": "me", "state": "any", "sort": "recent", "position": "0", "c0-group": "all"}
    client.force_login(cast.ana)
    test = {"c0_0-fact": fact, "c0_0-op": "is", "c0_0-value": str(hidden)}
    assert client.post("/views/new/", {**form, **test}).status_code == 302
    where = json.dumps({"fact": fact, "op": "is", "value": hidden})
    for address in ("/views/", "/views/new/", "/tickets/"):
        assert b"Legal" not in client.get(address, {"where": where, "state": "any"}).content, address


def test_nobody_keeps_reports_without_end(desk: Client, cast: Cast) -> None:
    form = {"name": "Long", "slug": "sla", "query": f"days=7&x={'A' * LONGEST_QUERY}\r\nX: y"}
    assert desk.post("/reports/saved/", form).status_code == 422
    assert not SavedReport.objects.exists()
    SavedReport.objects.bulk_create([SavedReport(owner=cast.mona, name="One", slug="sla") for _ in range(MOST_SAVED)])
    with pytest.raises(Conflict):
        save_report(cast.mona, SavedDraft(name="One more", slug="sla"))
