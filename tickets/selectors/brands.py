"""The brands of the desk."""

from __future__ import annotations

from django.db.models import QuerySet

from tickets.models import Brand, Inbox


def all_brands() -> QuerySet[Brand]:
    """For those who manage the desk: with all their inboxes, private ones too."""
    return Brand.objects.prefetch_related("inboxes")


def brand_among_others(inbox: Inbox) -> Brand | None:
    """The brand of an inbox, where there are others that it could be taken for."""
    if inbox.brand_id is None:
        return None
    brands = {brand.pk: brand for brand in Brand.objects.all()}
    return brands.get(inbox.brand_id) if len(brands) > 1 else None
