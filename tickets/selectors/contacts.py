"""Contacts as an agent may find them: by name or address."""

from __future__ import annotations

from django.db.models import Q

from core.paging import Page, keyset_page
from people.models import Agent, Contact, Identity
from tickets.selectors.access import contacts_visible_to


def find_contacts(agent: Agent, query: str, *, size: int = 20) -> list[Contact]:
    """By parts of a name or of an address; three letters at least."""
    query = query.replace("\x00", "").strip()[:100]
    if len(query) < 3:
        return []
    by_address = Identity.objects.filter(value__icontains=query).values("contact_id")[:200]
    ids = [row["contact_id"] for row in by_address]
    return list(contacts_visible_to(agent).filter(Q(name__icontains=query) | Q(pk__in=ids)).order_by("-id")[:size])


def contact_page(agent: Agent, *, cursor: str = "", size: int = 50) -> Page[Contact]:
    """The newest contacts with their organization and addresses."""
    rows = contacts_visible_to(agent).select_related("organization").prefetch_related("identities")
    return keyset_page(rows, order="-id", cursor=cursor, size=size)
