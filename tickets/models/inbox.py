"""An inbox: one configured address or widget of a channel kind."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from core.crypto import EncryptedJSONField
from core.ids import new_token
from people.models import Team
from tickets.models.brand import Brand


class Inbox(models.Model):
    """`kind` is a plain string whose meaning lives in channels_in/<kind>/; nothing else compares it."""

    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=120)
    # The public address: an e-mail address, a bot's user name, a site.
    address = models.CharField(max_length=320, blank=True, default="")
    # The unguessable part of the webhook URL and of the widget snippet.
    token = models.CharField(max_length=40, unique=True, default=new_token)
    config = models.JSONField(default=dict, blank=True)
    secrets = EncryptedJSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    # Tickets of a private inbox are seen by its teams only (and by managers and admins).
    is_private = models.BooleanField(default=False)
    teams = models.ManyToManyField(Team, related_name="inboxes", blank=True)
    default_team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.SET_NULL, related_name="inboxes")
    # How much of an agent's capacity a ticket of this inbox takes: a chat may weigh as much as three letters.
    weight = models.PositiveSmallIntegerField(default=1, db_default=1)
    # A customer who writes within this time after "resolved" reopens the ticket; later they open a linked one.
    reopen_days = models.PositiveSmallIntegerField(default=14)
    disabled_reason = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "inboxes"
        ordering = ("name", "id")
        indexes = [models.Index(fields=["kind", "address"], name="inbox_kind_address")]

    def __str__(self) -> str:
        return self.name
