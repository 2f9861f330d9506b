"""Looks at the servers the desk leans on: PostgreSQL, the broker, mail both ways."""

import smtplib
import socket
from collections.abc import Iterator

import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone

from channels_in.selectors.fetching import fetch_lines
from helpdesk.doctor.finding import Finding, broken, doubtful, good
from helpdesk.health import migrations_problem
from tickets.models import Inbox

OLDEST_POSTGRES = 140_000
SKEW_SECONDS = 5
SECONDS = 5


def database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('server_version_num')::int, clock_timestamp(),"
            " current_setting('transaction_read_only')::bool, current_setting('fsync'),"
            " (select array_agg(extname::text) from pg_extension)"
        )
        version, clock, read_only, fsync, extensions = cursor.fetchone()
    if version < OLDEST_POSTGRES:
        yield broken(f"PostgreSQL {version // 10_000} is too old", "use PostgreSQL 14 or newer")
    else:
        yield good(f"PostgreSQL {version // 10_000}")
    if read_only:
        yield broken("the database is read only", "let DATABASE_URL point to the primary")
    if fsync != "on":
        yield broken("fsync is off: a power cut loses accepted messages", "set fsync = on in postgresql.conf")
    if "pg_trgm" not in extensions:
        yield doubtful("the extension pg_trgm is missing: name search is slow", "run manage.py migrate")
    skew = abs((timezone.now() - clock).total_seconds())
    if skew > SKEW_SECONDS:
        yield doubtful(f"our clock and the database's differ by {skew:.0f} s", "run NTP on both machines")


def migrations() -> Iterator[Finding]:
    problem = migrations_problem()
    yield broken(problem, "run manage.py migrate") if problem else good("all applied")


def broker() -> Iterator[Finding]:
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
    try:
        client.ping()
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "")
    finally:
        client.close()
    if policy == "noeviction":
        yield good("answers, evicts nothing")
    else:
        yield doubtful(f"evicts keys ({policy}): queued work may get lost", "set maxmemory-policy noeviction")


def mail_out() -> Iterator[Finding]:
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        yield good(f"by {settings.EMAIL_BACKEND}")
        return
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=SECONDS).quit()
    except OSError as problem:
        yield broken(f"the SMTP server {server} does not answer: {problem}", "correct EMAIL_URL or start the server")
    else:
        yield good(f"SMTP server {server} answers")


def mail_in() -> Iterator[Finding]:
    host = "127.0.0.1" if settings.MAIL_IN_HOST in {"0.0.0.0", "::"} else settings.MAIL_IN_HOST  # noqa: S104 - compared
    try:
        socket.create_connection((host, settings.MAIL_IN_PORT), timeout=SECONDS).close()
    except OSError:
        yield doubtful(
            f"nothing listens on {host}:{settings.MAIL_IN_PORT}", "start manage.py mail_in (`make run` starts it)"
        )
    else:
        yield good(f"listens on {host}:{settings.MAIL_IN_PORT}")


def mailboxes() -> Iterator[Finding]:
    """Each mailbox that is fetched: when it last worked, and what is in the way."""
    inboxes = {inbox.pk: inbox for inbox in Inbox.objects.filter(is_active=True)}
    lines = fetch_lines(inboxes.values())
    for inbox_id, line in lines.items():
        name = inboxes[inbox_id].name
        if line.problem:
            yield broken(f"{name}: {line.problem}", "see the inbox's settings; `manage.py fetch_mail` must run")
        elif line.missing:
            yield doubtful(f"{name}: {line.missing} mails could not be fetched", "look at them in the mailbox itself")
    if all(line.is_well for line in lines.values()):
        yield good(f"{len(lines)} fetched" if lines else "none is fetched")
