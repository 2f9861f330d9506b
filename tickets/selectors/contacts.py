"""Contacts as an agent may find them: by name or address."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from core.errors import NotFound
from core.paging import Page, keyset_page
from people.models import Agent, Contact, Identity
from people.policy import may
from tickets.selectors.access import tickets_visible_to


def contacts_visible_to(agent: Agent) -> QuerySet[Contact]:
    """Managers see all; others the contacts of tickets that they may see."""
    if not may(agent, "see_tickets"):
        return Contact.objects.none()
    if agent.sees_everything:
        return Contact.objects.all()
    return Contact.objects.filter(pk__in=tickets_visible_to(agent).values("contact_id"))


def contact_for(agent: Agent, contact_id: int) -> Contact:
    found = contacts_visible_to(agent).select_related("organization").filter(pk=contact_id).first()
    if found is None:
        raise NotFound("There is no such contact that you may see.")
    return found


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
