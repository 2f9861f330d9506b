"""Saved views: built from conditions, for oneself, a team or everybody, counted where the counters know."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from people.models import Organization
from people.services.contacts import set_tiers
from tests.cast import Cast, new_ticket
from tests.workspace.conftest import SignIn
from tickets.models import Ticket, View
from tickets.selectors.access import tickets_visible_to
from tickets.selectors.counts import view_counts
from tickets.selectors.filters import Filters, apply
from workspace.view_shelf import filters_beside

pytestmark = pytest.mark.django_db

VIP = {"c0-group": "all", "c0_0-fact": "tags", "c0_0-op": "is", "c0_0-value": "vip"}
FORM = {"name": "VIPs", "scope": "me", "state": "awake", "sort": "due", "position": "0"}


def saved(client: Any, **values: str) -> Any:
    return client.post(reverse("workspace:view-new"), {**FORM, **VIP, **values})


def test_agent_builds_a_view_from_conditions_and_works_in_it(cast: Cast, sign_in: SignIn) -> None:
    vip, plain = new_ticket(cast.mail, subject="Very important"), new_ticket(cast.mail, subject="Plain")
    Ticket.objects.filter(pk=vip.pk).update(tags=["vip"])
    ana = sign_in(cast.ana)
    answer = saved(ana)
    view = View.objects.get()
    assert answer["Location"] == f"{reverse('workspace:tickets')}?view=saved:{view.pk}"
    assert (view.owner, view.sort) == (cast.ana, "due")
    page = ana.get(answer["Location"]).content.decode()
    assert "Very important" in page
    assert f"#{plain.number}" not in page
    assert 'data-view="saved:' in page
    assert "VIPs" not in sign_in(cast.ben).get("/tickets/?view=all").content.decode()


def test_filters_of_the_list_come_along(cast: Cast, sign_in: SignIn) -> None:
    ana = sign_in(cast.ana)
    page = ana.get(reverse("workspace:view-new"), {"view": "snoozed", "sort": "created"}).content.decode()
    assert '<option value="snoozed" selected>' in page
    page = ana.get(reverse("workspace:view-new"), {"tag": "vip"}).content.decode()
    assert "tag: vip" in page
    saved(ana, others='{"tag": "vip", "unknown": "x", "state": "spam"}')
    assert View.objects.get().filters == {
        "tag": "vip",
        "state": "awake",
        "where": {"all": [{"fact": "tags", "op": "is", "value": "vip"}]},
    }


def test_view_that_begins_elsewhere_is_about_all_tickets(cast: Cast, sign_in: SignIn) -> None:
    ana = sign_in(cast.ana)
    assert "assignee: me" in ana.get(reverse("workspace:view-new"), {"view": "mine"}).content.decode()
    assert "assignee" not in ana.get(reverse("workspace:view-new")).context["others_words"]


def test_wrong_conditions_are_told_and_nothing_is_saved(cast: Cast, sign_in: SignIn) -> None:
    answer = saved(sign_in(cast.ana), **{"c0_0-fact": "opened_hours", "c0_0-op": "greater", "c0_0-value": "soon"})
    assert answer.status_code == 422
    assert "Expected a number." in answer.content.decode()
    assert not View.objects.exists()


def test_tiers_that_customers_have_are_proposed_where_one_is_typed(cast: Cast, sign_in: SignIn) -> None:
    set_tiers(cast.rosa, own="gold")
    Organization.objects.create(name="Secret Inc", tier="silver")
    ana = sign_in(cast.ana)
    for fact, op, proposed in (
        ("contact_tier", "is", ["gold", "silver"]),
        ("organization_tier", "is_not", ["gold", "silver"]),
        ("contact_tier", "in", []),
        ("subject", "is", []),
    ):
        asked = {"listing": "1", "c0-group": "all", "c0_0-fact": fact, "c0_0-op": op}
        page = ana.post(reverse("workspace:settings-editor-parts", args=["conditions"]), asked).content.decode()
        lists = re.findall(r'list="c0_0-known"><datalist id="c0_0-known">(.*?)</datalist>', page)
        assert [word for found in lists for word in re.findall(r'value="(\w+)"', found)] == proposed


def test_only_managers_share_and_others_leave_shared_ones_alone(cast: Cast, sign_in: SignIn) -> None:
    assert saved(sign_in(cast.ana), scope="all").status_code == 422
    mona = sign_in(cast.mona)
    saved(mona, scope=str(cast.support.pk))
    view = View.objects.get()
    assert view.team == cast.support
    ana, cleo = sign_in(cast.ana), sign_in(cast.cleo)
    assert "VIPs" in ana.get(reverse("workspace:views")).content.decode()
    assert "VIPs" not in cleo.get(reverse("workspace:views")).content.decode()
    assert "VIPs" in mona.get(reverse("workspace:views")).content.decode()
    for name in ("view", "view-delete"):
        assert ana.post(reverse(f"workspace:{name}", args=[view.pk])).status_code == 404
    assert (
        mona.post(
            reverse("workspace:view", args=[view.pk]), {**FORM, **VIP, "name": "Gold", "scope": "all"}
        ).status_code
        == 302
    )
    view.refresh_from_db()
    assert (view.name, view.team_id) == ("Gold", None)


def test_deleted_view_comes_back_under_its_address(cast: Cast, sign_in: SignIn) -> None:
    ana = sign_in(cast.ana)
    saved(ana)
    view = View.objects.get()
    ana.post(reverse("workspace:view-delete", args=[view.pk]))
    assert ana.get(reverse("workspace:tickets"), {"view": f"saved:{view.pk}"}).status_code == 404
    assert "was deleted" in ana.get(reverse("workspace:views")).content.decode()
    ana.post(reverse("workspace:view-restore"))
    assert ana.get(reverse("workspace:tickets"), {"view": f"saved:{view.pk}"}).status_code == 200


def test_menus_of_agents_name_nothing_private(cast: Cast, sign_in: SignIn) -> None:
    Organization.objects.create(name="Secret Inc")
    for fact, hidden in (("inbox", cast.legal_mail.pk), ("team", cast.legal.pk), ("organization", "Secret Inc")):
        asked = {"listing": "1", "c0-group": "all", "c0_0-fact": fact, "c0_0-op": "is"}
        for agent, is_shown in ((cast.ana, False), (cast.mona, True)):
            answer = sign_in(agent).post(reverse("workspace:settings-editor-parts", args=["conditions"]), asked)
            part = answer.content.decode().split('id="c0_0-value"')[1]
            assert (f'value="{hidden}"' in part or str(hidden) in part.split("<option")[-1]) is is_shown
    asked = {"c0-group": "all", "c0_0-fact": "inbox", "c0_0-op": "is"}
    answer = sign_in(cast.ana).post(reverse("workspace:settings-editor-parts", args=["conditions"]), asked)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("conditions", "is_counted"),
    [
        ([{"fact": "team", "op": "is_not", "value": "mine"}], True),
        ([{"fact": "assignee", "op": "is", "value": "me"}, {"fact": "status", "op": "in", "value": ["pending"]}], True),
        ([{"fact": "assignee", "op": "is_not_set"}], True),
        ([{"fact": "inbox", "op": "in", "value": [1, 2]}], True),
        ([{"fact": "tags", "op": "is", "value": "vip"}], False),
    ],
)
def test_number_beside_a_view_is_what_its_list_holds(cast: Cast, conditions: list[Any], is_counted: bool) -> None:
    tickets = [new_ticket(inbox) for inbox in (cast.mail, cast.mail, cast.chat, cast.legal_mail)]
    Ticket.objects.filter(pk=tickets[0].pk).update(assignee=cast.ana, status="pending")
    Ticket.objects.filter(pk=tickets[1].pk).update(team=None)
    view = View.objects.create(name="Some", filters={"where": {"all": conditions}, "state": "open"})
    for agent in (cast.ana, cast.mona):
        saved_filters = filters_beside(agent)
        slug = f"saved:{view.pk}"
        counts = view_counts(agent, saved_filters)
        assert (slug in counts) is is_counted
        if is_counted:
            listed = apply(tickets_visible_to(agent), saved_filters[slug], agent=agent)
            assert counts[slug] == listed.count()


def test_view_that_cannot_be_understood_any_more_breaks_nothing(cast: Cast, sign_in: SignIn) -> None:
    View.objects.create(name="Old", filters={"where": {"all": [{"fact": "gone", "op": "is", "value": 1}]}})
    assert sign_in(cast.ana).get("/tickets/?view=all").status_code == 200
    assert "can no longer be understood" in sign_in(cast.ana).get(reverse("workspace:views")).content.decode()
    assert Filters().as_dict() == {}
