"""Changes of contacts and their identities."""

from __future__ import annotations

from datetime import timedelta

from core.clock import now
from core.errors import Conflict, Invalid
from core.events.bus import publish, unit_of_work
from core.events.catalogue import ContactChanged, TiersChanged
from people.models import Agent, Contact, Identity
from people.policy import require

REFUSALS_COUNT_FOR = timedelta(days=30)


def normal_value(kind: str, value: str) -> str:
    """The comparable form of an address: e-mail in lower case (dots and plus parts stay), others trimmed."""
    cleaned = value.strip().replace("\x00", "")
    return cleaned.lower() if kind == "email" else cleaned


def identify(*, kind: str, value: str, name: str = "", verified_how: str = "") -> Identity:
    """The identity with this address, made with a new contact when it is unknown."""
    value = normal_value(kind, value)
    if not value:
        raise Invalid("An address is needed.", fields={"value": "Enter an address."})
    with unit_of_work():
        known = Identity.objects.select_related("contact").filter(kind=kind, value=value).first()
        if known:
            return known
        contact = Contact.objects.create(name=name[:160])
        identity, made = Identity.objects.get_or_create(
            kind=kind,
            value=value,
            defaults={
                "contact": contact,
                "label": name[:160],
                "verified_how": verified_how,
                "verified_at": now() if verified_how else None,
            },
        )
        if not made:  # someone else made it at the same moment
            contact.delete()
    return identity


def add_identity(contact: Contact, *, kind: str, value: str, verified_how: str = "") -> Identity:
    """Give a contact one more address. Raises Conflict when another contact has it."""
    value = normal_value(kind, value)
    if not value:
        raise Invalid("An address is needed.", fields={"value": "Enter an address."})
    with unit_of_work():
        identity, made = Identity.objects.get_or_create(
            kind=kind,
            value=value,
            defaults={
                "contact": contact,
                "verified_how": verified_how,
                "verified_at": now() if verified_how else None,
            },
        )
        if made:
            publish(ContactChanged(contact_id=contact.pk, what="address", after=value))
    if not made and identity.contact_id != contact.pk:
        raise Conflict("Another contact has this address already.", details={"contact": identity.contact_id})
    return identity


def add_contact(*, name: str, notes: str = "") -> Contact:
    return Contact.objects.create(name=_one_line(name), notes=notes.replace("\x00", ""))


def update_contact(contact: Contact, *, name: str | None = None, notes: str | None = None) -> Contact:
    """Change what is given, leave the rest."""
    before = contact.name
    if name is not None:
        contact.name = _one_line(name)
    if notes is not None:
        contact.notes = notes.replace("\x00", "")
    with unit_of_work():
        contact.save(update_fields=["name", "notes"])
        if contact.name != before:
            publish(ContactChanged(contact_id=contact.pk, what="name", before=before, after=contact.name))
    return contact


def rename(contact: Contact, *, name: str) -> Contact:
    return update_contact(contact, name=name)


def set_tiers(contact: Contact, *, own: str, organization: str = "") -> None:
    """What the contact and their organization have bought; promises that ask for a tier follow."""
    own, organization = normal_tier(own), normal_tier(organization)
    company = contact.organization
    if contact.tier == own and (company is None or company.tier == organization):
        return
    with unit_of_work():
        if contact.tier != own:
            publish(ContactChanged(contact_id=contact.pk, what="tier", before=contact.tier, after=own))
        Contact.objects.filter(pk=contact.pk).update(tier=own)
        contact.tier = own
        if company is not None and company.tier != organization:
            publish(
                ContactChanged(
                    contact_id=contact.pk,
                    organization_id=company.pk,
                    what="organization_tier",
                    before=company.tier,
                    after=organization,
                )
            )
            type(company).objects.filter(pk=company.pk).update(tier=organization)
            company.tier = organization
        publish(TiersChanged(contact_id=contact.pk, organization_id=contact.organization_id))


def normal_tier(text: str) -> str:
    """The comparable form of a tier: one line in lower case."""
    return _one_line(text).lower()[:24]


def block(contact: Contact, *, agent: Agent) -> None:
    """From now on what they write is held back. Reversible; what they wrote before stays."""
    require(agent, "edit_contact")
    with unit_of_work():
        free = Contact.objects.filter(pk=contact.pk, is_blocked=False)
        if free.update(is_blocked=True, blocked_at=now(), blocked_by=agent.name[:120]):
            publish(ContactChanged(contact_id=contact.pk, what="blocked"))
    contact.refresh_from_db()


def unblock(contact: Contact, *, agent: Agent) -> None:
    """They may write again; what is held back waits for somebody to let it in or discard it."""
    require(agent, "edit_contact")
    with unit_of_work():
        blocked = Contact.objects.filter(pk=contact.pk, is_blocked=True)
        if blocked.update(is_blocked=False, blocked_at=None, blocked_by=""):
            publish(ContactChanged(contact_id=contact.pk, what="unblocked"))
    contact.refresh_from_db()


def mark_unreachable(*, kind: str, value: str, reason: str) -> None:
    """The provider says that this address cannot be reached; the composer warns and the server refuses."""
    Identity.objects.filter(kind=kind, value=normal_value(kind, value)).update(
        unreachable_at=now(), unreachable_reason=reason[:200]
    )


def note_refusal(*, kind: str, value: str, reason: str, limit: int) -> None:
    """One more message did not get there. After `limit` of them in a row, within a month, nobody writes there more."""
    with unit_of_work():
        row = Identity.objects.select_for_update().filter(kind=kind, value=normal_value(kind, value)).first()
        if row is None:
            return
        at = now()
        is_in_a_row = row.refused_at is not None and at - row.refused_at < REFUSALS_COUNT_FOR
        row.refusals = min(row.refusals + 1, 1000) if is_in_a_row else 1
        row.refused_at = at
        if row.refusals >= limit:
            row.unreachable_at, row.unreachable_reason = at, reason[:200]
        row.save(update_fields=["refusals", "refused_at", "unreachable_at", "unreachable_reason"])


def mark_reachable(*, kind: str, value: str) -> None:
    Identity.objects.filter(kind=kind, value=normal_value(kind, value), unreachable_at__isnull=False).update(
        unreachable_at=None, unreachable_reason="", refusals=0
    )


def _one_line(name: str) -> str:
    return " ".join(name.replace("\x00", "").split())[:160]
