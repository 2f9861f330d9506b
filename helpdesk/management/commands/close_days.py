"""`manage.py close_days`: stores days that are over as columns, so that reports over long periods are quick."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core.clock import now
from reports.services.closing import close_days


class Command(BaseCommand):
    help = "Stores the facts of days that are over for reports. A worker does this by itself, some days at a time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, help="at most so many days, the newest first (all by default)")

    def handle(self, *args: Any, **options: Any) -> None:
        done = close_days(now=now(), most=options["days"])
        self.stdout.write(f"Stored {done} days.")
