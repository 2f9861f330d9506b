"""`manage.py doctor`: what is wrong with this desk, and how to mend it; the exit code tells."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from helpdesk.doctor import examine
from helpdesk.doctor.finding import Verdict


class Command(BaseCommand):
    help = "Checks every dependency, setting, queue and inbox. Exit code 1 when something is wrong."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for part, finding in examine():
            wrong += finding.verdict is Verdict.BROKEN
            self.stdout.write(f"{finding.verdict.value:6} {part:11} {finding.text}")
            if finding.remedy:
                self.stdout.write(f"{'':18} -> {finding.remedy}")
        self.stdout.write("")
        self.stdout.write(f"{wrong} things are wrong." if wrong else "The desk is well.")
        if wrong:
            sys.exit(1)
