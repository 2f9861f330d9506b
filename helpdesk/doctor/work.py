"""Looks at the work behind the pages: queues, workers, the clock."""

from collections.abc import Iterator

import redis
from django.conf import settings
from django.db import connection

from helpdesk.beat import LOCK_NUMBER
from helpdesk.celery import app
from helpdesk.doctor.finding import Finding, broken, doubtful, good

LONG_QUEUE = 1_000
ANSWER_SECONDS = 2.0


def queues() -> Iterator[Finding]:
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=5, socket_connect_timeout=5)
    try:
        lengths = {name: int(client.llen(name)) for name in settings.TASK_QUEUES}
    finally:
        client.close()
    for name, length in lengths.items():
        if length > LONG_QUEUE:
            yield doubtful(f"{length} tasks wait in '{name}'", "start more workers for this queue")
    yield good(", ".join(f"{name} {length}" for name, length in lengths.items()))


def workers() -> Iterator[Finding]:
    consumed = app.control.inspect(timeout=ANSWER_SECONDS).active_queues() or {}
    if not consumed:
        yield broken("no worker answers", "start celery -A helpdesk worker (`make run` starts one)")
        return
    served = {queue["name"] for found in consumed.values() for queue in found}
    if missing := set(settings.TASK_QUEUES) - served:
        yield broken(f"nobody works on {', '.join(sorted(missing))}", "start a worker with --queues for them")
    else:
        yield good(f"{len(consumed)} serve all queues")


def beat() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_locks where locktype = 'advisory' and granted and objid = %s"
            " and database = (select oid from pg_database where datname = current_database())",
            [LOCK_NUMBER],
        )
        held = cursor.fetchone()[0]
    if held:
        yield good("the clock ticks")
    else:
        yield broken("no beat runs: nothing escalates or repairs itself", "start celery -A helpdesk beat")
