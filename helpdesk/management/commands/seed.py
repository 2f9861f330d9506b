"""`manage.py seed`: realistic tickets at any size, by COPY."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.seeding.run import Plan, run


class Command(BaseCommand):
    help = "Writes realistic tickets, messages, events and SLA clocks by COPY, for measuring."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tickets", type=int, required=True, help="how many tickets")
        parser.add_argument("--messages-per-ticket", type=float, default=5.0, help="on average (default 5)")
        parser.add_argument("--agents", type=int, default=20, help="how many agents to make (default 20)")
        parser.add_argument("--random-seed", type=int, default=1, help="the same number gives the same data")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan(options["tickets"], options["messages_per_ticket"], options["agents"], options["random_seed"])
        if plan.tickets < 1 or plan.agents < 1 or not 1 <= plan.messages_per_ticket <= 50:
            raise CommandError("Give at least 1 ticket, 1 agent and between 1 and 50 messages per ticket.")
        started = time.monotonic()

        def progress(done: int) -> None:
            if options["verbosity"] and done % 20_000 < 2000:
                self.stderr.write(f"{done:,} of {plan.tickets:,} tickets, {time.monotonic() - started:.0f} s")

        messages = run(plan, progress=progress)
        spent = time.monotonic() - started
        self.stdout.write(f"Seeded {plan.tickets:,} tickets with {messages:,} messages in {spent:.1f} s.")
