"""The production shape: its compose file is valid, its settings pass Django's deployment checks."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.fernet import Fernet
from django.core.management import call_command
from pytest_django import Settings

from routing.models import Rule
from sla.models import Policy
from tests.architecture.source import ROOT
from tickets.models import Ticket

SECRETS = {
    "SITE_URL": "https://desk.example.com",
    "ALLOWED_HOSTS": "desk.example.com",
    "SECRET_KEY": "k8w9d0f7g6h5j4k3l2m1n0b9v8c7x6z5a4s3d2f1g0h9j8k7l6q5w4e3r2t1y0u",
    "FERNET_KEYS": Fernet.generate_key().decode(),
    "POSTGRES_PASSWORD": "postgres-password",
    "REDIS_PASSWORD": "redis-password",
    "METRICS_TOKEN": "metrics-token",
    "EMAIL_URL": "smtp://mail.example.com:25",
}
QUEUES = {"inbound", "deliver", "route", "clock", "bulk"}


def compose_client() -> list[str] | None:
    """`docker compose`, or the older `docker-compose`, where either is there."""
    if shutil.which("docker"):
        command = ["docker", "compose"]
        if not subprocess.run([*command, "version"], capture_output=True, check=False).returncode:
            return command
    return ["docker-compose"] if shutil.which("docker-compose") else None


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


def test_compose_file_is_accepted_by_the_client(tmp_path: Path) -> None:
    client = compose_client()
    if client is None:
        pytest.skip("no compose client on this machine (docker compose, docker-compose)")
    environment = tmp_path / "env"
    environment.write_text("".join(f"{name}={value}\n" for name, value in SECRETS.items()))
    outcome = subprocess.run(
        [*client, "--env-file", str(environment), "-f", str(ROOT / "docker-compose.yml"), "config"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr


def test_compose_workers_serve_every_queue() -> None:
    served: set[str] = set()
    for service in services().values():
        command = service.get("command") or []
        if "--queues" in command:
            served |= set(command[command.index("--queues") + 1].split(","))
    assert served == QUEUES


def test_compose_demands_every_secret_and_the_example_names_it() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    demanded = set(re.findall(r"\$\{(\w+):\?", text))
    example = (ROOT / "deploy/env.example").read_text()
    assert demanded == set(SECRETS)
    assert all(f"\n{name}=" in f"\n{example}" for name in demanded)


def test_compose_hands_every_documented_setting_on() -> None:
    table = (ROOT / "docs/operations.md").read_text().split("## Settings")[1].split("## ")[0]
    documented = set(re.findall(r"`([A-Z_]+)`", " ".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))))
    of_one_machine = {"PORT", "VAR_DIR", "DEBUG", "HELPDESK_DEMO", "DEMO_MAIL_PORT"}
    # It is SITE_URL, and empty would be none at all.
    derived = {"CSRF_TRUSTED_ORIGINS"}
    handed_on = set(services()["mail-in"]["environment"])
    assert documented - of_one_machine - derived <= handed_on


def test_compose_services_are_watched() -> None:
    unwatched = {name for name, service in services().items() if "healthcheck" not in service}
    # beat holds a database lock that `manage.py doctor` looks at; the proxy waits for healthy services.
    assert unwatched == {"migrate", "beat", "proxy"}


@pytest.mark.django_db
def test_new_production_desk_gets_its_defaults_and_no_demo(settings: Settings) -> None:
    settings.DEMO = False
    _, program, *arguments = services()["migrate"]["command"]
    assert program == "manage.py"
    call_command(*arguments)
    assert Policy.objects.filter(is_active=True).exists()
    assert Rule.objects.filter(event="SLABreached", is_active=True).exists()
    assert not Ticket.objects.exists()


def test_production_settings_pass_the_deployment_checks() -> None:
    outcome = production("check", "--deploy", "--fail-level", "WARNING")
    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.parametrize(
    "missing", ["SECRET_KEY", "FERNET_KEYS", "SITE_URL", "ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL"]
)
def test_production_without_a_setting_names_it_in_one_sentence(missing: str) -> None:
    outcome = production("check", without=missing)
    assert outcome.returncode != 0
    assert f"Set {missing}" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def production(*arguments: str, without: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **SECRETS, "HELPDESK_ENV": "production"}
    environment.pop(without, None)
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180, check=False)


def test_production_static_files_are_complete_and_named_by_content(tmp_path: Path) -> None:
    # The files are collected beside the checkout, so that a running desk does not see them.
    script = (
        "import sys, django; from django.conf import settings; django.setup();"
        f"settings.STATIC_ROOT = {str(tmp_path)!r};"
        "from django.core.management import call_command; call_command('collectstatic', interactive=False, verbosity=0)"
    )
    environment = {**os.environ, **SECRETS, "HELPDESK_ENV": "production"}
    outcome = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stderr
    assert (tmp_path / "staticfiles.json").exists()
