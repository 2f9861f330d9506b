"""What tables are broken down by, on how many cases figures stand, and who is not compared."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from people.models import Contact, Organization
from reports.base import Result, Row
from reports.counted import counted
from reports.definitions import REPORTS
from reports.fact_filters import FactFilters
from reports.fact_table import with_cases
from reports.failures import FAILURES, failure
from reports.listed import count_behind
from routing.models import Rule
from sla.models import Fact
from tests.cast import Cast
from tests.reports.fortnight import NOW, Fortnight
from tickets.models import Brand, CustomField, Inbox, Ticket

DAYS = {"from": "2026-03-02", "to": "2026-03-16"}


def _run(cast: Cast, slug: str = "sla", **values: str) -> Result:
    report = REPORTS[slug]
    return report.run(cast.mona, report.Filters.from_query({**DAYS, **values}, now=NOW, zone=ZoneInfo("UTC")), now=NOW)


def _filters(**values: str) -> FactFilters:
    return FactFilters.from_query({**DAYS, **values}, now=NOW, zone=ZoneInfo("UTC"))


def _rows(result: Result, group: str) -> dict[str, Row]:
    return {row.label: row for row in result.rows if row.group == group}


def _behind(cast: Cast, link: str) -> int:
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    return counted(cast.mona, FactFilters.from_query(query, now=NOW, zone=ZoneInfo("UTC")), query["set"]).count()


def test_each_share_and_percentile_has_its_number_of_cases_beside_it(cast: Cast, fortnight: Fortnight) -> None:
    assert with_cases(("achieved", "first_p50", "first_p90", "solve_p50")) == (
        "decided", "achieved", "first_answers", "first_p50", "first_p90", "solved", "solve_p50",
    )  # fmt: skip
    result = _run(cast)
    assert {"first_answers", "solved"} <= {column.key for column in result.columns}
    assert result.rows[0].values["first_answers"] == 41  # the last one comes too late
    notes = {tile.column.key: tile.note for tile in result.tiles}
    assert notes["first_p50"] == "n = 41"
    alone = _run(cast, metric="resolution")
    assert {tile.note for tile in alone.tiles if tile.column.key == "first_p50"} == {"nothing to count"}


def test_nobody_is_compared_by_few_cases(cast: Cast, fortnight: Fortnight) -> None:
    """In the first week the tables of agents stand on fewer than 20; of a chosen agent the figures are told."""
    week = {"to": "2026-03-08"}
    assert _rows(_run(cast, **week), "Agent") == {}
    assert _run(cast, **week).notes["Agent"] == "3 agents with fewer than 20 (promises) are not compared."
    chosen = _rows(_run(cast, **week, agent=str(cast.cleo.pk)), "Agent")["Cleo"]
    assert chosen.values["first_p50"] is not None
    # With 27 promises Cleo is compared by them, but not by the median of 13 answers.
    both = _rows(_run(cast), "Agent")["Cleo"]
    assert (both.values["decided"], both.values["first_answers"], both.values["first_p50"]) == (27, 13, None)


def test_promises_are_told_apart(cast: Cast, fortnight: Fortnight) -> None:
    rows = _rows(_run(cast), "Promise")
    assert {name: row.values["decided"] for name, row in rows.items()} == {"First response": 42, "Resolution": 41}
    assert _behind(cast, rows["Resolution"].links["breached"]) == rows["Resolution"].values["breached"] == 17


def test_breakdown_by_organization_tier_and_custom_field(cast: Cast, fortnight: Fortnight, client: Client) -> None:
    cache.clear()
    acme = Organization.objects.create(name="Acme", tier="gold")
    ids = [life.id for life in fortnight.lives]
    Ticket.objects.filter(pk__in=ids[:10]).update(organization=acme, fields={"size": "large", "vip": True})
    Ticket.objects.filter(pk__in=ids[10:16]).update(fields={"size": "small", "vip": False, "parts": ["sole", "lace"]})
    Ticket.objects.filter(pk__in=ids[16:18]).update(fields={"size": "gone", "parts": ["lace", "gone"]})
    Ticket.objects.filter(pk__in=ids[8:11]).update(contact=Contact.objects.create(name="Silvia", tier="silver"))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE sla_fact SET organization_id = %s WHERE ticket_id = ANY(%s)", [acme.pk, ids[:10]])
        cursor.execute("SET LOCAL session_replication_role = origin")
    CustomField.objects.create(key="size", label="Size", kind="choice", choices=["small", "large", "huge"])
    CustomField.objects.create(key="parts", label="Parts", kind="choices", choices=["sole", "lace", "heel"])
    CustomField.objects.create(key="vip", label="VIP", kind="flag")
    expected: dict[str, tuple[str, dict[str, Any]]] = {
        "organization": ("Organization", {"Acme": 20, "No organization": 63}),
        "tier": ("Customer tier", {"gold": 20, "silver": 6}),
        "field:size": ("Size", {"large": 20, "small": 12, "Not set": 47}),
        "field:parts": ("Parts", {"sole": 12, "lace": 16, "Not set": 67}),
        "field:vip": ("VIP", {"Yes": 20, "No": 63}),
    }
    for by, (title, counts) in expected.items():
        rows = _rows(_run(cast, by=by), title)
        assert {name: row.values["decided"] for name, row in rows.items()} == counts, by
        for row in rows.values():
            assert _behind(cast, row.links["decided"]) == row.values["decided"], (by, row)
    client.force_login(cast.mona)
    page = client.get("/reports/sla/", {**DAYS, "by": "field:size"}).content.decode()
    assert "By size" in page
    assert _run(cast, tier="gold").rows[0].values["decided"] == 20
    both = _rows(_run(cast, tier="gold", by="tier"), "Customer tier")["silver"]
    assert _behind(cast, both.links["decided"]) == both.values["decided"] == 4


def test_figures_are_told_by_the_brand_of_the_inbox(cast: Cast, fortnight: Fortnight, client: Client) -> None:
    assert _rows(_run(cast), "Brand") == {}
    assert "brand" not in {choice.name for choice in REPORTS["sla"].choices(cast.mona, _filters())}
    shoes = Brand.objects.create(name="Acme Shoes")
    Inbox.objects.filter(pk=cast.mail.pk).update(brand=shoes)
    rows = _rows(_run(cast), "Brand")
    whole = _run(cast).rows[0].values
    assert sum(row.values["decided"] for row in rows.values()) == whole["decided"]
    for slug in ("sla", "volume", "backlog"):
        for label, chosen in (("Acme Shoes", str(shoes.pk)), ("No brand", "none")):
            row = _rows(_run(cast, slug), "Brand").get(label)
            narrowed = _run(cast, slug, brand=chosen).rows
            assert (row is None) == (narrowed == ())
            if row:
                assert dict(narrowed[0].values) == dict(row.values)
                assert count_behind(cast.mona, row.links["count"], now=NOW, zone=ZoneInfo("UTC")) == row.values["count"]
    client.force_login(cast.mona)
    page = client.get("/reports/sla/", {**DAYS, "brand": str(shoes.pk)}).content.decode()
    assert "Acme Shoes</option>" in page
    assert client.get("/reports/sla/", {"brand": "shoes"}).status_code == 422


def test_rules_macros_and_failures_are_counted_one_by_one(cast: Cast, fortnight: Fortnight, client: Client) -> None:
    rule = Rule.objects.create(name="=Escalate", event="TicketOpened", actions=[])
    ticket_id = fortnight.lives[0].id
    told: list[tuple[str, dict[str, Any]]] = [("rule_ran", {"rule": rule.pk})] * 3 + [("macro_applied", {"macro": 999})]
    told += [("delivery_failed", {"message": 1, "why": "full"}), ("delivery_failed", {"message": 2})]
    for kind, data in told:
        Fact.objects.create(kind=kind, at=NOW.replace(day=5), ticket_id=ticket_id, data=data, inbox_id=cast.mail.pk)
    result = _run(cast, "automation")
    rules, macros, failures = (_rows(result, name) for name in ("Rule", "Macro", "Reason of failure"))
    assert {name: row.values["rule_runs"] for name, row in rules.items()} == {"=Escalate": 3}
    assert {name: row.values["macros"] for name, row in macros.items()} == {"Deleted macro 999": 1}
    assert {name: row.values["undelivered"] for name, row in failures.items()} == {
        "Mailbox full": 1, "Another reason": 1,
    }  # fmt: skip
    assert _behind(cast, rules["=Escalate"].links["rule_runs"]) == 3
    assert rules["=Escalate"].page == f"/settings/rules/{rule.pk}/runs/"
    client.force_login(cast.mona)
    assert client.get(rules["=Escalate"].page).status_code == 200


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("550 5.1.1 <a@b.example>: Recipient address rejected: User unknown", "unknown"),
        ("552 5.2.2 Mailbox full", "full"),
        ("554 5.7.1 Message refused as spam", "refused"),
        ("Telegram cannot be reached at the moment.", "unreachable"),
        ("552 5.3.4 message size exceeds limit", "too_large"),
        ("", "other"),
    ],
)
def test_reasons_of_failures_become_a_closed_set(reason: str, why: str) -> None:
    assert failure(reason) == why
    assert failure(reason, "uncertain") == "uncertain"
    assert {why, "uncertain"} <= set(FAILURES)


def test_manager_puts_conditions_together_in_the_editor(cast: Cast, fortnight: Fortnight, client: Client) -> None:
    client.force_login(cast.mona)
    editor = "/reports/sla/conditions/?from=2026-03-02&to=2026-03-16"
    more = client.post(editor, {"c0-group": "all", "c0_0-fact": "priority", "c0_0-op": "is", "do": "test:0"})
    assert "c0_1-fact" in more.content.decode()
    wrong = client.post(
        editor, {"c0-group": "all", "c0_0-fact": "opened_hours", "c0_0-op": "greater", "c0_0-value": "x"}
    )
    assert wrong.status_code == 422
    done = client.post(editor, {"c0-group": "all", "c0_0-fact": "priority", "c0_0-op": "is", "c0_0-value": "high"})
    where = json.loads(parse_qs(urlsplit(done["Location"]).query)["where"][0])
    assert where == {"all": [{"fact": "priority", "op": "is", "value": "high"}]}
    page = client.get(done["Location"]).content.decode()
    assert "Priority is High" in page
    assert "Change the conditions" in page
    client.force_login(cast.ana)
    assert client.get(editor).status_code == 403
