"""`manage.py prepare`: brings the database up to date, fills an empty demo desk, gives a new one its defaults."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand

from routing.services.defaults import make_defaults


class Command(BaseCommand):
    help = "Migrates; fills an empty development database with demo data (not if HELPDESK_DEMO=0)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        if get_user_model().objects.exists():
            return
        if settings.DEMO and "demo" in get_commands():
            self.stdout.write("First start: making the demo data ...")
            call_command("demo")
        make_defaults(time_zone=settings.TIME_ZONE)
