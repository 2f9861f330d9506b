"""Changes of brands: made, renamed, given inboxes, removed."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import Conflict, Invalid
from core.events.bus import publish, unit_of_work
from core.events.catalogue import BrandsChanged
from people.models import Agent
from people.policy import require
from tickets.models import Brand, Inbox


def save_brand(brand: Brand | None, *, name: str, inbox_ids: Sequence[int], by: Agent) -> Brand:
    """An inbox has one brand: naming it here takes it from another."""
    require(by, "manage_desk")
    wanted = name.strip()
    if not wanted:
        raise Invalid("Give the brand a name.", fields={"name": "Give it a name."})
    saved = brand or Brand()
    with unit_of_work():
        if any(other != saved for other in Brand.objects.filter(name=wanted)):
            raise Conflict("Another brand has this name.")
        saved.name = wanted
        saved.save()
        Inbox.objects.filter(brand=saved).exclude(pk__in=inbox_ids).update(brand=None)
        Inbox.objects.filter(pk__in=inbox_ids).update(brand=saved)
        publish(BrandsChanged())
    return saved


def give_brand(inbox: Inbox, brand: Brand | None, *, by: Agent) -> None:
    """The inbox is known to its customers by this name from now on, or by none."""
    require(by, "manage_desk")
    if inbox.brand_id == (brand.pk if brand else None):
        return
    with unit_of_work():
        inbox.brand = brand
        inbox.save(update_fields=["brand"])
        publish(BrandsChanged())


def remove_brand(brand: Brand, *, by: Agent) -> None:
    """Its inboxes stay, without a brand."""
    require(by, "manage_desk")
    with unit_of_work():
        brand.delete()
        publish(BrandsChanged())
