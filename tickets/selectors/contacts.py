"""Contacts as an agent may find them: by name or address."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from core.paging import Page, keyset_page
from people.models import Agent, Contact, Identity
from tickets.selectors.access import contacts_visible_to

# Fewer letters than this no index can look up.
FEWEST_LETTERS = 3
_MOST_ADDRESSES = 200


def find_contacts(agent: Agent, query: str, *, size: int = 20) -> list[Contact]:
    """By parts of a name or of an address; three letters at least."""
    return list(contacts_matching(agent, query).order_by("-id")[:size])


def contacts_matching(agent: Agent, query: str) -> QuerySet[Contact]:
    """By parts of a name or of an address, each by its own index; nobody for less than three letters."""
    query = query.replace("\x00", "").strip()[:100]
    if len(query) < FEWEST_LETTERS:
        return Contact.objects.none()
    # A condition over both tables at once could use neither index.
    by_address = Identity.objects.filter(value__icontains=query)
    ids = list(by_address.values_list("contact_id", flat=True)[:_MOST_ADDRESSES])
    return contacts_visible_to(agent).filter(Q(name__icontains=query) | Q(pk__in=ids))


def contact_page(agent: Agent, *, cursor: str = "", size: int = 50) -> Page[Contact]:
    """The newest contacts with their organization and addresses."""
    rows = contacts_visible_to(agent).select_related("organization").prefetch_related("identities")
    return keyset_page(rows, order="-id", cursor=cursor, size=size)
