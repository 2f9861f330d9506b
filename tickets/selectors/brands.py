"""The brands of the desk."""

from __future__ import annotations

from django.db.models import QuerySet

from tickets.models import Brand


def all_brands() -> QuerySet[Brand]:
    """For those who manage the desk: with all their inboxes, private ones too."""
    return Brand.objects.prefetch_related("inboxes")
