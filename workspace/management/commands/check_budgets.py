"""Weighs what the workspace's pages load; fails when something has grown too heavy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from workspace.budgets import weigh


class Command(BaseCommand):
    help = "Weighs the workspace's scripts, style and icons (gzip) against their budgets."

    def handle(self, *args: Any, **options: Any) -> None:
        weights = weigh(Path(settings.BASE_DIR) / "static")
        for weight in weights:
            self.stdout.write(
                f"{weight.budget.name}: {weight.kilobytes} of {weight.budget.kilobytes} kB in {weight.files} files"
            )
        heavy = [weight.budget.name for weight in weights if not weight.is_within]
        if heavy:
            raise CommandError(f"Too heavy: {', '.join(heavy)}. Take something out, or load it later.")
