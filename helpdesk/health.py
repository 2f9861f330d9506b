"""Says whether this process lives, whether it can serve, and what it has counted.

Probes and scrapers call by machine address, without our host name and without HTTPS, so they are answered before
any other middleware looks at the request.
"""

import hmac
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django_prometheus.exports import ExportToDjangoView

from helpdesk.gauges import waiting_figures

LOOPBACK = frozenset({"127.0.0.1", "::1"})


class HealthMiddleware:
    """Answers `/healthz`, `/readyz` and `/metrics`; everything else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        page = PAGES.get(request.path_info)
        return page(request) if page else self.get_response(request)


def healthz_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def readyz_page(request: HttpRequest) -> JsonResponse:
    """200 when everything that a request needs works, 503 with the reason by part otherwise."""
    problems = readiness_problems()
    parts = {name: problems.get(name, "ok") for name in CHECKS}
    return JsonResponse({"ready": not problems, **parts}, status=503 if problems else 200)


def metrics_page(request: HttpRequest) -> HttpResponse:
    """Prometheus figures, behind `METRICS_TOKEN`; where none is set, for scrapers on this very machine."""
    if not _may_scrape(request):
        return HttpResponse("a bearer token is needed\n", status=401, content_type="text/plain")
    figures: HttpResponse = ExportToDjangoView(request)
    figures.content += waiting_figures()
    return figures


def _may_scrape(request: HttpRequest) -> bool:
    expected = settings.METRICS_TOKEN
    if not expected:
        # What a proxy on this machine passes on comes from elsewhere.
        return request.META.get("REMOTE_ADDR") in LOOPBACK and "X-Forwarded-For" not in request.headers
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(sent.encode(), expected.encode())


def readiness_problems() -> dict[str, str]:
    """What stands in the way, by part; empty when ready."""
    problems = {}
    for name, check in CHECKS.items():
        try:
            problem = check()
        except Exception as failure:  # a readiness probe answers, whatever breaks
            problem = type(failure).__name__
        if problem:
            problems[name] = problem
    return problems


def database_problem() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select pg_is_in_recovery() or current_setting('transaction_read_only')::bool")
        read_only = cursor.fetchone()[0]
    return "read only" if read_only else ""


def broker_problem() -> str:
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.ping()
    finally:
        client.close()
    return ""


def migrations_problem() -> str:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(pending)} migrations are not applied" if pending else ""


PAGES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz_page,
    "/readyz": readyz_page,
    "/metrics": metrics_page,
}
CHECKS: dict[str, Callable[[], str]] = {
    "database": database_problem,
    "broker": broker_problem,
    "migrations": migrations_problem,
}
