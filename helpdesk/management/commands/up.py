"""`manage.py up`: the whole desk on this machine, until Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpdesk.embedded.errors import CannotStart
from helpdesk.embedded.processes import marked
from helpdesk.embedded.services import EmbeddedServices
from helpdesk.up import place, servers
from helpdesk.up.greeting import greeting
from helpdesk.up.programs import desk_programs
from helpdesk.up.readiness import wait_until_ready
from helpdesk.up.supervisor import Supervisor


class Stopped(Exception):
    """Somebody asked us to stop before we were ready."""


class Command(BaseCommand):
    help = "Runs web, worker, beat and mail-in together, with embedded servers where none are given."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="the one port (PORT)")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop_asked)
        try:
            port = port_number(options["port"])
            with place.held(settings.VAR_DIR):
                code = self._run(port, began)
        except CannotStart as problem:
            raise CommandError(str(problem)) from problem
        except Stopped:
            code = 0
        if code:
            sys.exit(code)

    def _run(self, port: int, began: float) -> int:
        if count := place.swept(settings.VAR_DIR):
            self.stdout.write(f"Ended {count} processes that an earlier run left behind.")
        place.demand_port(port, "PORT", "the desk's pages")
        ports = {"PORT": str(port), **mail_ports()}
        services = EmbeddedServices(settings.VAR_DIR)
        try:
            environment = {**marked(settings.VAR_DIR), **services.start(), **ports}
            environment["VAR_DIR"] = str(settings.VAR_DIR)
            servers.demand_database(environment["DATABASE_URL"])
            servers.demand_redis(environment["REDIS_URL"])
            prepare(environment)
            return self._supervise(port, environment, began)
        finally:
            services.stop()
            place.let_go()

    def _supervise(self, port: int, environment: dict[str, str], began: float) -> int:
        supervisor = Supervisor(desk_programs(port), environment, settings.BASE_DIR)
        try:
            supervisor.start()
            wait_until_ready(supervisor, environment)
            self.stdout.write(greeting(environment, time.monotonic() - began))
            self.stdout.flush()
            return supervisor.watch()
        finally:
            ignore_further_signals()
            self.stdout.write("\nStopping ...")
            supervisor.stop()


def _stop_asked(number: int, frame: FrameType | None) -> None:
    raise Stopped


def ignore_further_signals() -> None:
    """A second Ctrl-C must not leave anything behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def port_number(text: str) -> int:
    if not text.isdigit():
        raise CannotStart(f"PORT is '{text}'; use a number from 1 to 65535.")
    return int(text)


def mail_ports() -> dict[str, str]:
    ports = {"MAIL_IN_PORT": place.usable_port(settings.MAIL_IN_PORT, "MAIL_IN_PORT", "incoming mail")}
    if settings.DEMO:
        demo_port = place.usable_port(settings.DEMO_MAIL_PORT, "DEMO_MAIL_PORT", "the demo customers' mailboxes")
        ports["DEMO_MAIL_PORT"] = demo_port
    return {name: str(port) for name, port in ports.items()}


def prepare(environment: dict[str, str]) -> None:
    """Migrations and, at the first start, demo data; in a process of its own that sees the servers."""
    outcome = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "prepare"],
        env=environment,
        check=False,
        start_new_session=True,
    )
    if outcome.returncode:
        raise CannotStart("the database could not be prepared; the lines above say why.")
