"""A contact: one customer person, their verified or claimed addresses, and their organization."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone


class Organization(models.Model):
    name = models.CharField(max_length=160)
    domains = ArrayField(models.CharField(max_length=253), default=list, blank=True)
    # What they have bought, such as "gold": promises and rules may ask for it.
    tier = models.CharField(max_length=24, blank=True, default="", db_default="")
    notes = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    name = models.CharField(max_length=160, blank=True, default="")
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts"
    )
    language = models.CharField(max_length=16, blank=True, default="")
    time_zone = models.CharField(max_length=64, blank=True, default="")
    # Their own, where it differs from their organization's.
    tier = models.CharField(max_length=24, blank=True, default="", db_default="")
    notes = models.TextField(blank=True, default="")
    # What a blocked contact writes is held back where agents may look at it; no ticket, no bell.
    is_blocked = models.BooleanField(default=False)
    blocked_at = models.DateTimeField(null=True, blank=True)
    blocked_by = models.CharField(max_length=120, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            # Upper case, since that is what icontains compares.
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="contact_name_trgm"),
        ]

    def __str__(self) -> str:
        return self.name or f"Contact {self.pk}"


class Identity(models.Model):
    """One address of a contact: `kind` is email, phone, or a channel's word for its users (telegram, webchat ...)."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=24)
    value = models.CharField(max_length=320)
    label = models.CharField(max_length=160, blank=True, default="")
    # How we know that the address is theirs: "provider", "token", "signed"; "" means claimed only.
    verified_how = models.CharField(max_length=16, blank=True, default="")
    verified_at = models.DateTimeField(null=True, blank=True)
    # Set when the provider says that we cannot reach them (blocked bot, hard bounce).
    unreachable_at = models.DateTimeField(null=True, blank=True)
    unreachable_reason = models.CharField(max_length=200, blank=True, default="")
    # How often in a row messages did not get there, and when the last of them.
    refusals = models.PositiveSmallIntegerField(default=0, db_default=0)
    refused_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "identities"
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="identity_unique")]
        indexes = [
            GinIndex(OpClass(Upper("value"), name="gin_trgm_ops"), name="identity_value_trgm"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"

    @property
    def shown(self) -> str:
        """What people read: a provider's own key (a chat's, a bot's) says nothing, the name there does."""
        is_readable = "@" in self.value or self.value.startswith("+") or not self.label
        return self.value if is_readable else self.label
