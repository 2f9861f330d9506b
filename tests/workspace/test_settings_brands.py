"""Managers name brands and give them inboxes and hours; others may not."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from core.errors import NotAllowed
from people.models import Role
from sla.models import BusinessHours
from tests.desk import an_agent, an_inbox, customer_writes
from tickets.models import Brand
from tickets.services.brands import give_brand, remove_brand, save_brand

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(an_agent("Mona Manager", role=Role.MANAGER))
    return client


def test_manager_makes_a_brand_gives_it_hours_and_removes_it(desk: Client) -> None:
    shop, office = an_inbox(), an_inbox()
    new = reverse("workspace:settings-brand-new")
    assert desk.post(new, {"name": "Acme", "inboxes": [shop.pk]}).status_code == 302
    acme = Brand.objects.get()
    twice = desk.post(new, {"name": "Acme", "inboxes": []})
    assert (twice.status_code, Brand.objects.count()) == (422, 1)
    assert "Another brand has this name." in twice.content.decode()

    hours = {"name": "Shop", "time_zone": "UTC", "day_0": "09:00-12:00", "brand_ids": [acme.pk]}
    assert desk.post(reverse("workspace:settings-hours-new"), hours).status_code == 302
    assert BusinessHours.objects.get().uses.get().brand == acme
    assert "of Acme" in desk.get(reverse("workspace:settings-promises")).content.decode()

    own = reverse("workspace:settings-brand", args=[acme.pk])
    assert desk.post(own, {"name": "Acme", "inboxes": [office.pk]}).status_code == 302
    assert list(acme.inboxes.all()) == [office]
    assert "Acme" in desk.get(reverse("workspace:settings-brands")).content.decode()
    assert desk.post(reverse("workspace:settings-brand-remove", args=[acme.pk])).status_code == 302
    assert desk.get(own).status_code == 404
    office.refresh_from_db()
    assert office.brand is None
    assert not BusinessHours.objects.get().uses.exists()


def test_manager_chooses_the_brand_of_an_inbox_on_its_page_once_there_is_one(desk: Client) -> None:
    shop = an_inbox()
    page = reverse("workspace:settings-inbox", args=[shop.pk])
    values = {
        "inbox-name": "Shop",
        "inbox-address": shop.address,
        "inbox-is_active": "on",
        "channel-domain": "x.example",
    }
    assert 'name="inbox-brand"' not in desk.get(page).content.decode()
    acme = Brand.objects.create(name="Acme")
    assert 'name="inbox-brand"' in desk.get(page).content.decode()
    for chosen, kept in ((acme.pk, acme), ("", None)):
        assert desk.post(page, {**values, "inbox-brand": chosen}).status_code == 302
        shop.refresh_from_db()
        assert shop.brand == kept
    assert desk.post(page, {**values, "inbox-brand": acme.pk + 1}).status_code == 422


def test_agent_sees_the_brand_of_a_ticket_where_there_are_several(client: Client) -> None:
    client.force_login(an_agent("Ana"))
    ticket = customer_writes(an_inbox(brand=Brand.objects.create(name="Acme Shoes")))
    side = reverse("workspace:ticket-side", args=[ticket.number])
    assert "Acme Shoes" not in client.get(side).content.decode()
    Brand.objects.create(name="Other")
    assert "Acme Shoes" in client.get(side).content.decode()


def test_agent_who_manages_nothing_changes_no_brand_by_any_door(db: None) -> None:
    agent, shop = an_agent("Mia"), an_inbox()
    acme = Brand.objects.create(name="Acme")
    with pytest.raises(NotAllowed):
        save_brand(acme, name="Mine", inbox_ids=[shop.pk], by=agent)
    with pytest.raises(NotAllowed):
        give_brand(shop, acme, by=agent)
    with pytest.raises(NotAllowed):
        remove_brand(acme, by=agent)
