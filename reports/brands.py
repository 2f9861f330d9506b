"""The brand of what happened: that of the inbox, as inboxes are now."""

from __future__ import annotations

from typing import Any

from tickets.models import Brand, Inbox


def has_brands() -> bool:
    return Brand.objects.exists()


def brands_by_inbox() -> dict[int, int]:
    """The brand of each inbox that has one."""
    return dict(Inbox.objects.filter(brand__isnull=False).values_list("pk", "brand_id"))


def of_brand(chosen: str) -> tuple[str, list[Any]]:
    """The condition on a row f with an `inbox_id`; "none" are those without a brand."""
    if chosen == "none":
        inboxes = "SELECT id FROM tickets_inbox WHERE brand_id IS NOT NULL"
        return f"(f.inbox_id IS NULL OR f.inbox_id NOT IN ({inboxes}))", []
    return "f.inbox_id IN (SELECT id FROM tickets_inbox WHERE brand_id = %s)", [int(chosen)]
