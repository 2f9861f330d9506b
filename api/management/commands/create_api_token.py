"""Makes a bearer token for an agent and prints it once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import HelpdeskError
from people.selectors.agents import active_agents
from people.services.api_tokens import SCOPES, create_api_token


class Command(BaseCommand):
    help = "Makes a bearer token of the API for an agent and prints it; it is not shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--agent", required=True, metavar="EMAIL")
        parser.add_argument("--scopes", nargs="+", default=list(SCOPES), metavar="SCOPE", help=" ".join(SCOPES))
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        agent = active_agents().filter(email=options["agent"].strip().lower()).first()
        if agent is None:
            raise CommandError(f"There is no active agent with the address {options['agent']}.")
        scopes = [scope for item in options["scopes"] for scope in item.split(",") if scope]
        try:
            _, plain = create_api_token(agent, scopes=scopes, name=options["name"])
        except HelpdeskError as error:
            raise CommandError(error.message) from error
        self.stdout.write(plain)
