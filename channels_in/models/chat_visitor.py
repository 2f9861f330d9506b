"""A visitor: one browser that talks to one widget, and the signed identities that were used once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.models import Identity
from tickets.models import Inbox


class ChatVisitor(models.Model):
    """`name` and `email` are only claims unless `is_verified`: a claim shows no history and merges nothing."""

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="visitors")
    # The browser's own random id; inside a signed token it is the visitor's key.
    uid = models.CharField(max_length=32, unique=True)
    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="visitors")
    # Raised at sign-in and sign-out: tokens of an earlier generation are refused.
    generation = models.PositiveIntegerField(default=0)
    is_verified = models.BooleanField(default=False)
    name = models.CharField(max_length=160, blank=True, default="")
    email = models.CharField(max_length=320, blank=True, default="")
    # Renewed while the chat is open and in view.
    last_seen_at = models.DateTimeField(null=True, blank=True)
    # The newest message of the visitor that an agent has had on the screen.
    agent_saw_id = models.BigIntegerField(default=0)
    # They left while we were away and wait for an answer by mail, whether the chat is open or not.
    is_mail_wanted = models.BooleanField(default=False)
    # From when on unread answers also go by mail; empty when nothing is unread.
    mail_due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            models.Index("mail_due_at", name="chatvisitor_mail_due", condition=Q(mail_due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"visitor {self.uid[:6]}"


class SignedSignIn(models.Model):
    """A signed identity (its `jti`) belongs to the browser that brought it first; nobody else may replay it."""

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+", db_index=False)
    jti = models.CharField(max_length=64)
    uid = models.CharField(max_length=32)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "jti"], name="signedsignin_unique")]

    def __str__(self) -> str:
        return f"sign-in of {self.uid[:6]}"
