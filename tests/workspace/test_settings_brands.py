"""Managers name brands and give them inboxes and hours; others may not."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from people.models import Role
from sla.models import BusinessHours
from tests.desk import an_agent, an_inbox
from tickets.models import Brand

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
