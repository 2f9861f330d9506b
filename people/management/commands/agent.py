"""Makes an agent, or lets one out or in again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.errors import HelpdeskError
from core.ids import new_token
from people.models import Agent, Role
from people.services.agents import add_agent, set_active


class Command(BaseCommand):
    help = "Makes an agent and prints a first password, or switches an agent off or on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["add", "deactivate", "activate"])
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", default="")
        parser.add_argument("--role", default=Role.AGENT.value, choices=Role.values)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._add(options) if options["verb"] == "add" else self._switch(options)
        except HelpdeskError as error:
            raise CommandError(" ".join([error.message, *error.fields.values()])) from error

    def _add(self, options: dict[str, Any]) -> None:
        password = new_token(16)
        agent = add_agent(email=options["email"], name=options["name"], role=options["role"], password=password)
        self.stdout.write(f"{agent.email} may sign in at {settings.SITE_URL} with the password {password}")
        self.stdout.write("Ask them to change it there. It is not shown again.")

    def _switch(self, options: dict[str, Any]) -> None:
        agent = Agent.objects.filter(email=options["email"].strip().lower()).first()
        if agent is None:
            raise CommandError(f"There is no agent with the address {options['email']}.")
        is_active = options["verb"] == "activate"
        set_active(agent, is_active=is_active)
        self.stdout.write(f"{agent.email} is {'active' if is_active else 'switched off'}.")
