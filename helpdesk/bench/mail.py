"""Mail from the socket to the committed ticket with its files, by the real processes: the door and its workers."""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psutil
from django.conf import settings
from django.core.cache import cache

from channels_in.models import DeliveryState, InboundDelivery
from helpdesk.bench.contract import Figures, Options
from helpdesk.bench.corpus import mails
from helpdesk.embedded.processes import free_port
from helpdesk.up.programs import worker
from tickets.models import Inbox, Message

TICKETS = 0
ADDRESS = "post@desk.example"
SESSIONS = 4
WAIT_SECONDS = 180.0


def run(options: Options) -> Iterator[Figures]:
    Inbox.objects.get_or_create(kind="email", address=ADDRESS, defaults={"name": "Bench post"})
    count = 200 if options.is_short else 1500
    for workers in (1, 2):
        with _running(workers) as port:
            _hand_over(list(mails(60, run=uuid.uuid4().hex, to=ADDRESS)), port)  # warm: pools, caches, paths
            _wait_until_done()
            yield _measured(count, port, workers)


def _measured(count: int, port: int, workers: int) -> Figures:
    raws = list(mails(count, run=uuid.uuid4().hex, to=ADDRESS))
    before, cpu = Message.objects.count(), _cpu_seconds()
    began = time.perf_counter()
    _hand_over(raws, port)
    accepted = time.perf_counter() - began
    _wait_until_done()
    seconds = time.perf_counter() - began
    recorded = Message.objects.count() - before
    if recorded != count:
        raise RuntimeError(f"Of {count} mails {recorded} were recorded.")
    return {
        "case": f"socket to committed ticket, {workers} worker process{'es' if workers > 1 else ''}",
        "mails_per_second": round(count / seconds),
        "accepted_per_second": round(count / accepted),
        "cpu_ms_per_mail": round((_cpu_seconds() - cpu) / count * 1000, 1),
        "with_files": sum(1 for raw in raws if b"photo.png" in raw),
        "n": count,
    }


def _hand_over(raws: Sequence[bytes], port: int) -> None:
    """A relay with a few sessions, each sending one mail after the other."""
    failures: list[BaseException] = []

    def session(share: Sequence[bytes]) -> None:
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
                for raw in share:
                    client.sendmail("relay@corpus.example", [ADDRESS], raw)
        except (OSError, smtplib.SMTPException) as error:
            failures.append(error)

    threads = [threading.Thread(target=session, args=(raws[n::SESSIONS],)) for n in range(SESSIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError("The door refused a mail") from failures[0]


def _wait_until_done() -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while InboundDelivery.objects.filter(state=DeliveryState.NEW).exists():
        if time.monotonic() > deadline:
            raise RuntimeError("The workers did not finish in time.")
        time.sleep(0.02)


def _cpu_seconds() -> float:
    """Of the door and the workers; the database's is not ours to count."""
    spent = 0.0
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        spent += times.user + times.system
    return spent


@contextmanager
def _running(workers: int) -> Iterator[int]:
    """The door on a free port and a worker with so many processes, which do everything a desk does with a mail."""
    port = free_port()
    unlimited = {"MAIL_IN_PER_PEER": "0", "MAIL_IN_PER_SENDER": "0", "MAIL_IN_LMTP_PORT": "0", "HELPDESK_DEMO": "0"}
    environment = {**os.environ, **unlimited, "PYTHONWARNINGS": "ignore"}
    door = [sys.executable, str(settings.BASE_DIR / "manage.py"), "mail_in", "--port", str(port)]
    commands = (door, list(worker("bench", processes=workers).command))
    processes = [subprocess.Popen(each, env=environment, stdout=subprocess.DEVNULL) for each in commands]
    try:
        _wait_for_door(port)
        yield port
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)
        cache.clear()


def _wait_for_door(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            smtplib.SMTP("127.0.0.1", port, timeout=2).quit()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
