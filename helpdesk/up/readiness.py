"""Waits until every part serves: a desk that greets takes pages, mail and work."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping

from celery import Celery
from django.conf import settings

from helpdesk.embedded.errors import CannotStart
from helpdesk.up.supervisor import Supervisor, say

READY_SECONDS = 90
PAUSE_SECONDS = 0.1

# Says what is missing, or nothing.
Look = Callable[[Mapping[str, str]], str]


def wait_until_ready(supervisor: Supervisor, environment: Mapping[str, str]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    for name, look in LOOKS.items():
        if name not in supervisor.running:
            continue
        while missing := look(environment):
            if supervisor.running[name].process.poll() is not None or time.monotonic() > deadline:
                say("up", f"{name} is not ready: {missing}")
                raise CannotStart(f"the {name} process does not become ready; the lines above say why.")
            time.sleep(PAUSE_SECONDS)


def web_missing(environment: Mapping[str, str]) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{environment['PORT']}/readyz", timeout=5):
            return ""
    except urllib.error.HTTPError as answer:
        return answer.read(500).decode(errors="replace")
    except OSError:
        return "no answer"


def worker_missing(environment: Mapping[str, str]) -> str:
    # This process has read its settings before the embedded servers had addresses.
    app = Celery("readiness", broker=environment["REDIS_URL"], set_as_current=False)
    with app.connection_for_write() as connection:
        pongs = app.control.broadcast("ping", reply=True, timeout=1, limit=1, connection=connection)
    return "" if pongs else "no answer"


def mail_in_missing(environment: Mapping[str, str]) -> str:
    host = "127.0.0.1" if settings.MAIL_IN_HOST in {"0.0.0.0", "::"} else settings.MAIL_IN_HOST  # noqa: S104 - compared
    try:
        socket.create_connection((host, int(environment["MAIL_IN_PORT"])), timeout=5).close()
    except OSError:
        return "nothing listens"
    return ""


LOOKS: dict[str, Look] = {"web": web_missing, "mail-in": mail_in_missing, "worker": worker_missing}
