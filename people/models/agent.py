"""An agent: a staff user who signs in by e-mail address."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from core.events.catalogue import Actor


class Role(models.TextChoices):
    ADMIN = "admin", "Admin"
    MANAGER = "manager", "Manager"
    AGENT = "agent", "Agent"
    LIGHT = "light", "Light agent"


class Availability(models.TextChoices):
    AVAILABLE = "available", "Available"
    BUSY = "busy", "Busy"
    AWAY = "away", "Away"


class AgentManager(BaseUserManager["Agent"]):
    """Makes agents with a normalised address and a hashed password."""

    def create_user(self, email: str, password: str | None = None, **values: Any) -> Agent:
        agent = self.model(email=email.strip().lower(), **values)
        agent.set_password(password)
        agent.save(using=self._db)
        return agent

    def create_superuser(self, email: str, password: str | None = None, **values: Any) -> Agent:
        return self.create_user(email, password, **{"role": Role.ADMIN, **values})

    def get_by_natural_key(self, username: str | None) -> Agent:
        return self.get(email=(username or "").strip().lower())


class Agent(AbstractBaseUser):
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.AGENT)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=16, default="en", blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    signature = models.TextField(blank=True, default="")
    availability = models.CharField(max_length=10, choices=Availability.choices, default=Availability.AWAY)
    availability_changed_at = models.DateTimeField(default=timezone.now)
    # Renewed by the agent's live socket; an agent is online while this is fresh.
    last_seen_at = models.DateTimeField(null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(default=20)
    skills = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    undo_seconds = models.PositiveSmallIntegerField(default=10)
    # The bell's lines also come by mail while the agent is not at the desk.
    mails_when_away = models.BooleanField(default=False, db_default=False)
    # Display choices only (theme, density, shortcuts); nothing that decides.
    preferences = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = AgentManager()

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    @property
    def sees_everything(self) -> bool:
        return self.role in (Role.ADMIN, Role.MANAGER)

    def as_actor(self) -> Actor:
        return Actor(kind="agent", id=self.pk, name=self.name)
