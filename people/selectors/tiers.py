"""The tiers that customers have: of contacts, and of organizations."""

from __future__ import annotations

from people.models import Contact, Organization


def known_tiers() -> list[str]:
    """One read of each table, since few of their rows have one."""
    of_contacts = Contact.objects.exclude(tier="").order_by().values_list("tier", flat=True)
    of_organizations = Organization.objects.exclude(tier="").order_by().values_list("tier", flat=True)
    return sorted(of_contacts.union(of_organizations))
