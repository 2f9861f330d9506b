"""A file of a message. The stored name is ours; the sender's name is only shown."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from core.ids import new_uuid
from people.models import Agent
from tickets.models.message import Message


class Attachment(models.Model):
    """`message` is empty while an agent's upload waits in a draft."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments")
    uploaded_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    storage_name = models.CharField(max_length=200)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    is_inline = models.BooleanField(default=False)
    content_id = models.CharField(max_length=250, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return self.name
