"""The custom fields that are asked for, and what a ticket answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from tickets.models import CustomField, Ticket


@dataclass(frozen=True, slots=True)
class Answer:
    custom: CustomField
    value: Any

    @property
    def shown(self) -> str:
        """For people; empty when there is no answer."""
        if self.value is None:
            return ""
        if isinstance(self.value, bool):
            return "Yes" if self.value else "No"
        return ", ".join(self.value) if isinstance(self.value, list) else str(self.value)


def custom_fields() -> QuerySet[CustomField]:
    """All of them, also those switched off, in their order."""
    return CustomField.objects.order_by("position", "label", "id")


def answers(ticket: Ticket) -> list[Answer]:
    """Every field that is asked for, and those switched off that the ticket still answers."""
    known = list(custom_fields())
    return [
        Answer(custom, ticket.fields.get(custom.key))
        for custom in known
        if custom.is_active or custom.key in ticket.fields
    ]
