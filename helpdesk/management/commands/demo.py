"""`manage.py demo`: fills an empty desk with the demo company's people and tickets."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from helpdesk.demo.build import TICKETS, build
from people.models import Agent


class Command(BaseCommand):
    help = "Fills an empty desk with demo data: people, inboxes, promises and sixty days of tickets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when the desk has agents")
        parser.add_argument("--tickets", type=int, default=TICKETS, help="how many tickets (default 220)")
        parser.add_argument("--random-seed", type=int, default=7, help="another number, another past")

    def handle(self, *args: Any, **options: Any) -> None:
        if Agent.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("The desk has agents already; the demo is made on an empty database only.")
        with transaction.atomic():
            made = build(tickets=max(options["tickets"], 6), random_seed=options["random_seed"])
        self.stdout.write(
            f"Demo data: {made.tickets} tickets with {made.messages} messages, {made.open} of them open, "
            f"{made.breaches} missed promises."
        )
