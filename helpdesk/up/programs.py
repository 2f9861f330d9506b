"""The processes of a desk on one machine, and the command of each."""

import sys

from django.conf import settings
from django.core.management import get_commands

from helpdesk.up.supervisor import Program

HOST = "127.0.0.1"
WORKER_PROCESSES = 3


def desk_programs(port: int) -> list[Program]:
    programs = [web(port), worker(), beat()]
    if "mail_in" in get_commands():
        programs.append(manage("mail-in", "mail_in"))
    if "fetch_mail" in get_commands():
        programs.append(manage("mail-fetch", "fetch_mail"))
    return programs


def web(port: int) -> Program:
    """HTTP and sockets on one port; production splits them (docs/operations.md)."""
    return Program(
        "web",
        (
            *(sys.executable, "-m", "uvicorn", "helpdesk.asgi:application"),
            *("--host", HOST, "--port", str(port), "--lifespan", "off", "--no-access-log"),
            *("--log-level", "warning", "--no-server-header", "--no-proxy-headers"),
            *("--ws-max-size", "65536", "--ws-ping-interval", "20", "--ws-ping-timeout", "20"),
            # Compressing every frame anew for every socket would undo the fan-out.
            *("--ws-per-message-deflate", "false"),
            *("--timeout-graceful-shutdown", "2"),
        ),
    )


def worker(name: str = "worker", queues: tuple[str, ...] = (), processes: int = WORKER_PROCESSES) -> Program:
    chosen = queues or tuple(settings.TASK_QUEUES)
    return Program(
        name,
        (
            *(sys.executable, "-m", "celery", "--quiet", "-A", "helpdesk", "worker"),
            *("--queues", ",".join(chosen)),
            *("--concurrency", str(processes), "--hostname", f"{name}@%h", "--loglevel", "WARNING"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ),
        # Celery warns that it runs as root; messages are JSON only, which is what the warning is about.
        {"PYTHONWARNINGS": "ignore::UserWarning:celery.platforms"},
    )


def beat() -> Program:
    return Program(
        "beat",
        (
            *(sys.executable, "-m", "celery", "--quiet", "-A", "helpdesk", "beat"),
            *("--scheduler", "helpdesk.beat.LockedScheduler", "--loglevel", "WARNING", "--pidfile", ""),
        ),
    )


def manage(name: str, *arguments: str) -> Program:
    return Program(name, (sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments))
