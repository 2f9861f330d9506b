"""A ticket that was put under a certain policy, whatever the conditions of the policies say."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from sla.models.policy import Policy
from tickets.models import Ticket


class Pin(models.Model):
    """Ends when the policy is switched off or put away, or when the ticket is given back to the conditions."""

    ticket = models.OneToOneField(Ticket, primary_key=True, on_delete=models.CASCADE, related_name="sla_pin")
    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="pins")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"policy {self.policy_id} on ticket {self.ticket_id}"
