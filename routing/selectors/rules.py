"""The rules and macros of the desk, for those who manage them."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from routing.models import Macro, Rule


def rules() -> QuerySet[Rule]:
    """In the order in which they run, with how often they ran."""
    return Rule.objects.annotate(run_count=Count("runs")).order_by("position", "id")


def shared_macros() -> QuerySet[Macro]:
    """Those that belong to nobody in particular."""
    return Macro.objects.filter(owner=None).select_related("team").order_by("position", "name", "id")
