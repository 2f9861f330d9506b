"""How far each mailbox is fetched: one row per inbox, and one per mail that was dealt with."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from tickets.models import Inbox


class MailFetch(models.Model):
    """The cursor is (generation, live_uid). What was there at the first connection, up to boundary_uid, is fetched
    from its newest mail downwards, as far as the import window goes.

    A generation is the server's UIDVALIDITY: when it changes, all UIDs mean something else.
    """

    inbox = models.OneToOneField(Inbox, on_delete=models.CASCADE, related_name="mail_fetch")
    # The mailbox that the cursor belongs to: another server, user or folder starts anew.
    mailbox = models.CharField(max_length=700, blank=True, default="")
    generation = models.BigIntegerField(default=0)
    boundary_uid = models.BigIntegerField(default=0)
    live_uid = models.BigIntegerField(default=0)
    # Older mails that are still to come have lower UIDs; 0: there are none left.
    backfill_uid = models.BigIntegerField(default=0)
    # A new generation means the same mails under other numbers: all of them are looked at again.
    is_rescan = models.BooleanField(default=False)
    # No mail that came before is of interest; empty: all are.
    window_from = models.DateTimeField(null=True, blank=True)

    last_good_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True, default="")
    # Told to people once per bad spell.
    is_alerted = models.BooleanField(default=False)

    reconciled_at = models.DateTimeField(null=True, blank=True)
    server_count = models.PositiveIntegerField(default=0)
    missing_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"fetching of inbox {self.inbox_id}"


class FetchedMail(models.Model):
    """A mail of the server that was dealt with; unique, so that two fetchers cannot both take it."""

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+", db_index=False)
    generation = models.BigIntegerField(default=0)
    # IMAP's UID, or POP3's UIDL.
    mark = models.CharField(max_length=100)
    # Empty when it was left on the server: older than the import window.
    delivery_id = models.BigIntegerField(null=True, blank=True)
    fetched_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "generation", "mark"], name="fetchedmail_unique")]

    def __str__(self) -> str:
        return f"mail {self.mark} of inbox {self.inbox_id}"
