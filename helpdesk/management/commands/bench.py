"""`manage.py bench NAME ...`: measures in a scratch database and prints one JSON object a line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from helpdesk.bench.contract import BENCHES, SHORT_TICKETS, Options, bench_named
from helpdesk.bench.place import scratch, servers
from tickets.models import Ticket


class Command(BaseCommand):
    help = f"Measures one or more of: {', '.join(BENCHES)} (all by default)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
        parser.add_argument("--short", action="store_true", help="seconds instead of minutes, on a small desk")
        parser.add_argument("--tickets", type=int, help="the size of the desk, instead of the benchmark's own")
        parser.add_argument("--inside", action="store_true", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        names = options["names"] or list(BENCHES)
        if unknown := sorted(set(names) - set(BENCHES)):
            raise CommandError(f"There is no benchmark {', '.join(unknown)}; choose among {', '.join(BENCHES)}.")
        if options["inside"]:
            self._measure(names[0], Options(options["short"], options["tickets"]))
            return
        with servers() as addresses:
            failed = [name for name in names if not self._run(name, addresses, options)]
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}.")

    def _run(self, name: str, addresses: dict[str, str], options: dict[str, Any]) -> bool:
        """One benchmark in a process of its own, which knows only the scratch database."""
        wanted = bench_named(name).TICKETS
        tickets = min(wanted, SHORT_TICKETS) if options["short"] else wanted
        tickets = tickets if options["tickets"] is None else options["tickets"]
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "bench", name, "--inside"]
        command += ["--tickets", str(tickets), *(["--short"] if options["short"] else [])]
        with scratch(addresses, tickets=tickets) as environment:
            return subprocess.run(command, env=environment, check=False).returncode == 0

    def _measure(self, name: str, options: Options) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        missing = options.tickets - Ticket.objects.count()
        if missing > 0:
            call_command("seed", tickets=missing, agents=50, verbosity=1, stdout=self.stderr, stderr=self.stderr)
        for figures in bench_named(name).run(options):
            self.stdout.write(
                json.dumps({"bench": name, "tickets": options.tickets, **figures, "load": round(os.getloadavg()[0], 1)})
            )
            self.stdout.flush()
