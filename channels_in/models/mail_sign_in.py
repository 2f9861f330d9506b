"""Signing in to mailboxes by OAuth 2: the apps that an admin has registered, and what each inbox was granted."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from core.crypto import EncryptedJSONField
from tickets.models import Inbox


class SignInFlow(models.TextChoices):
    CODE = "code", "A person signs in once"
    CLIENT = "client", "The app signs in by itself"


class OAuthProvider(models.Model):
    """One app, registered with Google, Microsoft or anybody else who speaks OAuth 2."""

    name = models.CharField(max_length=80)
    authorize_url = models.CharField(max_length=500, blank=True, default="")
    token_url = models.CharField(max_length=500)
    scopes = models.CharField(max_length=500)
    flow = models.CharField(max_length=6, choices=SignInFlow.choices, default=SignInFlow.CODE)
    client_id = models.CharField(max_length=255)
    # client_secret; apps that only use PKCE have none.
    secrets = EncryptedJSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "OAuth provider"
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class MailGrant(models.Model):
    """The tokens of one inbox. A refresh token that was exchanged is worthless: the new one is saved before its use."""

    inbox = models.OneToOneField(Inbox, on_delete=models.CASCADE, related_name="mail_grant")
    provider = models.ForeignKey(OAuthProvider, on_delete=models.PROTECT, related_name="grants")
    # access_token, refresh_token
    tokens = EncryptedJSONField(default=dict, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # The provider takes the grant back: only a person can renew it.
    is_revoked = models.BooleanField(default=False)
    granted_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"grant of inbox {self.inbox_id}"
