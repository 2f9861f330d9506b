"""A brand: the name under which some inboxes meet their customers."""

from __future__ import annotations

from django.db import models


class Brand(models.Model):
    """It has no address of its own; its inboxes do, and what is said of it holds for all of them."""

    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name
